"""The doorbell: tells a worker that a job was queued. Never on the request's path, and allowed to be lost.

Without a broker it wakes the embedded worker of this process. With one, a thread sends the Celery message: a frozen
broker would hold a request for over 40 s. The sweep finds every job whose bell was not heard.
"""

import logging
import queue
import threading

from django.conf import settings

logger = logging.getLogger(__name__)

wake = threading.Event()  # the embedded worker sleeps on it
_outbox: "queue.Queue[tuple[str, str, str]]" = queue.Queue(10_000)
_sender: threading.Thread | None = None
_starting = threading.Lock()


def ring(label: str, pk: str, queue_name: str) -> None:
    """Announce the job `pk` of the model `label` ("app.model")."""
    if not settings.CELERY_BROKER_URL:
        wake.set()
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
