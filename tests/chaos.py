"""Kills, freezes and flushes everything at random while customers ask for videos, then counts what came of it.

`python -m tests.chaos [JOBS] [SEED]` works on the embedded default; behind `python -m tests.services` on PostgreSQL,
Redis and two Celery workers. Ends with 1 when anything was lost, was done twice, or hangs. `make chaos` runs both.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import tests.environment  # noqa: F401  before Django's settings are read by anybody

# isort: split
import psycopg
import requests
from redis import Redis

from bench.table import print_table
from stack.servers import free_port
from tests.fakes.raw_server import RawServer, plain
from tests.stack import ON_SERVICES, Stack

JOBS, OBJECTS, EVENTS = 30, 6, 5
PAUSE = (1.0, 4.0)  # seconds between two faults
FROZEN = 5.0  # seconds that something is frozen: longer than a job may be silent
SETTLED_SECONDS = 300.0  # after the last fault, within which everything must have ended
SCRIPT = "This is a short clip that is made while everything around it falls over. It should be whole all the same."
SEND = """
from django.db import transaction
from avatarsite.core import webhooks
from avatarsite.core.models import User
owner = User.objects.get(email="chaos@example.org")
with transaction.atomic():
    for number in range({events}):
        for thing in range({objects}):
            webhooks.send(owner, {url!r}, {{"thing": thing, "number": number}}, "made", about=f"thing-{{thing}}")
"""
OPEN = "SELECT id FROM {} WHERE status IN ('queued', 'running')"
TABLES = ("videos_video", "core_webhookdelivery")


def main() -> int:
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else JOBS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1_000_000)
    with (
        tempfile.TemporaryDirectory(prefix="avatarsite-chaos-") as folder,
        RawServer(plain()) as receiver,
        broker() as redis,
    ):
        reaching = {"FETCH_ALLOW_PRIVATE": "127.0.0.0/8", "FETCH_EXTRA_PORTS": str(receiver.port)}
        services = {"CELERY_BROKER_URL": redis.url} if redis else {}
        stack = Stack(Path(folder), JOB_MAX_ATTEMPTS="50", VIDEO_SIZE="128", **reaching, **services).start()
        run = Run(stack, receiver, jobs, random.Random(seed), redis)
        try:
            return run.whole(seed)
        finally:
            run.stop()


class Broker:
    """A Redis of the run's own, that comes back on the same port with nothing in it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)


@contextmanager
def broker() -> Iterator[Broker | None]:
    if not ON_SERVICES:
        yield None
        return
    own = Broker()
    try:
        yield own
    finally:
        own.process.kill()
        own.process.wait()


