"""The only door to URLs given by customers.

Names are resolved once, every answer must be a public address, and the connection goes to an address that was
checked; the name is kept for the Host header and for TLS. Time, bytes and redirects are bounded whatever the other
side does: each read waits no longer than what is left of one total deadline, so a server that drips cannot hold us.
"""

import http.client
import io
import ipaddress
import os
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin

from avatarsite.core import addresses, disk
from avatarsite.core.addresses import Target, refused
from avatarsite.core.engines import EngineFailed

USER_AGENT = "Avatarsite/0.1"
MAX_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CONNECT_SECONDS = 8.0  # for one address of a name that has several
CHUNK_BYTES = 65_536
WIRE_SLACK_BYTES = 262_144  # heads and chunk marks, beyond the body
Write = Callable[[bytes], Any]
WORTH_RETRYING = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Fetched:
    """A whole file as it was served; `content_type` is what the server claims, and no more than that."""

    content: bytes
    content_type: str
    final_url: str


@dataclass(frozen=True)
class Saved:
    """A whole file as it was served, on disk; size in bytes."""

    size: int
    content_type: str
    final_url: str


@dataclass(frozen=True)
class Answer:
    """What a server answered to a POST; `content` is cut at the limit of the call."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


def check(url: str) -> None:
    """Refuse a URL when it is given, with EngineFailed url_refused; asks no name server, so it is no promise."""
    addresses.read(url)


def fetch(url: str, *, max_bytes: int, seconds: float = 30.0) -> Fetched:
    """The file behind a customer's URL, wholly read within `seconds`, redirects and all.

    Raises EngineFailed: url_refused, url_unreachable, url_too_large, url_timeout, or url_bad_answer for anything but
    a whole answer with status 200.
    """
    content = io.BytesIO()
    saved = _fetched(url, content.write, max_bytes, seconds)
    return Fetched(content.getvalue(), saved.content_type, saved.final_url)


def fetch_to(
    url: str,
    path: Path,
    *,
    max_bytes: int,
    seconds: float,
    on_progress: Callable[[int], None] | None = None,
) -> Saved:
    """As `fetch`, into the file `path`, a piece at a time; what is not whole does not stay.

    on_progress: called with the bytes that are there, after every piece; what it raises ends the download.
    Raises EngineFailed as `fetch` does, and disk_full or storage_failed.
    """
    part = path.with_name(path.name + ".part")  # a killed process leaves nothing that looks whole
    try:
        with _storing(part) as file:
            saved = _fetched(url, _pieces_into(file, on_progress), max_bytes, seconds)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return saved


def post(url: str, body: bytes, headers: Mapping[str, str], *, max_bytes: int, seconds: float) -> Answer:
    """POST to a customer's URL and read at most `max_bytes` of the answer; redirects are answers like others.

    Raises EngineFailed: url_refused, url_unreachable, url_timeout, url_bad_answer.
    """
    content = io.BytesIO()
    with _asked("POST", addresses.read(url), _Deadline(seconds), headers, body, limit=max_bytes) as response:
        _beginning(response, max_bytes, content.write)
        return Answer(response.status, dict(response.headers.items()), content.getvalue())


@contextmanager
def _asked(
    method: str,
    target: Target,
    deadline: "_Deadline",
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    limit: int,
) -> Iterator[http.client.HTTPResponse]:
    """The answer of one request, open for the block; what goes wrong in the block is translated as well."""
    own = {"Host": target.authority, "User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Connection": "close"}
    try:
        with closing(_connect(target, deadline)) as wire, closing(_secured(wire, target, deadline)) as secured:
            incoming = _Incoming(secured, deadline, limit + WIRE_SLACK_BYTES)
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.sock = _Wire(secured, deadline, incoming)  # type: ignore[assignment]
            connection.request(method, target.path, body, {**headers, **own})
            response = connection.getresponse()
            if incoming.ended:  # http.client takes a head that was cut for a whole one
                raise http.client.IncompleteRead(b"")
            yield response
    except TimeoutError as error:
        raise EngineFailed("The address took too long to answer.", "url_timeout", retryable=True) from error
    except _TooMuch as error:
        raise _too_large(limit) from error
    except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: a chunk of negative length
        raise _bad_answer("it broke off or was malformed.", retryable=True) from error


def _fetched(url: str, write: Write, max_bytes: int, seconds: float) -> Saved:
    deadline, target = _Deadline(seconds), addresses.read(url)
    for _ in range(MAX_REDIRECTS + 1):
        with _asked("GET", target, deadline, {"Accept": "*/*"}, limit=max_bytes) as response:
            if response.status not in REDIRECTS:
                size = _whole(response, max_bytes, write)
                return Saved(size, response.headers.get("Content-Type", ""), target.url)
            target = _redirected(target, response.headers.get("Location", ""))
    raise refused(f"it redirects more than {MAX_REDIRECTS} times.")


@contextmanager
def _storing(path: Path) -> Iterator[IO[bytes]]:
    """A new file; our disk's trouble is told apart from the address's, as far as opening and closing go."""
    try:
        with path.open("wb") as file:
            yield file
    except OSError as error:
        raise disk.trouble(error) from error


def _pieces_into(file: IO[bytes], on_progress: Callable[[int], None] | None) -> Write:
    """Likewise for writing: within a request an OSError would be taken for the address's."""

    def write(piece: bytes) -> None:
        try:
            file.write(piece)
        except OSError as error:
            raise disk.trouble(error) from error
        if on_progress is not None:
            on_progress(file.tell())

    return write


