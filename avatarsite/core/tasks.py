"""The Celery door to the job machine: a message says which row to look at, and nothing more."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from celery import shared_task
from django.apps import apps

from avatarsite.core import bell, jobs, worker
from avatarsite.core.jobs import Job, Queue

logger = logging.getLogger(__name__)

RUNG_AT_ONCE = 64  # jobs that are rung for when a seat has become free
_batch: threading.Semaphore | None = None  # seats of this worker that batch jobs may take
_turned_away = threading.Event()  # a message found no seat, and is gone
_at_work = threading.Condition()
_working = 0  # jobs of this worker now
_draining = threading.Event()  # this worker ends: it begins nothing more


def drain(seconds: float) -> None:
    """Begin nothing more, let jobs finish for so long, and hand the others to other workers."""
    _draining.set()
    with _at_work:
        finished = _at_work.wait_for(lambda: not _working, timeout=seconds)
    if not finished:
        logger.info("worker.handed_back count=%d", jobs.hand_back(worker.name()))


@contextmanager
def _counted() -> Iterator[None]:
    global _working
    with _at_work:
        _working += 1
    try:
        yield
    finally:
        with _at_work:
            _working -= 1
            _at_work.notify_all()


def keep_a_seat_for_chat(concurrency: int) -> None:
    """Let batch jobs take all seats of this worker but one, where it has several: a person never waits behind them."""
    global _batch
    _batch = threading.Semaphore(concurrency - 1) if concurrency > 1 else None


@shared_task(name="jobs.run", ignore_result=True)  # type: ignore[untyped-decorator]
def run_job(label: str, pk: str) -> None:
    """Claim the job and do it; a doubled or late message finds nothing to claim."""
    with _counted():
        if not _draining.is_set():
            _run(label, pk)


def _run(label: str, pk: str) -> None:
    job = apps.get_model(label)._default_manager.filter(pk=pk).first()
    if job is None:
        return
    if job.queue == Queue.CHAT or _batch is None:
        jobs.execute(job, worker.name())
    elif _batch.acquire(blocking=False):
        _run_batch(job, _batch)
    else:
        _turned_away.set()


def _run_batch(job: Job, seats: threading.Semaphore) -> None:
    """Do a batch job; then ring for those that were turned away meanwhile: once, or rings would breed rings."""
    try:
        jobs.execute(job, worker.name())
    finally:
        seats.release()
    if not _turned_away.is_set():
        return
    _turned_away.clear()
    for waiting in jobs.due((Queue.BATCH.value,), limit=RUNG_AT_ONCE):
        bell.ring(waiting._meta.label_lower, str(waiting.pk), waiting.queue)
