"""Films as frames in a steady time: upright NV12 pictures, BT.709 in limited range; and films written from them.

A frame is (height * 3 / 2, width) uint8: the luma plane, under it the interleaved chroma.
"""

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from numpy.typing import NDArray

from avatarsite.core.engines import EngineFailed
from avatarsite.core.media_files import VIDEO_CODECS, is_cover, opened

FPS = 25  # of footage
LONGER, SHORTER = 1920, 1080  # pixels: footage is made no larger
KEY_EVERY = 25  # frames
SAMPLE_RATE = 48_000
UNTOLD = 2  # FFmpeg's number of a colour space that the film does not tell
HD = 720  # lines from which such a film is taken for BT.709, below for BT.601

Picture = NDArray[np.uint8]


def frames(
    path: Path, begin: float = 0.0, end: float = math.inf, *, fps: int = FPS, full_size: bool = False
) -> Iterator[Picture]:
    """The film's pictures at `fps`, from `begin` to `end` seconds, not larger than footage may be.

    What an unsteady film lacks is repeated, what it has too much of is left out; broken pictures are passed over.
    full_size: of any size. Raises EngineFailed: media_unsupported, media_broken, media_no_video.
    """
    with opened(path) as (_, film):
        stream = next((stream for stream in film.streams.video if not is_cover(stream)), None)
        if stream is None or stream.codec_context.codec.canonical_name not in VIDEO_CODECS:
            raise EngineFailed("There is no moving picture in the file that can be decoded.", "media_no_video")
        start = float((stream.start_time or 0) * stream.time_base)
        if begin > 0:
            film.seek(int((begin + start) / stream.time_base), stream=stream)
        for frame in _steady(_decoded(film, stream, start), begin, end, fps):
            yield _picture(frame, full_size)


def _decoded(film: Any, stream: Any, start: float) -> Iterator[tuple[float, Any]]:
    for packet in film.demux(stream):
        try:
            for frame in packet.decode():
                if frame.pts is not None:
                    yield float(frame.pts * frame.time_base) - start, frame
        except av.error.InvalidDataError:
            continue


def _steady(decoded: Iterator[tuple[float, Any]], begin: float, end: float, fps: int) -> Iterator[Any]:
    """For each tick the frame that is shown in its middle."""
    tick, shown = 0, None
    for seconds, frame in decoded:
        while shown is not None and begin + (tick + 0.5) / fps < min(seconds, end):
            yield shown
            tick += 1
        if seconds >= end:
            return
        shown = frame
    if shown is not None and begin + (tick + 0.5) / fps < end:  # the last one has no successor that ends it
        yield shown


def _picture(frame: Any, full_size: bool) -> Picture:
    """Upright NV12 in BT.709, limited range."""
    longer, shorter = max(frame.width, frame.height), min(frame.width, frame.height)
    scale = 1.0 if full_size else min(1.0, LONGER / longer, SHORTER / shorter)
    width, height = (max(round(side * scale) // 2 * 2, 2) for side in (frame.width, frame.height))
    told = frame.colorspace
    nv12 = frame.reformat(
        width,
        height,
        "nv12",
        src_colorspace=told if told != UNTOLD else Colorspace.ITU709 if shorter >= HD else Colorspace.ITU601,
        dst_colorspace=Colorspace.ITU709,
        interpolation=Interpolation.AREA,
        src_color_range=frame.color_range,
        dst_color_range=ColorRange.MPEG,
        threads=1,
    ).to_ndarray()
    turns = round(frame.rotation / 90) % 4  # counter-clockwise
    if not turns:
        return np.asarray(nv12, np.uint8)
    luma, chroma = (np.rot90(plane, turns) for plane in planes(nv12))
    return np.concatenate([luma, chroma.reshape(len(chroma), -1)])


def planes(frame: Picture) -> tuple[Picture, Picture]:
    """Views of a frame: luma (height, width), chroma (height / 2, width / 2, 2)."""
    height = len(frame) * 2 // 3
    return frame[:height], frame[height:].reshape(height // 2, -1, 2)


def rgb(frame: Picture, longer: int = 0) -> Picture:
    """The frame in RGB, made smaller so that its longer side has at most `longer` pixels when that is given."""
    height, width = len(frame) * 2 // 3, frame.shape[1]
    scale = min(1.0, longer / max(width, height)) if longer else 1.0
    small = round(width * scale), round(height * scale)
    picture = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(frame), format="nv12")
    converted = picture.reformat(
        *small,
        "rgb24",
        src_colorspace=Colorspace.ITU709,
        interpolation=Interpolation.AREA,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        threads=1,
    )
    return np.asarray(converted.to_ndarray(), np.uint8)


class Film:
    """A film being written: H.264 and, if wanted, AAC in MP4; quick to decode and to seek.

    crf: smaller is better. sound: of stereo float samples at SAMPLE_RATE, written as far as the pictures go.
    """

    def __init__(
        self, path: Path, width: int, height: int, *, crf: int, fps: int = FPS, sound: Iterator[Any] | None = None
    ) -> None:
        self._file: Any = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        stream: Any = self._file.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "nv12"
        stream.codec_context.thread_count = 2
        stream.options = {
            "preset": "veryfast",
            "tune": "fastdecode",
            "crf": str(crf),
            "x264-params": f"keyint={KEY_EVERY}:scenecut=0:colorprim=bt709:transfer=bt709:colormatrix=bt709",
        }
        self._stream, self._fps, self._count = stream, fps, 0
        self._sound, self._sounded = sound, 0
        self._speaker: Any = self._file.add_stream("aac", rate=SAMPLE_RATE, layout="stereo") if sound else None

    def __enter__(self) -> "Film":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            for stream in filter(None, (self._stream, self._speaker)):
                self._file.mux(stream.encode(None))
        self._file.close()

    def add(self, frame: Picture) -> None:
        picture = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(frame), format="nv12")
        picture.pts, picture.time_base = self._count, Fraction(1, self._fps)
        self._count += 1
        self._file.mux(self._stream.encode(picture))
        self._speak()

    def _speak(self) -> None:
        while self._sound and self._sounded * self._fps < self._count * SAMPLE_RATE:
            frame = next(self._sound, None)
            if frame is None:
                self._sound = None
                return
            frame.pts, frame.time_base = self._sounded, Fraction(1, SAMPLE_RATE)
            self._sounded += frame.samples
            self._file.mux(self._speaker.encode(frame))


def sound(path: Path) -> Iterator[Any]:
    """A file's first sound as frames of stereo at SAMPLE_RATE. Raises EngineFailed: media_unsupported, media_broken."""
    with opened(path) as (_, film):
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
        for packet in film.demux(film.streams.audio[0]):
            try:
                decoded = packet.decode()
            except av.error.InvalidDataError:
                continue
            for frame in decoded:
                frame.pts = None  # gaps and jumps of broken clocks are no silence
                yield from resampler.resample(frame)
        yield from resampler.resample(None)


def backwards(path: Path, count: int, *, fps: int = FPS) -> Iterator[Picture]:
    """The frames of a film that `Film` wrote, the last of its `count` first; holds one group of pictures."""
    for first in range((count - 1) // KEY_EVERY * KEY_EVERY, -1, -KEY_EVERY):
        end = min(first + KEY_EVERY, count) / fps
        yield from reversed(list(frames(path, first / fps, end, fps=fps, full_size=True)))
