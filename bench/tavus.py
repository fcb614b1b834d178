"""The Tavus-compatible API under load: what clients poll, list and ask for, against a bare view and a rival.

All of one run on one machine: our server and the rival read the same SQLite file, each alone, one after the other.
"""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from bench.load import Load, load, request
from bench.server import ROOT, Server
from bench.table import print_table

RIVALS_PYTHON = ROOT / ".venv-clients/bin/python"
CONNECTIONS = 16
SECONDS = 8.0
ROWS, MANY = 100_000, 1_000_000
LISTED = 50
RIVALS_LIST = f"the rival's list of {LISTED}"
Measured = tuple[Load, float]  # and microseconds of the server's processor for one answer
UNLIMITED = {"V2_PER_KEY": "1000000000/m"}  # counted, as for a customer, and never refused
FILL = """
from bench.filling import fill
print(fill({count}, "bench@example.org"))
"""


def run() -> None:
    with tempfile.TemporaryDirectory(prefix="avatarsite-bench-") as folder:
        with Server(Path(folder), **UNLIMITED) as server:
            key = server.manage("create_api_key", "bench@example.org").strip()
            made = server.manage("shell", "-v0", "-c", FILL.format(count=ROWS)).split()[-1]
            asked = {"x-api-key": key}
            one, page = f"/v2/videos/{made}", f"/v2/videos?limit={LISTED}"
            rows = [
                ("a bare view of ours", _measured(server.url, "/livez", asked, server.process.pid)),
                ("GET /v2/videos/{id}", _measured(server.url, one, asked, server.process.pid)),
                (f"GET /v2/videos, {LISTED} of {ROWS:,}", _measured(server.url, page, asked, server.process.pid)),
                ("POST /v2/videos", _posted(server.url, key, server.process.pid)),
            ]
        if RIVALS_PYTHON.exists():
            with _rival(Path(folder)) as (url, pid):
                rows += [
                    ("the rival's bare view", _measured(url, "/bare", asked, pid)),
                    ("the rival's GET of one", _measured(url, one, asked, pid)),
                    (RIVALS_LIST, _measured(url, page, asked, pid)),
                ]
        else:
            print("NO RIVAL: .venv-clients is missing; make clients")
    header = ("", "requests/s", "p50 ms", "p95 ms", "p99 ms", "CPU µs")
    print_table(f"The Tavus-compatible API, {CONNECTIONS} clients, SQLite", header, [_row(*row) for row in rows])
    _compare(dict(rows))
    deep_pages("SQLite")
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        deep_pages("PostgreSQL", DATABASE_URL=os.environ["DATABASE_URL"])


def _compare(rows: dict[str, Measured]) -> None:
    """What is to hold: answers for each of a rival's, and how long a new video takes at worst."""
    one, several = ("GET /v2/videos/{id}", " (1.5 wanted)"), (f"GET /v2/videos, {LISTED} of {ROWS:,}", "")
    for (ours, wanted), rivals in ((one, "the rival's GET of one"), (several, RIVALS_LIST)):
        if rivals in rows:
            print(f"{ours}: {rows[ours][0].rate / rows[rivals][0].rate:.2f} x the rival's requests/s{wanted}")
    print(f"POST /v2/videos: p99 {rows['POST /v2/videos'][0].at(0.99):.0f} ms (less than 100 wanted)")


def deep_pages(name: str, **environment: str) -> None:
    """What a page costs by how deep it is."""
    with (
        tempfile.TemporaryDirectory(prefix="avatarsite-bench-") as folder,
        Server(Path(folder), **UNLIMITED, **environment) as server,
    ):
        key = server.manage("create_api_key", "bench@example.org").strip()
        server.manage("shell", "-v0", "-c", FILL.format(count=MANY))
        last = MANY // LISTED - 1
        pages = {"first": 0, "tenth": 9, "middle": last // 2, "last": last}
        times = {which: _page_ms(server.url, key, page) for which, page in pages.items()}
    rows = [(which, f"{time:.1f}", f"{time / times['first']:.2f}") for which, time in times.items()]
    print_table(
        f"A page of {LISTED} out of {MANY:,} videos, {name}", ("page", "p50 ms", "x the first (2 allowed)"), rows
    )


def _page_ms(url: str, key: str, page: int) -> float:
    session, times = requests.Session(), []
    for _ in range(12):
        began = time.perf_counter()
        answer = session.get(f"{url}/v2/videos?limit={LISTED}&page={page}", headers={"x-api-key": key}, timeout=60)
        times.append(time.perf_counter() - began)
        assert len(answer.json()["data"]) == LISTED
    return sorted(times)[len(times) // 2] * 1_000


def _measured(url: str, path: str, headers: dict[str, str], pid: int) -> Measured:
    wanted = request("GET", path, headers)
    load(url, [wanted], connections=CONNECTIONS, seconds=1.0)
    return _loaded(url, wanted, pid)


def _loaded(url: str, wanted: str, pid: int) -> Measured:
    before = _cpu(pid)
    found = load(url, [wanted], connections=CONNECTIONS, seconds=SECONDS)
    return found, 1_000_000 * (_cpu(pid) - before) / len(found.times)


def _cpu(pid: int) -> float:
    """Seconds of processor time that a process has taken; unlike the clock's, they hold on a busy machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _posted(url: str, key: str, pid: int) -> Measured:
    """Videos that are asked for by a replica still in training, so that they are only queued: no worker renders."""
    body = json.dumps({"replica_id": "r-waiting", "script": "Hello, and welcome to a short tour of the bakery."})
    return _loaded(url, request("POST", "/v2/videos", {"x-api-key": key}, body), pid)


def _row(name: str, measured: Measured) -> tuple[str, ...]:
    found, cpu = measured
    times = [f"{found.at(share):.1f}" for share in (0.5, 0.95, 0.99)]
    return (name, f"{found.rate:.0f}", *times, f"{cpu:.0f}")


@contextmanager
def _rival(folder: Path) -> Iterator[tuple[str, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {
        "RIVAL_DATABASE": str(folder / "avatarsite.sqlite3"),
        "RIVAL_SECRET": (folder / "secret_key").read_text().strip(),
        "RIVAL_PLACE": json.dumps(["127.0.0.1", port]),
    }
    process = subprocess.Popen([RIVALS_PYTHON, ROOT / "bench/rival.py"], env={**os.environ, **own})
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/bare")
        yield url, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            requests.get(url, timeout=2).raise_for_status()
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")


if __name__ == "__main__":
    run()
