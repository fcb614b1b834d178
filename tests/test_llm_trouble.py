"""A configured language model: what it is given, and what people get when it is in trouble. On the running product."""

from collections.abc import Iterator

import pytest

from tests.client import chat, chat_events, create_session
from tests.fakes.openai_server import FakeOpenAI
from tests.stack import Stack

TROUBLE = ["server_error", "silent", "empty", "html", "unauthorized", "cut_early"]


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as server:
        yield server


@pytest.fixture(autouse=True)
def healthy(model: FakeOpenAI) -> None:
    model.behave("ok")


def _stack(folder: object, model: FakeOpenAI, **environment: str) -> Stack:
    keys = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": model.key, "OPENAI_MODEL": model.model}
    return Stack(folder, **keys, LLM_TIMEOUT="2", JOB_MAX_ATTEMPTS="1", VIDEO_SIZE="256", **environment).start()  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def with_substitute(model: FakeOpenAI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = _stack(tmp_path_factory.mktemp("stack"), model)
    yield stack
    stack.stop()


@pytest.fixture(scope="module")
def alone(model: FakeOpenAI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = _stack(tmp_path_factory.mktemp("stack"), model, LLM_CHAIN="openai")
    yield stack
    stack.stop()


def test_the_language_model_is_given_the_session_history_and_no_other(with_substitute, model) -> None:
    mine, theirs = (create_session(with_substitute)["session_token"] for _ in range(2))
    chat(with_substitute, theirs, "My secret word is marmalade.")
    assert chat(with_substitute, mine, "My name is Ada.").json()["engines"]["llm"] == "openai"
    chat(with_substitute, mine, "What is my name?")
    spoken = [message["content"] for message in model.requests[-1].messages if message["role"] in ("user", "assistant")]
    assert spoken[0] == "My name is Ada." and spoken[-1] == "What is my name?" and len(spoken) == 3
    assert "marmalade" not in str(model.requests[-1].body)


def test_the_reply_is_what_the_language_model_said(with_substitute, model) -> None:
    model.say("The sea is calm today. Two gulls are watching it.")
    reply = chat(with_substitute, create_session(with_substitute)["session_token"], "How is the sea?").json()
    assert reply["reply_text"] == "The sea is calm today. Two gulls are watching it."


@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_language_model_in_trouble_is_replaced_by_the_local_one(with_substitute, model, trouble) -> None:
    model.behave(trouble)
    reply = chat(with_substitute, create_session(with_substitute)["session_token"], "Hello, who are you?").json()
    assert reply["engines"]["llm"] == "local" and reply["reply_text"]


@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_language_model_in_trouble_without_a_substitute_ends_in_words(alone, model, trouble) -> None:
    model.behave(trouble)
    token = create_session(alone)["session_token"]
    answer = chat(alone, token, "Hello!")
    assert answer.status_code == 502 and answer.json()["detail"]
    last = list(chat_events(alone, token, "Hello!"))[-1]
    assert last.name == "error" and last.data["code"].startswith("llm_")
    assert model.key not in answer.text + str(last.data) + alone.logs()


def test_what_people_say_is_not_in_the_logs(alone, model) -> None:
    model.behave("server_error")
    chat(alone, create_session(alone)["session_token"], "My secret word is marmalade.")
    assert "marmalade" not in alone.logs()


@pytest.mark.parametrize("reply", ["ཁྱེད་རང་གི་མིང་ལ་ག་རེ་ཟེར་གྱི་ཡོད།", "🙂🎉"])
def test_a_reply_that_the_voice_cannot_speak_ends_in_words(alone, model, reply) -> None:
    model.say(reply)
    answer = chat(alone, create_session(alone)["session_token"], "Hello!")
    assert answer.status_code == 502
    assert "speak" in answer.json()["detail"] or "voice" in answer.json()["detail"]
