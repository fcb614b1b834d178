"""The local renderer: drawing alone, encoding alone, both piped, through its process, and memory against length.

Runs of the three are interleaved and the best of each is kept: other work on the machine only ever adds time.
"""

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np

from bench.faces import photo
from bench.table import print_table
from twins.tts.base import AudioChunk, VoiceSettings
from twins.tts.local import LocalTTS
from twins.tts.voices import VOICES
from videos.lip_training.child import handle
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local.cache import FaceCache
from videos.renderers.local.child import Ahead, Output
from videos.renderers.local.clip import End, FaceStage, Inbox, Item, talking
from videos.renderers.local.ears import place
from videos.renderers.local.encode import GrowingFile, SoundEncoder
from videos.renderers.local.engine import LocalRenderer

FORMATS = (VideoFormat(512, 512), VideoFormat(1280, 720), VideoFormat(1920, 1080))
FACE = FaceRef("drawn", "amara")
TEXT = (
    "Hello, my name is Amara, and I am happy to meet you.",
    "Maybe we could both move the blue boat out of the big harbour before the storm.",
    "What would you like to know about the ocean?",
)
LENGTHS = (5.0, 30.0, 300.0)
REPEATS = 5


def run() -> None:
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        speech, cache = _speech(), Path(folder)
        handle(place(cache), lambda: None, lambda _: None)  # or it would be trained beside the first measurement
        ten_seconds = list(_long(speech, 10.0))
        cases = [(FACE, size) for size in FORMATS] + [(photo(cache), FORMATS[0])]
        rows = [row for face, size in cases for row in _Speeds(cache, face, size, ten_seconds).rows()]
        header = ["", "", "frames/s", "time / encoder's", "CPU / encoder's", "real time"]
        print_table(f"Renderer, 10 s of speech, best of {REPEATS} interleaved runs", header, rows)
        _processes(cache, speech)


def _speech() -> list[AudioChunk]:
    tts = LocalTTS()
    try:
        return [chunk for sentence in TEXT for chunk in tts.stream(sentence, VoiceSettings(VOICES[0].id))]
    finally:
        tts.close()


def _long(speech: list[AudioChunk], seconds: float) -> Iterator[AudioChunk]:
    for chunk in cycle(speech):
        if seconds <= 0:
            return
        seconds -= chunk.seconds
        yield chunk


class _Speeds:
    """One face at one size: drawing alone, encoding alone, and both as the renderer does them."""

    def __init__(self, cache: Path, face: FaceRef, size: VideoFormat, speech: list[AudioChunk]) -> None:
        self._title = f"{face.kind} {size.width} x {size.height}"
        self._path, self._size, self._speech = cache / "bench.mp4", size, speech
        self._face = FaceCache(cache).get(face, size)
        self._drawn = [np.array(item) if isinstance(item, np.ndarray) else item for item in self._items()[0]]

    def rows(self) -> list[list[str]]:
        ways: dict[str, Callable[[], object]] = {
            "render alone": lambda: sum(1 for _ in self._items()[0]),
            "encode alone": lambda: self._encode(iter(self._drawn)),
            "both piped": self._piped,
        }
        best = dict.fromkeys(ways, (1e9, 1e9))
        for _ in range(REPEATS):
            for name, way in ways.items():
                best[name] = tuple(map(min, best[name], _timed(way)))
        (wall, cpu), count = best["encode alone"], sum(isinstance(item, np.ndarray) for item in self._drawn)
        return [
            [self._title, name, f"{count / t:.0f}", f"{t / wall:.2f}", f"{c / cpu:.2f}", f"{count / 25 / t:.1f} x"]
            for name, (t, c) in best.items()
        ]

    def _items(self) -> tuple[Iterator[Item], Inbox]:
        inbox = Inbox()
        for message in (*self._speech, End()):
            inbox.put(message)
        return talking(FaceStage(self._face, self._size).director(), inbox), inbox

    def _encode(self, items: Iterator[Item]) -> None:
        self._path.unlink(missing_ok=True)
        sound = SoundEncoder()
        with GrowingFile(self._path, self._size, sound) as file:
            output = Output(file, sound)
            for item in items:
                output.write(item)
            file.finish()

    def _piped(self) -> None:
        with Ahead(*self._items()) as drawn:
            self._encode(drawn)


def _timed(way: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    way()
    return time.perf_counter() - wall, time.process_time() - cpu


def _processes(folder: Path, speech: list[AudioChunk]) -> None:
    """Through the renderer's own process, as the worker uses it; then the same held to one core."""
    clips = [(FORMATS[0], seconds, False) for seconds in LENGTHS]
    clips += [(size, 30.0, one_core) for size in FORMATS for one_core in (False, True)]
    rows = [_clip(folder, speech, *clip) for clip in clips]
    header = ["clip", "first fragment", "whole", "real time", "peak memory"]
    print_table("Renderer in its process, from the first chunk of speech, warm", header, rows)


def _clip(folder: Path, speech: list[AudioChunk], size: VideoFormat, seconds: float, one_core: bool) -> list[str]:
    renderer = LocalRenderer(folder)
    renderer.warm([FACE], size)
    (child,) = renderer._pool._living
    if one_core:
        for task in os.listdir(f"/proc/{child.process.pid}/task"):
            os.sched_setaffinity(int(task), {0})
    path = folder / "clip.mp4"
    path.unlink(missing_ok=True)
    start = time.perf_counter()
    made = renderer.render(FACE, _long(speech, seconds), path, size)
    steps = [(time.perf_counter() - start, progress.seconds) for progress in made]
    (first, _), (whole, shown) = steps[0], steps[-1]
    memory = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{child.process.pid}/status").read_text())
    renderer.close()
    length = f"{size.width} x {size.height}, {shown:.0f} s{', one core' if one_core else ''}"
    peak = f"{int(memory[1]) / 1024:.0f} MB" if memory else "unknown"
    return [length, f"{first * 1000:.0f} ms", f"{whole:.2f} s", f"{shown / whole:.1f} x", peak]


if __name__ == "__main__":
    run()
