"""Many readers of event streams on one web process: how late a word reaches them. `python -m bench.readers [READERS]`.

Each reader has said something in a chat of its own and follows the reply. No worker runs. For a while nothing happens,
then this process plays the worker and publishes a word for every reader each second through Redis, with the time in it.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis.asyncio
import uvloop

from bench.server import Server
from bench.services import Services, is_there, services
from bench.table import print_table

READERS, WORDS = 2_000, 15  # words that each reader is sent, one a second
QUIET = 10.0  # seconds without any
OPENING = 32  # readers that come at a time
Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]  # a writer that nobody holds closes its connection
SAY = {"message": "Tell me a long story, please."}


def run(readers: int = READERS) -> None:
    if not is_there():
        return
    with services() as beside:
        with beside.worker():
            web = Server(beside.folder / "data", CHAT_WAIT_SECONDS="3600", **beside.environment)
            web.__enter__()
        try:  # the worker has gone: what is said now waits
            found = uvloop.run(_measured(web, beside, readers))
        finally:
            web.__exit__()
    lags, load = sorted(found.lags), os.getloadavg()[0]
    p50, p99 = (1_000 * lags[int(len(lags) * share)] for share in (0.5, 0.99))
    lost = readers * WORDS - len(lags)
    row = (str(readers), f"{p50:.1f}", f"{p99:.1f}", str(lost), f"{found.kilobytes / readers:.0f}", str(found.threads))
    header = ("readers", "lag p50 ms", "p99 ms", "words lost", "kB a reader", "threads")
    print_table("Event streams on one web process, a word a second each", header, [row])
    costs = [("a word a second", *found.spoken.row(readers)), ("silent", *found.silent.row(readers))]
    columns = ("readers are sent", "CPU of the server, %", "CPU us a reader and second", "transactions a second")
    print_table(f"What {readers} readers cost (load of the machine: {load:.0f})", columns, costs)


@dataclass(frozen=True)
class Cost:
    """What a while cost: seconds of a core, commits of the database, seconds on the clock."""

    cpu: float
    commits: int
    seconds: float

    def since(self, before: "Cost") -> "Cost":
        return Cost(self.cpu - before.cpu, self.commits - before.commits, self.seconds - before.seconds)

    def row(self, readers: int) -> tuple[str, str, str]:
        share = self.cpu / self.seconds
        return f"{100 * share:.0f}", f"{1_000_000 * share / readers:.0f}", f"{self.commits / self.seconds:.0f}"


@dataclass(frozen=True)
class Found:
    """Lags in seconds, what the server grew by, its threads, and the cost of both whiles."""

    lags: list[float]
    kilobytes: float
    threads: int
    spoken: Cost
    silent: Cost


async def _measured(web: Server, beside: Services, readers: int) -> Found:
    pid, lags = web.process.pid, []  # type: tuple[int, list[float]]
    before, gate = _status(pid, "VmRSS"), asyncio.Semaphore(OPENING)
    opened = await asyncio.gather(*(_open(web.url, gate) for _ in range(readers)))
    following = [asyncio.create_task(_follow(stream, lags)) for stream, _ in opened]
    await asyncio.sleep(2)
    grown = _status(pid, "VmRSS") - before
    silent = await _cost_of(asyncio.sleep(QUIET), pid, beside)
    spoken = await _cost_of(_speak(beside), pid, beside)
    await asyncio.sleep(2)
    for task in following:
        task.cancel()
    return Found(lags, grown, int(_status(pid, "Threads")), spoken, silent)


async def _cost_of(while_: Coroutine[Any, Any, None], pid: int, beside: Services) -> Cost:
    async def now() -> Cost:
        async with await psycopg.AsyncConnection.connect(beside.environment["DATABASE_URL"]) as connection:
            found = await connection.execute("SELECT sum(xact_commit)::bigint FROM pg_stat_database")
            commits = (await found.fetchone() or (0,))[0]
        return Cost(_cpu(pid), commits, time.perf_counter())

    before = await now()
    await while_
    return (await now()).since(before)


async def _open(url: str, gate: asyncio.Semaphore) -> Wire:
    """The event stream of a reader that has said something."""
    async with gate:
        head, (stream, _wire) = await _post(url, "/api/session/create", {})
        length = int(head.lower().partition("content-length: ")[2].split()[0])
        token = json.loads(await stream.readexactly(length))["session_token"]
        _, opened = await _post(url, "/api/chat/stream", {"session_token": token, **SAY})
        return opened


async def _post(url: str, path: str, body: dict[str, str]) -> tuple[str, Wire]:
    """The head of an answer, and what follows it."""
    place, sent = urlsplit(url), json.dumps(body)
    stream, wire = await asyncio.open_connection(place.hostname, place.port)
    names = ["Host: localhost", "Content-Type: application/json", f"Content-Length: {len(sent)}"]
    wire.write("\r\n".join([f"POST {path} HTTP/1.1", *names, "", sent]).encode())
    head = (await stream.readuntil(b"\r\n\r\n")).decode()
    if not head.startswith("HTTP/1.1 200"):
        raise RuntimeError(head)
    return head, (stream, wire)


async def _follow(stream: asyncio.StreamReader, lags: list[float]) -> None:
    async for line in stream:
        if line.startswith(b"data: ") and b'"text"' in line:
            lags.append(time.time() - float(json.loads(line[6:])["text"]))


async def _speak(beside: Services) -> None:
    """Publish a word for each reader every second, spread over the second."""
    async with await psycopg.AsyncConnection.connect(beside.environment["DATABASE_URL"]) as connection:
        found = await (await connection.execute("SELECT id FROM videos_video WHERE source = 'reply'")).fetchall()
    client = redis.asyncio.Redis(port=beside.redis_port)
    began = time.perf_counter()
    for number in range(WORDS * len(found)):
        ahead = began + number / len(found) - time.perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)
        word = {"type": "delta", "attempt": 1, "text": f"{time.time():.6f} "}
        await client.publish(f"live:video:{found[number % len(found)][0]}", json.dumps(word))
    await client.aclose()


def _status(pid: int, name: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return float(status.partition(f"{name}:")[2].split()[0])


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    run(*map(int, sys.argv[1:]))
