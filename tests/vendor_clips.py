"""Clips by a vendor, in the tests' own process: a worker with its watcher."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from avatarsite.core import jobs
from avatarsite.core.jobs import Job
from avatarsite.core.worker import ALL_QUEUES
from videos import remote, watching
from videos.models import Video
from videos.watching import Watcher

PATIENCE = 90.0


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
