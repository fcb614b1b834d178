"""A real server on loopback that answers with exactly the bytes a test gives it, as slowly or as long as it likes.

with RawServer(whole(b"hello")) as server:
    fetch(server.url, ...)
    server.requests[0].head
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

Piece = bytes | float  # bytes to send, or seconds to wait


@dataclass
class Received:
    head: str
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


Behaviour = Callable[[Received], Iterator[Piece]]


def answer(status: str = "200 OK", body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def plain(body: bytes = b"hello", status: str = "200 OK", **headers: str) -> Behaviour:
    """An honest answer of known length."""
    return lambda _: iter([answer(status, body, **{"Content_Length": str(len(body)), **headers})])


def pieces(*parts: Piece) -> Behaviour:
    return lambda _: iter(parts)


def drips(start: bytes, drop: bytes = b"x", pause: float = 0.02) -> Behaviour:
    """Sends a start, then a drop now and then for as long as anybody listens."""

    def drip(_: Received) -> Iterator[Piece]:
        yield start
        while True:
            yield drop
            yield pause

    return drip


def floods(start: bytes, block: bytes = b"x" * 65_536) -> Behaviour:
    def flood(_: Received) -> Iterator[Piece]:
        yield start
        while True:
            yield block

    return flood


@dataclass
class RawServer:
    """behaviours: one for each request to come, the last one stays. tls: the server's side of TLS."""

    behaviour: Behaviour
    tls: ssl.SSLContext | None = None
    requests: list[Received] = field(default_factory=list)
    sent: int = 0  # bytes, over all connections
    arrivals: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/file"

    def __enter__(self) -> "RawServer":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                wire, _ = self._listener.accept()
                self.arrivals += 1
                threading.Thread(target=self._serve, args=(wire,), daemon=True).start()

    def _serve(self, wire: socket.socket) -> None:
        with suppress(OSError), wire:  # the client may leave at any moment
            wire.settimeout(10)
            if self.tls is not None:
                with self.tls.wrap_socket(wire, server_side=True) as secured:
                    self._talk(secured)
            else:
                self._talk(wire)

    def _talk(self, wire: socket.socket) -> None:
        received = _read(wire)
        self.requests.append(received)
        for piece in self.behaviour(received):
            if self._ended.is_set():
                return
            if isinstance(piece, bytes):
                wire.sendall(piece)
                self.sent += len(piece)
            else:
                time.sleep(piece)
        with suppress(OSError):
            wire.shutdown(socket.SHUT_WR)


def _read(wire: socket.socket) -> Received:
    data = b""
    while b"\r\n\r\n" not in data:
        data += wire.recv(65_536) or _gone()
    head, _, body = data.partition(b"\r\n\r\n")
    received = Received(head.decode("latin-1"), body)
    while len(received.body) < int(received.headers.get("content-length", 0)):
        received.body += wire.recv(65_536) or _gone()
    return received


def _gone() -> bytes:
    raise ConnectionResetError