class Run:
    """One run: customers, faults, and the count."""

    def __init__(
        self, stack: Stack, receiver: RawServer, jobs: int, chance: random.Random, broker: Broker | None
    ) -> None:
        self.stack, self.receiver, self.jobs, self.chance, self.broker = stack, receiver, jobs, chance, broker
        self.done: Counter[str] = Counter()
        self.workers: list[subprocess.Popen[bytes]] = []
        if broker:
            assert stack.worker
            self.workers.append(stack.worker)
            self._start_worker()

    def whole(self, seed: int) -> int:
        began = time.monotonic()
        self._ask_all()
        faults = self._of_services() if self.broker else self._of_embedded()
        asking = threading.Thread(target=self._customers, daemon=True)
        asking.start()
        while asking.is_alive() or not self.done:
            for name in self.chance.sample(list(faults), len(faults)):  # whole rounds: each fault as often
                time.sleep(self.chance.uniform(*PAUSE))
                faults[name]()
                self.done[name] += 1
        settled = self._settle()
        return self._report(seed, time.monotonic() - began, settled)

    def stop(self) -> None:
        self.stack.stop()
        for worker in self.workers:
            worker.kill()
            worker.wait()

    # -- customers

    def _ask_all(self) -> None:
        self.key = self.stack.manage("create_api_key", "chaos@example.org").split()[-1]
        self.replica = self.stack.rows("SELECT id FROM twins_replica WHERE owner_id IS NULL ORDER BY id")[0]["id"]
        send = SEND.format(events=EVENTS, objects=OBJECTS, url=self.receiver.url)
        self.stack.manage("shell", "-v0", "-c", send)

    def _customers(self) -> None:
        """Ask for each video until it is confirmed, under one Idempotency-Key, as a careful customer does."""
        for number in range(self.jobs):
            body = {"replica_id": self.replica, "script": SCRIPT, "video_name": f"chaos-{number}", "fast": True}
            body["callback_url"] = self.receiver.url
            headers = {"x-api-key": self.key, "Idempotency-Key": f"chaos-{number}"}
            while not self._confirmed(body, headers):
                time.sleep(0.3)
            time.sleep(self.chance.uniform(0.1, 0.6))

    def _confirmed(self, body: dict[str, object], headers: dict[str, str]) -> bool:
        try:
            answer = requests.post(f"{self.stack.url}/v2/videos", json=body, headers=headers, timeout=30)
        except requests.RequestException:
            return False
        if answer.status_code not in (200, 409) and answer.status_code < 500:
            raise AssertionError(answer.text)
        return answer.status_code == 200

    # -- faults

    def _of_embedded(self) -> dict[str, Callable[[], None]]:
        return {
            "server killed": self._kill_server,
            "server stopped with Ctrl-C": lambda: self._kill_server(signal.SIGINT),
            "server frozen": lambda: _freeze(self._server().pid),
            "helper processes killed": lambda: _kill_children(self._server().pid),
        }

    def _of_services(self) -> dict[str, Callable[[], None]]:
        return {
            "worker killed": self._kill_worker,
            "worker ended with SIGTERM": lambda: self._kill_worker(signal.SIGTERM),
            "worker frozen": lambda: _freeze(self.chance.choice(self.workers).pid),
            "helper processes killed": lambda: _kill_children(self.chance.choice(self.workers).pid),
            "web killed": self._kill_server,
            "Redis killed": self._kill_broker,
            "Redis frozen": lambda: _freeze(self._broker().process.pid),
            "Redis flushed": lambda: self._flush(),
            "PostgreSQL crashed": self._crash_postgres,
        }

    def _server(self) -> "subprocess.Popen[bytes]":
        assert self.stack.web
        return self.stack.web

    def _broker(self) -> Broker:
        assert self.broker
        return self.broker

    def _kill_server(self, how: signal.Signals = signal.SIGKILL) -> None:
        _end(self._server(), how)
        self.stack.start_web()

    def _kill_worker(self, how: signal.Signals = signal.SIGKILL) -> None:
        victim = self.workers.pop(self.chance.randrange(len(self.workers)))
        _end(victim, how)
        self._start_worker()

    def _start_worker(self) -> None:
        self.stack.start_worker()
        assert self.stack.worker
        self.workers.append(self.stack.worker)

    def _kill_broker(self) -> None:
        _end(self._broker().process, signal.SIGKILL)
        time.sleep(3)
        self._broker().start()

    def _flush(self) -> None:
        Redis(port=self._broker().port, socket_timeout=5).flushall()

    def _crash_postgres(self) -> None:
        """A backend that is killed takes all others with it: PostgreSQL recovers from its log."""
        with psycopg.connect(self.stack.environment["DATABASE_URL"]) as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)

    # -- the count

    def _rows(self, query: str) -> list[dict[str, object]]:
        for _ in range(60):
            try:
                return self.stack.rows(query)
            except psycopg.OperationalError:  # it recovers
                time.sleep(0.5)
        raise AssertionError("the database does not answer")

    def _settle(self) -> float:
        began = time.monotonic()
        while time.monotonic() - began < SETTLED_SECONDS:
            if not any(self._rows(OPEN.format(table)) for table in TABLES):
                return time.monotonic() - began
            time.sleep(0.2)
        return SETTLED_SECONDS

    def _report(self, seed: int, seconds: float, settled: float) -> int:
        videos = self._rows("SELECT id, status, attempt FROM videos_video WHERE name LIKE 'chaos-%'")
        told = self._rows("SELECT id, about, status, attempt FROM core_webhookdelivery WHERE kind <> 'made'")
        made = self._rows("SELECT id, status FROM core_webhookdelivery WHERE kind = 'made'")
        heard = Counter(request.headers["webhook-id"] for request in list(self.receiver.requests))
        ends = Counter(str(row["about"]) for row in told)
        open_rows = [row for table in TABLES for row in self._rows(OPEN.format(table))]
        counts = {
            "videos asked for, and not there": self.jobs - len(videos),
            "videos there twice": max(0, len(videos) - self.jobs),
            "videos that are not ready": sum(row["status"] != "ready" for row in videos),
            "videos that ended twice": sum(number > 1 for number in ends.values()),
            "videos whose end nobody was told": sum(not ends[str(row["id"])] for row in videos),
            "webhooks that never came": sum(not heard[str(row["id"])] for row in [*told, *made]),
            "objects told of out of order": self._out_of_order(),
            "rows that hang": len(open_rows),
            "files of attempts that lost": sum(self._left_files(row) for row in videos),
        }
        facts = {
            "seed": seed,
            "faults": sum(self.done.values()),
            "attempts more than videos": sum(int(str(row["attempt"])) - 1 for row in videos),
            "webhooks that came twice": sum(number - 1 for number in heard.values()),
            "seconds, all": round(seconds),
            "seconds from the last fault to the end": round(settled, 1),
        }
        mode = "PostgreSQL, Redis, two Celery workers" if self.broker else "embedded, SQLite"
        rows = [(name, str(number)) for name, number in (*self.done.items(), *facts.items(), *counts.items())]
        print_table(f"Chaos: {self.jobs} videos and {len(made)} ordered webhooks on {mode}", ("", "count"), rows)
        wrong = [name for name, number in counts.items() if number]
        print("WRONG: " + ", ".join(wrong) if wrong else "Nothing was lost, nothing was done twice, nothing hangs.")
        if wrong:
            print(*videos, *told, *open_rows, sep="\n")
            keep = Path(tempfile.mkdtemp(prefix="avatarsite-chaos-logs-"))
            for log in self.stack.data_dir.glob("*.log"):
                (keep / log.name).write_bytes(log.read_bytes())
            print(f"Logs: {keep}")
        return int(bool(wrong))

    def _out_of_order(self) -> int:
        first: dict[int, list[int]] = {}
        for request in list(self.receiver.requests):
            event = json.loads(request.body)
            if "thing" in event and event["number"] not in first.setdefault(event["thing"], []):
                first[event["thing"]].append(event["number"])
        return sum(numbers != sorted(numbers) for numbers in first.values())

    def _left_files(self, row: dict[str, object]) -> int:
        folder = self.stack.data_dir / "media/videos" / str(row["id"])
        return sum(not path.name.startswith(f"{row['attempt']}.") for path in folder.glob("*"))


def _end(process: "subprocess.Popen[bytes]", how: signal.Signals) -> None:
    process.send_signal(how)
    process.wait(timeout=60)


def _freeze(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    time.sleep(FROZEN)
    os.kill(pid, signal.SIGCONT)


def _kill_children(pid: int) -> None:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    for child in found.split():
        os.kill(int(child), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
