"""A small client of the avatar chat dialect, as a front end would write it."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import requests

from tests.stack import Stack


@dataclass(frozen=True)
class Event:
    name: str
    data: dict[str, Any]


def create_session(stack: Stack, **body: Any) -> dict[str, Any]:
    answer = requests.post(f"{stack.url}/api/session/create", json=body or None, timeout=30)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def chat(stack: Stack, token: str, message: str, timeout: float = 90) -> requests.Response:
    return requests.post(f"{stack.url}/api/chat", json={"session_token": token, "message": message}, timeout=timeout)


def chat_events(stack: Stack, token: str, message: str, timeout: float = 90) -> Iterator[Event]:
    """The Server-Sent Events of one turn."""
    body = {"session_token": token, "message": message}
    with requests.post(f"{stack.url}/api/chat/stream", json=body, stream=True, timeout=timeout) as answer:
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        name = ""
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                yield Event(name, json.loads(line[6:]))


def video_status(stack: Stack, token: str, video_id: str) -> dict[str, Any]:
    answer = requests.get(f"{stack.url}/api/session/{token}/videos/{video_id}", timeout=30)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def wait_for(look: Callable[[], Any], seconds: float = 60) -> Any:
    """What `look` finds, as soon as it finds anything."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")
