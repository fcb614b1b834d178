"""Finding faces: BlazeFace for near faces and for far ones (Bazarevsky et al., 2019)."""

from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.landmarks.models import Floats, Picture, model, sample

LEAST_SCORE = {"detect_near": 0.5, "detect_far": 0.6}
STRIDES = {"detect_near": ((8, 2), (16, 6)), "detect_far": ((4, 1),)}  # (pixels between anchors, anchors at each)
OVERLAP = 0.3  # boxes that overlap more (intersection over union) are one face


@dataclass(frozen=True)
class FaceBox:
    """A face from brows to chin, in pixels. keypoints (6, 2): right eye, left eye, nose, mouth, right ear, left ear."""

    x: float
    y: float
    width: float
    height: float
    score: float
    keypoints: Floats = field(compare=False, repr=False)


def detect(rgb: Picture) -> list[FaceBox]:
    """Every face of a picture (height, width, 3), the largest first. Raises EngineFailed("landmarks_missing")."""
    found = [*_found(rgb, "detect_near"), *_found(rgb, "detect_far")]
    return sorted(_apart(found), key=lambda box: -box.width * box.height)


def nearest(rgb: Picture) -> FaceBox | None:
    """The largest face; far ones are looked for only when no near one is there. Half the time of `detect`."""
    found = _found(rgb, "detect_near") or _found(rgb, "detect_far")
    return max(found, key=lambda box: box.width * box.height, default=None)


def _found(rgb: Picture, name: str) -> list[FaceBox]:
    detector = model(name)
    height, width = rgb.shape[:2]
    side = max(height, width)
    corner = np.array([(width - side) / 2, (height - side) / 2])
    into = np.array([[side / detector.size, 0, corner[0]], [0, side / detector.size, corner[1]]])
    picture = sample(rgb, into, detector.size, cv2.BORDER_CONSTANT) * 2 - 1
    regressors, logits = detector(picture)
    scores = 1 / (1 + np.exp(-logits[0, :, 0].clip(-50, 50)))
    sure = scores >= LEAST_SCORE[name]
    points = regressors[0, sure].reshape(-1, 8, 2) / detector.size
    points[:, [0, *range(2, 8)]] += _anchors(name, detector.size)[sure][:, None]
    boxes = [_box(each * side, corner, score) for each, score in zip(points, scores[sure], strict=True)]
    return _apart(boxes)


def _box(points: Floats, corner: NDArray[np.float64], score: float) -> FaceBox:
    """From centre, size and six keypoints in pixels of the padded square."""
    x, y = points[0] + corner - points[1] / 2
    return FaceBox(
        float(x),
        float(y),
        float(points[1, 0]),
        float(points[1, 1]),
        float(score),
        (points[2:] + corner).astype(np.float32),
    )


@cache
def _anchors(name: str, size: int) -> Floats:
    """Centres of the anchors (n, 2) as shares of the picture, in the model's order."""
    rows = []
    for stride, each in STRIDES[name]:
        grid = (np.arange(size // stride) + 0.5) / (size // stride)
        y, x = np.meshgrid(grid, grid, indexing="ij")
        rows.append(np.repeat(np.stack([x.ravel(), y.ravel()], 1), each, axis=0))
    return np.concatenate(rows).astype(np.float32)


def _apart(boxes: list[FaceBox]) -> list[FaceBox]:
    """One box for each face: those that overlap are averaged by their scores."""
    left = sorted(boxes, key=lambda box: -box.score)
    kept = []
    while left:
        same = [box for box in left if _overlap(left[0], box) > OVERLAP]
        left = [box for box in left if box not in same]
        kept.append(_mean(same))
    return kept


def _overlap(a: FaceBox, b: FaceBox) -> float:
    width = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    height = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    common = max(width, 0.0) * max(height, 0.0)
    return common / (a.width * a.height + b.width * b.height - common)


def _mean(boxes: list[FaceBox]) -> FaceBox:
    weights = np.array([box.score for box in boxes])
    numbers = np.average([[box.x, box.y, box.width, box.height] for box in boxes], axis=0, weights=weights)
    x, y, width, height = numbers.tolist()
    keypoints = np.average([box.keypoints for box in boxes], axis=0, weights=weights)
    return FaceBox(x, y, width, height, boxes[0].score, keypoints.astype(np.float32))
