"""From a photo's package to a FaceSheet of any size."""

from pathlib import Path

import numpy as np

from twins.faces import WIDTHS, FaceSheet
from twins.photos.eyes import eye_pictures, eyes_box
from twins.photos.framing import framed
from twins.photos.mouth import mouth_box, mouth_pictures
from twins.photos.package import opened
from twins.photos.relief import pivot_of, relief


def sheet(package: Path, width: int, height: int) -> FaceSheet:
    """The face of a package at a size in pixels. Raises EngineFailed("face_unusable")."""
    kept = opened(package)
    shown = framed(kept.image, kept.points, kept.matte, width, height)
    lips_at = mouth_box(shown.points, width, height)
    mouth, press = mouth_pictures(shown.image, shown.points, lips_at)
    image = np.array(shown.image)
    image[lips_at.y : lips_at.y + lips_at.height, lips_at.x : lips_at.x + lips_at.width] = mouth[0, WIDTHS // 2]
    eyes_at = eyes_box(shown.points, width, lips_at.y)
    eyes = eye_pictures(image, shown.points, eyes_at)
    depth = relief(shown.points, shown.matte)
    return FaceSheet(image, lips_at, mouth, press, eyes_at, eyes, depth, pivot_of(shown.points), shown.matte)
