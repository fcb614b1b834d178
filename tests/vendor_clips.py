"""Clips by a vendor, in the tests' own process: a film that it delivers, and a worker with its watcher."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import av
import numpy as np

from avatarsite.core import jobs
from avatarsite.core.jobs import Job
from avatarsite.core.worker import ALL_QUEUES
from videos import remote, watching
from videos.models import Video
from videos.watching import Watcher

PATIENCE = 90.0


def talking_film(seconds: float = 2.0, size: int = 128, fps: int = 25) -> bytes:
    """An MP4 with H.264 and AAC, as vendors deliver it: a grey that brightens, and a hum."""
    file = BytesIO()
    with av.open(file, "w", format="mp4") as film:
        pictures: Any = film.add_stream("libx264", rate=fps, width=size, height=size, pix_fmt="yuv420p")
        sound: Any = film.add_stream("aac", rate=48_000, layout="mono")
        for number in range(round(seconds * fps)):
            picture = np.full((size, size, 3), 50 + number % 150, np.uint8)
            film.mux(pictures.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(pictures.encode(None))
        hum = (np.sin(np.arange(round(seconds * 48_000)) * 0.05) * 9_000).astype(np.int16)
        for start in range(0, len(hum), 1024):
            frame: Any = av.AudioFrame.from_ndarray(hum[np.newaxis, start : start + 1024], format="s16", layout="mono")
            frame.sample_rate, frame.pts = 48_000, start
            film.mux(sound.encode(frame))
        film.mux(sound.encode(None))
    return file.getvalue()


def in_haste(monkeypatch: Any) -> None:
    """Looks follow each other at once."""
    monkeypatch.setattr(remote, "FIRST_LOOK", 0.0)
    monkeypatch.setattr(watching, "TURN_SECONDS", 0.02)
    monkeypatch.setattr(watching, "SHORTEST", 0.02)
    monkeypatch.setattr(watching, "LONGEST", 0.1)


@contextmanager
def watched() -> Iterator[Watcher]:
    watcher = Watcher()
    watcher.start()
    yield watcher
    watcher.stop()


def work(video: Video, until: Callable[[Video], Any] = lambda video: video.is_final) -> Video:
    """Do what is due until the video is final, or as wanted; returns it as it then is."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for job in jobs.due(ALL_QUEUES, 4):
            jobs.execute(job, "the test's worker")
        now = fresh(video)
        if until(now):
            return now
        time.sleep(0.02)
    raise AssertionError(f"{fresh(video).status} {fresh(video).stage} {fresh(video).status_details}")


def once(job: Job) -> Video:
    """One attempt."""
    jobs.execute(fresh(job), "the test's worker")
    return fresh(job)


def fresh(video: Any) -> Video:
    return Video.objects.select_related("twin", "replica").get(pk=video.pk)
