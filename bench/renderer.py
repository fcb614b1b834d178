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

from bench.table import print_table
from twins.tts.base import AudioChunk, VoiceSettings
from twins.tts.local import LocalTTS
from twins.tts.voices import VOICES
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local.cache import BakedFace, FaceCache
from videos.renderers.local.child import Ahead, write
from videos.renderers.local.clip import End, Inbox, Item, talking
from videos.renderers.local.encode import GrowingFile, SoundEncoder
from videos.renderers.local.engine import LocalRenderer

FORMAT = VideoFormat()
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
        speech = _speech()
        _speeds(Path(folder), list(_long(speech, 10.0)))
        _processes(Path(folder), speech)


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


def _speeds(folder: Path, speech: list[AudioChunk]) -> None:
    face = FaceCache(folder).get(FACE, FORMAT)
    items = [np.array(item) if isinstance(item, np.ndarray) else item for item in _items(face, speech)[0]]
    count = sum(isinstance(item, np.ndarray) for item in items)
    ways: dict[str, Callable[[], object]] = {
        "render alone": lambda: sum(1 for _ in _items(face, speech)[0]),
        "encode alone": lambda: _encode(folder, iter(items)),
        "both piped": lambda: _piped(folder, face, speech),
    }
    best = dict.fromkeys(ways, (1e9, 1e9))
    for _ in range(REPEATS):
        for name, way in ways.items():
            best[name] = tuple(map(min, best[name], _timed(way)))
    alone = best["encode alone"]
    rows = [
        [name, f"{count / wall:.0f}", f"{wall / alone[0]:.2f}", f"{cpu / alone[1]:.2f}", f"{count / 25 / wall:.1f} x"]
        for name, (wall, cpu) in best.items()
    ]
    title = f"Renderer, {FORMAT.width} x {FORMAT.height}, {count} frames, best of {REPEATS}"
    print_table(title, ["", "frames/s", "time / encoder's", "CPU / encoder's", "real time"], rows)


def _items(face: BakedFace, speech: list[AudioChunk]) -> tuple[Iterator[Item], Inbox]:
    inbox = Inbox()
    for chunk in speech:
        inbox.put(chunk)
    inbox.put(End())
    return talking(face, FORMAT, inbox), inbox


def _encode(folder: Path, items: Iterator[Item]) -> None:
    path = folder / "bench.mp4"
    path.unlink(missing_ok=True)
    sound = SoundEncoder()
    with GrowingFile(path, FORMAT, sound) as file:
        for item in items:
            write(item, file, sound)
        file.finish()


def _piped(folder: Path, face: BakedFace, speech: list[AudioChunk]) -> None:
    with Ahead(*_items(face, speech)) as drawn:
        _encode(folder, drawn)


def _timed(way: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    way()
    return time.perf_counter() - wall, time.process_time() - cpu


def _processes(folder: Path, speech: list[AudioChunk]) -> None:
    """Through the renderer's own process, as the worker uses it; then the same held to one core."""
    rows = [_clip(folder, speech, seconds, one_core=False) for seconds in LENGTHS]
    rows.append(_clip(folder, speech, 30.0, one_core=True))
    header = ["clip", "first fragment", "whole", "real time", "peak memory"]
    print_table("Renderer in its process, from the first chunk of speech, warm", header, rows)


def _clip(folder: Path, speech: list[AudioChunk], seconds: float, one_core: bool) -> list[str]:
    renderer = LocalRenderer(folder)
    renderer.warm([FACE], FORMAT)
    (child,) = renderer._pool._living
    if one_core:
        for task in os.listdir(f"/proc/{child.process.pid}/task"):
            os.sched_setaffinity(int(task), {0})
    path = folder / "clip.mp4"
    path.unlink(missing_ok=True)
    start = time.perf_counter()
    made = renderer.render(FACE, _long(speech, seconds), path, FORMAT)
    steps = [(time.perf_counter() - start, progress.seconds) for progress in made]
    (first, _), (whole, shown) = steps[0], steps[-1]
    memory = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{child.process.pid}/status").read_text())
    renderer.close()
    length = f"{shown:.0f} s{', one core' if one_core else ''}"
    peak = f"{int(memory[1]) / 1024:.0f} MB" if memory else "unknown"
    return [length, f"{first * 1000:.0f} ms", f"{whole:.2f} s", f"{shown / whole:.1f} x", peak]


if __name__ == "__main__":
    run()