def _whole(response: http.client.HTTPResponse, limit: int, write: Write) -> int:
    """Write the body of an answer, when it is the file that was asked for, and all of it; returns its size."""
    if response.status != HTTPStatus.OK:
        raise _bad_answer(f"its status is {response.status}.", retryable=response.status in WORTH_RETRYING)
    if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise _bad_answer("it is compressed, which was not asked for.")
    if response.length is not None and response.length > limit:
        raise _too_large(limit)
    size = _beginning(response, limit + 1, write)
    if size > limit:
        raise _too_large(limit)
    return size


def _beginning(response: http.client.HTTPResponse, limit: int, write: Write) -> int:
    """Write the first `limit` bytes of a body; a body that ends before its announced length is an error."""
    announced = set(response.headers.get_all("Content-Length", []))
    if len(announced) > 1 or (announced and response.length is None and not response.chunked):
        raise _bad_answer("its length is malformed.")
    expected, size = limit if response.length is None else min(limit, response.length), 0
    while size < expected and (piece := response.read1(min(CHUNK_BYTES, expected - size))):
        write(piece)
        size += len(piece)
    if response.length and size < expected:
        raise _bad_answer("it broke off.", retryable=True)
    return size


def _redirected(target: Target, location: str) -> Target:
    if not location:
        raise _bad_answer("it redirects to nowhere.")
    if addresses.UNSAFE.search(location):
        raise refused("it redirects to a malformed address.")
    to = addresses.read(location if addresses.ABSOLUTE.match(location) else urljoin(target.url, location))
    if target.scheme == "https" and to.scheme == "http":
        raise refused("it redirects from https to http.")
    return to


def _bad_answer(why: str, *, retryable: bool = False) -> EngineFailed:
    return EngineFailed(f"The address gave no usable answer: {why}", "url_bad_answer", retryable=retryable)


def _unreachable() -> EngineFailed:
    """One sentence for unknown, closed and silent alike: we are nobody's port scanner."""
    return EngineFailed("The address could not be reached.", "url_unreachable", retryable=True)


def _too_large(limit: int) -> EngineFailed:
    return EngineFailed(f"What the address serves is larger than {limit} bytes.", "url_too_large")


