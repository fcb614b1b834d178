"""What Prometheus reads: who may, what is counted, and that processes add up."""

import os
import subprocess
import sys
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from avatarsite.core import jobs, metrics
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status
from avatarsite.core.vendors.chain import Chain
from tests.factories import make_twin, make_video
from tests.metrics import read
from tests.stack import ROOT
from videos.models import Video

TOKEN = {"HTTP_AUTHORIZATION": "Bearer let-me-read"}
COUNT = """
from avatarsite.core import metrics
metrics.webhook_attempts.labels("2xx").inc({})
print(metrics.slot() + chr(10), end="", flush=True)
"""
FORKED = "import os; child = os.fork()"
SHOWN = """
if child:
    os.waitpid(child, 0)
    from prometheus_client import generate_latest
    metrics.SOURCES.clear()
    print("#\\n" + generate_latest(metrics.registry()).decode())
"""


@pytest.fixture
def opened(settings: Any, tmp_path: Path) -> None:
    settings.METRICS_TOKEN, settings.METRICS_DIR = "let-me-read", tmp_path


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"HTTP_AUTHORIZATION": "Bearer wrong"}, {"HTTP_AUTHORIZATION": "let-me-read"}])
def test_without_the_token_there_are_no_metrics(client: Client, opened: None, headers: dict[str, str]) -> None:
    assert client.get("/metrics", **headers).status_code == 404  # type: ignore[arg-type]


@pytest.mark.django_db
def test_as_nothing_is_configured_nobody_reads_metrics_not_even_from_here(client: Client) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 404


@pytest.mark.django_db
def test_an_allowed_address_needs_no_token_and_cannot_be_claimed(client: Client, settings, tmp_path: Path) -> None:
    settings.METRICS_ALLOW, settings.METRICS_DIR = [ip_network("10.1.0.0/16")], tmp_path
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.2.2.3", HTTP_X_FORWARDED_FOR="10.1.2.3").status_code == 404


@pytest.mark.django_db
def test_jobs_are_counted_by_kind_and_status_with_few_queries(
    client: Client, opened: None, django_assert_max_num_queries: Any
) -> None:
    twin = make_twin()
    for minutes in (1, 2):
        make_video(twin=twin, not_before=timezone.now() - timedelta(minutes=minutes))
    make_video(twin=twin, not_before=timezone.now() + timedelta(hours=1))
    assert jobs.claim(Video.objects.get(pk=make_video(twin=twin).pk), "w")
    make_video(twin=twin, status=Status.READY)
    with django_assert_max_num_queries(6):
        answer = client.get("/metrics", **TOKEN)  # type: ignore[arg-type]
    of = read(answer.content.decode())
    assert of("avatarsite_jobs", kind="videos.video", status="queued") == 3
    assert of("avatarsite_jobs", kind="videos.video", status="running") == 1
    assert of("avatarsite_jobs", kind="videos.video", status="ready") == 0, "final ones would be a walk through all"
    assert 120 <= of("avatarsite_queue_age_seconds", kind="videos.video", queue="batch") < 600


@pytest.mark.django_db
def test_engines_vendors_and_circuits_are_seen(client: Client, opened: None, monkeypatch: Any, settings: Any) -> None:
    make_video(status=Status.RUNNING, vendor="did", next_look_at=timezone.now())
    monkeypatch.setitem(settings.VENDORS["openai"], "KEY", "sk-of-this-test")
    asked = metrics.engine_calls.labels("llm", "openai", "vendor_auth")
    before = asked._value.get()

    def refuse(*_: object) -> None:
        raise EngineFailed("The key was refused.", "vendor_auth")

    with pytest.raises(EngineFailed):
        Chain("LLM", "llm", ["openai"], None, record=lambda attempt: None).first(refuse)
    assert asked._value.get() == before + 1
    of = read(client.get("/metrics", **TOKEN).content.decode())  # type: ignore[arg-type]
    assert of("avatarsite_at_vendor", vendor="did") == 1
    assert of("avatarsite_circuits", layer="llm", engine="openai") == 1
    assert of("avatarsite_circuits", layer="llm", engine="openai", state="closed") == 0


@pytest.mark.engine
def test_processes_add_up_and_the_next_one_goes_on_where_a_dead_one_stopped(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "METRICS_TOKEN": "t"}

    def start(code: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", f"import django; django.setup()\n{code}"]
        shared = {**environment, "DJANGO_SETTINGS_MODULE": "avatarsite.settings"}
        return subprocess.Popen(command, cwd=ROOT, env=shared, stdin=-1, stdout=-1, text=True)

    first = start(COUNT.format(1) + "input()")
    assert first.stdout and first.stdout.readline() == "0\n"
    second = start(COUNT.format(10))
    assert second.communicate(timeout=60)[0] == "1\n", "a slot of its own: the first one's is taken"
    first.kill()
    first.wait()
    told = start(FORKED + COUNT.format(100) + SHOWN).communicate(timeout=60)[0]
    assert sorted(told.split()[:2]) == ["0", "1"]
    assert read(told.partition("#")[2])("avatarsite_webhook_attempts_total", result="2xx") == 211
    assert sorted(path.name for path in (tmp_path / "metrics").glob("*.db")) == ["counter_0.db", "counter_1.db"]
