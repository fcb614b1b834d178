"""From a personality's rows to the Mind that an LLM engine is given, and the reply of the first engine that answers."""

import logging
from collections.abc import Callable, Iterator, Sequence

from django.conf import settings

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from twins.llm.base import LLM, ChatMessage, Mind, Passage
from twins.models import Personality

logger = logging.getLogger(__name__)


def mind_of(personality: Personality, speaker: str) -> Mind:
    """The Mind of `personality`; `speaker` is the twin's name."""
    return Mind(
        name=speaker,
        system_prompt=personality.system_prompt,
        context=personality.context,
        greeting=personality.greeting,
        language=personality.language,
        max_sentences=personality.max_sentences,
        word_limit=personality.word_limit,
        knowledge=tuple(Passage(item.text, item.title) for item in personality.knowledge.order_by("pk")),
    )


def reply(
    mind: Mind,
    history: Sequence[ChatMessage],
    model: str = "",
    *,
    served_by: Callable[[str], None],
    take_back: Callable[[], bool],
) -> Iterator[str]:
    """Stream the reply of the first engine of LLM_CHAIN that answers.

    served_by: is told the alias of the engine that answers.
    take_back: is asked when an engine fails in mid-reply; True when what it said could be taken back, and the next
        engine may begin anew. Two engines' halves would not make one answer.
    """
    failures: list[EngineFailed] = []
    for alias in settings.LLM_CHAIN:
        started = False
        try:
            engine: LLM = engines.load("LLM", alias)
            for piece in engine.stream(mind, history, model=model):
                if not started:
                    started = True
                    served_by(alias)
                yield piece
        except EngineFailed as error:
            if started and not take_back():
                raise
            logger.warning("llm.failed engine=%s code=%s", alias, error.code)
            failures.append(error)
        else:
            return
    raise failures[0]
