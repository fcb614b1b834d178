"""The embedded worker's life inside the server: started and stopped with it, when there is no broker."""

import logging
import threading

from django.conf import settings

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from avatarsite.core.worker import EmbeddedWorker

logger = logging.getLogger(__name__)
_worker: EmbeddedWorker | None = None


def start() -> None:
    """Start the worker, and warm its engines beside it. Does nothing when Celery does the work."""
    global _worker
    if settings.CELERY_BROKER_URL:
        return
    _worker = EmbeddedWorker(settings.WORKER_THREADS)
    _worker.start()
    threading.Thread(target=warm, name="warm", daemon=True).start()


def stop() -> None:
    if _worker is not None:
        _worker.stop()
        engines.load("TTS", "local").close()
        engines.load("RENDERERS", "local").close()


def warm() -> None:
    """Get voices and faces ready, so that the first reply comes as fast as the tenth."""
    from twins.models import Replica
    from videos.renderers.base import FaceRef, VideoFormat

    faces = [
        FaceRef(kind, name) for kind, name in Replica.objects.filter(status="ready").values_list("kind", "portrait")
    ]
    size = settings.VIDEO_SIZE
    try:
        engines.load("TTS", "local").warm()
        engines.load("RENDERERS", "local").warm(dict.fromkeys(faces), VideoFormat(size, size, settings.VIDEO_FPS))
    except EngineFailed as error:
        logger.warning("warm.failed code=%s", error.code)
