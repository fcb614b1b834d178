"""Opens a customer's background or watermark in a process of its own: `python -m videos.renderers.local.plate_child`.

A picture comes back as one NV12 frame, a film as frames without end: at its end it fades over into its beginning.
"""

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

MOST_PIXELS = 33_177_600  # 8K; also told to the decoder of pictures, which then refuses by itself
os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(MOST_PIXELS)

import av  # noqa: E402
import cv2  # noqa: E402  it reads the limit when it is imported
import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from avatarsite.core.children import serve  # noqa: E402
from avatarsite.core.confinement import allow_seconds, confine  # noqa: E402
from avatarsite.core.engines import EngineFailed  # noqa: E402
from avatarsite.core.media_files import HEAD, PICTURES, container_of, import_all, is_cover, opened  # noqa: E402
from videos.renderers.base import VideoFormat  # noqa: E402
from videos.renderers.local import nv12  # noqa: E402
from videos.renderers.local.plates import Behind, Mark  # noqa: E402

MOST_MEMORY = 1_500 * 1_048_576  # beyond what the process has after its imports
MOST_ROWS = 12_000  # of a page, after scaling
FADE = 0.5  # seconds in which a film's end becomes its beginning
FRAME_SECONDS = 20.0  # of processor time that a picture, or a second of film, may take
MARK_WIDTH, MARK_HEIGHT = 0.2, 0.12  # of the frame: what a watermark is made to fit
BT_601, BT_709, UNTOLD = 5, 1, 2  # FFmpeg's numbers of colour spaces

Picture = NDArray[np.uint8]


def kind_of(path: Path) -> str:
    with path.open("rb") as file:
        return container_of(file.read(HEAD))


def picture(path: Path, flags: int) -> Picture:
    """A JPEG, PNG or WebP as BGR, or BGRA. Raises EngineFailed("picture_unusable")."""
    try:
        found = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), flags)
    except cv2.error as error:
        raise _unusable() from error
    if found is None or found.size == 0:
        raise _unusable()
    return np.asarray(found)


def _unusable() -> EngineFailed:
    return EngineFailed("The picture is broken, or larger than 33 megapixels.", "picture_unusable")


def covering(rgb: Picture, width: int, height: int) -> Picture:
    """The middle of a picture, scaled so that it fills the size."""
    scale = max(width / rgb.shape[1], height / rgb.shape[0])
    size = (max(width, round(rgb.shape[1] * scale)), max(height, round(rgb.shape[0] * scale)))
    filled = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(filled[y : y + height, x : x + width])


