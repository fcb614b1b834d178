"""From a committed job to its first line of work: the embedded worker, and Celery. `python -m bench.starting`.

The job is a webhook whose work is replaced by noting the time; jobs come one by one, so that none waits for another.
"""

import os
import queue
import subprocess
import sys
import tempfile
import time

from bench.server import ROOT
from bench.services import is_there, services
from bench.table import print_table

JOBS, WARM_UP = 300, 20
PAUSE = 0.015  # seconds between two jobs
PATIENCE = 30.0
_began: "queue.Queue[float]" = queue.Queue()  # of jobs that this process did


def run() -> None:
    rows = []
    with tempfile.TemporaryDirectory(prefix="avatarsite-bench-") as folder:
        rows.append(_row("embedded, SQLite", _measured("embedded", {"DATA_DIR": folder})))
    if is_there():
        with services() as beside, beside.worker("bench.starting_worker"):
            environment = {**beside.environment, "DATA_DIR": str(beside.folder / "data")}
            rows.append(_row("Celery, PostgreSQL and Redis", _measured("celery", environment)))
    print_table("From commit to start of a job", ("", "p50 ms", "p99 ms", "max ms"), rows)


def _measured(mode: str, environment: dict[str, str]) -> list[float]:
    """Seconds of each start, sorted."""
    command = [sys.executable, "-m", "bench.starting", mode]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, check=True)
    return sorted(float(line) for line in done.stdout.split())


def _row(name: str, times: list[float]) -> tuple[str, ...]:
    figures = (times[len(times) // 2], times[int(len(times) * 0.99)], times[-1])
    return (name, *(f"{figure * 1_000:.1f}" for figure in figures))


def _produce(mode: str) -> None:
    """Queue jobs and print how long each took to start; this process has Django set up."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from avatarsite.core import jobs
    from avatarsite.core.models import User, WebhookDelivery, WebhookEndpoint
    from avatarsite.core.worker import EmbeddedWorker

    call_command("migrate", verbosity=0)
    owner = User.objects.create_user("bench@example.org")
    endpoint = WebhookEndpoint.objects.create(owner=owner, url="https://bench.example.org")
    worker = EmbeddedWorker(4) if mode == "embedded" else None
    if worker:
        note_starts()
        worker.start()
    for number in range(JOBS + WARM_UP):
        with transaction.atomic():
            job = WebhookDelivery.objects.create(endpoint=endpoint, kind="bench", body="{}")
            jobs.enqueue(job)
            committed = time.time()
        began = _began.get(timeout=PATIENCE) if worker else _wait(job.pk)  # to look on would disturb our own worker
        if number >= WARM_UP:
            print(began - committed)
        time.sleep(PAUSE)
    if worker:
        worker.stop()
    connection.close()


def _wait(pk: str) -> float:
    from avatarsite.core.models import WebhookDelivery

    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        stage = WebhookDelivery.objects.values_list("stage", flat=True).get(pk=pk)
        if stage:
            return float(stage)
        time.sleep(0.005)
    raise RuntimeError("a job did not start")


def note_starts() -> None:
    """Make webhooks in this process note when they began, and do nothing else."""
    from avatarsite.core import jobs
    from avatarsite.core.models import WebhookDelivery

    def work(ticket: jobs.Ticket) -> None:
        began = time.time()
        _began.put(began)
        jobs.move(ticket.job, jobs.Status.READY, ticket=ticket.attempt, stage=f"{began:.6f}")

    jobs.RUNNERS[WebhookDelivery] = work


if __name__ == "__main__":
    if len(sys.argv) > 1:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "avatarsite.settings")
        django.setup()
        _produce(sys.argv[1])
    else:
        run()
