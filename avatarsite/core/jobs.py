"""The job machine. The row is the truth, the queue is only a doorbell.

A job is a row whose `status` is changed by `move` alone, with one conditional UPDATE: no row changed means that
somebody was first. Claiming a job raises `attempt`, and that number is the worker's ticket: a worker that was given
up on holds an old ticket and can change nothing any more. Any process may be killed at any moment: a row whose
heartbeat went silent is put back by the sweep, a row that no bell announced is found by it.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from avatarsite.core import bell, live, logs, metrics
from avatarsite.core.engines import EngineFailed

logger = logging.getLogger(__name__)

BACK_OFF_SECONDS = (1, 5, 30, 120, 600)  # before the 2nd, 3rd, … attempt; with up to 20 % jitter


class Status(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    ERROR = "error"
    CANCELLED = "cancelled"


FINAL = frozenset({Status.READY, Status.ERROR, Status.CANCELLED})
CAME_FROM = {
    Status.QUEUED: {Status.RUNNING, Status.ERROR, Status.CANCELLED},  # put back, or tried again by a person
    Status.RUNNING: {Status.QUEUED},
    Status.READY: {Status.RUNNING},
    Status.ERROR: {Status.RUNNING, Status.QUEUED},
    Status.CANCELLED: {Status.QUEUED, Status.RUNNING},
}


class Queue(models.TextChoices):
    CHAT = "chat"  # a person is waiting
    BATCH = "batch"


J = TypeVar("J", bound="Job")


class Job(models.Model):
    """Long work as a row. Concrete jobs are registered with `runner`.

    back_off: seconds before the 2nd, 3rd, … attempt; the last one stays. max_attempts: None is JOB_MAX_ATTEMPTS.
    """

    back_off: ClassVar[tuple[int, ...]] = BACK_OFF_SECONDS
    max_attempts: ClassVar[int | None] = None

    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED, editable=False)
    stage = models.CharField(max_length=40, blank=True, editable=False, help_text="What is being done now.")
    progress = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Per cent.")
    attempt = models.PositiveIntegerField(default=0, editable=False)
    attempt_base = models.PositiveIntegerField(default=0, editable=False, help_text="Attempts before the last retry.")
    queue = models.CharField(max_length=8, choices=Queue.choices, default=Queue.BATCH, editable=False)
    not_before = models.DateTimeField(default=timezone.now, editable=False)
    heartbeat_at = models.DateTimeField(null=True, editable=False)
    worker = models.CharField(max_length=120, blank=True, editable=False)
    error_code = models.CharField(max_length=60, blank=True, editable=False)
    status_details = models.TextField(blank=True, editable=False)
    request_id = models.CharField(
        max_length=64, blank=True, default=logs.request_id, db_default="", editable=False, help_text="Who queued it."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["status", "queue", "not_before"], name="%(class)s_due")]

    @property
    def topic(self) -> str:
        """Where this job's live events are published."""
        return f"{self._meta.model_name}:{self.pk}"

    @property
    def is_worn_out(self) -> bool:
        """Whether it was tried as often as is allowed since it was queued, or retried by a person."""
        return bool(self.attempt - self.attempt_base >= (self.max_attempts or settings.JOB_MAX_ATTEMPTS))

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @classmethod
    def startable(cls, rows: models.QuerySet[J]) -> models.QuerySet[J]:
        """Those of the due `rows` that may start now; a kind with a limit of its own leaves out what must wait."""
        return rows

    @classmethod
    def parked(cls, rows: models.QuerySet[J]) -> models.QuerySet[J]:
        """Those of the running `rows` that no worker of ours works on, for a vendor does: their hearts do not beat."""
        return rows.none()

    def ended(self) -> None:
        """What follows when this job became final; called once, by whoever made it so."""


Runner = Callable[["Ticket"], None]
RUNNERS: dict[type[Job], Runner] = {}


class TicketLost(Exception):  # noqa: N818  it is not an error: the job was cancelled or given to another worker
    """This worker may not go on with its job."""


@dataclass(frozen=True)
class Ticket:
    """The right to work on one attempt of a job."""

    job: Any
    attempt: int
    clock: metrics.StageClock = field(default_factory=metrics.StageClock, compare=False, repr=False)

    def update(self, **fields: Any) -> None:
        """Save fields of the running job; raises TicketLost when this attempt is no longer the running one."""
        if not _rows(self.job, self.attempt).filter(status=Status.RUNNING).update(**fields):
            raise TicketLost

    def check(self) -> None:
        """Raise TicketLost when this attempt is no longer the running one: long work asks now and then."""
        if not _rows(self.job, self.attempt).filter(status=Status.RUNNING).exists():
            raise TicketLost

    def progress(self, stage: str, progress: int) -> None:
        self.update(stage=stage, progress=progress, heartbeat_at=timezone.now())
        self.clock.enter(self.job._meta.label_lower, stage)
        live.publish(self.job.topic, {"type": "progress", "stage": stage, "progress": progress})

    def publish(self, kind: str, **fields: Any) -> None:
        live.publish(self.job.topic, {"type": kind, "attempt": self.attempt, **fields})


