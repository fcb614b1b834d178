"""What an engine is given for a turn, and how its reply is kept to what was wished."""

from collections.abc import Iterator
from typing import Any

import pytest

from avatarsite.core import engines
from avatarsite.core.api.errors import ApiError
from avatarsite.core.engines import EngineFailed
from conversations import context
from conversations.context import Wishes
from conversations.models import ChatSession, Message, Person, Summary
from tests.factories import make_twin, make_user
from tests.fakes.openai_server import FakeOpenAI
from twins.llm.speakable import count_words
from twins.models import Personality, Twin

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings: Any) -> Iterator[FakeOpenAI]:
    """A language model that is configured, with the local engine behind it."""
    engines.load.cache_clear()
    with FakeOpenAI() as running:
        options = {"base_url": running.url, "api_key": running.key, "model": running.model, "timeout": 5.0}
        settings.LLM = {**settings.LLM, "openai": {"BACKEND": "twins.llm.openai.OpenAILLM", "OPTIONS": options}}
        settings.LLM_CHAIN = ["openai", "local"]
        yield running
    engines.load.cache_clear()


@pytest.fixture
def twin() -> Twin:
    return make_twin(owner=make_user())


@pytest.fixture
def personality(twin: Twin) -> Personality:
    mind = twin.personality
    assert mind is not None
    mind.system_prompt = "You are Ada, an engineer."
    mind.save()
    return mind


@pytest.fixture
def session(twin: Twin, personality: Personality) -> ChatSession:
    return open_session(twin, Person.objects.create(owner=twin.owner, name=""))


def open_session(twin: Twin, person: Person | None = None) -> ChatSession:
    return ChatSession.objects.create(twin=twin, personality=twin.personality, user=twin.owner, person=person)


def asked(session: ChatSession, text: str) -> Message:
    return Message.objects.create(session=session, role=Message.Role.USER, text=text)


def replied(session: ChatSession, text: str) -> Message:
    return Message.objects.create(session=session, role=Message.Role.ASSISTANT, text=text)


def reply(session: ChatSession, text: str, **wishes: Any) -> str:
    return context.answer(session, asked(session, text), **wishes).whole()


# -- What is given


def test_the_personality_stands_first_and_the_question_last(session: ChatSession, server: FakeOpenAI) -> None:
    reply(session, "What is an engine?")
    assert server.requests[0].system.startswith("You are Ada, an engineer.")
    assert server.requests[0].messages[-1] == {"role": "user", "content": "What is an engine?"}


def test_what_was_said_before_is_given_in_order(session: ChatSession, server: FakeOpenAI) -> None:
    asked(session, "Hi.")
    replied(session, "Hello.")
    reply(session, "And you?")
    assert [message["content"] for message in server.requests[0].messages[1:]] == ["Hi.", "Hello.", "And you?"]


def test_another_session_is_not_given(session: ChatSession, server: FakeOpenAI, twin: Twin) -> None:
    asked(open_session(twin), "A secret of somebody else.")
    reply(session, "Hi.")
    assert "secret" not in str(server.requests[0].messages)


def test_an_answer_that_failed_leaves_no_empty_message_in_what_is_given(
    session: ChatSession, server: FakeOpenAI
) -> None:
    replied(session, "")
    reply(session, "Hi.")
    assert len(server.requests[0].messages) == 2


def test_subjects_to_avoid_are_given_as_what_nobody_can_change(
    session: ChatSession, server: FakeOpenAI, personality: Personality
) -> None:
    personality.avoid = "politics\n\n  my salary "
    personality.save()
    session.refresh_from_db()
    reply(session, "Hi.")
    assert 'You do not talk about these subjects: "politics", "my salary".' in server.requests[0].system


def test_the_local_engine_refuses_a_subject_to_avoid_politely(session: ChatSession, personality: Personality) -> None:
    personality.avoid = "elections"
    personality.save()
    session.refresh_from_db()
    said = reply(session, "Who will win the election?")
    assert "not something I talk about" in said or "leave that subject alone" in said


# -- Long histories


def long_talk(session: ChatSession, turns: int, words: int = 20) -> None:
    for number in range(turns):
        asked(session, f"I have {number} apples. " + "tell me more " * words)
        replied(session, f"Answer number {number}. " + "and so on " * words)


