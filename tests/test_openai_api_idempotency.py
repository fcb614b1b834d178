"""Requests of the OpenAI-compatible dialect that are sent twice, on the running product."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.fakes.openai_server import FakeOpenAI
from tests.stack import Stack


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as server:
        yield server


@pytest.fixture(scope="module")
def served(model: FakeOpenAI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    keys = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": model.key, "OPENAI_MODEL": model.model}
    stack = Stack(tmp_path_factory.mktemp("stack"), **keys, LLM_CHAIN="openai", LLM_TIMEOUT="3").start()
    yield stack
    stack.stop()


@pytest.fixture(scope="module")
def key(served: Stack) -> str:
    return served.manage("create_api_key", "alice@example.org").strip()


@pytest.fixture(autouse=True)
def healthy(model: FakeOpenAI) -> None:
    model.behave("ok")
    model.say("One answer.")
    model.requests.clear()


@pytest.fixture
def post(served: Stack, key: str) -> Any:
    def send(once: str, text: str = "Hi.", path: str = "chat/completions", **more: Any) -> requests.Response:
        body = {"model": "p-amara", "messages": [{"role": "user", "content": text}], **more}
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": once}
        return requests.post(f"{served.url}/openai/v1/{path}", json=body, headers=headers, timeout=30)

    return send


def test_an_answer_is_asked_of_the_model_once(post: Any, model: FakeOpenAI) -> None:
    first, second = post("whole"), post("whole")
    assert second.content == first.content and second.headers["Idempotent-Replayed"] == "true"
    assert len(model.requests) == 1


def test_a_streamed_answer_is_streamed_again_as_it_was(post: Any, model: FakeOpenAI) -> None:
    first, second = post("streamed", stream=True), post("streamed", stream=True)
    assert second.content == first.content and b"[DONE]" in second.content
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert len(model.requests) == 1


def test_speech_is_spoken_once(post: Any) -> None:
    asked = {"input": "Hello.", "voice": "amara", "response_format": "wav", "path": "audio/speech"}
    first, second = post("spoken", **asked), post("spoken", **asked)
    assert second.content == first.content and second.headers["Idempotent-Replayed"] == "true"


def test_the_key_of_another_request_is_refused_in_openais_shape(post: Any) -> None:
    post("taken")
    refused = post("taken", text="Something else.")
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "idempotency_key_reused"


def test_a_failure_is_not_kept(post: Any, model: FakeOpenAI) -> None:
    model.behave("server_error")
    assert post("failed").status_code >= 500
    model.behave("ok")
    answered = post("failed")
    assert answered.status_code == 200 and "Idempotent-Replayed" not in answered.headers


def test_a_stream_that_fails_on_its_way_is_not_kept(post: Any, model: FakeOpenAI) -> None:
    model.say("This is one sentence that is cut before it has come to its end.")
    model.behave("stream_error_late")
    assert b'"error"' in post("broken", stream=True).content
    model.behave("ok")
    answered = post("broken", stream=True)
    assert b"[DONE]" in answered.content and "Idempotent-Replayed" not in answered.headers
