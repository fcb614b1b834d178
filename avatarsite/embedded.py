"""The embedded worker's life inside the server: started and stopped with it, when there is no broker."""

import threading

from django.conf import settings

from avatarsite import warming
from avatarsite.core.worker import EmbeddedWorker

_worker: EmbeddedWorker | None = None


def start() -> None:
    """Start the worker, and warm its engines beside it. Does nothing when Celery does the work."""
    global _worker
    if settings.CELERY_BROKER_URL:
        return
    _worker = EmbeddedWorker(settings.WORKER_THREADS)
    _worker.start()
    threading.Thread(target=warming.warm, name="warm", daemon=True).start()


def stop() -> None:
    if _worker is not None:
        _worker.stop()
        warming.close()
