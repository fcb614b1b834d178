"""What strict fakes of vendors have in common: real HTTP on loopback, recorded requests, scripted misbehaviour.

    class FakeAcme(FakeVendor):
        def authorize(self, request):
            if request.headers.get("x-api-key") != "acme-key":
                raise Refused(self.error(401, "who are you?"))

        @route("POST", "/v1/things")  # {names} in a path become arguments
        def make(self, request):
            body = fields(self, request.json, required={"text": str}, optional={"speed": float})
            return Answer(201, {"id": "th_1"})

    with FakeAcme() as acme:
        acme.misbehave("POST /v1/things", refuse(429, retry_after=1), accept_then_hang_up())
        ... settings.VENDORS["acme"]["BASE_URL"] = acme.url; acme.asked("POST") ...

What a real vendor would refuse is refused in its own shape (override `error`); what it would swallow in silence, and a
client should not send, goes into `complaints`, which leaving the context turns into an AssertionError.
"""

import email.parser
import email.policy
import json
import re
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

FROZEN_SECONDS = 300.0  # what "never answers" means; leaving the context ends it at once


@dataclass(frozen=True)
class Part:
    """One field of a multipart form."""

    name: str
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Request:
    """headers: names in lower case. query: the first value of each name. at: by the monotonic clock."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    at: float

    @cached_property
    def json(self) -> Any:
        """Raises Refused unless the body is JSON and says so."""
        try:
            if not self.headers.get("content-type", "").startswith("application/json"):
                raise ValueError
            return json.loads(self.body)
        except ValueError as error:
            raise Refused(Answer(400, {"message": "the body is not JSON"})) from error

    @cached_property
    def parts(self) -> dict[str, Part]:
        """Of a multipart form, by name; {} when it is none."""
        head = f"Content-Type: {self.headers.get('content-type', '')}\r\n\r\n".encode()
        found = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + self.body)
        if not found.is_multipart():
            return {}
        parts = [_part(each) for each in found.iter_parts()]
        return {part.name: part for part in parts}


def _part(message: Any) -> Part:
    name = message.get_param("name", header="content-disposition") or ""
    content = message.get_payload(decode=True) or b""
    return Part(str(name), message.get_filename() or "", message.get_content_type(), content)


@dataclass
class Answer:
    """body: JSON (dict, list), text, bytes, or an iterator of bytes, which is sent in chunks as they come.

    cut: send only so many bytes of the announced ones, then hang up.
    """

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()

    @property
    def content_type(self) -> str:
        if isinstance(self.body, str):
            return "text/html; charset=utf-8"
        return "application/json" if isinstance(self.body, dict | list) else "application/octet-stream"


class Refused(Exception):  # noqa: N818  says what the server did
    """Ends a request with an answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class HangUp(Exception):  # noqa: N818
    """Ends a request without an answer."""


Serve = Callable[[], Answer]
Behaviour = Callable[["FakeVendor", Request, Serve], Answer]  # may raise Refused or HangUp


def honest() -> Behaviour:
    return lambda fake, request, serve: serve()


def refuse(status: int, words: str = "scripted", *, retry_after: int | None = None, body: Any = None) -> Behaviour:
    """Without doing anything; in the vendor's own shape of an error unless a body is given."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}

    def behave(fake: "FakeVendor", request: Request, serve: Serve) -> Answer:
        answer = fake.error(status, words) if body is None else Answer(status, body)
        answer.headers |= headers
        return answer

    return behave


def html(status: int = 200) -> Behaviour:
    """A page for people, as proxies in front of vendors send it."""
    return refuse(status, body="<html><body><h1>Please wait…</h1></body></html>")


def freeze(seconds: float = FROZEN_SECONDS) -> Behaviour:
    """Takes nothing and says nothing."""

    def behave(fake: "FakeVendor", request: Request, serve: Serve) -> Answer:
        fake.stopped.wait(seconds)
        raise HangUp

    return behave


def accept_then_freeze(seconds: float = FROZEN_SECONDS) -> Behaviour:
    """Does what was asked, and never says so."""

    def behave(fake: "FakeVendor", request: Request, serve: Serve) -> Answer:
        serve()
        fake.stopped.wait(seconds)
        raise HangUp

    return behave


def accept_then_hang_up() -> Behaviour:
    """Does what was asked, and the line breaks before the answer."""

    def behave(fake: "FakeVendor", request: Request, serve: Serve) -> Answer:
        serve()
        raise HangUp

    return behave


def truncate(bytes_sent: int) -> Behaviour:
    """The answer's head promises all of it; the line breaks after so many bytes."""

    def behave(fake: "FakeVendor", request: Request, serve: Serve) -> Answer:
        answer = serve()
        answer.cut = bytes_sent
        return answer

    return behave


def slow(seconds: float) -> Behaviour:
    """Honest, but late."""

    def behave(fake: "FakeVendor", request: Request, serve: Serve) -> Answer:
        fake.stopped.wait(seconds)
        return serve()

    return behave


def route(method: str, path: str) -> Callable[[Any], Any]:
    """Marks a method of a FakeVendor as what answers `method path`; {names} in the path become its arguments."""
    pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))

    def mark(function: Any) -> Any:
        function.route = (method, path, pattern)
        return function

    return mark


