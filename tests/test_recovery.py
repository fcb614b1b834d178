"""What happens when things die: the worker, the broker, the disk, the language model. On the running product."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.client import chat, create_session, video_status, wait_for
from tests.services import start_redis
from tests.stack import ON_SERVICES, Stack

LONG = " ".join(f"This is sentence number {n} of a long talk about nothing at all." for n in range(40))
ASK_FOR_LONG_CLIP = (
    "from twins.models import Twin; from videos import services; "
    "print(services.ask(Twin.objects.get(pk='leo'), source='text', script={script!r}).pk)"
)


def ask_for_long_clip(stack: Stack) -> str:
    return stack.manage("shell", "-v0", "-c", ASK_FOR_LONG_CLIP.format(script=LONG)).split()[-1]


def tell(stack: Stack, pk: str) -> dict[str, Any]:
    """The row of a video, past all caches and views."""
    return stack.rows(f"SELECT * FROM videos_video WHERE id = '{pk}'")[0]


def wait_until_ready(stack: Stack, pk: str) -> dict[str, Any]:
    return dict(wait_for(lambda: (row := tell(stack, pk))["status"] == "ready" and row, 90))


def growing_file(stack: Stack, pk: str) -> Path | None:
    return next(
        (path for path in (stack.data_dir / "streams" / pk).rglob("*.mp4") if path.stat().st_size > 50_000), None
    )


def children_of(process: "subprocess.Popen[bytes]") -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True).stdout
    return [int(pid) for pid in listed.split()]


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def test_a_worker_killed_in_mid_render_is_followed_by_one_that_finishes_the_clip_once(start_stack) -> None:
    stack = start_stack()
    pk = ask_for_long_clip(stack)
    wait_for(lambda: growing_file(stack, pk))
    stack.kill_worker()
    assert tell(stack, pk)["status"] == "running", "the kill came too late to test anything"
    stack.restart_worker()
    assert wait_until_ready(stack, pk)["attempt"] == 2
    stored = [path.name for path in (stack.data_dir / "media" / "videos" / pk).iterdir()]
    assert {"2.jpg", "2.mp4", "2.vtt"} <= set(stored) and all(name.startswith("2.") for name in stored)
    wait_for(lambda: not (stack.data_dir / "streams" / pk).exists())


def test_ctrl_c_ends_every_process_and_a_job_cut_off_is_finished_after_the_next_start(start_stack) -> None:
    stack = start_stack()
    pk = ask_for_long_clip(stack)
    wait_for(lambda: growing_file(stack, pk))
    helpers = children_of(stack.working_process())
    assert helpers, "voice and face run in processes of their own"
    stack.stop()
    wait_for(lambda: not any(map(is_alive, helpers)), 10)
    left = tell(stack, pk)
    assert (left["status"], left["attempt"] - left["attempt_base"]) == ("queued", 0), "handed back, and nothing lost"
    stack.start()
    wait_until_ready(stack, pk)


def test_helper_processes_die_with_a_killed_server(start_stack) -> None:
    stack = start_stack()
    chat(stack, create_session(stack)["session_token"], "Hello!")
    helpers = children_of(stack.working_process())
    stack.kill_worker()
    wait_for(lambda: not any(map(is_alive, helpers)), 10)


def test_a_helper_process_killed_in_mid_render_costs_one_attempt_and_nothing_else(start_stack) -> None:
    stack = start_stack()
    pk = ask_for_long_clip(stack)
    wait_for(lambda: growing_file(stack, pk))
    for helper in children_of(stack.working_process()):
        os.kill(helper, signal.SIGKILL)
    assert wait_until_ready(stack, pk)["attempt"] >= 2
    assert chat(stack, create_session(stack)["session_token"], "Hello!").status_code == 200


def test_a_full_disk_ends_the_job_in_words_and_leaves_nothing_half_made(start_stack) -> None:
    """A file-system of 8 MB stands for the disk."""
    stack: Stack = start_stack(JOB_MAX_ATTEMPTS="1")
    streams = stack.data_dir / "streams"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(streams)], capture_output=True)
    if mounted.returncode:
        pytest.skip("NOT RUN: mounting a small file-system needs root")
    try:
        (streams / "filler").write_bytes(b"x" * 8_200_000)
        token = create_session(stack)["session_token"]
        answer = requests.post(
            f"{stack.url}/api/chat", json={"session_token": token, "message": "Hello, who are you?"}, timeout=60
        )
        assert answer.status_code in (202, 502), answer.text
        pk = stack.rows("SELECT id FROM videos_video WHERE source = 'reply'")[0]["id"]
        row = wait_for(lambda: (row := tell(stack, pk))["error_code"] == "disk_full" and row)
        assert "no space left" in row["status_details"] and not row["file"]
        (streams / "filler").unlink()
        retry = (
            "from avatarsite.core import jobs; from videos.models import Video; jobs.retry(Video.objects.get(pk={!r}))"
        )
        stack.manage("shell", "-v0", "-c", retry.format(pk))
        wait_until_ready(stack, pk)
    finally:
        subprocess.run(["umount", "-l", str(streams)], check=True)


@dataclass(frozen=True)
class Redis:
    url: str
    pid: int


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A Redis of the test's own: freezing the suite's would freeze other tests."""
    with start_redis() as (port, process):
        yield Redis(f"redis://127.0.0.1:{port}/0", process.pid)


@pytest.mark.services
@pytest.mark.skipif(not ON_SERVICES, reason="needs a broker")
def test_with_a_frozen_broker_messages_are_taken_at_once_and_answered_when_it_thaws(start_stack, own_redis) -> None:
    stack = start_stack(CHAT_WAIT_SECONDS="2", CELERY_BROKER_URL=own_redis.url)
    token = create_session(stack)["session_token"]
    os.kill(own_redis.pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        answer = chat(stack, token, "Hello!")
        assert answer.status_code == 202, answer.text
        assert time.monotonic() - started < 30
        assert answer.json()["status"] == "queued"
        told = requests.get(f"{stack.url}/readyz", timeout=30)
        assert (told.status_code, told.json()["broker"].split(":")[0]) == (503, "unreachable")
    finally:
        os.kill(own_redis.pid, signal.SIGCONT)
    video_id = answer.json()["video_id"]
    wait_for(lambda: video_status(stack, token, video_id)["status"] == "ready", 90)


def test_many_sessions_at_once_each_get_their_own_answer(stack: Stack) -> None:
    answers: dict[int, str] = {}

    def talk(number: int) -> None:
        token = create_session(stack)["session_token"]
        answers[number] = chat(stack, token, f"Hello, number {number} here!").json()["reply_text"]

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6 and all(answers.values())


def test_nothing_stays_behind_when_a_clip_is_erased(stack: Stack) -> None:
    token = create_session(stack)["session_token"]
    reply = chat(stack, token, "Hello!").json()
    folder = stack.data_dir / "media" / "videos" / reply["video_id"]
    assert folder.exists()
    erase = "from videos import services; from videos.models import Video; services.erase(Video.objects.get(pk={!r}))"
    stack.manage("shell", "-v0", "-c", erase.format(reply["video_id"]))
    assert requests.get(reply["video_url"], timeout=10).status_code == 404
    assert not list(folder.glob("*"))
