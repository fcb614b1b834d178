"""The checks of training films: how many times faster than the film they are, and what that costs.

`python -m bench.training` makes true films of two minutes: a minute of speech, then a minute of silence. What is real
time here is so many cores' work: those that the checks had, and those that all else on the machine took meanwhile, tell
what a quiet machine would make of it. "All cores" is the most that it could be there.
"""

import math
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from avatarsite.core import media
from bench.table import print_table
from twins.faces import FaceSheet, Picture
from twins.portraits import draw
from twins.training.checks import examine
from twins.training.film import Rules
from twins.tts.base import VoiceSettings
from twins.tts.local import LocalTTS

FPS = 25
LOOP = 100  # frames after which the picture is where it began: encoded once, repeated without a seam
SIZES = ((1280, 720), (1920, 1080))
MINUTE = 60
TEXT = "Maybe we could both move the blue boat out of the big harbour before the storm. What do you think of that?"


def run() -> None:
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        rows = [_measured(Path(folder) / "film.mp4", size) for size in SIZES]
    header = ["film", "CPU per second", "of decoding alone", "wall", "real time", "cores had", "cores of others"]
    header += ["all cores", "stretch", "rest"]
    print_table("Checks of a training film of two minutes, its process started anew", header, rows)


def _measured(path: Path, size: tuple[int, int]) -> list[str]:
    _write(path, size)
    seconds = media.probe(path).seconds
    alone = _decoded(path)
    before, busy, start = resource.getrusage(resource.RUSAGE_CHILDREN), _busy(), time.perf_counter()
    approved = examine(path, Rules(), lambda share: None)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = _busy() - busy
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [
        f"{size[0]} × {size[1]}, {seconds:.0f} s",
        f"{cpu / seconds:.3f} s",
        f"{alone / seconds:.3f} s",
        f"{wall:.1f} s",
        f"{seconds / wall:.1f} x",
        f"{cpu / wall:.2f}",
        f"{max(busy - cpu, 0.0) / wall:.2f}",
        f"{seconds * (os.cpu_count() or 1) / cpu:.1f} x",
        f"{approved.start:.1f} – {approved.end:.1f} s",
        f"{approved.rest[0]:.1f} – {approved.rest[1]:.1f} s",
    ]


def _busy() -> float:
    """Seconds of processor time that the whole machine has spent so far, other guests of its host included."""
    user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _decoded(path: Path) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    with av.open(str(path)) as film:
        film.streams.video[0].thread_type = "AUTO"
        for _ in film.decode(video=0):
            pass
    return time.process_time() - start


def _write(path: Path, size: tuple[int, int]) -> None:
    sheet = draw("amara", *size)
    with av.open(str(path), "w") as film:
        options = {"preset": "veryfast", "tune": "zerolatency", "crf": "20", "g": str(LOOP), "sc_threshold": "0"}
        video = film.add_stream("libx264", rate=FPS, options=options)
        video.width, video.height, video.pix_fmt, video.time_base = *size, "yuv420p", Fraction(1, FPS)
        audio = film.add_stream("aac", rate=48_000, layout="mono")
        _mux_sound(film, audio)
        place = 0
        for talking in (True, False):
            loop = [bytes(packet) for picture in _loop(sheet, talking) for packet in _encoded(video, picture)]
            for number in range(MINUTE * FPS):
                packet = av.Packet(loop[number % LOOP])
                packet.stream, packet.time_base = video, Fraction(1, FPS)
                packet.pts = packet.dts = place
                packet.duration, packet.is_keyframe = 1, number % LOOP == 0
                film.mux(packet)
                place += 1


def _encoded(video: Any, picture: Picture) -> Any:
    return video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24"))


def _loop(sheet: FaceSheet, talking: bool) -> Iterator[Picture]:
    box, size = sheet.mouth_box, sheet.image.shape[1::-1]
    grain = [np.uint8(np.abs(np.random.default_rng(n).normal(0, 1, sheet.image.shape))) for n in range(2)]
    for number in range(LOOP):
        turn = 2 * math.pi * number / LOOP
        picture = sheet.image.copy()
        opening = round(5 * (1 - math.cos(16 * turn))) if talking else 0
        picture[box.y : box.y + box.height, box.x : box.x + box.width] = sheet.mouth[opening, 2]
        sway = np.array([[1, 0, 5 * math.sin(turn)], [0, 1, 3 * math.sin(2 * turn)]], np.float32)
        yield cv2.add(cv2.warpAffine(picture, sway, size, borderMode=cv2.BORDER_REPLICATE), grain[number % 2])


def _mux_sound(film: Any, audio: Any) -> None:
    sound = _sound()
    for start in range(0, len(sound), 4_800):
        frame = av.AudioFrame.from_ndarray(sound[None, start : start + 4_800], format="fltp", layout="mono")
        frame.rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
        film.mux(audio.encode(frame))
    film.mux(audio.encode())


def _sound() -> NDArray[np.float32]:
    engine = LocalTTS()
    chunks = list(engine.stream(TEXT, VoiceSettings("amara")))
    engine.close()
    speech = np.frombuffer(b"".join(chunk.pcm for chunk in chunks), "<i2").astype(np.float32) / 32768
    rate = chunks[0].sample_rate
    there = np.arange(int(len(speech) / rate * 48_000)) * rate / 48_000
    said = np.interp(there, np.arange(len(speech)), speech)
    room = np.random.default_rng(1).normal(0, 0.0006, 2 * MINUTE * 48_000)
    room[: MINUTE * 48_000] += np.resize(said, MINUTE * 48_000)
    return room.astype(np.float32)


if __name__ == "__main__":
    run()
