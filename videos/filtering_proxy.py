"""An HTTP proxy on loopback for a browser that shows strangers' pages: it connects to public addresses alone.

Every connection, of a page, of what it loads, of a redirect, is checked by the same rules as an address that a
customer gives (`avatarsite.core.addresses`): the name is resolved here, once, and what was checked is connected to.
"""

import contextlib
import re
import select
import socket
import threading
import time
from types import TracebackType

from avatarsite.core import addresses, fetch
from avatarsite.core.engines import EngineFailed

SECONDS = 60.0  # that one connection may last
CONNECT_SECONDS = 10.0
MOST_BYTES = 80 * 1_048_576  # of all connections together, both ways
MOST_CONNECTIONS = 64  # at one time
HEAD_BYTES = 65_536
PIECE = 65_536
REQUEST = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.[01]")
NOT_PASSED_ON = (b"proxy-", b"connection:", b"keep-alive:", b"upgrade:", b"upgrade-insecure-requests:")


class FilteringProxy:
    """Serves for as long as the block; then every connection is closed."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._bytes = 0
        self._ended = False

    def __enter__(self) -> "FilteringProxy":
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended = True
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        with self._lock:
            for wire in self._open:
                with contextlib.suppress(OSError):
                    wire.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._ended:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            with self._lock:
                full = len(self._open) >= 2 * MOST_CONNECTIONS
                if not full:
                    self._open.add(client)
            if full:
                client.close()
            else:
                threading.Thread(target=self._serve, args=(client,), name="proxied", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            client.settimeout(CONNECT_SECONDS)
            self._pass_on(client)
        except EngineFailed:
            with contextlib.suppress(OSError):
                client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except (OSError, ValueError):
            pass  # either side went away, or spoke no HTTP
        finally:
            self._close(client)

    def _pass_on(self, client: socket.socket) -> None:
        head, rest = _head(client)
        asked = REQUEST.match(head)
        if asked is None:
            raise ValueError("no request")
        tunnel = asked[1] == b"CONNECT"
        address = asked[2].decode("ascii")
        target = addresses.read(f"https://{address}/" if tunnel else address)
        server = fetch.connect(target, CONNECT_SECONDS)
        with self._lock:
            self._open.add(server)
        try:
            if tunnel:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                server.sendall(rest)
            else:
                server.sendall(_rewritten(head, asked[1], target.path.encode()) + rest)
            self._relay(client, server)
        finally:
            self._close(server)

    def _relay(self, client: socket.socket, server: socket.socket) -> None:
        other, end = {client: server, server: client}, time.monotonic() + SECONDS
        while not self._ended and time.monotonic() < end:
            for wire in select.select(list(other), [], [], 1.0)[0]:
                piece = wire.recv(PIECE)
                if not piece or not self._counted(len(piece)):
                    return
                other[wire].sendall(piece)

    def _counted(self, size: int) -> bool:
        """False once more than MOST_BYTES went through."""
        with self._lock:
            self._bytes += size
            return self._bytes <= MOST_BYTES

    def _close(self, wire: socket.socket) -> None:
        with self._lock:
            self._open.discard(wire)
        wire.close()


def _head(client: socket.socket) -> tuple[bytes, bytes]:
    """A request's head without the empty line, and what came after it."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(PIECE)
        if not piece or len(data) > HEAD_BYTES:
            raise ValueError("no head")
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _rewritten(head: bytes, method: bytes, path: bytes) -> bytes:
    """The head as a server takes it; one request for each connection, so that the next is checked anew."""
    kept = [line for line in head.split(b"\r\n")[1:] if not line.lower().startswith(NOT_PASSED_ON)]
    return b"\r\n".join([method + b" " + path + b" HTTP/1.1", *kept, b"Connection: close", b"", b""])
