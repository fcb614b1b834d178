"""A streamed chat completion with calls of tools, as Deltas."""

from collections.abc import Iterator
from typing import Any

import openai
from openai.types.chat import ChatCompletionChunk

from avatarsite.core.engines import EngineFailed
from twins.llm.base import Delta, ToolCall
from twins.llm.thoughts import Thoughts

MEANWHILE = "The call was passed on; its result will come later. Say in one short sentence what you are doing."


def deltas(stream: openai.Stream[ChatCompletionChunk]) -> Iterator[Delta]:
    """The pieces of the answer, thoughts left out; a stream that ends without saying why was cut.

    Servers that send no index, or the same for all calls, get one index for each call.
    """
    finished, indexes, thoughts = "", _Indexes(), Thoughts()
    for chunk in stream:
        for choice in chunk.choices or ():
            finished = choice.finish_reason or finished
            if choice.delta and choice.delta.refusal:
                raise EngineFailed("The language model refused to answer.", "llm_refused")
            calls = tuple(indexes.of(call) for call in (choice.delta and choice.delta.tool_calls) or ())
            text = thoughts.feed((choice.delta and choice.delta.content) or "")
            if text or calls:
                yield Delta(text, calls)
        if chunk.usage:
            yield Delta(usage=_usage(chunk.usage))
    if not finished:
        raise broken_off(stream)
    if finished == "content_filter":
        raise EngineFailed("The language model's content filter stopped the answer.", "llm_refused")
    yield Delta(thoughts.rest, finish="tool_calls" if indexes.count and finished == "stop" else finished)


class Calls:
    """Calls of tools, put together from the pieces in which they are streamed."""

    def __init__(self) -> None:
        self._indexes = _Indexes()
        self._parts: dict[int, dict[str, str]] = {}

    def __bool__(self) -> bool:
        return bool(self._parts)

    def add(self, pieces: Any) -> None:
        for piece in pieces or ():
            told = self._indexes.of(piece)
            call = self._parts.setdefault(told["index"], {"id": "", "name": "", "arguments": ""})
            call["id"] = told.get("id") or call["id"]
            call["name"] = told["function"].get("name") or call["name"]
            call["arguments"] += told["function"].get("arguments") or ""

    def whole(self) -> list[ToolCall]:
        return [ToolCall(**call) for call in self._parts.values() if call["name"]]

    def told(self) -> list[dict[str, Any]]:
        """The calls as messages, answered as a conversation answers them that goes on meanwhile."""
        made = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments or "{}"}}
            for call in self.whole()
        ]
        answered = [{"role": "tool", "tool_call_id": call["id"], "content": MEANWHILE} for call in made]
        return [{"role": "assistant", "content": None, "tool_calls": made}, *answered]


def broken_off(stream: openai.Stream[ChatCompletionChunk]) -> EngineFailed:
    kind = str(stream.response.headers.get("content-type", ""))
    if kind.startswith("text/event-stream"):
        return EngineFailed("The language model broke off in its answer.", "llm_truncated", retryable=True)
    return EngineFailed("The language model's address does not answer like one.", "llm_bad_answer", retryable=True)


class _Indexes:
    """Gives each call of a tool its index: a new id, or a new name, begins a new call."""

    def __init__(self) -> None:
        self.count = 0
        self._by_stated: dict[int | None, int] = {}
        self._ids: dict[int | None, str | None] = {}

    def of(self, call: Any) -> dict[str, Any]:
        stated = call.index
        begins = stated not in self._by_stated or bool(call.id and call.id != self._ids.get(stated))
        if begins:
            self._by_stated[stated], self._ids[stated] = self.count, call.id
            self.count += 1
        function = call.function.model_dump(exclude_none=True) if call.function else {}
        told: dict[str, Any] = {"index": self._by_stated[stated], "function": function}
        return told | ({"id": call.id or f"call_{self.count}", "type": "function"} if begins else {})


def _usage(usage: Any) -> dict[str, int]:
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    return {name: int(getattr(usage, name, 0) or 0) for name in names}
