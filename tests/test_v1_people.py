"""Users, sessions and memory of the Persona dialect."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from conversations.models import ChatSession, Memory, Message, Person
from tests.persona import Account
from videos.models import Video

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> Account:
    return Account()


def say(account: Account, session: ChatSession, question: str, answer: str) -> Message:
    asked_ = Message.objects.create(session=session, role="user", text=question)
    video = account.video()
    video.file.save("a.mp4", ContentFile(b"film"))
    options = {"sources": ["museum.txt"]}
    return Message.objects.create(
        session=session, role="assistant", text=answer, answers=asked_, video=video, options=options
    )


def test_a_user_is_created_without_any_input_and_with_an_empty_memory(alice: Account) -> None:
    user = alice.data("POST", "users", message="User with memory created successfully")
    assert user["id"].startswith("u")
    assert user["memoryBlocks"] == []
    assert {"createdAt", "updatedAt"} <= set(user)


def test_a_user_is_found_by_the_email_in_any_case(alice: Account) -> None:
    user = alice.data("POST", "users", {"email": "Ada@Example.com"})
    found = alice.data("GET", "users?email=ADA@example.com", message="Persona user ID fetched successfully.")
    assert found == {"personaUserId": user["id"]}


def test_an_email_belongs_to_one_user_of_an_account(alice: Account) -> None:
    alice.data("POST", "users", {"email": "ada@example.com"})
    words = alice.refused(409, "email_taken", "POST", "users", {"email": "ADA@example.com"})
    assert "GET /v1/users?email=" in words
    assert Person.objects.count() == 1


def test_two_accounts_may_have_users_of_one_email(alice: Account) -> None:
    bob = Account("bob@example.org")
    theirs = bob.data("POST", "users", {"email": "ada@example.com"})["id"]
    assert alice.data("POST", "users", {"email": "ada@example.com"})["id"] != theirs


def test_the_email_must_be_asked_for(alice: Account) -> None:
    assert "email" in alice.refused(400, "invalid", "GET", "users")
    alice.refused(404, "user_not_found", "GET", "users?email=nobody@example.com")


@pytest.mark.django_db(transaction=True)
def test_deleting_a_user_erases_everything_of_them_and_nothing_of_others(alice: Account) -> None:
    personality, ada, eve = alice.personality(), alice.person(), alice.person()
    hers, others = alice.session(ada, personality), alice.session(eve, personality)
    erased, kept = say(alice, hers, "Hi", "Hello"), say(alice, others, "Hi", "Hello")
    Memory.objects.create(person=ada, personality=personality, subject="home", text="I live in Lisbon.")
    film = erased.video.file.name
    assert alice.data("DELETE", f"users/{ada.pk}", message="User deleted successfully") == []
    assert list(Person.objects.all()) == [eve]
    assert list(ChatSession.objects.all()) == [others]
    assert not Memory.objects.exists()
    assert list(Message.objects.filter(role="assistant")) == [kept]
    assert list(Video.objects.all()) == [kept.video]
    assert not default_storage.exists(film)


def test_a_session_binds_a_user_and_a_personality(alice: Account) -> None:
    body = {"userId": alice.person().pk, "personalityId": alice.personality().pk}
    session = alice.data("POST", "sessions", body, message="Sessions created successfully")
    assert uuid.UUID(session["id"])
    assert {name: session[name] for name in body} == body
    assert (session["title"], session["isTitleEdit"]) == ("Chat with Guide", False)
    assert (session["cid"], session["metahash"]) == (None, None)


def test_a_session_can_be_opened_with_a_stock_personality(alice: Account) -> None:
    stock = alice.personality(owner=None)
    session = alice.data("POST", "sessions", {"userId": alice.person().pk, "personalityId": stock.pk})
    assert session["personalityId"] == stock.pk


@pytest.mark.parametrize(("field", "code"), [("userId", "user_not_found"), ("personalityId", "personality_not_found")])
def test_a_session_needs_a_user_and_a_personality_that_exist(alice: Account, field: str, code: str) -> None:
    body = {"userId": alice.person().pk, "personalityId": alice.personality().pk}
    alice.refused(404, code, "POST", "sessions", body | {field: "u0000000000000000"})
    alice.refused(400, "invalid", "POST", "sessions", {k: v for k, v in body.items() if k != field})
    assert not ChatSession.objects.exists()


def test_a_session_is_read_with_its_chats(alice: Account) -> None:
    session = alice.session()
    answer = say(alice, session, "When?", "At nine.")
    Message.objects.create(session=session, role="assistant", answers=None, text="a greeting of no question")
    whole = alice.data("GET", f"sessions/{session.pk}", message="Session fetched successfully")
    chat = whole["chats"][0]
    assert (chat["message"], chat["response"], chat["sources"]) == ("When?", "At nine.", ["museum.txt"])
    assert (chat["id"], chat["videoId"]) == (answer.pk, answer.video_id)
    history = alice.data("GET", f"sessions/{session.pk}/history", message="Session History Fetched")
    assert history == {"history": whole["chats"]}


def test_a_title_that_was_edited_says_so(alice: Account) -> None:
    session = alice.session()
    edited = alice.data("PATCH", f"sessions/{session.pk}", {"title": "Art"}, "Session title edited succesfully")
    assert (edited["title"], edited["isTitleEdit"]) == ("Art", True)
    alice.refused(400, "invalid", "PATCH", f"sessions/{session.pk}", {"title": ""})


def test_clearing_the_history_keeps_the_session(alice: Account) -> None:
    session = alice.session()
    say(alice, session, "Hi", "Hello")
    path = f"sessions/{session.pk}/history"
    assert alice.data("DELETE", path, message="Session history cleared successfully") == []
    assert alice.data("GET", path) == {"history": []}
    assert not Video.objects.exists()


def test_deleting_a_session_deletes_what_was_said(alice: Account) -> None:
    session = alice.session()
    say(alice, session, "Hi", "Hello")
    assert alice.data("DELETE", f"sessions/{session.pk}", message="Session deleted successfully") == []
    assert not Message.objects.exists() and not Video.objects.exists()
    alice.refused(404, "session_not_found", "GET", f"sessions/{session.pk}")


def test_the_average_time_is_told_in_words(alice: Account) -> None:
    message = "Average session time retrieved successfully"
    assert alice.data("GET", "sessions/average-time", message=message) == "0 hours, 0 minutes, 0 seconds"
    for seconds in (3_600, 3_800):
        session = alice.session()
        session.last_active_at = session.created_at + timedelta(seconds=seconds)
        session.save()
    assert alice.data("GET", "sessions/average-time") == "1 hours, 1 minutes, 40 seconds"


def test_a_session_of_this_dialect_is_not_open_to_visitors(alice: Account) -> None:
    session = alice.session(personality=alice.twin().personality)
    assert alice.client.get(f"/api/session/{session.pk}/history").status_code == 404
    assert alice.client.post(f"/api/session/{session.pk}/played").status_code == 404


def test_memory_is_listed_corrected_and_erased(alice: Account) -> None:
    ada, guide, other = alice.person(), alice.personality(), alice.personality(name="Other")
    path = f"users/{ada.pk}/memory"
    home = alice.data("POST", path, {"personalityId": guide.pk, "text": "I live in Lisbon."})
    alice.data("POST", path, {"personalityId": other.pk, "text": "I play chess."})
    assert [block["text"] for block in alice.data("GET", f"users/{ada.pk}")["memoryBlocks"]] == [
        "I live in Lisbon.",
        "I play chess.",
    ]
    alice.data("PATCH", f"{path}/{home['id']}", {"text": "I live in Porto."})
    listed = alice.data("GET", f"{path}?personalityId={guide.pk}")["memoryBlocks"]
    assert [block["text"] for block in listed] == ["I live in Porto."]
    alice.data("DELETE", f"{path}?personalityId={other.pk}")
    alice.data("DELETE", f"{path}/{home['id']}")
    assert alice.data("GET", path) == {"memoryBlocks": []}
    alice.refused(404, "memory_not_found", "DELETE", f"{path}/{home['id']}")
