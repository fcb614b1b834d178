"""A WebM with alpha: VP9 with its transparency beside it, and Opus."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from twins.tts.base import AudioChunk
from videos.renderers.base import VideoFormat
from videos.renderers.local import nv12
from videos.renderers.local.compose import Cutout

SAMPLE_RATE = 48_000
OPTIONS = {"deadline": "realtime", "cpu-used": "8", "crf": "30", "b": "0", "row-mt": "0", "auto-alt-ref": "0"}
SOUND_BIT_RATE = 64_000
KEY_FRAMES = 2  # seconds between two pictures that can be sought


class AlphaFile:
    """Cut-out people and their speech in; the background stays transparent. Colours are straight, BT.709, limited."""

    def __init__(self, path: Path, video_format: VideoFormat) -> None:
        self._file: Any = av.open(str(path), "w", format="webm")
        self._video = self._file.add_stream("libvpx-vp9", rate=video_format.fps, options=OPTIONS)
        self._video.width, self._video.height = video_format.width, video_format.height
        self._video.pix_fmt, self._video.thread_count = "yuva420p", 1
        self._video.codec_context.gop_size = KEY_FRAMES * video_format.fps
        self._video.codec_context.colorspace, self._video.codec_context.color_range = 1, 1
        self._video.metadata["alpha_mode"] = "1"
        self._sound = self._file.add_stream("libopus", rate=SAMPLE_RATE, layout="mono")
        self._sound.bit_rate = SOUND_BIT_RATE
        self._frames = self._samples = 0
        self._resampler: Any = None
        self._rate = 0
        self._fps = video_format.fps

    def __enter__(self) -> "AlphaFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, shot: Cutout) -> None:
        frame = _yuva(shot.picture, shot.matte)
        frame.pts, frame.time_base = self._frames, Fraction(1, self._fps)
        self._frames += 1
        self._file.mux(self._video.encode(frame))

    def hear(self, chunk: AudioChunk) -> None:
        samples = np.frombuffer(chunk.pcm[: len(chunk.pcm) // 2 * 2], np.int16)
        if chunk.sample_rate != self._rate:
            self._resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
            self._rate = chunk.sample_rate
        if len(samples):
            frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
            frame.sample_rate = chunk.sample_rate
            for made in self._resampler.resample(frame):
                made.pts, made.time_base = self._samples, Fraction(1, SAMPLE_RATE)
                self._samples += made.samples
                self._file.mux(self._sound.encode(made))

    def finish(self) -> None:
        for stream in (self._video, self._sound):
            self._file.mux(stream.encode(None))


def _yuva(picture: NDArray[np.uint8], matte: NDArray[np.uint8]) -> Any:
    """An NV12 picture and its matte in planes of their own."""
    luma, chroma = nv12.split(picture)
    height, width = luma.shape
    frame = av.VideoFrame(width, height, "yuva420p")
    parts = (luma, chroma[..., 0], chroma[..., 1], matte[:height])
    for plane, part in zip(frame.planes, parts, strict=True):
        padded = np.zeros((part.shape[0], plane.line_size), np.uint8)
        padded[:, : part.shape[1]] = part
        plane.update(padded.tobytes())
    return frame
