"""What was said in a session, as far as an engine takes it in; what is older is told as a summary."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from conversations.models import ChatSession, Message, Summary
from twins.llm.base import ChatMessage, text_of
from twins.llm.prompts import Budget
from twins.llm.summaries import extract
from twins.llm.tokens import PER_MESSAGE, count

READ_AT_MOST = 400  # messages behind a summary; a session that was never summarised may have any number
KEPT = 0.5  # of what fits is kept as it was said when the rest is summarised, so that not every turn summarises


@dataclass(frozen=True)
class Told:
    messages: list[ChatMessage]
    summary: str


def of(session: ChatSession, message: Message) -> list[Message]:
    """What was said up to `message` and is in no summary yet, oldest first."""
    summary = Summary.objects.filter(session=session).first()
    rows = Message.objects.filter(session=session, pk__lte=message.pk, pk__gt=summary.up_to if summary else 0)
    rows = rows.exclude(text="").exclude(pk=message.pk, role=Message.Role.ASSISTANT)
    return list(rows.order_by("-pk")[:READ_AT_MOST])[::-1]


def fitting(session: ChatSession, said: Sequence[Message], context_tokens: int) -> Told:
    """What an engine is given of it: the latest as it was said, the rest summarised and kept so on the session."""
    summary = Summary.objects.filter(session=session).first()
    told = condensed([as_chat(message) for message in said], context_tokens, summary.text if summary else "")
    if older := len(said) - len(told.messages):
        store(session, told.summary, said[older - 1].pk, Summary.By.RULES)
    return told


def condensed(said: Sequence[ChatMessage], context_tokens: int, summary: str = "") -> Told:
    """What an engine is given of a conversation: the latest as it was said, the rest in a summary by rules."""
    budget = Budget.within(context_tokens)
    at = _kept_from(said, budget.history)
    return Told(list(said[at:]), extract(summary, said[:at], budget.summary) if at else summary)


@dataclass(frozen=True)
class Steps:
    messages: list[Mapping[str, Any]]
    summary: str


def with_tools(said: Sequence[Mapping[str, Any]], context_tokens: int) -> Steps:
    """What an engine is given of a conversation in OpenAI's shape, where the assistant calls tools.

    A call stays or goes with its results, and what is kept begins with a person. When all that followed on a person's
    last words is too long, their words stay with the latest calls; the last call and its results always do.
    """
    budget = Budget.within(context_tokens)
    sizes = [count(json.dumps(message, ensure_ascii=False)) + PER_MESSAGE for message in said]
    people = [n for n, message in enumerate(said) if message.get("role") == "user"]
    if not people or sum(sizes) <= budget.history:
        return Steps(list(said), "")
    at = next((n for n in people if sum(sizes[n:]) <= budget.history), people[-1])
    steps = [n for n in range(at + 1, len(said)) if said[n].get("role") != "tool"]
    room = budget.history - sizes[at]
    rest = next((n for n in steps if sum(sizes[n:]) <= room), steps[-1] if steps else len(said))
    gone = [*said[:at], *said[at + 1 : rest]]
    words = [_as_chat(message) for message in gone if message.get("role") in ("user", "assistant") and text_of(message)]
    return Steps([said[at], *said[rest:]], extract("", words, budget.summary))


def _as_chat(message: Mapping[str, Any]) -> ChatMessage:
    return ChatMessage("user" if message["role"] == "user" else "assistant", text_of(message))


def store(session: ChatSession, text: str, up_to: int, made_by: str) -> None:
    """Keep a summary of everything up to the message `up_to`; one that reaches further stays."""
    values = {"text": text, "up_to": up_to, "made_by": made_by}
    _, new = Summary.objects.get_or_create(session=session, defaults=values)
    if not new:
        Summary.objects.filter(session=session, up_to__lte=up_to).update(**values)


def as_chat(message: Message) -> ChatMessage:
    return ChatMessage("user" if message.role == Message.Role.USER else "assistant", message.text)


def _kept_from(said: Sequence[ChatMessage], room: int) -> int:
    """Where what is given as it was said begins; the last message always is."""
    sizes = [count(message.text) + PER_MESSAGE for message in said]
    if len(said) <= settings.CHAT_HISTORY_MESSAGES and sum(sizes) <= room:
        return 0
    left, at = room * KEPT, len(said)
    least = max(len(said) - round(settings.CHAT_HISTORY_MESSAGES * KEPT), 0)
    while at > least and (at == len(said) or sizes[at - 1] <= left):
        at -= 1
        left -= sizes[at]
    return at
