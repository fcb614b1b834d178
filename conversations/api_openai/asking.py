"""What a chat completion is asked for: read, bounded and checked, whoever sent it."""

from dataclasses import dataclass
from typing import Any, Self

from conversations.api_openai.door import Refused
from twins.llm.base import ChatMessage

MOST_MESSAGES = 2_000
MOST_TOOLS = 128
MOST_STOPS = 4
SAMPLING = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "presence_penalty": (-2, 2),
    "frequency_penalty": (-2, 2),
    "seed": (-(2**63), 2**63 - 1),
}
ROLES = ("developer", "system", "user", "assistant", "tool", "function")


@dataclass(frozen=True)
class Asked:
    """A chat completion request. What else is in a body (metadata, store, …) is accepted and without effect.

    said: the conversation without instructions. instructions: the system and developer messages, in order.
    sampling: temperature and the like, for engines that sample. stop: texts before which the answer ends.
    tools: what only an engine that uses tools can do; None when there is none of that. raw: the conversation as sent.
    """

    model: Any
    said: list[ChatMessage]
    instructions: str
    stream: bool
    include_usage: bool
    max_tokens: int | None
    user: str
    tools: dict[str, Any] | None
    raw: list[dict[str, Any]]
    sampling: dict[str, Any]
    stop: tuple[str, ...]

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        messages = _messages(body)
        if body.get("n") not in (None, 1):
            raise Refused("n: one answer is all you get; send 1 or leave it out.", param="n")
        stream = _truth(body, "stream")
        options = body.get("stream_options") or {}
        if options and not stream:
            raise Refused(
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.", param="stream_options"
            )
        if not isinstance(options, dict):
            raise Refused("stream_options: send an object.", param="stream_options")
        return cls(
            model=body.get("model"),
            said=_said(messages),
            instructions="\n\n".join(_text(item) for item in messages if item["role"] in ("system", "developer")),
            stream=stream,
            include_usage=_truth(options, "include_usage"),
            max_tokens=_tokens(body),
            user=_user(body),
            tools=_tools(body, messages),
            raw=[item for item in messages if item["role"] not in ("system", "developer")],
            sampling=_sampling(body),
            stop=_stop(body),
        )


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    listed = body.get("messages")
    if not isinstance(listed, list) or not listed:
        raise Refused("messages: send a list with at least one message.", param="messages")
    if len(listed) > MOST_MESSAGES:
        raise Refused(f"messages: {len(listed)} messages; at most {MOST_MESSAGES} are allowed.", param="messages")
    for number, item in enumerate(listed):
        where = f"messages[{number}]"
        if not isinstance(item, dict) or item.get("role") not in ROLES:
            raise Refused(f"{where}.role: choose one of {', '.join(ROLES)}.", param=where)
        _text(item, where)
    return listed


def _text(message: dict[str, Any], where: str = "messages") -> str:
    """The words of a message; its content may be a text or a list of parts of type text."""
    content = message.get("content")
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise Refused(f"{where}.content: send a text or a list of text parts.", param=f"{where}.content")
    for part in content:
        if not isinstance(part, dict) or part.get("type") != "text" or not isinstance(part.get("text"), str):
            raise Refused(f"{where}.content: only parts of type text are understood.", param=f"{where}.content")
    return "\n".join(part["text"] for part in content)


def _said(messages: list[dict[str, Any]]) -> list[ChatMessage]:
    said: list[ChatMessage] = []
    for item in messages:
        if item["role"] == "user":
            said.append(ChatMessage("user", _text(item)))
        elif item["role"] == "assistant" and _text(item):
            said.append(ChatMessage("assistant", _text(item)))
    return said


def _tools(body: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The fields about tools; {} when only earlier messages used some."""
    tools = body.get("tools") or []
    used = any(item["role"] in ("tool", "function") or item.get("tool_calls") for item in messages)
    if not isinstance(tools, list) or len(tools) > MOST_TOOLS or not all(isinstance(tool, dict) for tool in tools):
        raise Refused(f"tools: send a list of at most {MOST_TOOLS} tools.", param="tools")
    if not tools:
        if not used and messages[-1]["role"] != "user":
            raise Refused("messages: the last one must be the user's.", param="messages")
        return {} if used else None
    fields = ("tools", "tool_choice", "parallel_tool_calls")
    return {name: body[name] for name in fields if body.get(name) is not None}


def _tokens(body: dict[str, Any]) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise Refused(f"{name}: send a whole number of at least 1.", param=name)
        return value
    return None


def _sampling(body: dict[str, Any]) -> dict[str, Any]:
    found = {name: body[name] for name in SAMPLING if body.get(name) is not None}
    for name, value in found.items():
        least, most = SAMPLING[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise Refused(f"{name}: send a number from {least} to {most}.", param=name)
    if "seed" in found and not isinstance(found["seed"], int):
        raise Refused("seed: send a whole number.", param="seed")
    return found


def _stop(body: dict[str, Any]) -> tuple[str, ...]:
    value = body.get("stop")
    listed = [value] if isinstance(value, str) else value or []
    if not isinstance(listed, list) or len(listed) > MOST_STOPS or not all(isinstance(s, str) and s for s in listed):
        raise Refused(f"stop: send a text or up to {MOST_STOPS} texts, none of them empty.", param="stop")
    return tuple(listed)


def _truth(body: dict[str, Any], name: str) -> bool:
    value = body.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise Refused(f"{name}: send true or false.", param=name)


def _user(body: dict[str, Any]) -> str:
    value = body.get("safety_identifier") or body.get("user")
    return value[:128] if isinstance(value, str) else ""
