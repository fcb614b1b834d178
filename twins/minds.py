"""From a personality's rows to the Mind that an LLM engine is given, and the reply of the first engine that answers."""

import logging
from collections.abc import Callable, Iterator, Sequence

from avatarsite.core.engines import EngineFailed
from twins import documents, layers
from twins.knowledge.selection import passages_for
from twins.llm.base import ChatMessage, Mind
from twins.llm.customers import Server
from twins.models import Guardrail, Personality
from twins.personas import UNNAMED, guardrails_of, secrets_of
from twins.routes import CUSTOM, Route, Served, route

logger = logging.getLogger(__name__)


def mind_of(personality: Personality, speaker: str, question: str = "") -> Mind:
    """The Mind of `personality`; `speaker` is the twin's name, `question` what its knowledge is searched for."""
    guardrails = guardrails_of(personality)
    return Mind(
        name="" if speaker == UNNAMED else speaker,
        system_prompt=personality.system_prompt,
        context=personality.context,
        greeting=personality.greeting,
        language=personality.language,
        max_sentences=personality.max_sentences,
        word_limit=personality.word_limit,
        avoid=tuple(filter(None, map(str.strip, personality.avoid.splitlines()))),
        knowledge=passages_for(personality, question, documents.of_persona(personality)),
        rules=tuple(row.prompt for row in guardrails if row.modality == Guardrail.Modality.VERBAL),
    )


def route_for(personality: Personality, name: str = "") -> Route:
    """Who answers for `personality`: the model of that name; without one its own, perhaps at its owner's server.

    Raises EngineFailed model_unknown.
    """
    llm = layers.whole(personality.layers or {}, secrets_of(personality)).get("llm") or {}
    if name.strip() or not llm.get("base_url"):
        return route(name, personality.llm_model)
    return Route((CUSTOM,), llm.get("model") or "default", Server.of(llm))


def reply(
    mind: Mind,
    history: Sequence[ChatMessage],
    chosen: Route,
    *,
    served_by: Callable[[Served], None],
    take_back: Callable[[], bool],
) -> Iterator[str]:
    """Stream the reply of the first engine of the chosen route that answers.

    served_by: is told who answers, before the first piece.
    take_back: is asked when an engine fails in mid-reply; True when what it said could be taken back, and the next
        engine may begin anew. Two engines' halves would not make one answer.
    """
    failures: list[EngineFailed] = []
    for alias in chosen.engines:
        started = False
        try:
            engine = chosen.engine(alias)
            model = chosen.model_for(alias)
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
