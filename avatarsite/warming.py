"""Getting the engines of a worker ready, and letting go of them."""

import logging

from django.conf import settings

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from twins.models import Replica
from videos.renderers.base import FaceRef, VideoFormat

logger = logging.getLogger(__name__)


def warm() -> None:
    """Import minds, start voices and bake faces, so that the first reply comes as fast as the tenth."""
    usable = Replica.objects.filter(status=Replica.Status.READY)
    faces = [FaceRef(kind, name) for kind, name in usable.values_list("kind", "portrait")]
    size = settings.VIDEO_SIZE
    try:
        for alias in settings.LLM_CHAIN:
            engines.load("LLM", alias)
        engines.load("TTS", "local").warm()
        engines.load("RENDERERS", "local").warm(dict.fromkeys(faces), VideoFormat(size, size, settings.VIDEO_FPS))
    except EngineFailed as error:
        logger.warning("warm.failed code=%s", error.code)


def close() -> None:
    """End the engines' helper processes."""
    engines.load("TTS", "local").close()
    engines.load("RENDERERS", "local").close()
