"""Opens a customer's photo in a process of its own: `python -m twins.photos.child`.

Its libraries and models are loaded before it gives up memory, files and time; see avatarsite.core.confinement.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from PIL import Image

from avatarsite.core.children import serve
from avatarsite.core.confinement import allow_seconds, confine
from avatarsite.core.engines import EngineFailed
from twins.landmarks import available, detect, matte, refined
from twins.landmarks.files import MISSING
from twins.landmarks.tracking import Region, mesh
from twins.photos.making import package_of

MEMORY = 1_200 * 1_048_576  # bytes beyond what the libraries take: a photo of 33 megapixels in several colour spaces
SECONDS = 20.0  # of the processor


def _handle(request: bytes, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    if not available():
        raise EngineFailed(MISSING, "landmarks_missing")
    allow_seconds(SECONDS)
    send(package_of(request))


def _load() -> None:
    """Run every model once: none can be opened later."""
    nothing = np.zeros((64, 64, 3), np.uint8)
    detect(nothing)
    matte(nothing)
    refined(nothing, mesh(nothing, Region(32.0, 32.0, 64.0, 0.0)))
    Image.init()


if __name__ == "__main__":
    cv2.setNumThreads(1)
    if available():
        _load()
    confine(MEMORY)
    serve(_handle)
