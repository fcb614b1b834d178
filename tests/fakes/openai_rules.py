"""What OpenAI and the local servers demand of a chat completion request, and how they say so."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.openai_server import FakeOpenAI

_COMMON = {"model", "messages", "stream", "stream_options", "temperature", "top_p", "stop", "seed"}
_FIELDS = {
    "openai": _COMMON
    | {
        "max_completion_tokens", "max_tokens", "n", "tools", "tool_choice", "response_format", "reasoning_effort",
        "verbosity", "safety_identifier", "prompt_cache_key", "store", "metadata", "service_tier",
        "parallel_tool_calls",
    },
    "ollama": _COMMON | {"max_tokens", "presence_penalty", "frequency_penalty", "response_format", "tools"},
    "llamacpp": _COMMON | {"max_tokens", "response_format", "tools"},
    "vllm": _COMMON | {"max_tokens", "response_format", "tools", "tool_choice", "parallel_tool_calls"},
}  # fmt: skip
_ROLES = {"system", "developer", "user", "assistant", "tool"}


@dataclass(frozen=True)
class Rejection:
    status: int
    message: str
    code: str | None = None


def check(path: str, headers: dict[str, str], body: dict[str, Any], server: "FakeOpenAI") -> Rejection | None:
    """Why this server answers with an error, if it does; notes in `complaints` what it would swallow silently."""
    if path == "/v1/moderations" and server.profile == "openai":
        return _head(path, headers, server)
    if path != "/v1/chat/completions":
        return Rejection(404, f"Invalid URL (POST {path.split('?')[0]})")
    return _head(path, headers, server) or _model(body, server) or _messages(body) or _fields(body, server)


def _head(path: str, headers: dict[str, str], server: "FakeOpenAI") -> Rejection | None:
    if server.key in path:
        server.complaints.append("the key is in the URL")
    if "openai-organization" in headers or "openai-project" in headers:
        server.complaints.append("headers of an account that was not configured")
    if not headers.get("content-type", "").startswith("application/json"):
        return Rejection(400, "We expect application/json.")
    given = headers.get("authorization", "")
    if not given.startswith("Bearer "):
        return Rejection(401, "You didn't provide an API key.")
    if server.profile == "openai" and given != f"Bearer {server.key}":
        return Rejection(401, f"Incorrect API key provided: {given[7:]}.", "invalid_api_key")
    if server.profile != "openai" and given.startswith("Bearer sk-") and given != f"Bearer {server.key}":
        server.complaints.append("a key was sent to a local server that is not its own")
    return None


def _model(body: dict[str, Any], server: "FakeOpenAI") -> Rejection | None:
    model = body.get("model")
    if server.profile == "llamacpp" or model == server.model:
        return None
    return Rejection(404, f"The model `{model}` does not exist or you do not have access to it.", "model_not_found")


def _messages(body: dict[str, Any]) -> Rejection | None:
    listed = body.get("messages")
    if not isinstance(listed, list) or not listed:
        return Rejection(400, "'messages' is too short.")
    if any(message.get("role") == "tool" or message.get("tool_calls") for message in listed):
        return _tool_messages(listed)
    for message in listed:
        if message.get("role") not in _ROLES or not isinstance(message.get("content"), str) or not message["content"]:
            return Rejection(400, "Invalid value in 'messages'.")
        if set(message) - {"role", "content", "name"}:
            return Rejection(400, "Unknown field in 'messages'.")
    spoken = [message["role"] for message in listed if message["role"] in ("user", "assistant")]
    # Many chat templates of local models raise when roles do not alternate or the assistant begins.
    if spoken[::2] != ["user"] * len(spoken[::2]) or spoken[1::2] != ["assistant"] * len(spoken[1::2]):
        return Rejection(400, "Conversation roles must alternate user/assistant/user/assistant/...")
    return None if spoken[-1:] == ["user"] else Rejection(400, "The last message must be the user's.")


def _tool_messages(listed: list[dict[str, Any]]) -> Rejection | None:
    """Each tool message answers a call of the assistant message before it, and each call is answered."""
    open_calls: set[str] = set()
    for message in listed:
        if message.get("role") == "tool":
            if message.get("tool_call_id") not in open_calls:
                return Rejection(400, "messages with role 'tool' must be a response to a preceding tool call.")
            open_calls.discard(message["tool_call_id"])
            continue
        if open_calls:
            return Rejection(400, "An assistant message with 'tool_calls' must be followed by tool messages.")
        open_calls = {call["id"] for call in message.get("tool_calls") or ()}
    return Rejection(400, "Not every tool call was answered.") if open_calls else None


def _fields(body: dict[str, Any], server: "FakeOpenAI") -> Rejection | None:
    unknown = sorted(set(body) - _FIELDS[server.profile])
    if unknown and server.profile == "openai":
        return Rejection(400, f"Unrecognized request argument supplied: {unknown[0]}", "unknown_parameter")
    if unknown:
        server.complaints.append(f"{server.profile} ignores {unknown}")
    if server.profile != "openai" and "max_tokens" not in body:
        server.complaints.append(f"{server.profile} was asked to write without end")
    if "stream_options" in body and not body.get("stream"):
        return Rejection(400, "'stream_options' is only allowed with 'stream'.")
    return (
        _reasoning_fields(body)
        if server.profile == "openai" and server.model.startswith(("gpt-5", "gpt-6", "o"))
        else None
    )


def _reasoning_fields(body: dict[str, Any]) -> Rejection | None:
    if "max_tokens" in body:
        message = "Unsupported parameter: 'max_tokens' is not supported with this model."
        return Rejection(400, f"{message} Use 'max_completion_tokens' instead.", "unsupported_parameter")
    if body.get("temperature", 1) != 1:
        return Rejection(400, "Unsupported value: 'temperature' does not support this value.", "unsupported_value")
    return None
