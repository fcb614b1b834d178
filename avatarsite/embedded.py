"""The embedded worker's life inside the server: started and stopped with it, when there is no broker."""

import threading

from django.conf import settings

from avatarsite import warming
from avatarsite.core.worker import EmbeddedWorker
from videos.watching import Watcher

_worker: EmbeddedWorker | None = None
_watcher: Watcher | None = None


def start() -> None:
    """Start the worker, the loop that looks at vendors, and its engines; nothing when Celery does the work."""
    global _worker, _watcher
    if settings.CELERY_BROKER_URL:
        return
    _worker = EmbeddedWorker(settings.WORKER_THREADS)
    _worker.start()
    _watcher = Watcher(alone=True)
    _watcher.start()
    threading.Thread(target=warming.warm, name="warm", daemon=True).start()


def stop() -> None:
    if _watcher is not None:
        _watcher.stop()
    if _worker is not None:
        _worker.stop()
        warming.close()
