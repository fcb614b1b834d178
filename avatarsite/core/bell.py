"""The doorbell: tells a worker that a job was queued. Never on the request's path, and allowed to be lost.

Without a broker it wakes the embedded worker of this process. With one, a thread sends the Celery message: a frozen
broker would hold a request for over 40 s. The sweep finds every job whose bell was not heard.
"""

import logging
import queue
import threading
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings

logger = logging.getLogger(__name__)

MOST_RINGS = 256  # that are remembered while nobody is idle; whoever becomes idle looks at everything anyway


@dataclass(frozen=True)
class Ring:
    """Which job was queued, and where."""

    label: str
    pk: str
    queue: str


class Wake:
    """What idle threads of the embedded worker sleep on: each ring wakes one of them, for the job that was queued.

    One, for to wake them all would cost every request that queues something a turn of each.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rings: deque[Ring] = deque(maxlen=MOST_RINGS)  # that nobody was idle for
        self._sleepers: list[_Sleeper] = []

    def ring(self, ring: Ring) -> None:
        with self._lock:
            sleeper = next((one for one in self._sleepers if ring.queue in one.queues), None)
            if sleeper is None:
                self._rings.append(ring)
            else:
                self._sleepers.remove(sleeper)
                sleeper.wake_for(ring)

    def wait(self, queues: Collection[str], seconds: float) -> Ring | None:
        """A ring of one of these queues, taken away; None when there was none for so long, or all were woken."""
        with self._lock:
            found = next((ring for ring in self._rings if ring.queue in queues), None)
            if found is not None:
                self._rings.remove(found)
                return found
            sleeper = _Sleeper(queues)
            self._sleepers.append(sleeper)
        sleeper.woken.wait(seconds)
        with self._lock:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)
            return sleeper.ring

    def everybody(self) -> None:
        """Wake all sleepers, for nothing."""
        with self._lock:
            for sleeper in self._sleepers:
                sleeper.wake_for(None)
            self._sleepers.clear()

    def is_set(self) -> bool:
        return bool(self._rings)

    def clear(self) -> None:
        self._rings.clear()


class _Sleeper:
    def __init__(self, queues: Collection[str]) -> None:
        self.queues = queues
        self.woken = threading.Event()
        self.ring: Ring | None = None

    def wake_for(self, ring: Ring | None) -> None:
        self.ring = ring
        self.woken.set()


wake = Wake()
_outbox: "queue.Queue[tuple[str, str, str]]" = queue.Queue(10_000)
_sender: threading.Thread | None = None
_starting = threading.Lock()


def ring(label: str, pk: str, queue_name: str) -> None:
    """Announce the job `pk` of the model `label` ("app.model")."""
    if not settings.CELERY_BROKER_URL:
        wake.ring(Ring(label, pk, queue_name))
        return
    _ensure_sender()
    try:
        _outbox.put_nowait((label, pk, queue_name))
    except queue.Full:
        logger.warning("bell.outbox_full")


def _ensure_sender() -> None:
    global _sender
    with _starting:
        if _sender is None or not _sender.is_alive():
            _sender = threading.Thread(target=_send_all, name="bell", daemon=True)
            _sender.start()


def _send_all() -> None:
    from kombu.exceptions import KombuError, OperationalError

    from avatarsite.core.tasks import run_job

    while True:
        label, pk, queue_name = _outbox.get()
        try:
            run_job.apply_async((label, pk), queue=queue_name, retry=False)
        except (OperationalError, KombuError, OSError):
            logger.warning("bell.not_heard id=%s", pk)
