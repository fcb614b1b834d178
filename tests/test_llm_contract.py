"""What every LLM engine promises, held against all of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from avatarsite.core.engines import EngineFailed
from tests.fakes.openai_server import FakeOpenAI
from twins.llm.base import LLM, ChatMessage, Mind, Passage
from twins.llm.local import LocalLLM
from twins.llm.openai import OpenAILLM
from twins.llm.sentences import split

pytestmark = pytest.mark.engine

MIND = Mind(name="Maya", system_prompt="You are Maya, a baker.", knowledge=(Passage("Bread costs 6 euros."),))
MESSAGES = ["hello", "How much is bread?", "what is mars", "", "\x00\ud800", "😀", "x" * 100_000, "{{ }}"]


@pytest.fixture(params=["local", "openai", "ollama"])
def llm(request: pytest.FixtureRequest) -> Iterator[LLM]:
    if request.param == "local":
        yield LocalLLM()
        return
    model = "gpt-5.6-terra" if request.param == "openai" else "llama3.2"
    with FakeOpenAI(profile=request.param, model=model) as server:
        server.say("One. Two? Three! Four. Five.")
        yield OpenAILLM(base_url=server.url, api_key=server.key, model=server.model, profile=request.param)


def reply(llm: LLM, message: str, mind: Mind = MIND) -> str:
    return "".join(llm.stream(mind, [ChatMessage("user", message)]))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda text: repr(text[:12]))
def test_every_message_gets_a_bounded_answer_of_printable_text(llm: LLM, message: str) -> None:
    said = reply(llm, message)
    assert said.strip() and said.isprintable() and len(said) < 1_500


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_more_sentences_than_the_personality_wants(llm: LLM, most: int) -> None:
    assert len(split(reply(llm, "How much is bread?", replace(MIND, max_sentences=most)))) <= most


def test_the_answer_comes_in_several_pieces_in_order(llm: LLM) -> None:
    pieces = list(llm.stream(MIND, [ChatMessage("user", "How much is bread?")]))
    assert len(pieces) > 1 and "".join(pieces) == reply(llm, "How much is bread?")


def test_a_thousand_messages_of_history_are_survived(llm: LLM) -> None:
    history = [ChatMessage("assistant" if n % 2 else "user", f"message {n}") for n in range(1_001)]
    assert "".join(llm.stream(MIND, history)).strip()


def test_a_reply_may_be_left_unfinished(llm: LLM) -> None:
    stream = llm.stream(MIND, [ChatMessage("user", "How much is bread?")])
    assert next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert reply(llm, "How much is bread?").strip()


def test_an_engine_that_answers_nothing_fails_by_its_base_class() -> None:
    class Silent(LLM):
        def _stream(self, mind: Mind, history: object, model: str) -> Iterator[str]:
            yield "  \n"

    with pytest.raises(EngineFailed) as caught:
        reply(Silent(), "hello")
    assert (caught.value.code, caught.value.retryable) == ("llm_empty", True)