def test_a_long_history_is_summarised_and_not_cut(session: ChatSession, server: FakeOpenAI) -> None:
    asked(session, "My boat is called Wanderer.")
    replied(session, "What a name.")
    long_talk(session, 60)
    reply(session, "What is my boat called?")
    assert "Wanderer" in server.requests[0].system
    assert Summary.objects.get(session=session).made_by == "rules"


def test_the_prompt_stays_within_the_budget_of_the_model(session: ChatSession, server: FakeOpenAI) -> None:
    long_talk(session, 200, words=100)
    reply(session, "x " * 2_000)
    assert sum(len(message["content"]) for message in server.requests[0].messages) < 16_000 * 4


def test_what_is_in_the_summary_is_not_said_again_in_full(session: ChatSession, server: FakeOpenAI) -> None:
    long_talk(session, 60)
    reply(session, "Hi.")
    first = len(server.requests[0].messages)
    reply(session, "Hi again.")
    assert len(server.requests[1].messages) <= first + 2 < 60


def test_a_second_turn_adds_to_the_summary_and_keeps_what_was_in_it(session: ChatSession, server: FakeOpenAI) -> None:
    asked(session, "My boat is called Wanderer.")
    long_talk(session, 60)
    reply(session, "Hi.")
    long_talk(session, 60)
    reply(session, "Hi.")
    assert "Wanderer" in server.requests[1].system


# -- How it is wished


@pytest.mark.parametrize("limit", [10, 20, 50, 100])
def test_a_model_that_talks_too_much_is_kept_to_the_words_and_a_quarter(
    session: ChatSession, server: FakeOpenAI, limit: int
) -> None:
    server.say("This is a sentence of exactly eight words. " * 60)
    said = reply(session, "Tell me all.", word_limit=limit)
    assert count_words(said) <= limit * 1.25 and said.endswith(".")


def test_a_wished_length_makes_room_for_its_sentences(session: ChatSession, server: FakeOpenAI) -> None:
    server.say("This is a sentence of exactly eight words. " * 60)
    assert count_words(reply(session, "Tell me all.", word_limit=100)) >= 50


def test_one_sentence_without_end_is_cut_at_a_clause(session: ChatSession, server: FakeOpenAI) -> None:
    server.say("Well, " + "there is a little thing, " * 40 + "and it ends.")
    said = reply(session, "Tell me all.", word_limit=20)
    assert said.endswith("a little thing.") and count_words(said) <= 25


def test_the_wished_number_of_words_is_told_to_the_model(session: ChatSession, server: FakeOpenAI) -> None:
    reply(session, "Hi.", word_limit=33)
    assert "at most 33 words" in server.requests[0].system


@pytest.mark.parametrize(
    ("given", "code", "name"),
    [
        ("english", "en", "English"),
        ("Portuguese (Brazil)", "pt-BR", "Portuguese (Brazil)"),
        ("PORTUGUESE", "pt-BR", "Portuguese (Brazil)"),
        ("pt-br", "pt-BR", "Portuguese (Brazil)"),
        ("Deutsch", "de", "German"),
        ("fr", "fr-FR", "French (France)"),
    ],
)
def test_a_language_goes_by_name_or_code(
    session: ChatSession, server: FakeOpenAI, given: str, code: str, name: str
) -> None:
    answer = context.answer(session, asked(session, "Hi."), language=given)
    answer.whole()
    assert answer.language == code
    assert f"Answer in {name} " in server.requests[0].system


@pytest.mark.parametrize("given", ["klingon", "xx-YY", "englisch deutsch", 7])
def test_an_unknown_language_is_refused_with_the_list(given: object) -> None:
    with pytest.raises(ApiError, match="language: ") as caught:
        Wishes.checked(language=given)
    assert caught.value.status == 400


def test_the_list_of_languages_is_in_the_refusal() -> None:
    with pytest.raises(ApiError, match=r"Portuguese \(Brazil\) \(pt-BR\)"):
        Wishes.checked(language="klingon")


