"""The mouth that is laid over the footage: made once from one frame with closed lips, then carried by the head.

In each frame the mouth's pictures are placed by an affine map, brought to the light of that frame, and blended in
where they differ from the mouth at rest: everywhere else, and at rest, the footage itself is seen.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.faces import Box
from twins.footage.films import Picture
from twins.footage.track import AROUND_MOUTH, STEADY, Floats, Track, affine, smoothed
from twins.landmarks import measures
from twins.photos import mouth_box, mouth_pictures

GRID = 12  # cells across and down in which the light is compared
BLUR = 1.6  # cells
LEAST_KNOWN = 0.02  # weight of what may be the person's moving mouth, where nothing else is near
# How far the chin goes down, in its distance from the nose, and how broad the jaw is then: that of the pictures, and
# that of a person who speaks in the film, whose own chin must be covered wherever it is.
SILENT_CHIN, SPEAKING_CHIN = (0.30, 0.75), (0.45, 0.90)
NOSE_BASE, CHIN = 2, 152
JAW = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)  # from ear to ear
CHANGED = 4  # levels of difference that count as a change


@dataclass(frozen=True)
class Mouth:
    """pictures: (shapes, h, w, 3) RGB, numbered opening * WIDTHS + width, then the presses; number `rest` is at rest.

    area: (h, w), 255 on the lower face and where the chin goes when the mouth opens, which is all that is carried by
    the head: neck, collar and background are not. box: where they stand in the frame they were made from. points: that
    frame's landmarks, (468, 2).
    """

    pictures: Picture
    area: Picture
    box: Box
    points: Floats


def calmest_frame(track: Track) -> int:
    """The frame to make the mouth from: lips closed, head as it mostly is."""
    opening = track.opening
    poses = np.array([_pose(points) for points in track.points])
    away = np.abs(poses - np.nanmedian(poses, 0)).max(1) / 5.0  # degrees that weigh as much as …
    return int(np.nanargmin(np.nan_to_num(opening, nan=9.0) / 0.02 + np.nan_to_num(away, nan=9.0)))  # … this opening


def _pose(points: Floats) -> tuple[float, float, float]:
    pose = measures.pose(points)
    return pose.yaw, pose.pitch, pose.roll


def make(picture: Picture, points: Floats, *, speaking: bool) -> Mouth:
    """From a whole RGB frame and its landmarks (468, 3). speaking: the person's own mouth moves in other frames."""
    box = mouth_box(points, picture.shape[1], picture.shape[0])
    mouth, press = mouth_pictures(picture, points, box)
    pictures = np.concatenate([mouth.reshape(-1, *mouth.shape[2:]), press])
    area = lower_face(points, box, *(SPEAKING_CHIN if speaking else SILENT_CHIN))
    columns, rows = _filled(area.max(0)), _filled(area.max(1))
    inner = Box(box.x + columns.start, box.y + rows.start, columns.stop - columns.start, rows.stop - rows.start)
    return Mouth(pictures[:, rows, columns], area[rows, columns], inner, points[:, :2])


def _filled(line: Picture) -> slice:
    """The part of a line that holds all that is not 0, from an even number on and of even length."""
    first, last = np.flatnonzero(line)[[0, -1]]
    start = int(first) // 2 * 2
    return slice(start, min(start + (int(last) + 2 - start) // 2 * 2, len(line)))


def lower_face(points: Floats, box: Box, drops: float, breadth: float) -> Picture:
    """See Mouth.area; with soft edges."""
    jaw = points[list(JAW), :2] - (box.x, box.y)
    nose, chin = points[NOSE_BASE, :2] - (box.x, box.y), points[CHIN, :2] - (box.x, box.y)
    down, middle = chin - nose, (nose + chin) / 2
    dropped = middle + (jaw - middle) * breadth + drops * down
    outline = cv2.convexHull(np.concatenate([jaw - 0.1 * down, dropped]).astype(np.float32).round().astype(np.int32))
    area = np.zeros((box.height, box.width), np.uint8)
    cv2.fillConvexPoly(area, outline, 255)
    soft = max(round(0.06 * box.width), 2)
    return np.asarray(cv2.blur(cv2.blur(area, (soft, soft)), (soft, soft)), np.uint8)


def maps(mouth: Mouth, points: Floats, *, speaking: bool, closed: bool = False) -> NDArray[np.float64]:
    """(frames, 2, 3): from the picture the mouth was made from to each frame. points: (frames, 468, 2).

    speaking: the person moves the lips in these frames: only what stays on the skull is gone by.
    """
    steady = list(STEADY if speaking else AROUND_MOUTH)
    return affine(mouth.points[steady], smoothed(points[:, steady], closed))


def masks(pictures: Picture, rest: int, area: Picture) -> Picture:
    """(shapes, h, w): where each picture differs from that at rest, 255 inside, with soft edges, 0 on the border."""
    height, width = pictures.shape[1:3]
    spread = max(round(0.03 * width), 2)
    grow = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * spread + 1, 2 * spread + 1))
    window = _window(height, width, 2 * spread) * (area / np.float32(255))
    made = []
    for picture in pictures:
        differs = (cv2.absdiff(picture, pictures[rest]).max(2) > CHANGED).astype(np.uint8) * 255
        differs = cv2.morphologyEx(differs, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        soft = cv2.blur(cv2.blur(cv2.dilate(differs, grow), (spread, spread)), (spread, spread))
        made.append((soft * window).astype(np.uint8))
    return np.array(made)


def _window(height: int, width: int, seam: int) -> Floats:
    """1 inside, 0 on the border."""
    x = np.minimum(np.arange(width), np.arange(width)[::-1])[None, :]
    y = np.minimum(np.arange(height), np.arange(height)[::-1])[:, None]
    return np.asarray(cv2.blur((np.minimum(x, y) / seam).clip(0, 1).astype(np.float32), (3, 3)), np.float32)


class Light:
    """How the light on a frame's face differs from that on the picture that the mouth was made from."""

    def __init__(self, mouth: Mouth, rest: int, *, speaking: bool) -> None:
        """speaking: the person's own mouth moves in the frames, so that only what is around it can be compared."""
        rested = mouth.pictures[rest]
        self._size = rested.shape[1], rested.shape[0]
        self._origin = np.array([mouth.box.x, mouth.box.y], np.float64)
        self._rest = _cells(rested)
        known = _cells(mouth.area) / 255
        if speaking:
            known = known * (LEAST_KNOWN + 1 - _cells(masks(mouth.pictures, rest, mouth.area).max(0)) / 255)
        self._known = known[..., None] + 1e-4

    def on(self, picture: Picture, placed: NDArray[np.float64]) -> Floats:
        """(GRID, GRID, 3) levels of RGB that the mouth's pictures need more to fit into `picture`, placed there."""
        into = placed.copy()
        into[:, 2] += placed[:, :2] @ self._origin
        here = cv2.warpAffine(
            picture, into, self._size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
        more = (_cells(here) - self._rest) * self._known
        blurred = (
            cv2.GaussianBlur(part, (0, 0), BLUR, borderType=cv2.BORDER_REPLICATE) for part in (more, self._known)
        )
        total, weight = blurred
        return np.asarray(total / weight.reshape(GRID, GRID, 1), np.float32)


def _cells(picture: Picture) -> Floats:
    return np.asarray(cv2.resize(picture, (GRID, GRID), interpolation=cv2.INTER_AREA), np.float32)
