"""Pictures of a finished clip: a poster, and a small animation that loops."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from avatarsite.core.engines import EngineFailed
from videos.renderers.local.encode import storage_failure

POSTER_QUALITY = 90
PREVIEW_SECONDS = 3.0
PREVIEW_RATE = 10  # pictures a second
PREVIEW_PIXELS = 320  # of the longer side
PREVIEW_BYTES = 300_000
QUALITIES = (70, 45, 20)  # the first that is small enough

Picture = NDArray[np.uint8]


def poster(clip: Path, target: Path) -> int:
    """Write the clip's first picture as a JPEG; returns its bytes."""
    first = next(_pictures(clip, 1), None)
    if first is None:
        raise EngineFailed("The clip could not be completed.", "clip_broken")
    _, data = cv2.imencode(".jpg", first[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, POSTER_QUALITY])
    return _write(target, data.tobytes())


def preview(clip: Path, target: Path) -> int:
    """Write the clip's first seconds as an animated WebP of at most PREVIEW_BYTES; returns its bytes."""
    animation = cv2.Animation()
    animation.frames = [np.ascontiguousarray(_small(picture)[..., ::-1]) for picture in _pictures(clip, PREVIEW_RATE)]
    animation.durations = [round(1000 / PREVIEW_RATE)] * len(animation.frames)
    for quality in QUALITIES:
        if not cv2.imwriteanimation(str(target), animation, [cv2.IMWRITE_WEBP_QUALITY, quality]):
            raise EngineFailed("The video could not be stored.", "storage_failed")
        size = target.stat().st_size
        if size <= PREVIEW_BYTES:
            break
    return size


def _pictures(clip: Path, rate: int) -> Iterator[Picture]:
    """RGB pictures of the first seconds, `rate` of them a second."""
    try:
        with av.open(str(clip), format="mp4") as film:
            every = max(1, round(float(film.streams.video[0].average_rate) / rate))
            frames: Any = islice(film.decode(video=0), 0, round(PREVIEW_SECONDS * rate) * every, every)
            for frame in frames:
                yield frame.to_ndarray(format="rgb24", src_colorspace=1, dst_colorspace=1)
    except av.FFmpegError as error:
        raise EngineFailed("The clip could not be completed.", "clip_broken") from error


def _small(picture: Picture) -> Picture:
    scale = min(1.0, PREVIEW_PIXELS / max(picture.shape[:2]))
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _write(target: Path, data: bytes) -> int:
    try:
        return target.write_bytes(data)
    except OSError as error:
        raise storage_failure(error) from error