def fields(
    fake: "FakeVendor",
    value: Any,
    *,
    required: Mapping[str, Any] | None = None,
    optional: Mapping[str, Any] | None = None,
    where: str = "body",
    status: int = 400,
) -> dict[str, Any]:
    """The object, when it has all `required` fields and no other than those and the `optional` ones; else Refused.

    A rule is a type, a tuple of allowed values, a compiled pattern that must match wholly, or a function that says
    whether the value will do. bool is no int here, and an int will do for a float.
    """
    needed, may = dict(required or {}), dict(optional or {})
    if not isinstance(value, dict):
        raise Refused(fake.error(status, f"{where} must be an object"))
    for name in needed.keys() - value.keys():
        raise Refused(fake.error(status, f"{where}.{name} is required"))
    for name, given in value.items():
        if name not in needed and name not in may:
            raise Refused(fake.error(status, f"{where}.{name} is not allowed"))
        if not _fits(given, needed.get(name, may.get(name))):
            raise Refused(fake.error(status, f"{where}.{name} is not valid"))
    return value


def _fits(value: Any, rule: Any) -> bool:
    if isinstance(rule, type):
        if rule is not bool and isinstance(value, bool):
            return False
        return isinstance(value, int | float) if rule is float else isinstance(value, rule)
    if isinstance(rule, tuple):
        return value in rule
    if isinstance(rule, re.Pattern):
        return isinstance(value, str) and bool(rule.fullmatch(value))
    return bool(rule(value))


class FakeVendor:
    """A server of its own port for as long as the context is open; every request has a thread."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        self.stopped = threading.Event()
        self.lock = threading.RLock()
        self._scripts: dict[str, deque[Behaviour]] = defaultdict(deque)
        self._routes = [
            (*function.route, function)
            for name in dir(type(self))
            if hasattr(function := getattr(type(self), name), "route")
        ]
        self._server = _Server(("127.0.0.1", 0), _handler(self))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def authorize(self, request: Request) -> None:
        """Raises Refused for whoever may not ask this; routes that need no key are let through here."""

    def error(self, status: int, words: str) -> Answer:
        """An error in the vendor's shape."""
        return Answer(status, {"message": words})

    def usual(self, where: str) -> Behaviour:
        """What a request for a route meets when nothing is scripted for it."""
        return honest()

    def misbehave(self, where: str, *behaviours: Behaviour) -> None:
        """What the next requests for a route ("POST /clips", as in `route`) meet, one each; then it is honest again."""
        assert any(f"{method} {path}" == where for method, path, *_ in self._routes), f"no route {where}"
        self._scripts[where].extend(behaviours)

    def asked(self, method: str, path: str = "") -> list[Request]:
        """The requests of a method whose path begins so."""
        return [request for request in self.requests if request.method == method and request.path.startswith(path)]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        assert error is not None or not self.complaints, self.complaints

    def answer(self, request: Request) -> Answer:
        """What a request is answered; raises HangUp."""
        with self.lock:
            self.requests.append(request)
        for method, path, pattern, function in self._routes:
            found = pattern.fullmatch(request.path) if method == request.method else None
            if found:
                return self._behave(f"{method} {path}", function, request, found.groupdict())
        return self.error(404, f"no such route: {request.method} {request.path}")

    def _behave(self, where: str, function: Any, request: Request, names: dict[str, str]) -> Answer:
        def serve() -> Answer:
            with self.lock:
                self.authorize(request)
                found: Answer = function(self, request, **{name: unquote(value) for name, value in names.items()})
                return found

        with self.lock:
            behaviour = self._scripts[where].popleft() if self._scripts[where] else self.usual(where)
        try:
            return behaviour(self, request, serve)
        except Refused as refused:
            return refused.answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Silence: clients that hang up are part of the tests."""


def _handler(fake: FakeVendor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _do(self) -> None:
            try:
                _send(self, fake.answer(self._read()))
            except HangUp:
                self.close_connection = True
                with suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _do

        def _read(self) -> Request:
            split = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = b"".join(_body(self.rfile, headers))
            return Request(self.command, split.path, query, headers, body, time.monotonic())

        def log_message(self, format: str, *arguments: object) -> None:
            """Silence: tests read `requests`."""

    return Handler


def _body(file: Any, headers: Mapping[str, str]) -> Iterator[bytes]:
    if "chunked" not in headers.get("transfer-encoding", ""):
        yield file.read(int(headers.get("content-length", 0)))
        return
    while size := int(file.readline().split(b";")[0], 16):
        yield file.read(size)
        file.readline()
    file.readline()


def _send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    handler.send_response(answer.status)
    for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
        handler.send_header(name, value)
    if isinstance(answer.body, Iterator):
        _send_chunks(handler, answer)
        return
    content = answer.content
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: answer.cut])
    if answer.cut is not None:
        raise HangUp


def _send_chunks(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    left = answer.cut
    for piece in answer.body:
        piece = piece[:left]
        if piece:
            handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        if left is not None and (left := left - len(piece)) <= 0:
            raise HangUp
    handler.wfile.write(b"0\r\n\r\n")
