"""Getting the engines of a worker ready, and letting go of them."""

import logging

from django.conf import settings

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status
from avatarsite.core.vendors import keys
from twins.models import Replica
from videos.faces import face_of
from videos.renderers.base import VideoFormat

logger = logging.getLogger(__name__)


def warm() -> None:
    """Import minds, start voices and bake faces, so that the first reply comes as fast as the tenth."""
    stock = Replica.objects.filter(status=Status.READY, owner=None, twins__owner=None, twins__isnull=False)
    faces = [face_of(replica) for replica in stock]
    size = settings.VIDEO_SIZE
    try:
        for alias in keys.usable("LLM", settings.LLM_CHAIN, None):
            keys.engine_for("LLM", alias, None).warm()
        engines.load("TTS", "local").warm()
        engines.load("RENDERERS", "local").warm(dict.fromkeys(faces), VideoFormat(size, size, settings.VIDEO_FPS))
    except EngineFailed as error:
        logger.warning("warm.failed code=%s", error.code)


def close() -> None:
    """End the engines' helper processes."""
    engines.load("TTS", "local").close()
    engines.load("RENDERERS", "local").close()
    engines.load("STT", "local").close()
