"""The running product as its operator sees it: one id and one count across web and worker, no words of people."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from avatarsite.core import logs
from tests.client import chat, create_session, wait_for
from tests.metrics import Samples, read
from tests.stack import Stack

WORD = "Wolkenkuckucksheim"
EVENTS = {"http.answered", "job.began", "job.left"}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    seen = {"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG", "METRICS_TOKEN": "let-me-read"}
    running = Stack(tmp_path_factory.mktemp("watched"), **seen).start()
    yield running
    running.stop()


def _lines(stack: Stack) -> list[dict[str, Any]]:
    texts = [path.read_text() for path in stack.data_dir.glob("*.log")]
    return [json.loads(line) for text in texts for line in text.splitlines() if line.startswith("{")]


def _events(stack: Stack, request: str) -> dict[str, dict[str, Any]]:
    return {line["event"]: line for line in _lines(stack) if line.get("request") == request}


def test_a_request_and_the_job_that_it_queued_share_an_id_and_nothing_said_is_in_the_log(watched: Stack) -> None:
    stack = watched
    token = create_session(stack)["session_token"]
    said = {"session_token": token, "message": f"Do you know {WORD}?"}
    answer = requests.post(f"{stack.url}/api/chat", json=said, headers={"X-Request-ID": "mine.1"}, timeout=90)
    assert WORD not in json.dumps(_lines(stack))
    assert answer.status_code == 200 and answer.headers["X-Request-ID"] == "mine.1"
    events = wait_for(lambda: set(found := _events(stack, "mine.1")) >= EVENTS and found)
    assert events["http.answered"]["view"] == "api-chat" and events["http.answered"]["status"] == 200
    assert events["job.left"]["job"] == answer.json()["video_id"] and events["job.left"]["status"] == "ready"
    everything = stack.logs()
    assert WORD not in everything and token not in everything


def test_every_way_to_serve_a_request_answers_with_its_id(watched: Stack) -> None:
    """Media, static files, plain views, async views, direct routes, and what is refused before any of them."""
    for path in ("/media/nothing", "/static/nothing", "/livez", "/api/chat", "/v2/videos", "/nowhere"):
        answer = requests.get(
            f"{watched.url}{path}", headers={"X-Request-ID": f"of{path.replace('/', '.')}"}, timeout=30
        )
        assert answer.headers["X-Request-ID"] == f"of{path.replace('/', '.')}", path
    large = requests.post(f"{watched.url}/api/chat", data=b"x" * 2_000_000, timeout=30)
    assert large.status_code == 413 and logs.REQUEST_ID.fullmatch(large.headers["X-Request-ID"])


def test_a_turn_is_counted_across_web_and_worker(watched: Stack) -> None:
    before = _read(watched)
    chat(watched, create_session(watched)["session_token"], "Hello!").raise_for_status()
    requests.get(f"{watched.url}/v2/videos", timeout=30)
    after = _read(watched)

    def more(name: str, **labels: str) -> float:
        return after(f"avatarsite_{name}", **labels) - before(f"avatarsite_{name}", **labels)

    assert more("http_requests_total", dialect="api", method="POST", status="2xx") == 2
    assert more("http_requests_total", dialect="v2", status="4xx") == 1
    assert more("http_seconds_count", dialect="api") == 2
    assert more("jobs_ended_total", kind="videos.video", status="ready", code="ok") >= 1
    assert more("job_attempts_total", kind="videos.video") >= 1
    assert more("job_wait_seconds_count", queue="chat") >= 1
    assert more("job_stage_seconds_count", kind="videos.video", stage="rendering") >= 1
    assert after("avatarsite_workers") >= 1


def _read(stack: Stack) -> Samples:
    answer = requests.get(f"{stack.url}/metrics", headers={"Authorization": "Bearer let-me-read"}, timeout=30)
    return read(answer.text)
