"""A total time limit for one HTTP call, header and body: per-read timeouts never fire on a server that trickles."""

import socket
import threading
import time
from typing import Any, Protocol


class NetworkStream(Protocol):
    """What httpcore calls its connection."""

    def get_extra_info(self, info: str) -> Any: ...


class Deadline:
    """Shuts the connections of a call when its seconds are over, so that whatever waits on them wakes up.

    Use as a context manager around the whole call. `expired` then tells the reason of the connection's end.
    """

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._ends = time.monotonic() + seconds
        self._streams: list[NetworkStream] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._streams.clear()

    def left(self) -> float:
        """Seconds, never below a hundredth: a timeout of zero would mean something else."""
        return max(self._ends - time.monotonic(), 0.01)

    def guard(self, stream: NetworkStream | None) -> None:
        """This connection belongs to the call from now on."""
        with self._lock:
            if stream is not None:
                self._streams.append(stream)
                if self.expired:
                    _shut(stream)

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            for stream in self._streams:
                _shut(stream)


def _shut(stream: NetworkStream) -> None:
    connection = stream.get_extra_info("socket")
    try:
        if connection is not None:
            connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended already