def runner(model: type[J]) -> Callable[[Runner], Runner]:
    """Register the function that does a kind of job: it gets the ticket, works, and returns when the row is final."""

    def register(function: Runner) -> Runner:
        RUNNERS[model] = function
        return function

    return register


def move(job: Job, to: Status, *, ticket: int | None = None, **fields: Any) -> bool:
    """Move a job to status `to`; False when another process moved it first, or the ticket is an old one."""
    if to in FINAL:
        fields["finished_at"] = timezone.now()
    with transaction.atomic():  # what follows from an end is stored with it, or neither is
        moved = bool(_rows(job, ticket).filter(status__in=CAME_FROM[to]).update(status=to, **fields))
        if moved:
            for name, value in {"status": to, **fields}.items():
                setattr(job, name, value)
            if to in FINAL:
                job.ended()
    if moved:
        if to in FINAL:
            metrics.ended.labels(job._meta.label_lower, str(to), job.error_code or metrics.OK).inc()
        live.publish(job.topic, {"type": "status", "status": str(to)})
    return moved


def _rows(job: Job, ticket: int | None) -> models.QuerySet[Job]:
    rows = type(job)._default_manager.filter(pk=job.pk)
    return rows if ticket is None else rows.filter(attempt=ticket)


def enqueue(job: Job) -> None:
    """Announce a saved, queued job once its transaction has committed."""
    transaction.on_commit(lambda: bell.ring(job._meta.label_lower, str(job.pk), job.queue), robust=True)


def claim(job: Job, worker: str) -> Ticket | None:
    """Take a due job; None when it is not due or another worker was first."""
    now = timezone.now()
    rows = type(job)._default_manager.filter(pk=job.pk, attempt=job.attempt, status=Status.QUEUED, not_before__lte=now)
    # PostgreSQL looks at a row that another worker has just changed again by the outer conditions alone: a join of
    # startable() would put all of them into a subquery, and two workers would take the job.
    taken = rows.filter(pk__in=job.startable(rows).values("pk")).update(
        status=Status.RUNNING,
        attempt=F("attempt") + 1,
        worker=worker,
        heartbeat_at=now,
        error_code="",
        status_details="",
    )
    if not taken:
        return None
    job.refresh_from_db()
    kind = job._meta.label_lower
    metrics.attempts.labels(kind).inc()
    metrics.waited.labels(kind, job.queue).observe(max(0.0, (now - job.not_before).total_seconds()))
    return Ticket(job, job.attempt)


def due(queues: tuple[str, ...], limit: int, *, older_than: datetime | None = None) -> list[Job]:
    """Queued jobs that may run now, chat before batch, oldest first, over all kinds of job."""
    now = timezone.now()
    found: list[Job] = []
    for model in RUNNERS:
        rows = model._default_manager.filter(status=Status.QUEUED, queue__in=queues, not_before__lte=older_than or now)
        found += model.startable(rows).order_by("-queue", "not_before")[:limit]
    return sorted(found, key=lambda job: (job.queue != Queue.CHAT, job.not_before))[:limit]


def fail(ticket: Ticket, error: EngineFailed, *, at_least: float = 0.0) -> None:
    """End an attempt with words a person understands: tried again later if that may help, else final.

    at_least: seconds before which another attempt would be pointless.
    """
    job = ticket.job
    again = error.retryable and not job.is_worn_out
    fields: dict[str, Any] = {"error_code": error.code, "status_details": error.message}
    if again:
        tried = ticket.attempt - job.attempt_base
        pause = max(
            at_least, error.retry_after, job.back_off[min(tried, len(job.back_off)) - 1] * random.uniform(1.0, 1.2)
        )
        fields["not_before"] = timezone.now() + timedelta(seconds=pause)
    move(job, Status.QUEUED if again else Status.ERROR, ticket=ticket.attempt, **fields)


def cancel(job: Job) -> bool:
    """Stop a job that is not final; its worker notices at its next step."""
    return move(job, Status.CANCELLED, status_details="Cancelled.")


