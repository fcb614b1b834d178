"""A load generator that costs little beside what it measures: raw requests on kept connections, in one event loop.

`python -m bench.load` reads {"host", "port", "requests": [text, …], "connections", "seconds"} from standard input and
prints {"statuses": {code: count}, "seconds": [each answer's time]}. It runs as a process of its own, so that server and
generator do not share an interpreter.
"""

import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import uvloop

from bench.server import ROOT


@dataclass(frozen=True)
class Load:
    """What came of some seconds under load. times: seconds of each answer, sorted."""

    statuses: dict[str, int]
    times: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    def at(self, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        return 1_000 * self.times[min(int(len(self.times) * share), len(self.times) - 1)]


def load(url: str, requests: Sequence[str], *, connections: int, seconds: float) -> Load:
    """Put a server under load with these raw requests, over and over; raises for an answer that is no 2xx."""
    place = urlsplit(url)
    order = {"host": place.hostname, "port": place.port, "requests": list(requests)}
    told = json.dumps({**order, "connections": connections, "seconds": seconds})
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(command, input=told, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    wrong = {status: count for status, count in found["statuses"].items() if not status.startswith("2")}
    if wrong:
        raise RuntimeError(f"{url} answered {wrong}")
    return Load(found["statuses"], sorted(found["seconds"]), seconds)


def request(method: str, path: str, headers: dict[str, str], body: str = "") -> str:
    """One request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    return "\r\n".join([*lines, "", body])


class _Caller(asyncio.Protocol):
    """One connection: sends the next request as soon as the last one is answered wholly."""

    def __init__(self, requests: Iterator[bytes], end: float, found: list[float], statuses: Counter[str]) -> None:
        self._requests, self._end, self._found, self._statuses = requests, end, found, statuses
        self._buffer, self._began = b"", 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = transport
        self._send()

    def _send(self) -> None:
        self._began = time.perf_counter()
        self._wire.write(next(self._requests))  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, mark, body = self._buffer.partition(b"\r\n\r\n")
        if not mark or len(body) < _length(head):
            return
        now = time.perf_counter()
        self._found.append(now - self._began)
        self._statuses[head[9:12].decode()] += 1
        self._buffer = b""
        if now < self._end:
            self._send()
        else:
            self._wire.close()

    def connection_lost(self, error: Exception | None) -> None:
        if self._buffer or error:
            self._statuses["cut"] += 1
        if not self.done.done():
            self.done.set_result(None)


def _length(head: bytes) -> int:
    _, _, after = head.lower().partition(b"\r\ncontent-length:")
    return int(after.partition(b"\r\n")[0])


async def _run() -> None:
    order = json.load(sys.stdin)
    requests = itertools.cycle([text.encode() for text in order["requests"]])
    found: list[float] = []
    statuses: Counter[str] = Counter()
    end, loop = time.perf_counter() + order["seconds"], asyncio.get_running_loop()
    callers = [
        (await loop.create_connection(lambda: _Caller(requests, end, found, statuses), order["host"], order["port"]))[1]
        for _ in range(order["connections"])
    ]
    await asyncio.gather(*(caller.done for caller in callers))
    json.dump({"statuses": statuses, "seconds": found}, sys.stdout)


if __name__ == "__main__":
    uvloop.run(_run())
