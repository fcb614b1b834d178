"""Measures of single frames. Pictures are uint8; a level is a brightness from 0 to 255."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Floats = NDArray[np.floating[Any]]
THUMB = (64, 36)  # width and height of the grey picture by which frames are compared
LOOKED_AT = 5 * THUMB[1]  # rows of the frame that are looked at for it
PLANAR = ("yuv420p", "yuvj420p")
CROP = 16  # pixels of a side of the small picture of a face
JUMP = 5.0  # a change from which on the face must be found anew
LARGEST_FACE = 256  # pixels: larger faces are measured smaller, so that a measure means the same in every film
REBLUR = 9  # pixels
BLOCK = 16  # pixels of a side of the blocks in which noise is measured
EYES, CHIN = ((33, 133), (263, 362)), 152
PLACES = np.array([[5.0, 5.5], [11.0, 5.5], [8.0, 14.5]], np.float32)  # of eyes and chin in a small picture of a face


def luma(frame: Any) -> Picture:
    """The brightness of a decoded frame as it is stored, not turned; where the format allows it without a copy."""
    plain = frame if frame.format.name in (*PLANAR, "nv12") else frame.reformat(format="gray")
    return _samples(plain.planes[0])


def small(frame: Any, width: int, height: int) -> Picture:
    """(height, width, 3) RGB of a decoded frame, not turned; sides even. Scaled before it is coloured, if it can."""
    if frame.format.name not in PLANAR:
        return np.asarray(frame.reformat(width, height, "rgb24", interpolation="FAST_BILINEAR").to_ndarray())
    scaled = np.empty((height * 3 // 2, width), np.uint8)
    halves = scaled[height:].reshape(2, height // 2, width // 2)
    for plane, target in zip(frame.planes, (scaled[:height], *halves), strict=True):
        cv2.resize(_samples(plane), target.shape[::-1], dst=target, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_YUV2RGB_I420))


def _samples(plane: Any) -> Picture:
    """(height, width) of a plane of 8 bits, without a copy."""
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]


def thumb(frame: Any) -> Floats:
    """A grey thumbnail without its brightness and contrast: a lamp that is switched on does not change it."""
    rows = luma(frame)[:: max(frame.height // LOOKED_AT, 1)]
    grey = cv2.resize(rows, THUMB, interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray((grey - grey.mean()) / max(float(grey.std()), 4.0), np.float32)


def change(before: Floats, after: Floats) -> float:
    """Mean difference of two thumbnails, in per cent of the picture's contrast (its standard deviation)."""
    return float(np.abs(after - before).mean()) * 100


def aligned(picture: Picture, points: NDArray[np.float32]) -> Picture:
    """The face as a small RGB picture, eyes and chin always at the same places."""
    places = [*(points[list(corners), :2].mean(0) for corners in EYES), points[CHIN, :2]]
    into = cv2.getAffineTransform(np.array(places, np.float32), PLACES * 4)
    fine = cv2.warpAffine(picture, into, (CROP * 4, CROP * 4), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(fine, (CROP, CROP), interpolation=cv2.INTER_AREA), np.uint8)


def eyes(points: NDArray[np.float32]) -> tuple[float, float, float]:
    """x and y of the middle between the eyes, and the distance of the eyes; in pixels, on the picture's plane."""
    right, left = (points[list(corners), :2].mean(0) for corners in EYES)
    middle = (right + left) / 2
    return float(middle[0]), float(middle[1]), float(np.hypot(*(right - left)))


def grey_around(frame: Any, box: tuple[float, ...]) -> Picture:
    """The face in its full sharpness, grey; `box` is in pixels of the upright film."""
    upright = np.rot90(luma(frame), round(getattr(frame, "rotation", 0) / 90) % 4)
    x, y, width, height = (max(0, round(number)) for number in box)
    cut = upright[y : y + height, x : x + width]
    return np.ascontiguousarray(cut) if min(cut.shape) >= BLOCK else np.full((BLOCK, BLOCK), 128, np.uint8)


def blur(grey: Picture) -> float:
    """0 sharp to 1 blurred: how little further blurring changes (Crete et al., The Blur Effect, 2007)."""
    smaller = min(1.0, LARGEST_FACE / grey.shape[0])
    sharp = cv2.resize(grey, None, fx=smaller, fy=smaller, interpolation=cv2.INTER_AREA).astype(np.float32)
    found = []
    for axis, kernel in ((0, (1, REBLUR)), (1, (REBLUR, 1))):
        before = np.abs(np.diff(sharp, axis=axis))
        after = np.abs(np.diff(cv2.blur(sharp, kernel), axis=axis))
        total = float(before.sum())
        lost = float(np.maximum(0, before - after).sum())
        found.append(1.0 if total == 0 else (total - lost) / total)
    return max(found)


def noise(grey: Picture) -> float:
    """Standard deviation of the grain in levels, where the picture is calmest (Immerkaer, 1996, by blocks)."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    edges = np.abs(cv2.filter2D(grey, cv2.CV_32F, kernel))[1:-1, 1:-1]
    rows, columns = (side // BLOCK for side in edges.shape)
    if not rows or not columns:
        return 0.0
    blocks = edges[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK).mean((1, 3))
    return float(np.percentile(blocks, 25) * np.sqrt(np.pi / 2) / 6)
