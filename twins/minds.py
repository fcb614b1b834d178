"""From a personality's rows to the Mind that an LLM engine is given, and the reply of the first engine that answers."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors.chain import Attempt, Chain
from twins import documents, layers
from twins.knowledge.selection import passages_for
from twins.llm.base import ChatMessage, Mind
from twins.llm.customers import Server
from twins.models import Guardrail, Personality, Twin
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


def route_for(
    personality: Personality, name: str = "", *, speaker: Twin | None = None, caller_id: str | None = None
) -> Route:
    """Who answers for `personality`: the model of that name; without one its own, perhaps at its owner's server.

    speaker: the twin that answers; it may have an order of engines of its own. The keys are its owner's; for what is
    stock, those of caller_id, the account that asks. Raises EngineFailed model_unknown.
    """
    twin = speaker or personality.twin
    payer = (twin and twin.owner_id) or personality.owner_id or caller_id
    chain = twin.chains.get("llm", ()) if twin else ()
    llm = layers.whole(personality.layers or {}, secrets_of(personality)).get("llm") or {}
    if name.strip() or not llm.get("base_url"):
        return route(name, personality.llm_model, owner_id=payer, chain=chain)
    return Route((CUSTOM,), llm.get("model") or "default", Server.of(llm), payer)


def reply(
    mind: Mind,
    history: Sequence[ChatMessage],
    chosen: Route,
    *,
    served_by: Callable[[Served], None],
    take_back: Callable[[], bool],
    record: Callable[[Attempt], None] = lambda attempt: None,
) -> Iterator[str]:
    """Stream the reply of the first engine of the chosen route that answers.

    served_by: is told who answers, before the first piece.
    take_back: is asked when an engine fails in mid-reply; True when what it said could be taken back, and the next
        engine may begin anew. Two engines' halves would not make one answer.
    record: is told of every engine that was tried, when it has ended.
    """
    chain = Chain("LLM", "llm", chosen.engines, chosen.owner_id, record)
    failures: list[EngineFailed] = []
    for alias in chosen.engines:
        started = False
        try:
            model = chosen.model_for(alias)
            with chain.attempt(alias, make=partial(chosen.own, alias)) as (engine, attempt):
                attempt.model = engine.model_name(model)
                with closing(engine.stream(replace(mind, spent=attempt.spent), history, model=model)) as pieces:
                    for piece in pieces:
                        if not started:
                            started = True
                            served_by(Served(alias, attempt.model))
                        yield piece
        except EngineFailed as error:
            if started and not take_back():
                raise
            logger.warning("llm.failed engine=%s code=%s", alias, error.code)
            failures.append(error)
        else:
            return
    raise failures[0]