class _Deadline:
    """The one end of everything that a call does."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left; raises TimeoutError when none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def connect(target: Target, seconds: float) -> socket.socket:
    """An open connection to a checked address of the target, for a proxy. Raises EngineFailed as `fetch` does."""
    try:
        return _connect(target, _Deadline(seconds))
    except TimeoutError as error:
        raise _unreachable() from error


def resolve(target: Target, seconds: float) -> list[str]:
    """The checked addresses of a target, for clients that connect themselves. Raises EngineFailed as `fetch` does."""
    return [place[0] for _, place in _resolve(target, _Deadline(seconds))]


def _resolve(target: Target, deadline: _Deadline) -> list[tuple[int, Any]]:
    """The checked (family, socket address) pairs of a target; the system's resolver knows no deadline, so it gets one.

    Raises EngineFailed url_refused when any answer is not allowed: a name with one public and one inner address is
    an attack.
    """
    answers: queue.Queue[list[Any] | None] = queue.Queue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            answers.put(None)

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    try:
        found = answers.get(timeout=deadline.left())
    except (queue.Empty, TimeoutError) as error:
        raise _unreachable() from error
    if not found:
        raise _unreachable()
    if not all(addresses.is_allowed(ipaddress.ip_address(place[0])) for _, _, _, _, place in found):
        raise refused("it leads to an address that is not public.")
    return list(dict.fromkeys((family, place) for family, _, _, _, place in found))


def _connect(target: Target, deadline: _Deadline) -> socket.socket:
    for family, place in _resolve(target, deadline):
        wire = socket.socket(family, socket.SOCK_STREAM)
        try:
            wire.settimeout(min(CONNECT_SECONDS, deadline.left()))
            wire.connect(place)
        except OSError:
            wire.close()
            continue
        return wire
    raise _unreachable()


@lru_cache(maxsize=4)
def _tls(certificates: str) -> ssl.SSLContext:
    """The system's trust, or that of SSL_CERT_FILE, which OpenSSL reads itself; made once, it takes milliseconds."""
    return ssl.create_default_context()


def _secured(wire: socket.socket, target: Target, deadline: _Deadline) -> socket.socket:
    """The connection as it is spoken on: for https, after the server has proved its name."""
    if target.scheme == "http":
        return wire
    context = _tls(os.environ.get("SSL_CERT_FILE", ""))
    try:
        wire.settimeout(deadline.left())
        return context.wrap_socket(wire, server_hostname=target.host)
    except ssl.SSLCertVerificationError as error:
        message = f"The certificate of {target.host} is not valid: {error.verify_message}."
        raise EngineFailed(message, "url_unreachable") from error
    except TimeoutError:
        raise
    except OSError as error:
        raise _unreachable() from error


class _TooMuch(Exception):  # noqa: N818  says what the other side did
    """More bytes arrived than the call allows."""


class _Incoming(io.RawIOBase):
    """The bytes that arrive: each read waits for the deadline at most, and all reads together have a limit."""

    def __init__(self, wire: socket.socket, deadline: _Deadline, limit: int) -> None:
        self._wire, self._deadline, self._left = wire, deadline, limit
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left <= 0:
            raise _TooMuch
        self._wire.settimeout(self._deadline.left())
        count = self._wire.recv_into(buffer)
        self._left -= count
        self.ended = count == 0
        return count


class _Wire:
    """What http.client takes for a socket."""

    def __init__(self, wire: socket.socket, deadline: _Deadline, incoming: _Incoming) -> None:
        self._wire, self._deadline = wire, deadline
        self._incoming = io.BufferedReader(incoming)

    def makefile(self, mode: str) -> "io.BufferedReader[_Incoming]":
        return self._incoming

    def sendall(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            self._wire.settimeout(self._deadline.left())
            left = left[self._wire.send(left) :]

    def close(self) -> None:
        """http.client lets go of its socket before the body is read; who opened the connection closes it."""
