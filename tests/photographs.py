"""Pictures of faces for tests: a photograph that nobody here took, and files made of it."""

import io
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from PIL import Image


@cache
def astronaut() -> np.ndarray:
    """RGB, 512 x 512: a smiling woman, her face small and off the middle (NASA, public domain)."""
    with (files("skimage") / "data" / "astronaut.png").open("rb") as file:
        return np.asarray(Image.open(file).convert("RGB"))


def as_file(picture: np.ndarray | Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(file, kind, **options)
    return file.getvalue()
