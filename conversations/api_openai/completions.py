"""Chat completions: the work behind a request, and its answer in OpenAI's shapes."""

import secrets
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from avatarsite.core.models import User
from avatarsite.core.vendors.chain import Attempt, Chain
from conversations import context, history, memory
from conversations.api_openai import finding
from conversations.api_openai.asking import Asked
from conversations.api_openai.door import Refused
from conversations.context import Answer, Wishes
from conversations.models import Person
from twins.llm.base import ChatMessage, Delta, Mind
from twins.llm.prompts import Budget, system
from twins.llm.tokens import PER_MESSAGE, count, first
from twins.models import Personality
from twins.routes import Route, Served


@dataclass
class Completion:
    """One answer while it is made: iterate `deltas` first; then the rest is known."""

    personality: Personality
    prompt_tokens: int
    deltas: Generator[Delta, None, None]
    answer: Answer | None = None
    served: Served | None = None
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))
    text: str = ""
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    finish: str = "stop"
    stated_usage: dict[str, int] | None = None
    attempts: list[Attempt] = field(default_factory=list)

    def __iter__(self) -> Iterator[Delta]:
        with closing(self.deltas):
            for delta in self.deltas:
                self._note(delta)
                yield delta

    @property
    def usage(self) -> dict[str, int]:
        """What the engine counted; when it did not, our own estimate."""
        if self.stated_usage:
            return self.stated_usage
        made = count(self.text + "".join(str(call["function"]) for call in self.tool_calls))
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": made,
            "total_tokens": self.prompt_tokens + made,
        }

    def whole(self) -> dict[str, Any]:
        """The answer that is sent at once."""
        message: dict[str, Any] = {"role": "assistant", "content": self.text.strip() or None, "refusal": None}
        if self.tool_calls:
            message["tool_calls"] = [
                {name: value for name, value in call.items() if name != "index"} for call in self.tool_calls
            ]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self.finish}
        sources = self.answer.sources if self.answer else []
        return {
            **self._head("chat.completion"),
            "choices": [choice],
            "usage": self.usage,
            "sources": sources,
            **self._tried,
        }

    def chunk(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        """One event of an answer that is streamed."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**self._head("chat.completion.chunk"), "choices": [choice]}

    def usage_chunk(self) -> dict[str, Any]:
        return {**self._head("chat.completion.chunk"), "choices": [], "usage": self.usage, **self._tried}

    @property
    def _tried(self) -> dict[str, Any]:
        """What was asked for the answer, with seconds and cost: for the account, which pays."""
        return {"attempts": [attempt.as_json() for attempt in self.attempts]}

    def _head(self, kind: str) -> dict[str, Any]:
        served = self.answer.served if self.answer else self.served
        who = f"{served.engine}/{served.model}" if served else None
        named = {"id": self.id, "object": kind, "created": self.created, "model": self.personality.pk}
        return {**named, "system_fingerprint": who}

    def _note(self, delta: Delta) -> None:
        self.text += delta.text
        self.finish = delta.finish or self.finish
        self.stated_usage = delta.usage or self.stated_usage
        for call in delta.tool_calls:
            while len(self.tool_calls) <= call["index"]:
                self.tool_calls.append({"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
            known = self.tool_calls[call["index"]]
            known |= {name: call[name] for name in ("id", "type") if call.get(name)}
            for name, value in call["function"].items():
                known["function"][name] = known["function"].get(name, "") + (value or "")


def begin(account: User, asked: Asked) -> Completion:
    """Find the personality and prepare its answer; nothing is asked of an engine yet."""
    personality = finding.personality(account, asked.model)
    chosen = context.chosen_route(Wishes(), personality, caller_id=account.pk)
    if asked.tools is not None:
        return _with_tools(personality, asked, chosen)
    mind, said = _prepared(account, personality, asked, chosen)
    answer = Answer(mind, said, chosen)
    budget = Budget.within(chosen.context_tokens)
    prompt = count(system(mind, said, budget)) + sum(count(item.text) + PER_MESSAGE for item in said)
    return Completion(personality, prompt, _deltas(answer, asked), answer, attempts=answer.attempts)


def _prepared(account: User, personality: Personality, asked: Asked, chosen: Route) -> tuple[Mind, list[ChatMessage]]:
    """The mind, and of the conversation what the model takes in; what is older is in the mind's summary."""
    people = list(Person.objects.filter(owner=account, pk=asked.user)) if asked.user else []
    if asked.said and asked.said[-1].role == "user":
        memory.learn(people, personality, asked.said[-1].text, personality.language)
    told = history.condensed(asked.said, chosen.context_tokens)
    speaker = personality.twin.name if personality.twin else ""
    mind = context.mind_for(personality, speaker, told.messages, Wishes())
    known = memory.told(people, personality)
    wanted = {"instructions": asked.instructions, "sampling": asked.sampling}
    return replace(mind, **wanted, summary=told.summary, memory=known), told.messages  # type: ignore[arg-type]


def _deltas(answer: Answer, asked: Asked) -> Generator[Delta, None, None]:
    """The pieces, ended before a text that the caller wants to stop at, or where the caller's tokens are used up."""
    said = ""
    with closing(answer), closing(_until(asked.stop, answer)) as pieces:
        for piece in pieces:
            said += piece
            if asked.max_tokens is not None and count(said) > asked.max_tokens:
                before = len(said) - len(piece)
                yield Delta(first(said, asked.max_tokens)[before:], finish="length")
                return
            yield Delta(piece)
        yield Delta(finish="stop")


def _until(stops: tuple[str, ...], pieces: Iterator[str]) -> Generator[str, None, None]:
    """The text before the first of `stops`; what may be the beginning of one is held back until that is known."""
    held, most = "", max(map(len, stops), default=1) - 1
    for piece in pieces:
        held += piece
        found = [place for place in (held.find(stop) for stop in stops) if place >= 0]
        if found:
            yield held[: min(found)]
            return
        safe = len(held) - most
        if safe > 0:
            yield held[:safe]
            held = held[safe:]
    if held:
        yield held


def _with_tools(personality: Personality, asked: Asked, chosen: Route) -> Completion:
    able = [alias for alias in chosen.engines if chosen.engine(alias).tools]
    if not able:
        words = (
            "tools: the model behind this personality uses no tools. Configure an OpenAI-compatible one, or send none."
        )
        raise Refused(words, param="tools", code="tools_unsupported")
    engine, model = chosen.engine(able[0]), chosen.model_for(able[0])
    speaker = personality.twin.name if personality.twin else ""
    told = history.with_tools(asked.raw, engine.context_tokens)
    mind = context.mind_for(personality, speaker, asked.said, Wishes())
    stops = {"stop": list(asked.stop)} if asked.stop else {}
    mind = replace(mind, instructions=asked.instructions, sampling={**asked.sampling, **stops}, summary=told.summary)
    attempts: list[Attempt] = []
    chain = Chain("LLM", "llm", able, chosen.owner_id, attempts.append)

    def deltas() -> Generator[Delta, None, None]:
        with chain.attempt(able[0], make=partial(chosen.own, able[0])) as (engine, attempt):
            attempt.model = engine.model_name(model)
            steps = engine.converse(mind, told.messages, asked.tools or {}, model=model, max_tokens=asked.max_tokens)
            with closing(steps):
                for delta in steps:
                    if delta.usage:
                        attempt.spent(delta.usage["prompt_tokens"], delta.usage["completion_tokens"], False)
                    yield delta

    prompt = count(system(mind, asked.said, Budget.within(engine.context_tokens))) + count(str(told.messages))
    served = Served(able[0], engine.model_name(model))
    return Completion(personality, prompt, deltas(), served=served, attempts=attempts)
