"""The guard in front of every personality: off, unless MODERATION_ENGINE names an engine."""

import logging

from django.conf import settings

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from twins.llm.moderation import Moderator
from twins.llm.phrases import phrases
from twins.llm.terms import primary

logger = logging.getLogger(__name__)


def refusal(text: str, language: str) -> str:
    """What is said instead of an answer to `text`; "" when it may be answered.

    A guard that cannot be reached lets through: the personality's own limits hold without it.
    """
    if not settings.MODERATION_ENGINE or not text.strip():
        return ""
    try:
        engine: Moderator = engines.load("MODERATION", settings.MODERATION_ENGINE)
        categories = engine.flagged(text)
    except EngineFailed as error:
        logger.warning("moderation.failed code=%s", error.code)
        return ""
    if not categories:
        return ""
    logger.info("moderation.refused categories=%s", ",".join(categories))
    return phrases(primary(language)).moderated
