"""Kills, freezes and flushes everything at random while customers ask for work, then counts what came of it.

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
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import tests.environment  # noqa: F401  before Django's settings are read by anybody

# isort: split
import psycopg
from redis import Redis

from bench.table import print_table
from stack.servers import free_port
from tests.chaos_bells import Bells
from tests.chaos_customers import Customers, RestlessDID, settings_of
from tests.fakes.raw_server import RawServer, plain
from tests.stack import ON_SERVICES, Stack

JOBS, OBJECTS, EVENTS = 30, 6, 5
PAUSE = (1.0, 4.0)  # seconds between two faults
FROZEN = 5.0  # seconds that something is frozen: longer than a job may be silent
SETTLED_SECONDS = 300.0  # after the last fault, and one for each job: within which everything must have ended
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
TABLES = ("videos_video", "videos_speech", "core_webhookdelivery")
STAGES = "SELECT status, stage FROM {} WHERE status IN ('queued', 'running')"


def main() -> int:
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else JOBS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1_000_000)
    with tempfile.TemporaryDirectory(prefix="avatarsite-chaos-") as folder, prepared(Path(folder), jobs, seed) as run:
        return int(bool(run.whole()))


@contextmanager
def prepared(folder: Path, jobs: int, seed: int, *, silent: float = 40.0, trouble: float = 1.0) -> "Iterator[Run]":
    """A running installation and all around it, as yet in peace. silent, trouble: of the vendor, see RestlessDID."""
    chance = random.Random(seed)
    with (
        RestlessDID(random.Random(seed), silent, trouble) as vendor,
        RawServer(plain()) as receiver,
        broker() as redis,
    ):
        ports = f"{receiver.port},{vendor.url.rsplit(':', 1)[1]}"
        reaching = {"FETCH_ALLOW_PRIVATE": "127.0.0.0/8", "FETCH_EXTRA_PORTS": ports, **settings_of(vendor)}
        services = {"CELERY_BROKER_URL": redis.url} if redis else {}
        stack = Stack(folder, JOB_MAX_ATTEMPTS="50", VIDEO_SIZE="128", **reaching, **services).start()
        run = Run(stack, receiver, vendor, Customers(stack, receiver.url, jobs, chance), seed, redis)
        try:
            yield run
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
        self,
        stack: Stack,
        receiver: RawServer,
        vendor: RestlessDID,
        customers: Customers,
        seed: int,
        broker: Broker | None,
    ) -> None:
        self.stack, self.receiver, self.vendor, self.customers = stack, receiver, vendor, customers
        self.seed, self.chance, self.broker = seed, customers.chance, broker
        self.done: Counter[str] = Counter()
        self.hit: Counter[str] = Counter()  # jobs that were under way in the moment of a fault, by their stage
        self.workers: list[subprocess.Popen[bytes]] = []
        self.bells = Bells(broker.url, self._rows) if broker else None
        if broker:
            assert stack.worker
            self.workers.append(stack.worker)
            self._start_worker()

    def whole(self, *only: str, pause: tuple[float, float] = PAUSE) -> list[str]:
        """Names of what went wrong. only: these faults, once each, instead of all for as long as customers ask."""
        began = time.monotonic()
        self.customers.prepare()
        send = SEND.format(events=EVENTS, objects=OBJECTS, url=self.receiver.url)
        self.stack.manage("shell", "-v0", "-c", send)
        faults = self._of_services() if self.broker else self._of_embedded()
        asking = self.customers.start()
        if self.bells:
            self.bells.start()
        while not self.done or (asking.is_alive() and not only):
            for name in only or self.chance.sample(list(faults), len(faults)):  # whole rounds: each fault as often
                time.sleep(self.chance.uniform(*pause))
                self._note_stages()
                faults[name]()
                self.done[name] += 1
        asking.join()
        settled = self._settle()
        return self._report(time.monotonic() - began, settled)

    def stop(self) -> None:
        if self.bells:
            self.bells.stop()
        self.stack.stop()
        for worker in self.workers:
            worker.kill()
            worker.wait()

    def _note_stages(self) -> None:
        for table in TABLES[:2]:
            found = self._rows(STAGES.format(table))
            self.hit.update(str(row["stage"] or row["status"]) for row in found if row["status"] == "running")

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
        self.stack.wait_until_up()

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
        while time.monotonic() - began < SETTLED_SECONDS + self.customers.jobs:
            if not any(self._rows(OPEN.format(table)) for table in TABLES):
                break
            time.sleep(0.2)
        return time.monotonic() - began

    def _report(self, seconds: float, settled: float) -> list[str]:
        made = self._rows("SELECT id, status FROM core_webhookdelivery WHERE kind = 'made'")
        open_rows = [row for table in TABLES for row in self._rows(OPEN.format(table))]
        heard = Counter(request.headers["webhook-id"] for request in list(self.receiver.requests))
        told = self._rows("SELECT id, about, status, attempt FROM core_webhookdelivery WHERE kind <> 'made'")
        jobs = self._jobs()
        counts = self._of_jobs(jobs, Counter(str(row["about"]) for row in told)) | {
            "webhooks that never came": sum(not heard[str(row["id"])] for row in [*told, *made]),
            "objects told of out of order": self._out_of_order(),
            "rows that hang": len(open_rows),
        }
        facts: dict[str, object] = {
            "seed": self.seed,
            "faults": sum(self.done.values()),
            **{f"jobs hit in stage “{stage}”": number for stage, number in self.hit.most_common()},
            **dict(self.vendor.behaved),
            "messages sent once more": self.bells.rung if self.bells else 0,
            "orders at the vendor": sum(self.vendor.orders.values()),
            "vendor's clips that we made after its failure": sum(_is_ours(row) for row in jobs),
            "attempts more than jobs": sum(int(str(row["attempt"])) - 1 for row in jobs),
            "webhooks that came twice": sum(number - 1 for number in heard.values()),
            "load of the machine": round(os.getloadavg()[1], 1),
            "seconds, all": round(seconds),
            "seconds from the last fault to the end": round(settled, 1),
        }
        mode = "PostgreSQL, Redis, two Celery workers" if self.broker else "embedded, SQLite"
        rows = [(name, str(number)) for name, number in (*self.done.items(), *facts.items(), *counts.items())]
        print_table(
            f"Chaos: {self.customers.jobs} jobs and {len(made)} ordered webhooks on {mode}", ("", "count"), rows
        )
        wrong = [name for name, number in counts.items() if number]
        print("WRONG: " + ", ".join(wrong) if wrong else "Nothing was lost, nothing was done twice, nothing hangs.")
        if wrong:
            self._keep([*jobs, *told, *open_rows])
        return wrong

    def _jobs(self) -> list[dict[str, object]]:
        return [row for table in TABLES[:2] for row in self._rows(f"SELECT * FROM {table} WHERE name LIKE 'chaos-%'")]

    def _of_jobs(self, jobs: list[dict[str, object]], ends: Counter[str]) -> dict[str, int]:
        """ends: how often the end of each was told."""
        by_vendor = [row for row in jobs if str(row["name"]).startswith("chaos-vendor-")]
        orders = [(row, self.vendor.orders_of(str(row["id"]))) for row in by_vendor]
        return {
            "jobs asked for, and not there": max(0, self.customers.jobs - len(jobs)),
            "jobs there twice": max(0, len(jobs) - self.customers.jobs),
            "jobs that are not ready": sum(row["status"] != "ready" for row in jobs),
            "jobs that ended twice": sum(number > 1 for number in ends.values()),
            "jobs whose end nobody was told": sum(not ends[str(row["id"])] for row in jobs),
            "orders paid twice": sum(number > 1 for _, number in orders),
            "jobs without an order": sum(not number and not _is_ours(row) for row, number in orders),
            "files of attempts that lost": sum(self._left_files(row) for row in jobs if "width" in row),
        }

    def _keep(self, rows: list[dict[str, object]]) -> None:
        """Logs and rows of a run that went wrong."""
        keep = Path(tempfile.mkdtemp(prefix="avatarsite-chaos-logs-"))
        (keep / "rows").write_text("\n".join(map(str, rows)))
        (keep / "orders").write_text("\n".join(map(str, self.vendor.orders.items())))
        for log in self.stack.data_dir.glob("*.log"):
            (keep / log.name).write_bytes(log.read_bytes())
        print(f"Logs: {keep}")

    def _out_of_order(self) -> int:
        first: dict[int, list[int]] = {}
        for request in list(self.receiver.requests):
            event = json.loads(request.body)
            if "thing" in event and event["number"] not in first.setdefault(event["thing"], []):
                first[event["thing"]].append(event["number"])
        return sum(numbers != sorted(numbers) for numbers in first.values())

    def _left_files(self, row: dict[str, object]) -> int:
        kept = {Path(value).name for value in row.values() if isinstance(value, str) and value.startswith("videos/")}
        folder = self.stack.data_dir / "media/videos" / str(row["id"])
        return sum(path.name not in kept for path in folder.glob("*"))


def _is_ours(row: dict[str, object]) -> bool:
    """Whether our renderer made what a vendor had failed at, and said so."""
    engines = row.get("engines") or {}
    told = json.loads(engines) if isinstance(engines, str) else dict(engines)  # type: ignore[call-overload]
    failed = any(attempt["engine"] == "did" and attempt.get("code") for attempt in told.get("attempts", []))
    return bool(failed and told.get("renderer") == "local")


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
