"""Metrics for Prometheus: counted where things happen, shown by `/metrics`, off unless the settings open that door.

Processes of one installation count into files of a common folder, which are added up when somebody asks. A process
has a slot there and holds its lock; the next one to take the slot goes on counting where a dead one stopped, so that
sums never go back and files never grow in number.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import IO

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900)
OK = "ok"  # the code of what did not fail
_held: dict[int, tuple[str, IO[str]]] = {}  # process id -> its slot, and the lock on it


def slot() -> str:
    """Where this process counts; a forked child takes one of its own."""
    held = _held.get(os.getpid())
    if held is None:
        held = _held[os.getpid()] = next(filter(None, map(_take, count())))
    return held[0]


def _take(number: int) -> tuple[str, IO[str]] | None:
    lock = (Path(settings.METRICS_DIR) / f"slot-{number}.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return str(number), lock


if settings.METRICS:  # before the first of them is made
    Path(settings.METRICS_DIR).mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)
    values.ValueClass = values.MultiProcessValue(slot)  # type: ignore[no-untyped-call]

_own = CollectorRegistry()
requests = Counter("avatarsite_http_requests", "Answers.", ["dialect", "method", "status"], registry=_own)
request_seconds = Histogram(
    "avatarsite_http_seconds", "From a request to the head of its answer.", ["dialect"], buckets=SECONDS, registry=_own
)
attempts = Counter("avatarsite_job_attempts", "Attempts begun.", ["kind"], registry=_own)
put_back = Counter("avatarsite_jobs_put_back", "Attempts whose worker was lost.", ["kind"], registry=_own)
ended = Counter("avatarsite_jobs_ended", "Jobs that became final.", ["kind", "status", "code"], registry=_own)
waited = Histogram(
    "avatarsite_job_wait_seconds", "From due to begun.", ["kind", "queue"], buckets=SECONDS, registry=_own
)
stage_seconds = Histogram(
    "avatarsite_job_stage_seconds", "In one stage of an attempt.", ["kind", "stage"], buckets=SECONDS, registry=_own
)
engine_calls = Counter("avatarsite_engine_calls", "Calls of engines.", ["layer", "engine", "code"], registry=_own)
engine_seconds = Histogram(
    "avatarsite_engine_seconds", "Of one call of an engine.", ["layer", "engine"], buckets=SECONDS, registry=_own
)
webhook_attempts = Counter("avatarsite_webhook_attempts", "Webhooks sent.", ["result"], registry=_own)


def engine_called(layer: str, engine: str, code: str, seconds: float) -> None:
    """Count a call of an engine that took so long; code: why it failed, else ""."""
    engine_calls.labels(layer, engine, code or OK).inc()
    engine_seconds.labels(layer, engine).observe(seconds)


Source = Callable[[], Iterable[Metric]]
SOURCES: list[Source] = []


def source(function: Source) -> Source:
    """Register gauges that are looked up when somebody asks for the metrics, and at no other time."""
    SOURCES.append(function)
    return function


def gauge(name: str, words: str, labels: list[str], rows: Iterable[tuple[list[str], float]]) -> Metric:
    """A gauge of such a source: `rows` are values of the labels, and the value."""
    family = GaugeMetricFamily(f"avatarsite_{name}", words, labels=labels)
    for label_values, value in rows:
        family.add_metric(label_values, value)
    return family


class _Sources(Collector):
    def collect(self) -> Iterable[Metric]:
        for function in SOURCES:
            yield from function()


def registry() -> CollectorRegistry:
    """Everything that there is to show: what all processes have counted, and the gauges of now."""
    found = CollectorRegistry()
    MultiProcessCollector(found, str(settings.METRICS_DIR))  # type: ignore[no-untyped-call]
    found.register(_Sources())
    return found


class StageClock:
    """How long an attempt of a job stays in each stage."""

    def __init__(self) -> None:
        self._stage, self._since = "", time.monotonic()

    def enter(self, kind: str, stage: str) -> None:
        """The attempt is in this stage now; "" when it has ended."""
        now = time.monotonic()
        if stage == self._stage:
            return
        if self._stage:
            stage_seconds.labels(kind, self._stage).observe(now - self._since)
        self._stage, self._since = stage, now
