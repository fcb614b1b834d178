"""A strict stand-in for an OpenAI-compatible server: real HTTP on loopback, scripted behaviours, recorded requests.

    with FakeOpenAI() as server:
        server.say("The answer. It has two sentences.")
        server.behave("overloaded", "overloaded", "ok")   # one per request, the last one stays
        ... OpenAILLM(base_url=server.url, api_key=server.key, model=server.model) ...
        server.requests[0].messages

What a real server would reject is rejected, with its words; what it would silently ignore and a client should not
send is noted in `complaints`, which leaving the context turns into an AssertionError.
"""

import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.fakes.openai_behaviours import BEHAVIOURS, Reply
from tests.fakes.openai_rules import Rejection, check


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at: float

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body.get("messages", []))

    @property
    def system(self) -> str:
        return "\n".join(message["content"] for message in self.messages if message["role"] in ("system", "developer"))


@dataclass
class FakeOpenAI:
    """profile: "openai", "ollama", "llamacpp" or "vllm". model: the one that is served."""

    profile: str = "openai"
    model: str = "gpt-5.6-terra"
    key: str = "sk-test-0123456789abcdef"
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    flagged: str = ""  # a word for which the moderations endpoint flags a text
    hang_ups: int = 0  # streams that the client closed before their end

    def __post_init__(self) -> None:
        self._answer = "I am the fake model. I answer in two sentences."
        self._script = ["ok"]
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._stopped = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def say(self, text: str) -> None:
        self._answer = text

    def behave(self, *behaviours: str) -> None:
        """One behaviour for each request to come; the last one stays. Their names are those of BEHAVIOURS."""
        unknown = [name for name in behaviours if name not in BEHAVIOURS]
        assert not unknown, f"unknown behaviours {unknown}"
        self._script = list(behaviours)

    def __enter__(self) -> "FakeOpenAI":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        assert error is not None or not self.complaints, self.complaints

    def next_behaviour(self) -> str:
        with self._lock:
            return self._script.pop(0) if len(self._script) > 1 else self._script[0]

    def words(self) -> list[str]:
        """The answer as tokens: a space belongs to the word behind it."""
        first, *others = self._answer.split(" ")
        return [first, *(f" {word}" for word in others)]

    def running(self) -> bool:
        return not self._stopped.is_set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Silence: clients that hang up are part of the tests."""


def _handler(server: FakeOpenAI) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = self._read()
            server.requests.append(request)
            rejection = check(request.path, request.headers, request.body, server)
            reply = Reply(self, server, request)
            if rejection:
                _reject(reply, rejection)
                return
            if request.path == "/v1/moderations":
                reply.send(200, json.dumps(_moderated(server, request)))
                return
            try:
                BEHAVIOURS[server.next_behaviour()](reply)
            except (BrokenPipeError, ConnectionResetError):
                server.hang_ups += 1
                self.close_connection = True

        def do_GET(self) -> None:
            models = [{"id": server.model, "object": "model", "created": 1, "owned_by": "fake"}]
            Reply(self, server, Request(self.path, {}, {}, time.monotonic())).send(
                200, json.dumps({"object": "list", "data": models})
            )

        def _read(self) -> Request:
            length = int(self.headers.get("content-length", 0))
            body: dict[str, Any] = {}
            with suppress(ValueError):
                body = json.loads(self.rfile.read(length))
            headers = {name.lower(): value for name, value in self.headers.items()}
            return Request(self.path, headers, body, time.monotonic())

        def log_message(self, format: str, *arguments: object) -> None:
            """Silence: tests read `requests`."""

    return Handler


def _reject(reply: Reply, rejection: Rejection) -> None:
    reply.error(rejection.status, rejection.message, "invalid_request_error", rejection.code)


def _moderated(server: FakeOpenAI, request: Request) -> dict[str, Any]:
    names = ("harassment", "violence", "self-harm/intent")
    flagged = bool(server.flagged) and server.flagged in request.body.get("input", "")
    said = {name: flagged and name == "violence" for name in names}
    scores = {name: float(value) for name, value in said.items()}
    result = {"flagged": flagged, "categories": said, "category_scores": scores, "category_applied_input_types": {}}
    return {"id": "modr-fake", "model": request.body.get("model"), "results": [result]}
