"""Faces for measurements that nobody drew."""

from pathlib import Path

import cv2
from skimage import data

from tests.filmed import swaying
from twins.footage import build
from twins.photos import make_package, sheet
from videos.renderers.base import FaceRef


def photo(folder: Path) -> FaceRef:
    """Scikit-image's photo of an astronaut (NASA, public domain) as a replica, its package in `folder`."""
    _, content = cv2.imencode(".png", data.astronaut()[:, :, ::-1])
    path = folder / "astronaut.npz"
    path.write_bytes(make_package(content.tobytes()))
    return FaceRef("photo", "astronaut", package=str(path))


def video(folder: Path) -> FaceRef:
    """The astronaut's photo as six seconds of film, in which the head moves, and that film as a video replica."""
    film = swaying(sheet(Path(photo(folder).package), 512, 512), folder / "film.mp4", 6.0)
    package, footage = build(film, (0.2, 6.0), folder, lambda percent: None)
    return FaceRef("video", "astronaut", "close", str(package), str(footage))
