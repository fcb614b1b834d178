"""Captions, measured: their words' times against the sound of the finished file. `python -m bench.captions`."""

import re
import tempfile
from contextlib import closing
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench.lips import TEXT
from bench.table import print_table
from twins.tts.base import AudioChunk, VoiceSettings
from twins.tts.local import LocalTTS
from videos.captions import Captioner
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local.engine import LocalRenderer

VOICES = ("amara", "leo", "margaret")
STAMPS = re.compile(r"(\d\d):(\d\d):(\d\d\.\d{3})(?= -->|>)")  # a cue's beginning, and those of words within it
POINT = 0.005  # seconds of sound that are looked at together
PAUSE = 0.2  # seconds of silence after which a word's first sound can be told from the sound alone
QUIET = 0.02  # of the loudest


def run() -> None:
    with tempfile.TemporaryDirectory() as folder, closing(LocalTTS()) as tts, closing(LocalRenderer(Path(folder))) as r:
        rows = []
        for voice in VOICES:
            chunks = list(tts.stream(TEXT, VoiceSettings(voice)))
            path = Path(folder, f"{voice}.mp4")
            list(r.render(FaceRef("drawn", "amara"), chunks, path, VideoFormat(128, 128)))
            rows.append([voice, *_measured(chunks, path)])
    header = ["voice", "words", "from the engine's times, most", "words after a pause", "from the sound", "most"]
    print_table("Times of words in the captions", header, rows)


def _measured(chunks: list[AudioChunk], path: Path) -> list[str]:
    """How far the captions' times are from those of the voice engine, and from the beginnings heard in the file."""
    shown, told = _stamps(chunks), _told(chunks)
    apart = np.abs(shown - told)
    heard = _beginnings(path)
    late = np.array([shown[np.abs(shown - at).argmin()] - at for at in heard])
    return [
        str(len(told)),
        f"{apart.max() * 1e3:.0f} ms",
        str(len(heard)),
        f"{late.mean() * 1e3:+.0f} ms",
        f"{late[np.abs(late).argmax()] * 1e3:+.0f} ms",
    ]


def _stamps(chunks: list[AudioChunk]) -> NDArray[np.float64]:
    """Seconds at which each word begins in the captions."""
    captioner = Captioner()
    for chunk in chunks:
        captioner.add(chunk)
    found = STAMPS.findall(captioner.vtt())
    return np.array([int(hours) * 3600 + int(minutes) * 60 + float(seconds) for hours, minutes, seconds in found])


def _told(chunks: list[AudioChunk]) -> NDArray[np.float64]:
    """The same as the voice engine says."""
    starts = np.cumsum([0.0, *(chunk.seconds for chunk in chunks)])
    return np.array([at + word.start for chunk, at in zip(chunks, starts, strict=False) for word in chunk.words])


def _beginnings(path: Path) -> list[float]:
    """Seconds of the file's sound at which something is heard after a pause."""
    with av.open(str(path), format="mp4") as film:
        rate = film.streams.audio[0].rate
        sound = np.concatenate([frame.to_ndarray().mean(0) for frame in film.decode(audio=0)])
    step = round(POINT * rate)
    levels = np.abs(sound[: len(sound) // step * step]).reshape(-1, step).max(1)
    loud = np.flatnonzero(levels > QUIET * levels.max())
    after = np.flatnonzero(np.diff(loud) > PAUSE / POINT) + 1
    return [float(loud[place] * POINT) for place in after]


if __name__ == "__main__":
    run()