def retry(job: Job) -> bool:
    """Queue a failed or cancelled job once more, from a person's wish. READY jobs stay as they are."""
    if job.status not in (Status.ERROR, Status.CANCELLED):
        return False
    fields: dict[str, Any] = {"progress": 0, "stage": "", "error_code": "", "status_details": "", "finished_at": None}
    moved = move(job, Status.QUEUED, not_before=timezone.now(), attempt_base=job.attempt, **fields)
    if moved:
        enqueue(job)
    return moved


def start_over(job: Job, **fields: Any) -> None:
    """Queue a job anew, whatever its status: what it works on was replaced. A worker on it loses its ticket."""
    fresh = {"progress": 0, "stage": "", "error_code": "", "status_details": "", "finished_at": None}
    claimed = F("attempt") + 1
    _rows(job, None).update(
        status=Status.QUEUED, attempt=claimed, attempt_base=claimed, not_before=timezone.now(), **fresh, **fields
    )
    job.refresh_from_db()
    enqueue(job)


def execute(job: Job, worker: str) -> bool:
    """Claim a job and do it; False when there was nothing to claim. Never raises for what the job did."""
    ticket = claim(job, worker)
    if ticket is None:
        return False
    began = time.monotonic()
    with _logged_as(ticket), _beating(ticket):
        logger.debug("job.began worker=%s", worker)
        _do(ticket)
        ticket.clock.enter(job._meta.label_lower, "")
        level = logging.INFO if job.request_id else logging.DEBUG  # what nobody asked for is many small things
        logger.log(
            level, "job.left status=%s seconds=%.3f worker=%s", str(job.status), time.monotonic() - began, worker
        )
    return True


def _do(ticket: Ticket) -> None:
    try:
        RUNNERS[type(ticket.job)](ticket)
    except TicketLost:
        logger.info("job.ticket_lost")
    except EngineFailed as error:
        logger.warning("job.failed code=%s", error.code)
        fail(ticket, error)
    except Exception:  # noqa: BLE001  the last edge: an unknown error must end in a status, not in silence
        logger.exception("job.crashed")
        fail(ticket, EngineFailed("Something went wrong on our side.", "internal_error"))


def _logged_as(ticket: Ticket) -> AbstractContextManager[None]:
    """Lines that are written meanwhile are about this attempt, and the request that asked for it."""
    job = ticket.job
    account = getattr(job, "owner_id", None)
    return logs.about(
        request=job.request_id, kind=job._meta.label_lower, job=job.pk, attempt=ticket.attempt, account=account
    )


@contextmanager
def _beating(ticket: Ticket) -> Iterator[None]:
    """Renew the heartbeat of a running job from a thread, for as long as the block runs."""
    done = threading.Event()

    def beat() -> None:
        from django.db import DatabaseError, connection

        while not done.wait(settings.JOB_HEARTBEAT):
            try:
                _rows(ticket.job, ticket.attempt).filter(status=Status.RUNNING).update(heartbeat_at=timezone.now())
            except DatabaseError:
                logger.warning("job.heartbeat_failed")
        connection.close()

    thread = threading.Thread(target=logs.carried(beat), name=f"beat-{ticket.job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def put_back_silent(*, worker: str = "") -> int:
    """Put back running jobs whose heartbeat went silent, or all of a `worker` that is known to be gone.

    A job whose workers die again and again is failed instead: it may be what kills them. Returns how many were moved.
    """
    silent = timezone.now() - timedelta(seconds=settings.JOB_SILENT_AFTER)
    lost = Q(worker=worker) if worker else Q(heartbeat_at__lt=silent)
    moved = 0
    for model in RUNNERS:
        running = model._default_manager.filter(status=Status.RUNNING)
        moved += sum(_put_back(job) for job in running.filter(lost).exclude(pk__in=model.parked(running).values("pk")))
    return moved


def hand_back(worker: str) -> int:
    """Put back what a `worker` does that ends now, on purpose: that costs no attempt. Returns how many were moved.

    What it still does with them is void: its tickets are of an attempt that is over.
    """
    moved = 0
    for model in RUNNERS:
        running = model._default_manager.filter(status=Status.RUNNING, worker=worker)
        for job in running.exclude(pk__in=model.parked(running).values("pk")):
            moved += _requeue(job, attempt=job.attempt + 1, attempt_base=job.attempt_base + 2)
    return moved


def _put_back(job: Job) -> bool:
    metrics.put_back.labels(job._meta.label_lower).inc()
    if job.is_worn_out:
        words = f"The worker was lost {job.attempt} times while making this."
        return move(job, Status.ERROR, ticket=job.attempt, error_code="worker_lost", status_details=words)
    return _requeue(job)


def _requeue(job: Job, **fields: Any) -> bool:
    moved = move(job, Status.QUEUED, ticket=job.attempt, not_before=timezone.now(), **fields)
    if moved:
        enqueue(job)
    return moved
