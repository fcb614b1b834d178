"""How long a chat's clip takes beside long clips that nobody waits for: `python -m bench.priority`."""

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench.table import print_table
from twins.tts.base import AudioChunk, VoiceSettings
from twins.tts.local import LocalTTS
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local import engine
from videos.renderers.local.engine import LocalRenderer

FACE, FORMAT = FaceRef("drawn", "leo"), VideoFormat()
TEXT = "The museum opens at nine in the morning, and it closes in the evening."
TURNS = 5


def run() -> None:
    tts = LocalTTS(processes=1)
    speech = list(tts.stream(TEXT, VoiceSettings("leo")))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, batch, niceness in (
            ("alone", 0, engine.NICENESS),
            ("beside two long clips that give way", 2, engine.NICENESS),
            ("beside two long clips that do not", 2, 0),
        ):
            engine.NICENESS = niceness
            rows.append([name, *(f"{1000 * seconds:.0f} ms" for seconds in _measured(Path(folder), speech, batch))])
    tts.close()
    print_table("A chat's clip of 4 s at 512 x 512, median", ["", "first fragment", "whole"], rows)


def _measured(folder: Path, speech: list[AudioChunk], batch: int) -> tuple[float, float]:
    renderer, done = LocalRenderer(folder / "faces", processes=2), threading.Event()
    renderer.warm([FACE], FORMAT)
    threads = [threading.Thread(target=_long, args=(renderer, folder, speech, done, n)) for n in range(batch)]
    for thread in threads:
        thread.start()
    time.sleep(2.0 if batch else 0.0)
    times = sorted(_clip(renderer, folder / f"{number}.mp4", speech) for number in range(TURNS))
    done.set()
    for thread in threads:
        thread.join()
    renderer.close()
    return times[TURNS // 2]


def _clip(renderer: LocalRenderer, path: Path, speech: list[AudioChunk]) -> tuple[float, float]:
    begun, first = time.perf_counter(), 0.0
    for _ in renderer.render(FACE, iter(speech), path, FORMAT):
        first = first or time.perf_counter() - begun
    path.unlink()
    return first, time.perf_counter() - begun


def _long(renderer: LocalRenderer, folder: Path, speech: list[AudioChunk], done: threading.Event, number: int) -> None:
    def on() -> Iterator[AudioChunk]:
        while not done.is_set():
            yield from speech

    path = folder / f"long{number}.mp4"
    for _ in renderer.render(FACE, on(), path, FORMAT, urgent=False):
        pass
    path.unlink()


if __name__ == "__main__":
    run()
