"""Questions and answers of the Persona dialect."""

import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from conversations.models import ChatSession, Memory, Message
from tests.persona import Account, asked
from twins.knowledge import services as knowledge

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice() -> Account:
    return Account()


@pytest.fixture
def session(alice: Account) -> ChatSession:
    session = alice.session()
    assert session.personality
    knowledge.add_text(session.personality, "museum.txt", "The museum opens at nine. A ticket costs twelve euros.")
    return session


def sent(answer: Any) -> bytes:
    """What a stream says, as the server would send it."""

    async def read() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    return async_to_sync(read)()


def events(answer: Any) -> list[tuple[str, dict[str, Any]]]:
    blocks = sent(answer).decode().strip().split("\n\n")
    return [(name[7:], json.loads(data[6:])) for name, data in (block.split("\n") for block in blocks)]


def test_the_answer_is_a_text_with_its_sources_and_its_model(alice: Account, session: ChatSession) -> None:
    answer = alice.call("POST", "chats", asked(session, message="What does a ticket cost?")).json()
    assert (answer["success"], answer["message"]) == (True, "Chat created successfully")
    assert "twelve euros" in answer["data"]
    assert answer["sources"] == ["museum.txt"]
    assert answer["modelName"]


def test_the_question_and_the_answer_are_kept_in_the_session(alice: Account, session: ChatSession) -> None:
    answer = alice.data("POST", "chats", asked(session, message="When does the museum open?"))
    chat = alice.data("GET", f"sessions/{session.pk}")["chats"][0]
    assert (chat["message"], chat["response"]) == ("When does the museum open?", answer)
    before = session.last_active_at
    session.refresh_from_db()
    assert session.last_active_at > before


def test_how_the_answer_was_asked_for_is_kept_with_it(alice: Account, session: ChatSession) -> None:
    alice.data("POST", "chats", asked(session, message="Hi", language="Spanish", wordLimit=30))
    options = Message.objects.get(role="assistant").options
    assert options["wordLimit"] == 30 and options["language"].startswith("es") and options["modelName"] == "gpt-4"


def test_a_stream_tells_pieces_and_then_the_whole(alice: Account, session: ChatSession) -> None:
    answer = alice.call("POST", "chats", asked(session, message="What does a ticket cost?", stream=True))
    assert answer["Content-Type"].startswith("text/event-stream")
    told = events(answer)
    assert [name for name, _ in told[:-1]] == ["delta"] * (len(told) - 1)
    name, whole = told[-1]
    assert (name, whole["message"]) == ("done", "Chat created successfully")
    assert "".join(data["text"] for _, data in told[:-1]).strip() == whole["data"]
    assert Message.objects.get(role="assistant").text == whole["data"]


def test_what_a_user_tells_is_remembered_in_the_next_session(alice: Account, session: ChatSession) -> None:
    alice.data("POST", "chats", asked(session, message="My name is Ada and I live in Lisbon."))
    assert "Lisbon" in " ".join(Memory.objects.values_list("text", flat=True))
    other = alice.session(session.person, session.personality)
    assert "Lisbon" in alice.data("POST", "chats", asked(other, message="Where do I live?"))


def test_a_request_that_is_sent_twice_is_answered_once(alice: Account, session: ChatSession) -> None:
    body = asked(session, message="When does the museum open?")
    answers = [alice.call("POST", "chats", body, HTTP_IDEMPOTENCY_KEY="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotent-Replayed"] == "true"
    assert Message.objects.count() == 2


def test_a_stream_that_is_asked_for_twice_is_told_alike(alice: Account, session: ChatSession) -> None:
    body = asked(session, message="When does the museum open?", stream=True)
    first = sent(alice.call("POST", "chats", body, HTTP_IDEMPOTENCY_KEY="once"))
    again = alice.call("POST", "chats", body, HTTP_IDEMPOTENCY_KEY="once")
    assert again.content == first
    assert again["Content-Type"].startswith("text/event-stream")
    assert Message.objects.count() == 2


def test_one_key_for_two_questions_is_refused(alice: Account, session: ChatSession) -> None:
    alice.data("POST", "chats", asked(session, message="Hi"), HTTP_IDEMPOTENCY_KEY="once")
    body = asked(session, message="Something else")
    alice.refused(422, "idempotency_key_reused", "POST", "chats", body, HTTP_IDEMPOTENCY_KEY="once")


def test_a_session_of_another_user_is_refused(alice: Account, session: ChatSession) -> None:
    body = asked(session, message="Hi", userId=alice.person().pk)
    alice.refused(400, "session_of_another_user", "POST", "chats", body)
    assert not Message.objects.exists()


def test_a_session_with_another_personality_is_refused(alice: Account, session: ChatSession) -> None:
    body = asked(session, message="Hi", personalityId=alice.personality().pk)
    alice.refused(400, "session_of_another_personality", "POST", "chats", body)


@pytest.mark.parametrize(
    ("wrong", "code", "word"),
    [
        ({"message": ""}, "invalid", "message"),
        ({"message": "\u200b"}, "message_empty", "message"),
        ({"message": "x" * 2_001}, "invalid", "message"),
        ({"message": 5}, "invalid", "message"),
        ({"message": None}, "invalid", "message"),
        ({"wordLimit": 0}, "invalid", "wordLimit"),
        ({"wordLimit": 10**30}, "invalid", "wordLimit"),
        ({"wordLimit": True}, "invalid", "wordLimit"),
        ({"wordLimit": "many"}, "invalid", "wordLimit"),
        ({"modelName": "no-such-model"}, "model_unknown", "gpt-4"),
        ({"language": "klingon"}, "language_unsupported", "Spanish"),
        ({"stream": "perhaps"}, "invalid", "stream"),
        ({"stream": []}, "invalid", "stream"),
        ({"sessionId": 7}, "invalid", "sessionId"),
    ],
)
def test_wrong_fields_are_refused_with_the_field_and_the_fix(
    alice: Account, session: ChatSession, wrong: dict[str, Any], code: str, word: str
) -> None:
    words = alice.refused(400, code, "POST", "chats", asked(session, message="Hi") | wrong)
    assert word in words
    assert not Message.objects.exists()


def test_a_session_outlives_its_personality_but_answers_no_more(alice: Account) -> None:
    session, other = alice.session(), alice.personality()
    alice.data("DELETE", f"personalities/{session.personality_id}", message="Personality deleted successfully")
    assert alice.data("GET", f"sessions/{session.pk}")["personalityId"] is None
    body = asked(session, message="Hi", personalityId=other.pk)
    alice.refused(409, "personality_deleted", "POST", "chats", body)


def test_when_no_engine_answers_nothing_was_asked(alice: Account, session: ChatSession, settings: Any) -> None:
    settings.LLM_CHAIN = ["absent"]
    alice.refused(502, "engine_unknown", "POST", "chats", asked(session, message="Hi"))
    assert not Message.objects.exists()


def test_a_stream_that_fails_says_so_and_may_be_tried_again(
    alice: Account, session: ChatSession, settings: Any
) -> None:
    chain, settings.LLM_CHAIN = settings.LLM_CHAIN, ["absent"]
    body = asked(session, message="Hi", stream=True)
    failed = events(alice.call("POST", "chats", body, HTTP_IDEMPOTENCY_KEY="again"))
    assert failed == [
        ("error", {"success": False, "message": failed[0][1]["message"], "data": None, "code": "engine_unknown"})
    ]
    settings.LLM_CHAIN = chain
    assert events(alice.call("POST", "chats", body, HTTP_IDEMPOTENCY_KEY="again"))[-1][0] == "done"
