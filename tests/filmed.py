"""What the tests of footage and lipsync share: a short film of a drawn person who moves, speaks or is silent."""

from pathlib import Path

import numpy as np

from twins import portraits
from twins.faces import Box
from twins.footage.films import Film
from videos.renderers.local import nv12
from videos.renderers.local.cache import posed
from videos.renderers.local.motion import breathing, pose_loop, warps

SIZE = 320
WIDE_OPEN = (9, 2)


def film_of(name: str, path: Path, seconds: float, *, speaking: bool = False, fps: int = 25) -> Path:
    return swaying(portraits.draw(name, SIZE, SIZE), path, seconds, speaking=speaking, fps=fps, seed=name)


def swaying(sheet, path: Path, seconds: float, *, speaking: bool = False, fps: int = 25, seed: str = "") -> Path:
    """The person sways as in an idle clip; the light falls by a tenth towards the end."""
    height, width = sheet.image.shape[:2]
    whole = Box(0, 0, width, height)
    both = warps(sheet.depth, breathing(sheet), sheet.pivot, whole)
    loop, count = pose_loop(seed, height), round(seconds * fps)
    silent, open_ = _frame(sheet.image), _frame(_with_mouth(sheet))
    with Film(path, width, height, crf=10, fps=fps) as film:
        for number in range(count):
            base = open_ if speaking and number % 10 < 5 else silent
            frame = posed(base, both, loop[number * 25 // fps % len(loop)])
            luma = nv12.split(frame)[0]
            luma[:] = luma * (1 - 0.1 * number / count)
            film.add(frame)
    return path


def _with_mouth(sheet):
    image, box = sheet.image.copy(), sheet.mouth_box
    image[box.y : box.y + box.height, box.x : box.x + box.width] = sheet.mouth[WIDE_OPEN]
    return image


def _frame(rgb):
    luma, chroma = nv12.planes(rgb)
    return np.concatenate([luma, chroma.reshape(len(luma) // 2, -1)])
