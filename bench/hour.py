"""An hour of speech in one clip: whether sound and picture drift apart: `python -m bench.hour`.

Every minute there is a clap: silence, a hard onset of sound, and a wide open mouth from the same moment on. The film
is then read like any player does, and at each clap the sound's onset is set against the picture's.
"""

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench.table import print_table
from twins.tts.base import AudioChunk, Phoneme
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local.cache import FaceCache
from videos.renderers.local.engine import LocalRenderer, finish

FACE, FORMAT = FaceRef("drawn", "leo"), VideoFormat(128, 128)
RATE = 22050
MINUTES = 60
CLAP = 0.4  # seconds, at the end of each minute's silence


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        renderer = LocalRenderer(folder / "faces")
        begun = time.perf_counter()
        for _ in renderer.render(FACE, _speech(), folder / "growing.mp4", FORMAT):
            pass
        length = finish(folder / "growing.mp4", folder / "film.mp4")
        took = time.perf_counter() - begun
        renderer.close()
        heard, seen = _heard(folder / "film.mp4"), _seen(folder / "film.mp4", folder / "faces")
        skews = [1000 * (see - hear) for see, hear in zip(seen, heard, strict=True)]
        size = (folder / "film.mp4").stat().st_size / 1_048_576
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    rows = [
        ["length", f"{length:.2f} s in {took:.0f} s, {size:.0f} MB, peak memory {peak:.0f} MB"],
        ["picture after sound, first minute", f"{skews[0]:+.0f} ms"],
        ["picture after sound, last minute", f"{skews[-1]:+.0f} ms"],
        ["largest", f"{max(skews, key=abs):+.0f} ms"],
    ]
    print_table(f"{MINUTES} minutes of speech, {len(skews)} claps", ["", ""], rows)


def _speech() -> Iterator[AudioChunk]:
    """A minute to the sample, in chunks whose lengths are no whole number of frames or packets."""
    for _ in range(MINUTES):
        left = round((60 - CLAP) * RATE)
        while left:
            count = min(left, 70_933)
            left -= count
            yield AudioChunk(bytes(2 * count), RATE, (Phoneme("", 0.0, count / RATE),))
        count = round(CLAP * RATE)
        tone = (12_000 * np.sign(np.sin(2 * np.pi * 300 * np.arange(count) / RATE))).astype(np.int16)
        yield AudioChunk(tone.tobytes(), RATE, (Phoneme("a", 0.0, CLAP),))


def _heard(path: Path) -> list[float]:
    """Seconds at which a sound begins."""
    onsets, quiet = [], True
    with av.open(str(path), format="mp4") as film:
        for frame in film.decode(audio=0):
            loud = np.flatnonzero(np.abs(frame.to_ndarray()[0]) > 0.1)
            if quiet and len(loud):
                onsets.append(float(frame.pts * frame.time_base) + loud[0] / frame.sample_rate)
            quiet = not len(loud)
    return onsets


def _seen(path: Path, faces: Path) -> list[float]:
    """Seconds of the first picture of each wide open mouth; a clap's own, so that its lag is not in the skew."""
    box = FaceCache(faces).get(FACE, FORMAT).mouth_box
    onsets, before, shut = [], None, 0
    with av.open(str(path), format="mp4") as film:
        for frame in film.decode(video=0):
            mouth: NDArray[np.int64] = frame.to_ndarray(format="gray").astype(int)
            mouth = mouth[box.y : box.y + box.height, box.x : box.x + box.width]
            change = 0.0 if before is None else float(np.abs(mouth - before).mean())
            if change > 3.0 and shut > 25:
                onsets.append(float(frame.pts * frame.time_base))
                shut = 0
            shut += 1
            before = mouth
    return onsets


if __name__ == "__main__":
    run()
