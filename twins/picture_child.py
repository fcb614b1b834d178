"""Opens a customer's picture in a process of its own and makes it anew: `python -m twins.picture_child`.

Only JPEG, PNG and WebP, told by their first bytes; the size is read from the header before anything is decoded.
What comes back is a new JPEG: no metadata, nothing hidden behind the picture.
"""

import os
import struct
from collections.abc import Callable
from typing import Any

MOST_PIXELS = 33_177_600  # 8K; also told to the decoder, which then refuses by itself
MOST_MEMORY = 448 * 1_048_576  # beyond what the process has after its imports
MOST_SECONDS = 8.0  # of processor time
os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(MOST_PIXELS)
os.environ["OPENCV_LOG_LEVEL"] = "SILENT"  # a broken picture is the customer's to know of

import cv2  # noqa: E402  it reads the limit when it is imported
import numpy as np  # noqa: E402

from avatarsite.core.children import serve  # noqa: E402
from avatarsite.core.confinement import allow_seconds, confine  # noqa: E402
from avatarsite.core.engines import EngineFailed  # noqa: E402

LARGEST = 1_024  # pixels of the longer side that is kept
SMALLEST = 64
QUALITY = 90


def remade(content: bytes) -> bytes:
    """The picture as a new JPEG. Raises EngineFailed("picture_unusable")."""
    if not _is_known(content):
        raise _unusable("Send a JPEG, PNG or WebP picture.")
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise _unusable("The picture is broken, or larger than 33 megapixels.") from error
    if picture is None:
        raise _unusable("The picture is broken, or larger than 33 megapixels.")
    height, width = picture.shape[:2]
    if min(height, width) < SMALLEST:
        raise _unusable(f"The picture is {width} x {height} pixels; at least {SMALLEST} x {SMALLEST} are needed.")
    scale = min(1.0, LARGEST / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def _is_known(content: bytes) -> bool:
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        width, height = struct.unpack(">II", content[16:24]) if len(content) >= 24 else (0, 0)
        return bool(0 < width * height <= MOST_PIXELS)
    return content[:3] == b"\xff\xd8\xff" or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")


def _unusable(words: str) -> EngineFailed:
    return EngineFailed(words, "picture_unusable")


def _handle(request: bytes, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    allow_seconds(MOST_SECONDS)
    send(remade(request))


def _first() -> bytes:
    """A picture to have everything loaded by, while that is still possible."""
    return cv2.imencode(".webp", np.zeros((SMALLEST, SMALLEST, 3), np.uint8))[1].tobytes()


if __name__ == "__main__":
    cv2.setNumThreads(1)
    remade(_first())
    confine(MOST_MEMORY, files=0)
    serve(_handle)
