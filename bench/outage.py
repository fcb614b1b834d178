"""Asking for work while Redis is dead or frozen, and how soon the backlog is done when it is back.

`python -m bench.outage`. Videos that are asked for wait for a replica in training, so that no rendering is measured;
the backlog is short speeches.
"""

import json
import os
import signal
import time
from collections.abc import Callable

import requests

from bench.load import Load, load, request
from bench.server import Server
from bench.services import is_there, services
from bench.table import print_table
from stack.servers import end

CONNECTIONS, SECONDS, BACKLOG = 8, 6.0, 60
OUTAGE = 10.0  # seconds that Redis stays away before the backlog is asked for and it comes back
PREPARE = "from bench.filling import fill; from twins.models import Replica; fill(1, 'bench@example.org'); "
PREPARE += "print(Replica.objects.filter(owner=None).exclude(voice=None).first().pk)"
UNLIMITED = {"V2_PER_KEY": "1000000000/m"}


def run() -> None:
    if not is_there():
        return
    with (
        services() as beside,
        beside.worker(),
        Server(beside.folder / "data", **UNLIMITED, **beside.environment) as web,
    ):
        key = web.manage("create_api_key", "bench@example.org").split()[-1]
        replica = web.manage("shell", "-v0", "-c", PREPARE).split()[-1]
        _post(web, key)
        found = {"Redis answers": _post(web, key)}
        os.kill(beside.redis.pid, signal.SIGSTOP)
        found["Redis is frozen"] = _post(web, key)
        frozen = _drained(web, key, replica, lambda: os.kill(beside.redis.pid, signal.SIGCONT))
        found["Redis answers again"] = _post(web, key)
        end(beside.redis, how=signal.SIGKILL)
        found["Redis is dead"] = _post(web, key)
        dead = _drained(web, key, replica, beside.start_redis)
    normal = found["Redis answers"]
    header = ("POST /v2/videos while", "p50 ms", "p99 ms", "p50 / normal", "p99 / normal")
    print_table(f"With {CONNECTIONS} clients", header, [_row(name, one, normal) for name, one in found.items()])
    rows = [("frozen", f"{frozen:.1f}"), ("dead", f"{dead:.1f}")]
    print_table(f"{BACKLOG} speeches asked for while Redis was away", ("", "seconds until all were ready"), rows)


def _post(web: Server, key: str) -> Load:
    body = json.dumps({"replica_id": "r-waiting", "script": "Hello, and welcome to a short tour of the bakery."})
    wanted = request("POST", "/v2/videos", {"x-api-key": key}, body)
    return load(web.url, [wanted], connections=CONNECTIONS, seconds=SECONDS)


def _row(name: str, found: Load, normal: Load) -> tuple[str, ...]:
    times = [found.at(share) for share in (0.5, 0.99)]
    usual = [normal.at(share) for share in (0.5, 0.99)]
    shares = [f"{time / base:.2f}" for time, base in zip(times, usual, strict=True)]
    return (name, *(f"{time:.1f}" for time in times), *shares)


def _drained(web: Server, key: str, replica: str, bring_back: Callable[[], None]) -> float:
    """Seconds from Redis' return until everything that was asked for without it is ready."""
    headers, body = {"x-api-key": key}, {"replica_id": replica, "script": "Hello."}
    for _ in range(BACKLOG):
        requests.post(f"{web.url}/v2/speech", json=body, headers=headers, timeout=30).raise_for_status()
    time.sleep(OUTAGE)
    bring_back()
    began = time.monotonic()
    while time.monotonic() - began < 300:
        page = requests.get(f"{web.url}/v2/speech?limit=100", headers=headers, timeout=30).json()["data"]
        if all(speech["status"] == "ready" for speech in page):
            return time.monotonic() - began
        time.sleep(0.2)
    raise RuntimeError("the backlog was not done in five minutes")


if __name__ == "__main__":
    run()
