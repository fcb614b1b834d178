"""From a personality's rows to the Mind that an LLM engine is given, and the reply of the first engine that answers."""

import logging
from collections.abc import Callable, Iterator, Sequence

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from twins.knowledge.selection import passages_for
from twins.llm.base import LLM, ChatMessage, Mind
from twins.models import Personality
from twins.routes import Route, Served

logger = logging.getLogger(__name__)


def mind_of(personality: Personality, speaker: str, question: str = "") -> Mind:
    """The Mind of `personality`; `speaker` is the twin's name, `question` what its knowledge is searched for."""
    return Mind(
        name=speaker,
        system_prompt=personality.system_prompt,
        context=personality.context,
        greeting=personality.greeting,
        language=personality.language,
        max_sentences=personality.max_sentences,
        word_limit=personality.word_limit,
        avoid=tuple(filter(None, map(str.strip, personality.avoid.splitlines()))),
        knowledge=passages_for(personality, question),
    )


def reply(
    mind: Mind,
    history: Sequence[ChatMessage],
    route: Route,
    *,
    served_by: Callable[[Served], None],
    take_back: Callable[[], bool],
) -> Iterator[str]:
    """Stream the reply of the first engine of the route that answers.

    served_by: is told who answers, before the first piece.
    take_back: is asked when an engine fails in mid-reply; True when what it said could be taken back, and the next
        engine may begin anew. Two engines' halves would not make one answer.
    """
    failures: list[EngineFailed] = []
    for alias in route.engines:
        started = False
        try:
            engine: LLM = engines.load("LLM", alias)
            model = route.model_for(alias)
            for piece in engine.stream(mind, history, model=model):
                if not started:
                    started = True
                    served_by(Served(alias, engine.model_name(model)))
                yield piece
        except EngineFailed as error:
            if started and not take_back():
                raise
            logger.warning("llm.failed engine=%s code=%s", alias, error.code)
            failures.append(error)
        else:
            return
    raise failures[0]
