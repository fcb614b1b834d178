"""The Persona dialect from end to end on the running product, as the seed tells it."""

import base64
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import av
import pytest
import requests

from tests.client import wait_for
from tests.stack import Stack

FACTS = "The Lindgren Museum opens at nine in the morning.\nA ticket for the museum costs twelve euros.\n"
Call = Callable[..., Any]


@pytest.fixture(scope="module")
def call(stack: Stack) -> Call:
    key = stack.manage("create_api_key", "journey@example.org").strip()

    def ask(method: str, path: str, **options: Any) -> Any:
        answer = requests.request(method, f"{stack.url}/v1/{path}", headers={"x-api-key": key}, timeout=120, **options)
        assert answer.ok, answer.text
        assert answer.json()["success"] is True
        return answer.json()["data"]

    return ask


@pytest.fixture(scope="module")
def journey(call: Call) -> Iterator[dict[str, Any]]:
    user = call("POST", "users", json={})["id"]
    files = [("files", ("museum.txt", FACTS.encode(), "text/plain"))]
    made = call("POST", "personalities", data={"name": "Guide"}, files=files)["personalityId"]
    wait_for(lambda: call("GET", f"personalities/{made}")["files"][0]["status"] == "ready")
    session = call("POST", "sessions", json={"userId": user, "personalityId": made})["id"]
    yield {"userId": user, "personalityId": made, "sessionId": session}
    call("DELETE", f"users/{user}")
    call("DELETE", f"personalities/{made}")


def test_a_question_is_answered_from_what_the_personality_was_trained_on(call: Call, journey: dict[str, Any]) -> None:
    answer = call("POST", "chats", json={**journey, "message": "How much is a ticket for the museum?"})
    assert "twelve euros" in answer


def test_the_answer_comes_as_a_full_video_that_speaks_it(call: Call, journey: dict[str, Any]) -> None:
    body = {**journey, "twinId": "amara", "input": "When does the museum open?", "wordLimit": 30}
    video = call("POST", "videos/llm?wait=60", json=body)
    assert video["status"] == "ready"
    assert "nine" in video["llmResponse"]
    assert (video["sources"], bool(video["modelName"])) == (["museum.txt"], True)
    clip = requests.get(video["videoUrl"], timeout=30).content
    with av.open(io.BytesIO(clip), format="mp4") as film:
        pictures = sum(1 for _ in film.decode(video=0))
    assert abs(pictures / 25 - float(video["duration"])) < 0.2
    words = re.sub(r"<[^>]+>", "", requests.get(video["captionsUrl"], timeout=30).text)
    assert all(word in words for word in re.findall(r"[A-Za-z]{3,}", video["llmResponse"]))
    assert call("GET", f"sessions/{journey['sessionId']}")["chats"][-1]["response"] == video["llmResponse"]


def test_a_video_without_the_llm_says_the_input_word_for_word(call: Call) -> None:
    video = call("POST", "videos?wait=60", json={"twinId": "kenji", "input": "Welcome to the museum."})
    assert (video["status"], video["llmResponse"]) == ("ready", None)
    assert "museum" in requests.get(video["captionsUrl"], timeout=30).text


def test_without_waiting_the_answer_is_the_id_and_the_status(call: Call) -> None:
    video = call("POST", "videos", json={"twinId": "kenji", "input": "Hello."})
    assert video["status"] in ("queued", "running")
    wait_for(lambda: call("GET", f"videos/{video['videoId']}")["status"] == "ready")
    call("DELETE", f"videos/{video['videoId']}")


def test_a_recording_moves_the_lips_for_as_long_as_it_lasts(call: Call) -> None:
    sound = call(
        "POST",
        "audio",
        json={"twinId": "amara", "text": "This was recorded before, for all of four seconds or so.", "format": "wav"},
    )
    content = base64.b64decode(sound["audio"])
    with av.open(io.BytesIO(content), format="wav") as file:
        seconds = float(file.duration or 0) / av.time_base
    video = call("POST", "videos?wait=60", data={"twinId": "amara"}, files={"audio": ("a.wav", content, "audio/wav")})
    assert video["status"] == "ready"
    assert 0 < float(video["duration"]) - seconds < 1.0


def test_a_body_in_chunks_is_read_or_refused_and_never_taken_for_empty(stack: Stack) -> None:
    key = stack.manage("create_api_key", "chunks@example.org").strip()
    headers = {"x-api-key": key, "Content-Type": "application/json"}

    def send(path: str, *pieces: bytes) -> requests.Response:
        return requests.post(f"{stack.url}/v1/{path}", data=iter(pieces), headers=headers, timeout=30)

    assert send("users", b'{"name": ', b'"Ada"}').json()["code"] == "length_required"
    assert send("personalities", b'{"name": ', b'"Guide"}').json()["data"]["name"] == "Guide"
    assert send("personalities", *[b" " * 100_000] * 12).json()["code"] == "body_too_large"
