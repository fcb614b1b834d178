"""The guard in front of every personality, and behind it: off, unless MODERATION_ENGINE names an engine."""

import logging
from collections.abc import Iterator

from django.conf import settings

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from twins.llm.moderation import Moderator
from twins.llm.phrases import phrases
from twins.llm.sentences import sentence_end
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


class Guard:
    """Lets a reply through sentence by sentence, as long as the engine passes what it would then have said.

    The cost is one call a sentence before it is spoken; without an engine, pieces go through as they come.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._passed = self._held = ""

    def forget(self) -> None:
        """What was held back is not said after all: another engine begins anew."""
        self._passed = self._held = ""

    def through(self, pieces: Iterator[str]) -> Iterator[str]:
        """The pieces as far as they may be said; the refusal in place of the sentence that may not, and no more."""
        if not settings.MODERATION_ENGINE:
            yield from pieces
            return
        for piece in pieces:
            self._held += piece
            while end := sentence_end(self._held, 0):
                sentence, self._held = self._held[:end], self._held[end:]
                if refused := self._refusal(sentence):
                    yield refused
                    return
                yield sentence
        yield self._refusal(self._held) or self._held

    def _refusal(self, sentence: str) -> str:
        words = refusal(self._passed + sentence, self._language)
        apart = " " if self._passed.strip() else ""
        self._passed += sentence
        return apart + words if words else ""