def page(rgb: Picture, width: int, height: int) -> Picture:
    """A page's picture at the frame's width, at least as high as the frame; its height is even."""
    rows = min(round(rgb.shape[0] * width / rgb.shape[1]), MOST_ROWS)
    kept = rgb[: max(1, round(rows * rgb.shape[1] / width))]
    scaled = cv2.resize(kept, (width, max(2, rows // 2 * 2)), interpolation=cv2.INTER_AREA)
    missing = max(0, height - len(scaled))
    return np.asarray(cv2.copyMakeBorder(scaled, 0, missing, 0, 0, cv2.BORDER_REPLICATE))


def nv12_frame(rgb: Picture) -> Picture:
    luma, chroma = nv12.planes(rgb)
    return np.concatenate([luma, chroma.reshape(len(rgb) // 2, -1)])


def still(request: Behind) -> Picture:
    rgb = cv2.cvtColor(picture(request.path, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    fit = page if request.page else covering
    return nv12_frame(fit(rgb, request.video_format.width, request.video_format.height))


def mark(request: Mark) -> tuple[Picture, Picture]:
    """An NV12 picture of the mark, and in the same layout how opaque it is; both sides even."""
    found = picture(request.path, cv2.IMREAD_UNCHANGED)
    if found.dtype != np.uint8:
        found = cv2.convertScaleAbs(found, alpha=1 / 257)
    if found.ndim == 2:
        found = cv2.cvtColor(found, cv2.COLOR_GRAY2BGRA)
    elif found.shape[2] == 3:
        found = cv2.cvtColor(found, cv2.COLOR_BGR2BGRA)
    most = request.video_format.width * MARK_WIDTH, request.video_format.height * MARK_HEIGHT
    scale = min(most[0] / found.shape[1], most[1] / found.shape[0])
    size = [max(2, round(side * scale) // 2 * 2) for side in (found.shape[1], found.shape[0])]
    solid = found.astype(np.float32)
    solid[..., :3] *= solid[..., 3:] / 255  # what is transparent has no colour to mix in
    small = cv2.resize(solid, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    alpha = small[..., 3]
    rgb = small[..., 2::-1] * 255 / np.maximum(alpha, 1.0)[..., None]
    half = cv2.resize(alpha, (size[0] // 2, size[1] // 2), interpolation=cv2.INTER_AREA)
    opaque = np.concatenate([alpha, np.repeat(half, 2, axis=1)])
    return nv12_frame(rgb.clip(0, 255).astype(np.uint8)), opaque.round().astype(np.uint8)


def film(request: Behind) -> Iterator[Picture]:
    """Frames of the film at the format's rate and size, again and again, without end."""
    fading = round(FADE * request.video_format.fps)
    with opened(request.path) as (_, container):
        streams = [stream for stream in container.streams.video if not is_cover(stream)]
        if not streams:
            raise EngineFailed("There is no moving picture in the file.", "media_no_video")
        begin: list[Picture] = []
        for turn in itertools.count():
            container.seek(0)
            held: deque[Picture] = deque()
            for number, frame in enumerate(_at_rate(container, streams[0], request.video_format)):
                if turn == 0 and number < fading:
                    begin.append(frame)
                if turn == 0 or number >= fading:  # later turns have shown the beginning while the end faded
                    held.append(frame)
                if len(held) > fading:
                    yield held.popleft()
            if not begin:
                raise EngineFailed("The film is empty.", "media_broken")
            yield from _faded(list(held), begin)


def _faded(end: list[Picture], begin: list[Picture]) -> Iterator[Picture]:
    """A film's last frames, turning into its first ones; a film too short for that simply starts over."""
    for number, (last, first) in enumerate(zip(end, begin, strict=False), 1):
        share = number / (len(begin) + 1)
        yield np.asarray(cv2.addWeighted(last, 1 - share, first, share, 0))
    yield from begin[len(end) :]


def _at_rate(container: Any, stream: Any, video_format: VideoFormat) -> Iterator[Picture]:
    """One pass: for each frame of the clip the film's picture of that moment."""
    shown, begin, number = None, None, 0
    for frame in container.decode(stream):
        if frame.pts is None:
            continue
        time = frame.pts * Fraction(frame.time_base)
        begin = time if begin is None else begin
        while shown is not None and Fraction(number, video_format.fps) < time - begin:
            yield shown
            number += 1
        shown = fitted(frame, video_format)
    if shown is not None:
        yield shown


def fitted(frame: Any, video_format: VideoFormat) -> Picture:
    """A decoded frame as NV12 in BT.709, upright, covering the format."""
    turned = -frame.rotation % 360 // 90
    width, height = (frame.height, frame.width) if turned % 2 else (frame.width, frame.height)
    scale = max(video_format.width / width, video_format.height / height)
    size = [max(2, -(-round(side * scale) // 2) * 2) for side in (frame.width, frame.height)]
    told = frame.colorspace if frame.colorspace != UNTOLD else BT_709 if frame.height >= 720 else BT_601
    scaled = frame.reformat(
        *size, "nv12", src_colorspace=told, dst_colorspace=BT_709, dst_color_range=1, interpolation="AREA"
    )
    planes = [np.rot90(plane, -turned) for plane in nv12.split(scaled.to_ndarray())]
    y, x = ((planes[0].shape[n] - side) // 4 * 2 for n, side in ((0, video_format.height), (1, video_format.width)))
    luma = planes[0][y : y + video_format.height, x : x + video_format.width]
    chroma = planes[1][y // 2 : (y + video_format.height) // 2, x // 2 : (x + video_format.width) // 2]
    return np.concatenate([luma, chroma.reshape(len(chroma), -1)])


def _handle(request: Behind | Mark, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    allow_seconds(FRAME_SECONDS)
    if isinstance(request, Mark):
        send(mark(request))
    elif kind_of(request.path) in PICTURES:
        send(still(request))
        send(None)
    else:
        for number, frame in enumerate(film(request)):
            if number % request.video_format.fps == 0:
                allow_seconds(FRAME_SECONDS)
            send(frame)


def _rehearse() -> None:
    """Let the libraries open what they open when they are first used: a confined process cannot."""
    import_all()
    cv2.imdecode(np.zeros(1, np.uint8), cv2.IMREAD_COLOR)
    blank = av.VideoFrame(16, 16, "yuv420p")
    fitted(blank, VideoFormat(16, 16))


if __name__ == "__main__":
    cv2.setNumThreads(1)
    _rehearse()
    confine(MOST_MEMORY)
    serve(_handle)
