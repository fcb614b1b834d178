"""Good media files, made for tests: moving grey and a tone, in any container and codec."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

TONE = 440.0  # Hz


def tone(seconds: float, rate: int = 24_000) -> np.ndarray:
    """A sine as 16-bit samples."""
    return (8_000 * np.sin(2 * np.pi * TONE * np.arange(round(seconds * rate)) / rate)).astype(np.int16)


def film(
    path: Path,
    *,
    video: str = "",
    audio: str = "",
    seconds: float = 1.0,
    fps: int = 25,
    size: tuple[int, int] = (64, 48),
    rate: int = 48_000,
    layout: str = "mono",
    container: str | None = None,
    **options: str,
) -> Path:
    """A file with a stream of the codec `video` and one of the codec `audio`; options go to the container."""
    with av.open(str(path), "w", format=container, options=options) as out:
        picture = out.add_stream(video, rate=fps, width=size[0], height=size[1], pix_fmt="yuv420p") if video else None
        sound = out.add_stream(audio, rate=rate, layout=layout) if audio else None
        if picture:
            _draw(out, picture, round(seconds * fps), size)
        if sound:
            _hum(out, sound, seconds, rate, layout)
    return path


def _draw(out, stream, count, size):
    for number in range(count):
        grey = np.full((size[1] * 3 // 2, size[0]), 16 + number % 200, np.uint8)
        frame = av.VideoFrame.from_ndarray(grey, format="yuv420p")
        frame.pts = number
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


def _hum(out, stream, seconds, rate, layout):
    resampler = av.AudioResampler(stream.codec_context.format, layout, rate, stream.codec_context.frame_size or 1_024)
    samples = tone(seconds, rate)
    for start in range(0, len(samples), rate):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + rate], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        for piece in resampler.resample(frame):
            out.mux(stream.encode(piece))
    for piece in [*resampler.resample(None), None]:
        out.mux(stream.encode(piece))
