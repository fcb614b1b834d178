"""A strict stand-in for an OpenAI-compatible embeddings endpoint: real HTTP on loopback, scripted behaviours.

with FakeEmbeddings() as server:
    server.behave("overloaded", "ok")   # one per request, the last one stays
    ... OpenAIEmbeddings(base_url=server.url, api_key=server.key, model=server.model) ...
"""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

QUOTA = {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": "insufficient_quota"}
ERRORS: dict[str, tuple[int, dict[str, Any]]] = {
    "overloaded": (503, {"message": "slow down", "type": "server_error", "code": None}),
    "rate_limited": (429, {"message": "Rate limit", "type": "tokens", "code": "rate_limit_exceeded"}),
    "quota": (429, QUOTA),
    "rejected": (400, {"message": "too long", "type": "invalid_request_error", "code": None}),
}


def vector(text: str, size: int) -> list[float]:
    """A vector of its own for each text: deterministic, not of length one."""
    return [float((len(text) * (n + 3)) % 7 + 1) + (sum(map(ord, text)) % (n + 5)) for n in range(size)]


@dataclass
class FakeEmbeddings:
    model: str = "text-embedding-3-small"
    key: str = "sk-test-0123456789abcdef"
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._script = ["ok"]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def behave(self, *behaviours: str) -> None:
        self._script = list(behaviours)

    def next_behaviour(self) -> str:
        return self._script.pop(0) if len(self._script) > 1 else self._script[0]

    def __enter__(self) -> "FakeEmbeddings":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _rejection(server: FakeEmbeddings, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> str:
    texts = body.get("input")
    if handler.path != "/v1/embeddings":
        return "Invalid URL"
    if set(body) - {"model", "input", "dimensions", "encoding_format", "user"}:
        return "Unknown parameter"
    if body.get("model") != server.model:
        return "The model does not exist"
    if not isinstance(texts, list) or not 0 < len(texts) <= 2_048 or not all(texts):
        return "'$.input' is invalid"
    return ""


def _handler(server: FakeEmbeddings) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            server.bodies.append(body)
            if self.headers.get("authorization") != f"Bearer {server.key}":
                self._send(401, json.dumps({"error": {"message": f"Incorrect key {server.key}", "code": "x"}}))
            elif words := _rejection(server, self, body):
                self._send(400, json.dumps({"error": {"message": words, "type": "invalid_request_error"}}))
            else:
                self._answer(server.next_behaviour(), body)

        def _answer(self, behaviour: str, body: dict[str, Any]) -> None:
            if behaviour in ERRORS:
                status, error = ERRORS[behaviour]
                self._send(status, json.dumps({"error": {**error, "param": None}}))
            elif behaviour == "html":
                self._send(200, "<html>", kind="text/html")
            else:
                self._send(200, json.dumps(self._vectors(behaviour, body)))

        def _vectors(self, behaviour: str, body: dict[str, Any]) -> dict[str, Any]:
            texts = body["input"][:-1] if behaviour == "one_missing" else body["input"]
            size = body.get("dimensions", 8)
            data = [
                {"object": "embedding", "index": n, "embedding": vector(text, size)} for n, text in enumerate(texts)
            ]
            usage = {"prompt_tokens": 1, "total_tokens": 1}
            return {"object": "list", "data": data[::-1], "model": body["model"], "usage": usage}

        def _send(self, status: int, text: str, kind: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *arguments: object) -> None:
            """Silence: tests read `bodies`."""

    return Handler
