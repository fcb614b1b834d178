"""Irises, from a model that sees one eye at a time (Ablavatski et al., 2020)."""

import numpy as np

from twins.landmarks.measures import LEFT_CORNERS, RIGHT_CORNERS
from twins.landmarks.models import Floats, Picture, model, sample
from twins.landmarks.tracking import Landmarks, Region, around_points

MARGIN = 2.3  # side of the eye's region in widths of the eye


def refined(rgb: Picture, face: Landmarks) -> Landmarks:
    """The same face with points 468 to 477: each iris's middle and four points around, the person's right eye first."""
    angle = around_points(face.points).angle
    right = _iris(rgb, face.points[list(RIGHT_CORNERS)], angle, mirrored=False)
    left = _iris(rgb, face.points[list(LEFT_CORNERS)], angle, mirrored=True)
    return Landmarks(np.concatenate([face.points, right, left]), face.score)


def _iris(rgb: Picture, corners: Floats, angle: float, mirrored: bool) -> Floats:
    """(5, 3) in pixels, as deep as the eye's corners; the model knows right eyes, so left ones are mirrored."""
    network = model("iris")
    x, y = corners[:, :2].mean(0)
    side = MARGIN * float(np.linalg.norm(corners[0, :2] - corners[1, :2]))
    into = Region(float(x), float(y), side, angle).into(network.size)
    if mirrored:
        into = into @ np.array([[-1, 0, network.size - 1], [0, 1, 0], [0, 0, 1]])
    iris = min(network(sample(rgb, into, network.size)), key=lambda output: output.size).reshape(5, 3)
    placed = iris[:, :2] @ into[:, :2].T + into[:, 2]
    return np.column_stack([placed, np.full(5, corners[:, 2].mean())]).astype(np.float32)
