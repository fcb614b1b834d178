"""A face for measurements that nobody drew."""

from pathlib import Path

import cv2
from skimage import data

from twins.photos import make_package
from videos.renderers.base import FaceRef


def photo(folder: Path) -> FaceRef:
    """Scikit-image's photo of an astronaut (NASA, public domain) as a replica, its package in `folder`."""
    _, content = cv2.imencode(".png", data.astronaut()[:, :, ::-1])
    path = folder / "astronaut.npz"
    path.write_bytes(make_package(content.tobytes()))
    return FaceRef("photo", "astronaut", package=str(path))
