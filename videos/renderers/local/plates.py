"""What stands behind and over the person, as the encoder's pictures; a customer's files are opened by a child process.

Errors name the option that the file was given by.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatarsite.core.children import Child
from avatarsite.core.engines import EngineFailed
from videos.renderers.base import Scene, Scroll, VideoFormat
from videos.renderers.local import nv12
from videos.renderers.local.scrolling import offsets

CHILD = "videos.renderers.local.plate_child"
PATIENCE = 30.0  # seconds for the next picture

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Behind:
    """What is to stand behind the person. page: as wide as the frame and as long as it is, within limits."""

    path: Path
    video_format: VideoFormat
    page: bool = False


@dataclass(frozen=True)
class Mark:
    """A watermark, to be scaled to a frame."""

    path: Path
    video_format: VideoFormat


def flat(color: str, video_format: VideoFormat) -> Picture:
    """An NV12 frame of one colour, "#rrggbb"."""
    rgb = np.array([int(color[n : n + 2], 16) for n in (1, 3, 5)], np.uint8)
    luma, *chroma = nv12.nearest(rgb)
    frame = np.empty((video_format.height * 3 // 2, video_format.width), np.uint8)
    planes = nv12.split(frame)
    planes[0][:], planes[1][:] = luma, chroma
    return frame


@contextmanager
def backdrop(scene: Scene, video_format: VideoFormat) -> Iterator[Iterator[Picture]]:
    """Frame after frame of what is behind the person, without end; none for their own background."""
    if not scene.file:
        yield repeat(flat(scene.color, video_format)) if scene.color else iter(())
        return
    with _child() as child:
        child.send(Behind(Path(scene.file), video_format, page=scene.scroll is not None))
        first, second = _next(child, "background"), _next(child, "background")  # a picture is followed by None
        if scene.scroll:
            yield _scrolled(first, scene.scroll, video_format)
        elif second is None:
            yield repeat(first)
        else:
            yield chain((first, second), _further(child))


def _further(child: Child) -> Iterator[Picture]:
    while True:
        yield _next(child, "background")


def watermark(scene: Scene, video_format: VideoFormat) -> tuple[Picture, Picture] | None:
    """The mark and its opacity in the layout of NV12; None without one."""
    if not scene.watermark:
        return None
    with _child() as child:
        child.send(Mark(Path(scene.watermark), video_format))
        picture, opacity = _next(child, "watermark")
        return picture, opacity


def _scrolled(page: Picture, scroll: Scroll, video_format: VideoFormat) -> Iterator[Picture]:
    luma, chroma = page[: len(page) * 2 // 3], page[len(page) * 2 // 3 :]
    height = video_format.height
    for y in offsets(len(luma), video_format, scroll):
        yield np.concatenate([luma[y : y + height], chroma[y // 2 : (y + height) // 2]])


@contextmanager
def _child() -> Iterator[Child]:
    child = Child(CHILD)
    try:
        yield child
    finally:
        child.kill()


def _next(child: Child, what: str) -> Any:
    try:
        return child.receive(PATIENCE)
    except EngineFailed as error:
        crashed = error.code.startswith("engine_")  # the file did it, not we
        words = "It is broken: it cannot be decoded." if crashed else error.message
        raise EngineFailed(f"The {what} cannot be used. {words}", f"{what}_unusable") from error
