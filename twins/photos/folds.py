"""The folds from the nose down beside the mouth: what smooths out when lips are drawn together."""

import cv2
import numpy as np

from twins.faces import Picture
from twins.photos.fields import Floats, frame_of
from twins.photos.lips import OUTER_LOWER, OUTER_UPPER

# Points of the mesh along both folds, from the wing of the nose down.
FOLDS = ((129, 203, 206, 216, 212, 202, 204), (358, 423, 426, 436, 432, 422, 424))
THICK = 0.24  # eye distances across a fold that are smoothed
SOFT = 0.06  # over which that ends
GRAIN, LIGHT = 0.009, 0.13  # what is smaller than a fold stays, and what is larger
LIPS, EDGE = 0.045, 0.025  # beside the lips that count as lips, and over what their edge is led over


def smoothed(image: Picture, points: Floats) -> Picture:
    """The face (RGB) without its folds; grain and light of its skin stay, and so do the lips.

    points: landmarks (468 or 478, 3) in pixels.
    """
    unit = frame_of(points).unit
    skin = np.ones(image.shape[:2], np.float32)
    ring = [points[[*OUTER_UPPER, *OUTER_LOWER[::-1]], :2].round().astype(np.int32)]
    cv2.fillPoly(skin, ring, 0.0)
    cv2.polylines(skin, ring, True, 0.0, max(round(2 * LIPS * unit), 1))
    near = np.zeros_like(skin)
    lines = [points[list(fold), :2].round().astype(np.int32) for fold in FOLDS]
    cv2.polylines(near, lines, False, 1.0, max(round(THICK * unit), 1))
    near = _blurred(near, SOFT * unit) * _blurred(skin, EDGE * unit)
    seen = image.astype(np.float32)
    light = _blurred(seen * skin[..., None], LIGHT * unit) / (_blurred(skin, LIGHT * unit)[..., None] + 1e-3)
    fold = _blurred(seen, GRAIN * unit) - light
    return np.asarray((seen - fold * near[..., None]).clip(0, 255) + 0.5, np.uint8)


def _blurred(values: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), max(sigma, 0.5), borderType=cv2.BORDER_REPLICATE), np.float32)
