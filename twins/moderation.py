"""The guard in front of every personality, and behind it: off, unless MODERATION_ENGINE names an engine."""

import logging
from collections.abc import Iterator

from django.conf import settings

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors.chain import Attempt, Chain
from twins.llm.base import Moderator
from twins.llm.phrases import phrases
from twins.llm.sentences import sentence_end
from twins.llm.terms import primary

logger = logging.getLogger(__name__)


def refusal(text: str, language: str, owner_id: str | None = None) -> str:
    """What is said instead of an answer to `text`; "" when it may be answered. owner_id: with whose key it is asked.

    A guard that cannot be reached lets through: the personality's own limits hold without it.
    """
    if not settings.MODERATION_ENGINE or not text.strip():
        return ""
    try:
        categories = _flagged(text, owner_id)
    except EngineFailed as error:
        logger.warning("moderation.failed code=%s", error.code)
        return ""
    if not categories:
        return ""
    logger.info("moderation.refused categories=%s", ",".join(categories))
    return phrases(primary(language)).moderated


def _flagged(text: str, owner_id: str | None) -> list[str]:
    def ask(_alias: str, engine: Moderator, _attempt: Attempt) -> list[str]:
        return engine.flagged(text)

    chain = Chain("MODERATION", "moderation", [settings.MODERATION_ENGINE], owner_id, lambda attempt: None)
    return chain.first(ask)


class Guard:
    """Lets a reply through sentence by sentence, as long as the engine passes what it would then have said.

    The cost is one call a sentence before it is spoken; without an engine, pieces go through as they come.
    """

    def __init__(self, language: str, owner_id: str | None = None) -> None:
        self._language, self._owner_id = language, owner_id
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
        words = refusal(self._passed + sentence, self._language, self._owner_id)
        apart = " " if self._passed.strip() else ""
        self._passed += sentence
        return apart + words if words else ""
