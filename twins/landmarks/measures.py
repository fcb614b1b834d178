"""Named measures of a face. Lengths are taken in three dimensions, so that a turned head measures like a straight one.

"Right" and "left" are the person's own, as in the face mesh.
"""

from dataclasses import dataclass

import numpy as np

from twins.landmarks.models import Floats

RIGHT_CORNERS, LEFT_CORNERS = (33, 133), (263, 362)  # outer and inner corner of each eye
LIDS = ((160, 144), (159, 145), (158, 153)), ((387, 373), (386, 374), (385, 380))  # upper and lower, right and left
LIPS = (13, 14)  # inner edges of upper and lower lip
MOUTH_CORNERS = (61, 291)
FOREHEAD, CHIN, NOSE = 10, 152, 4
RIMS = (234, 454)  # of the face, before the ears
# How far the mesh of a face that looks straight at the camera leans: the chin lies before the forehead.
LEVEL_PITCH = 7.0


@dataclass(frozen=True)
class Pose:
    """Degrees. yaw: > 0 the person looks to the viewer's right; pitch: > 0 down; roll: > 0 clockwise to the viewer."""

    yaw: float
    pitch: float
    roll: float


def eye_distance(points: Floats) -> float:
    """Pixels between the middles of the eyes."""
    return float(np.linalg.norm(points[list(RIGHT_CORNERS)].mean(0) - points[list(LEFT_CORNERS)].mean(0)))


def mouth_opening(points: Floats) -> float:
    """Gap between the lips in eye distances: 0 closed, about 0.6 wide open."""
    return _length(points, *LIPS) / eye_distance(points)


def mouth_width(points: Floats) -> float:
    """Distance of the corners of the mouth in eye distances; about 0.8 at rest."""
    return _length(points, *MOUTH_CORNERS) / eye_distance(points)


def eye_opening(points: Floats) -> tuple[float, float]:
    """Right and left: height of the gap between the lids in widths of that eye; about 0.3 open, below 0.12 closed."""
    right, left = (
        float(np.mean([_length(points, *pair) for pair in pairs])) / _length(points, *corners)
        for pairs, corners in zip(LIDS, (RIGHT_CORNERS, LEFT_CORNERS), strict=True)
    )
    return right, left


def pose(points: Floats) -> Pose:
    """From the line of the eyes and the line from forehead to chin."""
    across = points[LEFT_CORNERS[0]] - points[RIGHT_CORNERS[0]]
    across = across / np.linalg.norm(across)
    down = points[CHIN] - points[FOREHEAD]
    down = down - across * (down @ across)
    down = down / np.linalg.norm(down)
    ahead = np.cross(down, across)  # out of the face, towards the viewer: z < 0
    yaw = np.degrees(np.arctan2(ahead[0], -ahead[2]))
    pitch = np.degrees(np.arcsin(np.clip(ahead[1], -1, 1)))
    roll = np.degrees(np.arctan2(across[1], across[0]))
    return Pose(float(yaw), float(pitch) - LEVEL_PITCH, float(roll))


def symmetry(points: Floats) -> float:
    """1 seen from the front, 0 from the side: how far the nose is from the nearer rim of the face, by the other one."""
    across = (points[LEFT_CORNERS[0]] - points[RIGHT_CORNERS[0]])[:2]
    right, left = (abs(float((points[rim] - points[NOSE])[:2] @ across)) for rim in RIMS)
    return min(right, left) / max(right, left)


def face_box(points: Floats) -> tuple[float, float, float, float]:
    """x, y, width, height in pixels around all points."""
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def _length(points: Floats, one: int, other: int) -> float:
    return float(np.linalg.norm(points[one] - points[other]))
