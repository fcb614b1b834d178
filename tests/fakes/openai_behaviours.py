"""How the stand-in for an OpenAI-compatible server can answer: well, slowly, wrongly, or not at all."""

import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.openai_server import FakeOpenAI, Request

PAUSE = 0.02  # seconds between two pieces of a slow stream


class Reply:
    """The wire, as one behaviour uses it."""

    def __init__(self, handler: BaseHTTPRequestHandler, server: "FakeOpenAI", request: "Request") -> None:
        self.handler, self.server, self.request = handler, server, request

    def send(self, status: int, body: str, kind: str = "application/json", **headers: str) -> None:
        payload = body.encode()
        self.handler.send_response(status)
        self.handler.send_header("content-type", kind)
        self.handler.send_header("content-length", str(len(payload)))
        self.handler.send_header("x-request-id", "req_fake")
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.wfile.write(payload)

    def error(self, status: int, message: str, kind: str, code: str | int | None = None, **headers: str) -> None:
        body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
        self.send(status, json.dumps(body), **headers)

    def open(self) -> None:
        self.handler.send_response(200)
        self.handler.send_header("content-type", "text/event-stream; charset=utf-8")
        self.handler.send_header("transfer-encoding", "chunked")
        self.handler.end_headers()

    def raw(self, text: str | bytes) -> None:
        """One HTTP chunk."""
        data = text.encode() if isinstance(text, str) else text
        self.handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.handler.wfile.flush()

    def event(self, **chunk: Any) -> None:
        self.raw(self.line(**chunk))

    def line(self, delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> str:
        choices = [{"index": 0, "delta": delta or {}, "logprobs": None, "finish_reason": finish}]
        chunk = {
            "id": "chatcmpl-fake",
            "object": "chat.completion.chunk",
            "created": 1790000000,
            "model": self.request.body.get("model"),
            "choices": choices,
            **more,
        }
        return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"

    def role(self) -> None:
        self.event(delta={"role": "assistant", "content": ""})

    def speak(self, words: list[str], pause: float = 0.0) -> None:
        for word in words:
            self.event(delta={"content": word})
            if pause:
                time.sleep(pause)

    def done(self, finish: str = "stop") -> None:
        self.event(delta={}, finish=finish)
        if (self.request.body.get("stream_options") or {}).get("include_usage"):
            self.usage()
        self.raw("data: [DONE]\n\n")
        self.end()

    def usage(self) -> None:
        chunk = {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1790000000, "model": "m"}
        usage = {"prompt_tokens": 101, "completion_tokens": 23, "total_tokens": 124}
        self.raw(f"data: {json.dumps({**chunk, 'choices': [], 'usage': usage})}\n\n")

    def end(self) -> None:
        self.handler.wfile.write(b"0\r\n\r\n")
        self.handler.wfile.flush()

    def cut(self) -> None:
        """Close the connection without ending the body."""
        self.handler.close_connection = True

    def for_ever(self) -> Iterator[None]:
        while self.server.running():
            yield
            time.sleep(PAUSE)


def _ok(reply: Reply) -> None:
    reply.open()
    reply.role()
    reply.speak(reply.server.words())
    reply.done()


def _slow(reply: Reply) -> None:
    reply.open()
    reply.role()
    reply.speak(reply.server.words(), pause=PAUSE)
    reply.done()


def _silent(reply: Reply) -> None:
    for _ in reply.for_ever():
        pass


def _trickle(reply: Reply) -> None:
    reply.open()
    for _ in reply.for_ever():
        reply.event(delta={"content": "a"})


def _pings(reply: Reply) -> None:
    reply.open()
    for _ in reply.for_ever():
        reply.raw(": ping\n\n")


def _header_drip(reply: Reply) -> None:
    reply.handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
    for _ in reply.for_ever():
        reply.handler.wfile.write(b"a")
        reply.handler.wfile.flush()


def _runaway(reply: Reply) -> None:
    reply.open()
    for _ in reply.for_ever():
        reply.event(delta={"content": "Again and again. "})


def _endless_sentence(reply: Reply) -> None:
    reply.open()
    for _ in reply.for_ever():
        reply.event(delta={"content": "word " * 50})


def _cut_early(reply: Reply) -> None:
    reply.open()
    reply.role()
    reply.speak(reply.server.words()[:2])
    reply.cut()


def _cut_late(reply: Reply) -> None:
    reply.open()
    reply.role()
    reply.speak(reply.server.words()[:-2])
    reply.cut()


def _no_done(reply: Reply) -> None:
    """The body ends as if all were well, with neither finish_reason nor [DONE]."""
    reply.open()
    reply.speak(reply.server.words()[:2])
    reply.end()


def _no_last_blank_line(reply: Reply) -> None:
    reply.open()
    reply.speak(reply.server.words())
    reply.event(delta={}, finish="stop")
    reply.raw("data: [DONE]")
    reply.end()


def _empty(reply: Reply) -> None:
    reply.open()
    reply.role()
    reply.done()


def _comments(reply: Reply) -> None:
    reply.open()
    reply.raw(": ping\r\n\r\n: ping\r\n\r\n")
    reply.role()
    for word in reply.server.words():
        reply.event(delta={"content": word})
        reply.raw(": ping\n\n")
    reply.done()


def _split_bytes(reply: Reply) -> None:
    """The same bytes as "ok", cut at every third byte, so also inside characters, with a usage chunk at the end."""
    lines = [reply.line(delta={"content": word}) for word in reply.server.words()]
    lines += [
        reply.line(delta={}, finish="stop"),
        reply.line(choices=[], usage={"total_tokens": 3}),
        "data: [DONE]\n\n",
    ]
    payload = "".join(lines).encode()
    reply.open()
    for start in range(0, len(payload), 3):
        reply.raw(payload[start : start + 3])
    reply.end()


def _reasoning(reply: Reply) -> None:
    reply.open()
    reply.event(delta={"role": "assistant", "content": "", "reasoning": "SECRET THOUGHT"})
    reply.event(delta={"content": None, "reasoning_content": "SECRET THOUGHT"})
    reply.speak(reply.server.words())
    reply.done()


def _think_tags(reply: Reply) -> None:
    reply.open()
    reply.speak(["<thi", "nk>SECRET", " THOUGHT</th", "ink>", "\n\n", *reply.server.words()])
    reply.done()


def _content_filter(reply: Reply) -> None:
    reply.open()
    reply.speak(["I"])
    reply.done("content_filter")


def _refusal(reply: Reply) -> None:
    reply.open()
    reply.event(delta={"role": "assistant", "refusal": "I can't help with that."})
    reply.done()


def _length(reply: Reply) -> None:
    reply.open()
    reply.speak(reply.server.words()[:-1])
    reply.done("length")


def _null_choices(reply: Reply) -> None:
    reply.open()
    reply.raw('data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":null}\n\n')
    reply.raw("data: [DONE]\n\n")
    reply.end()


def _stream_error(reply: Reply) -> None:
    reply.open()
    reply.raw(
        'data: {"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}\n\n'
    )
    reply.end()


def _stream_error_text(reply: Reply) -> None:
    reply.open()
    reply.raw('data: {"error":"out of memory"}\n\n')
    reply.end()


def _stream_error_late(reply: Reply) -> None:
    reply.open()
    reply.speak(reply.server.words()[:-2])
    reply.raw(
        'data: {"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}\n\n'
    )
    reply.end()


def _broken_event(reply: Reply) -> None:
    reply.open()
    reply.raw('data: {"id": "chatcmpl-\n\n')
    reply.end()


def _plain_json(reply: Reply) -> None:
    message = {"role": "assistant", "content": "not streamed"}
    reply.send(200, json.dumps({"object": "chat.completion", "choices": [{"index": 0, "message": message}]}))


def _echo(reply: Reply) -> None:
    """Answers with the visitor's last words, for tests that follow a message through the whole product."""
    last = next(message["content"] for message in reversed(reply.request.messages) if message["role"] == "user")
    reply.open()
    reply.speak([f"You said: {last}."])
    reply.done()


_CALLS = (("call_1", "weather", ('{"ci', 'ty": "Lis', 'bon"}')), ("call_2", "clock", ("{}",)))


def _tool_calls(reply: Reply) -> None:
    """Two calls at once, the way OpenAI streams them: the arguments in fragments, by index."""
    reply.open()
    reply.role()
    for index, (name_id, name, fragments) in enumerate(_CALLS):
        function = {"name": name, "arguments": ""}
        reply.event(delta={"tool_calls": [{"index": index, "id": name_id, "type": "function", "function": function}]})
        for fragment in fragments:
            reply.event(delta={"tool_calls": [{"index": index, "function": {"arguments": fragment}}]})
    reply.done("tool_calls")


def _whole_tool_calls(reply: Reply) -> None:
    """Two whole calls without an index, and a wrong reason for the end: older Ollama."""
    reply.open()
    reply.role()
    for name_id, name, fragments in _CALLS:
        function = {"name": name, "arguments": "".join(fragments)}
        reply.event(delta={"tool_calls": [{"id": name_id, "type": "function", "function": function}]})
    reply.done("stop")


def _failing(
    status: int, message: str, kind: str, code: str | int | None = None, **headers: str
) -> Callable[[Reply], None]:
    return lambda reply: reply.error(status, message, kind, code, **headers)


_RATE = (429, "Rate limit reached. Please try again in 1s.", "requests", "rate_limit_exceeded")
BEHAVIOURS: dict[str, Callable[[Reply], None]] = {
    "ok": _ok,
    "echo": _echo,
    "tool_calls": _tool_calls,
    "whole_tool_calls": _whole_tool_calls,
    "slow": _slow,
    "silent": _silent,
    "trickle": _trickle,
    "pings": _pings,
    "header_drip": _header_drip,
    "runaway": _runaway,
    "endless_sentence": _endless_sentence,
    "cut_early": _cut_early,
    "cut_late": _cut_late,
    "no_done": _no_done,
    "no_last_blank_line": _no_last_blank_line,
    "empty": _empty,
    "comments": _comments,
    "split_bytes": _split_bytes,
    "reasoning": _reasoning,
    "think_tags": _think_tags,
    "content_filter": _content_filter,
    "refusal": _refusal,
    "length": _length,
    "null_choices": _null_choices,
    "stream_error": _stream_error,
    "stream_error_text": _stream_error_text,
    "stream_error_late": _stream_error_late,
    "broken_event": _broken_event,
    "plain_json": _plain_json,
    "html": lambda reply: reply.send(200, "<html><body>Welcome to nginx</body></html>", "text/html"),
    "broken_json": lambda reply: reply.send(500, '{"error": {"mess'),
    "unauthorized": _failing(401, "Incorrect API key provided: {key}", "invalid_request_error", "invalid_api_key"),
    "unauthorized_text": lambda reply: reply.send(401, '{"error":"Unauthorized"}'),
    "forbidden": _failing(403, "Not here.", "invalid_request_error", "unsupported_country_region_territory"),
    "not_found": _failing(404, "The model does not exist.", "invalid_request_error", "model_not_found"),
    "not_found_int": _failing(404, "The model does not exist.", "NotFoundError", 404),
    "too_long": _failing(400, "Maximum context length is 4096.", "invalid_request_error", "context_length_exceeded"),
    "rate_limited": _failing(*_RATE, retry_after="0.05"),
    "rate_limited_long": _failing(*_RATE, retry_after="121"),
    "quota": _failing(429, "You exceeded your current quota.", "insufficient_quota", "insufficient_quota"),
    "overloaded": _failing(503, "Overloaded.", "server_error", None, retry_after="0.01"),
    "loading": _failing(503, "Loading model", "unavailable_error", 503, retry_after="0.01"),
    "server_error": _failing(500, "The server had an error.", "server_error", None, retry_after="0.01"),
}
