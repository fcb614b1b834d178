"""The mesh of a face, followed from frame to frame (Kartynnik et al., 2019: 468 points of the surface)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twins.landmarks.detection import FaceBox, nearest
from twins.landmarks.models import Floats, Picture, model, sample

MARGIN = 1.5  # side of the region that the model is shown, in sides of the face
LEAST_SCORE = 0.5
LOOK_AGAIN = 25  # frames after which it is made sure that what is followed is still a face
OUTER_CORNERS = (33, 263)  # of the eyes; the region is turned so that they lie level


@dataclass(frozen=True)
class Landmarks:
    """points: (468, 3), after `irises.refined` (478, 3): x, y in pixels, z in pixels towards the viewer negative.

    Numbered as in the face mesh. score: how sure the model is that this is a face, 0 to 1.
    """

    points: Floats
    score: float


@dataclass(frozen=True)
class Region:
    """A turned square of the picture: centre and side in pixels, angle in radians."""

    x: float
    y: float
    side: float
    angle: float

    def into(self, size: int) -> NDArray[np.float64]:
        """The affine map (2, 3) from a cut-out of `size` pixels to the picture."""
        scale = self.side / size
        cos, sin = scale * np.cos(self.angle), scale * np.sin(self.angle)
        half = (size - 1) / 2
        return np.array([[cos, -sin, self.x - (cos - sin) * half], [sin, cos, self.y - (sin + cos) * half]])


class Tracker:
    """Follows one face, the largest, through the frames of a film; for one thread at a time."""

    def __init__(self) -> None:
        self._region: Region | None = None
        self._followed = 0

    def reset(self) -> None:
        """Look for a face anew in the next frame: after a cut."""
        self._region = None

    def track(self, rgb: Picture) -> Landmarks | None:
        """The face in this frame (height, width, 3); None when there is none."""
        self._followed += 1
        if self._region and self._followed % LOOK_AGAIN:
            followed = mesh(rgb, self._region)
            if followed.score >= LEAST_SCORE:
                return self._follow(followed)
        box = nearest(rgb)
        found = landmarks_in(rgb, box) if box else None
        if found is None:
            self.reset()
            return None
        return self._follow(found)

    def _follow(self, found: Landmarks) -> Landmarks:
        self._region = around_points(found.points)
        return found


def landmarks_in(rgb: Picture, box: FaceBox) -> Landmarks | None:
    """The mesh of one detected face; None when it is none after all."""
    first = mesh(rgb, around_box(box))
    # the region of a detection differs from that of a mesh: the second look makes both ways agree
    found = mesh(rgb, around_points(first.points))
    return found if min(first.score, found.score) >= LEAST_SCORE else None


def mesh(rgb: Picture, region: Region) -> Landmarks:
    network = model("mesh")
    into = region.into(network.size)
    points, logit = network(sample(rgb, into, network.size))
    cut = points.reshape(-1, 3)
    placed = np.column_stack([cut[:, :2] @ into[:, :2].T + into[:, 2], cut[:, 2] * region.side / network.size])
    return Landmarks(placed.astype(np.float32), float(1 / (1 + np.exp(-logit.ravel()[0]))))


def around_box(box: FaceBox) -> Region:
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return Region(x, y, MARGIN * max(box.width, box.height), _slope(box.keypoints[0], box.keypoints[1]))


def around_points(points: Floats) -> Region:
    """The region in which the next frame's face is looked for."""
    angle = _slope(*points[list(OUTER_CORNERS), :2])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    level = points[:, :2] @ turn
    low, high = level.min(0), level.max(0)
    x, y = turn @ ((low + high) / 2)
    return Region(float(x), float(y), MARGIN * float((high - low).max()), angle)


def _slope(left: Floats, right: Floats) -> float:
    return float(np.arctan2(right[1] - left[1], right[0] - left[0]))
