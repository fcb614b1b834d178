"""Workers: the embedded one inside the server's process, and what it shares with a Celery worker."""

import fcntl
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import IO

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string

from avatarsite.core import bell, jobs
from avatarsite.core.models import Worker

logger = logging.getLogger(__name__)

EMBEDDED = "embedded"
SWEEP_SECONDS = 1.0
SIGN_OF_LIFE_SECONDS = 5.0
CLEANING_SECONDS = 3_600.0
UNHEARD_SECONDS = 3.0  # a queued job this old was not announced, or its message was lost
RING_AGAIN_SECONDS = 30.0  # not more often for one job: behind a long queue it may simply be waiting
ALL_QUEUES = (jobs.Queue.CHAT.value, jobs.Queue.BATCH.value)
Watch = Callable[[], None]
WATCHES: list[Watch] = []


def watch(function: Watch) -> Watch:
    """Register what every sweep does, once a second and perhaps in several workers at once."""
    WATCHES.append(function)
    return function


def name() -> str:
    return EMBEDDED if not settings.CELERY_BROKER_URL else f"{socket.gethostname()}:{os.getpid()}"


def seen_lately() -> bool:
    """Whether any worker has shown a sign of life lately."""
    limit = timezone.now() - timedelta(seconds=3 * SIGN_OF_LIFE_SECONDS)
    return Worker.objects.filter(seen_at__gte=limit).exists()


class Sweeper:
    """A thread that keeps the promise of the job machine: puts back silent jobs, rings for unheard ones."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        self._next_sign = self._next_cleaning = timezone.now()
        self._rung: dict[tuple[str, int], datetime] = {}  # by job and attempt: a job put back may be rung for at once

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)
        with suppress(DatabaseError):  # then others see in a while that this worker is gone
            Worker.objects.filter(name=name()).delete()

    def _run(self) -> None:
        while not self._stop.wait(SWEEP_SECONDS):
            try:
                self.sweep()
            except DatabaseError:
                logger.warning("sweep.database_unreachable")
            close_old_connections()

    def sweep(self) -> None:
        now = timezone.now()
        if now >= self._next_sign:
            Worker.objects.update_or_create(name=name(), defaults={"seen_at": now})
            Worker.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
            self._next_sign = now + timedelta(seconds=SIGN_OF_LIFE_SECONDS)
        if now >= self._next_cleaning:
            self._next_cleaning = now + timedelta(seconds=SWEEP_SECONDS if _clean() else CLEANING_SECONDS)
        jobs.put_back_silent()
        self._ring_unheard(now)
        for function in WATCHES:
            _look(function)

    def _ring_unheard(self, now: datetime) -> None:
        fresh = now - timedelta(seconds=RING_AGAIN_SECONDS)
        self._rung = {rung: at for rung, at in self._rung.items() if at > fresh}
        for job in jobs.due(ALL_QUEUES, limit=100, older_than=now - timedelta(seconds=UNHEARD_SECONDS)):
            if (job.pk, job.attempt) not in self._rung:
                self._rung[job.pk, job.attempt] = now
                bell.ring(job._meta.label_lower, str(job.pk), job.queue)


def _look(function: Watch) -> None:
    try:
        function()
    except DatabaseError:
        raise
    except Exception:  # noqa: BLE001  the last edge: one app's trouble must not end the sweeping for all
        logger.exception("sweep.watch_failed")


def _clean() -> bool:
    """One step of everything that is forgotten in time; whether there is more to do."""
    more = False
    for path in settings.CLEANING:
        try:
            more = bool(import_string(path)()) or more
        except OSError:
            logger.warning("sweep.cleaning_failed step=%s", path)
    return more


class EmbeddedWorker:
    """Threads that claim due jobs of this installation. One per DATA_DIR: a lock file holds that.

    One thread serves the chat queue alone, so that a person never waits behind batch work.
    """

    def __init__(self, threads: int) -> None:
        self._stop = threading.Event()
        self._sweeper = Sweeper()
        shares = [ALL_QUEUES] * max(1, threads - 1) + [(jobs.Queue.CHAT.value,)]
        self._threads = [
            threading.Thread(target=self._run, args=(queues,), name=f"worker-{n}", daemon=True)
            for n, queues in enumerate(shares)
        ]
        self._lock: IO[str] | None = None

    def start(self) -> None:
        self._lock = _lock_data_dir()
        put_back = jobs.put_back_silent(worker=EMBEDDED)  # nobody else can be running them: we hold the lock
        logger.info("worker.started threads=%d put_back=%d", len(self._threads), put_back)
        self._sweeper.sweep()
        self._sweeper.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads; a job in the middle is put back for the next start."""
        self._stop.set()
        bell.wake.everybody()
        self._sweeper.stop()
        jobs.hand_back(EMBEDDED)
        if self._lock is not None:
            self._lock.close()

    def _run(self, queues: tuple[str, ...]) -> None:
        """Look for work of all kinds once a second, and at once after a job; between, do what is rung for."""
        ring: bell.Ring | None = None
        looked = 0.0
        while not self._stop.is_set():
            try:
                if ring and time.monotonic() < looked + SWEEP_SECONDS:
                    busy = _answer(ring)
                else:
                    looked = time.monotonic()
                    busy = self._work_once(queues)
            except DatabaseError:
                logger.warning("worker.database_unreachable")
                busy = False
            ring = None
            if not busy:
                close_old_connections()
                ring = bell.wake.wait(queues, SWEEP_SECONDS)

    def _work_once(self, queues: tuple[str, ...]) -> bool:
        return any(jobs.execute(job, EMBEDDED) for job in jobs.due(queues, limit=4) if not self._stop.is_set())


def _answer(ring: bell.Ring) -> bool:
    """Do the job that was rung for, if it can be had: looking at all kinds of job for each ring would cost far more."""
    model = apps.get_model(ring.label)
    queued = model._default_manager.filter(pk=ring.pk, status=jobs.Status.QUEUED)
    if not model.startable(queued).exists():
        return False
    job = queued.first()
    return job is not None and jobs.execute(job, EMBEDDED)


def _lock_data_dir() -> IO[str]:
    lock = (settings.DATA_DIR / "worker.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise SystemExit(f"Another server already works on {settings.DATA_DIR}. Stop it, or set DATA_DIR.") from error
    return lock
