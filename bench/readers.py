"""Many readers of event streams on one web process: how late a word reaches them. `python -m bench.readers [READERS]`.

Each reader has said something in a chat of its own and follows the reply. No worker runs: this process plays it, and
publishes a word for every reader each second through Redis, as workers do, with the time in it.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis.asyncio
import uvloop

from bench.server import Server
from bench.services import Services, is_there, services
from bench.table import print_table

READERS, WORDS = 2_000, 15  # words that each reader is sent, one a second
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
            lags, lost, memory, cpu = uvloop.run(_measured(web, beside, readers))
        finally:
            web.__exit__()
    ordered = sorted(lags)
    p50, p99 = (1_000 * ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    row = (str(readers), f"{p50:.1f}", f"{p99:.1f}", str(lost), f"{memory / readers:.0f}", f"{cpu:.0f}")
    header = ("readers", "lag p50 ms", "p99 ms", "words lost", "kB a reader", "CPU of the server, %")
    print_table("Event streams on one web process, a word a second each", header, [row])


async def _measured(web: Server, beside: Services, readers: int) -> tuple[list[float], int, float, float]:
    """Lags in seconds, words that did not come, kB that the server grew by, and per cent of a core that it took."""
    pid, lags = web.process.pid, []  # type: tuple[int, list[float]]
    before, gate = _kilobytes(pid), asyncio.Semaphore(OPENING)
    opened = await asyncio.gather(*(_open(web.url, gate) for _ in range(readers)))
    following = [asyncio.create_task(_follow(stream, lags)) for stream, _ in opened]
    grown, used, began = _kilobytes(pid) - before, _cpu(pid), time.perf_counter()
    await _speak(beside)
    cpu = 100 * (_cpu(pid) - used) / (time.perf_counter() - began)
    await asyncio.sleep(2)
    for task in following:
        task.cancel()
    return lags, readers * WORDS - len(lags), grown, cpu


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


def _kilobytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return float(status.partition("VmRSS:")[2].split()[0])


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    run(*map(int, sys.argv[1:]))