@pytest.mark.parametrize("given", [0, 4, 2_001, -1, True, 1.5, "fifty", []])
def test_a_word_limit_that_is_none_is_refused(given: object) -> None:
    with pytest.raises(ApiError, match="wordLimit: "):
        Wishes.checked(word_limit=given)


@pytest.mark.parametrize("given", ["gpt-9000", "../local", 7, "x" * 5_000])
def test_an_unknown_model_is_refused(given: object) -> None:
    with pytest.raises(ApiError, match="modelName: "):
        Wishes.checked(model_name=given)


def test_the_names_of_models_are_in_the_refusal() -> None:
    with pytest.raises(ApiError, match="gpt-4o.*local"):
        Wishes.checked(model_name="nosuch")


def test_a_retired_model_is_answered_by_what_is_configured_and_the_answer_says_so(
    session: ChatSession, server: FakeOpenAI
) -> None:
    answer = context.answer(session, asked(session, "Hi."), model_name="gpt-4")
    answer.whole()
    assert answer.made_from["servedBy"] == {"engine": "openai", "model": "gpt-5.6-terra"}


def test_a_retired_model_is_answered_by_the_local_engine_when_nothing_is_configured(session: ChatSession) -> None:
    answer = context.answer(session, asked(session, "Hi."), model_name="GPT-4")
    answer.whole()
    assert answer.made_from["servedBy"] == {"engine": "local", "model": "local"}


def test_the_local_engine_can_be_asked_for(session: ChatSession, server: FakeOpenAI) -> None:
    answer = context.answer(session, asked(session, "Hi."), model_name="local")
    answer.whole()
    assert answer.made_from["servedBy"]["engine"] == "local" and server.requests == []


def test_a_name_can_stand_for_an_engine_and_its_model(session: ChatSession, server: FakeOpenAI, settings: Any) -> None:
    settings.LLM_MODELS = {"big": f"openai:{server.model}"}
    reply(session, "Hi.", model_name="big")
    assert server.requests[0].body["model"] == server.model


def test_an_engine_that_stands_in_is_not_asked_for_the_others_model(
    session: ChatSession, server: FakeOpenAI, settings: Any
) -> None:
    settings.LLM_MODELS = {"big": "openai:gone"}
    answer = context.answer(session, asked(session, "Hi."), model_name="big")
    answer.whole()
    assert answer.made_from["servedBy"] == {"engine": "local", "model": "local"}


# -- The answer


def test_the_answer_says_which_documents_it_was_made_from(session: ChatSession, personality: Personality) -> None:
    from twins.knowledge import services

    services.add_text(personality, "Prices", "A sourdough loaf costs six euros. Rye bread costs five euros.")
    services.add_text(personality, "Hours", "The bakery is closed on Mondays and on Christmas Day.")
    from twins.models import KnowledgeFile

    ingest(KnowledgeFile.objects.all())
    answer = context.answer(session, asked(session, "How much is a sourdough loaf?"))
    assert "six euros" in answer.whole() and answer.sources == ["Prices"]


def ingest(files: Any) -> None:
    from avatarsite.core import jobs

    for file in files:
        jobs.execute(file, "test")


def test_small_talk_has_no_sources(session: ChatSession, server: FakeOpenAI) -> None:
    answer = context.answer(session, asked(session, "Hello!"))
    answer.whole()
    assert answer.sources == []


def test_a_half_answer_of_a_failing_model_is_forgotten_when_it_was_not_handed_out(
    session: ChatSession, server: FakeOpenAI
) -> None:
    server.say("This sentence breaks off before its end")
    server.behave("cut_early")
    answer = context.answer(session, asked(session, "Hello!"))
    assert "breaks off" not in answer.whole()
    assert answer.made_from["servedBy"]["engine"] == "local"


def test_a_session_without_personality_is_refused_with_words(twin: Twin) -> None:
    session = ChatSession.objects.create(twin=None, personality=None)
    with pytest.raises(EngineFailed, match="has no personality"):
        context.answer(session, asked(session, "Hi."))


# -- Moderation


def test_without_a_guard_nothing_is_moderated(session: ChatSession, server: FakeOpenAI) -> None:
    reply(session, "Something terrible.")
    assert [request.path for request in server.requests] == ["/v1/chat/completions"]
