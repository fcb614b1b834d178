"""Live conversations of the Tavus-compatible API: begun, listed, ended by their clocks, told of, counted."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from avatarsite.core.api.errors import ApiError
from avatarsite.core.models import Usage, WebhookDelivery
from conversations import calls, presence
from conversations.briefing import briefed
from conversations.models import ChatSession, Conversation, Message, Participant
from tests.admin_site import act, logged_in, make_staff
from tests.fetching import reach
from tests.routes import operations
from tests.tavus import Customer
from twins.knowledge import services as knowledge
from twins.minds import mind_of
from twins.models import Document, Personality
from videos.models import Video

pytestmark = pytest.mark.django_db
HOOK = "http://127.0.0.1/hook"
FACTS = {
    "conversation_id", "conversation_name", "status", "conversation_url", "callback_url", "replica_id", "persona_id",
    "created_at",
}  # fmt: skip


@pytest.fixture
def alice() -> Customer:
    return Customer()


@pytest.fixture
def hooked(settings: Any) -> dict[str, str]:
    """A call's field that makes it tell what happens."""
    reach(settings)
    return {"callback_url": HOOK}


def row(told: dict[str, Any]) -> Conversation:
    return Conversation.objects.get(pk=told["conversation_id"])


def told() -> list[dict[str, Any]]:
    """What was queued for the customer, in order."""
    rows = WebhookDelivery.objects.order_by("created_at")
    return [json.loads(body) for body in rows.values_list("body", flat=True)]


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False)


# -- Creating


def test_a_new_conversation_is_active_and_has_a_room(alice: Customer) -> None:
    replica, persona = alice.replica(), alice.persona()
    call = alice.data(
        "POST",
        "conversations",
        {"replica_id": replica.pk, "persona_id": persona.pk, "conversation_name": "Music Chat"},
    )
    assert set(call) == FACTS
    assert (call["status"], call["conversation_name"], call["callback_url"]) == ("active", "Music Chat", "")
    assert (call["replica_id"], call["persona_id"]) == (replica.pk, persona.pk)
    assert call["conversation_id"].startswith("c")
    assert call["created_at"].endswith("Z") and "." in call["created_at"]
    assert call["conversation_url"] == f"http://testserver/c/{call['conversation_id']}?t={row(call).room_token}"


def test_what_is_not_said_has_the_defaults_of_the_documentation(alice: Customer) -> None:
    call = row(alice.conversation())
    assert (call.max_duration, call.left_timeout, call.absent_timeout) == (3600, 0, 300)
    assert (call.audio_only, call.test_mode, call.require_auth, call.max_participants) == (False, False, False, None)
    assert call.retrieval_strategy == "balanced"
    assert call.name.startswith("New Conversation 1")
    assert calls.greeting_of(call) == "Hey there, how's it going? What can I do for you today?"


def test_every_property_is_kept_and_secrets_are_encrypted(alice: Customer) -> None:
    properties = {
        "max_call_duration": 60, "participant_left_timeout": 30, "participant_absent_timeout": 20,
        "enable_recording": True, "apply_greenscreen": True, "language": "spanish",
        "recording_s3_bucket_name": "b", "livekit_ws_url": "wss://lk", "livekit_room_token": "secret",
    }  # fmt: skip
    call = row(alice.conversation(properties=properties, memory_stores=["anna"], max_participants=3))
    assert (call.max_duration, call.left_timeout, call.absent_timeout) == (60, 30, 20)
    assert call.language == "es-ES" and call.memory_stores == ["anna"] and call.max_participants == 3
    assert call.properties["apply_greenscreen"] is True and "livekit_room_token" not in call.properties
    assert "secret" in call.secrets


def test_a_replica_alone_gets_the_default_persona(alice: Customer, settings: Any) -> None:
    Personality.objects.create(name="First stock", pk="p-first")
    Personality.objects.create(name="The default", pk="p7697228")
    call = alice.data("POST", "conversations", {"replica_id": alice.replica().pk})
    assert call["persona_id"] == "p7697228"
    settings.CALL_PERSONA = "p-gone"
    assert alice.data("POST", "conversations", {"replica_id": alice.replica().pk})["persona_id"] == "p-first"


def test_a_persona_alone_brings_its_own_replica_and_a_named_replica_goes_first(alice: Customer) -> None:
    own, other = alice.replica(), alice.replica()
    persona = alice.persona(default_replica=own)
    assert alice.data("POST", "conversations", {"persona_id": persona.pk})["replica_id"] == own.pk
    both = {"persona_id": persona.pk, "replica_id": other.pk}
    assert alice.data("POST", "conversations", both)["replica_id"] == other.pk


def test_the_newer_names_of_persona_and_replica_are_read_too(alice: Customer) -> None:
    body = {"pal_id": alice.persona().pk, "face_id": alice.replica().pk, "chat": True, "meeting_url": "ignored"}
    assert alice.data("POST", "conversations", body)["replica_id"] == body["face_id"]


def test_unknown_ids_and_those_of_others_are_refused_in_the_words_of_the_api(alice: Customer) -> None:
    bob = Customer("bob@example.org")
    face, mind = alice.replica().pk, alice.persona().pk
    for key in ("r123", bob.replica().pk):
        body = {"replica_id": key, "persona_id": mind}
        assert alice.refused(400, "POST", "conversations", body) == "Invalid replica_uuid"
    for key in ("p123", bob.persona().pk):
        body = {"replica_id": face, "persona_id": key}
        assert alice.refused(400, "POST", "conversations", body) == "Invalid persona_id"
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"replica_id": None, "persona_id": None}, "replica_id or persona_id is required"),
        ({"replica_id": None}, "the persona has no default replica"),
        ({"replica_id": 7}, "replica_id: must be a string"),
        ({"conversation_name": ["x"]}, "conversation_name"),
        ({"conversation_name": "x" * 201}, "conversation_name"),
        ({"custom_greeting": {"text": "Hi"}}, "custom_greeting"),
        ({"callback_url": "ftp://example.org"}, "callback_url"),
        ({"callback_url": "http://10.0.0.1/"}, "callback_url"),
        ({"properties": "none"}, "properties: must be an object"),
        ({"properties": {"max_call_duration": "long"}}, "max_call_duration"),
        ({"properties": {"max_call_duration": -1}}, "max_call_duration"),
        ({"properties": {"participant_left_timeout": 1.5}}, "participant_left_timeout"),
        ({"properties": {"participant_absent_timeout": True}}, "participant_absent_timeout"),
        ({"properties": {"enable_recording": "perhaps"}}, "enable_recording"),
        ({"properties": {"language": "klingon"}}, "language"),
        ({"max_participants": 1}, "max_participants"),
        ({"audio_only": 3}, "audio_only"),
        ({"document_ids": ["d-nobody"]}, "document_ids: there is no document d-nobody"),
        ({"document_tags": "all"}, "document_tags: must be a list"),
        ({"document_retrieval_strategy": "best"}, "document_retrieval_strategy"),
        ({"memory_stores": [1]}, "memory_stores"),
    ],
)
def test_wrong_fields_are_refused_with_the_field_and_the_fix(alice: Customer, wrong: dict[str, Any], word: str) -> None:
    body = {"replica_id": alice.replica().pk, "persona_id": alice.persona().pk, **wrong}
    assert word in alice.refused(400, "POST", "conversations", body)
    assert not Conversation.objects.exists() and not ChatSession.objects.exists()


def test_a_replica_that_cannot_speak_is_refused_with_why(alice: Customer) -> None:
    persona = alice.persona().pk
    training = alice.replica(status="running").pk
    silent = alice.replica(voice=None).pk
    words = alice.refused(400, "POST", "conversations", {"replica_id": training, "persona_id": persona})
    assert "still being trained" in words
    words = alice.refused(400, "POST", "conversations", {"replica_id": silent, "persona_id": persona})
    assert "no voice" in words


def test_in_test_mode_nobody_joins_and_nothing_counts(alice: Customer, settings: Any, hooked: dict[str, str]) -> None:
    settings.CALLS_AT_ONCE = 1
    for _ in range(2):
        assert alice.conversation(test_mode=True, **hooked)["status"] == "ended"
    assert not told() and not Usage.objects.exists()


def test_a_request_that_is_sent_twice_begins_one_conversation(alice: Customer) -> None:
    body = {"replica_id": alice.replica().pk, "persona_id": alice.persona().pk}
    answers = [alice.call("POST", "conversations", body, HTTP_IDEMPOTENCY_KEY="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json() and answers[1]["Idempotent-Replayed"] == "true"
    assert Conversation.objects.count() == 1


# -- Limits


def test_more_conversations_than_are_allowed_at_once_are_refused_until_one_ends(alice: Customer, settings: Any) -> None:
    settings.CALLS_AT_ONCE = 1
    first = alice.conversation()
    Customer("bob@example.org").conversation()
    body = {"replica_id": first["replica_id"], "persona_id": first["persona_id"]}
    assert alice.refused(400, "POST", "conversations", body) == "User has reached maximum concurrent conversations"
    alice.call("POST", f"conversations/{first['conversation_id']}/end")
    assert alice.data("POST", "conversations", body)["status"] == "active"


def test_an_account_that_has_talked_its_minutes_is_out_of_credits(alice: Customer, settings: Any) -> None:
    settings.CALL_MINUTES_A_MONTH = 1
    first = alice.conversation()
    with later(61):
        alice.call("POST", f"conversations/{first['conversation_id']}/end")
    body = {"replica_id": first["replica_id"], "persona_id": first["persona_id"]}
    words = alice.refused(402, "POST", "conversations", body)
    assert words == "The user is out of conversational credits"


# -- Listing and looking


def test_the_list_is_newest_first_one_based_and_of_this_account_only(alice: Customer) -> None:
    Customer("bob@example.org").conversation()
    made = [alice.conversation()["conversation_id"] for _ in range(3)]
    listed = alice.data("GET", "conversations?limit=2")
    assert [it["conversation_id"] for it in listed["data"]] == made[:0:-1] and listed["total_count"] == 3
    assert set(listed["data"][0]) == FACTS | {"updated_at"}
    assert alice.data("GET", "conversations?limit=2&page=0") == listed
    assert [it["conversation_id"] for it in alice.data("GET", "conversations?limit=2&page=2")["data"]] == made[:1]
    alice.call("POST", f"conversations/{made[0]}/end")
    assert alice.data("GET", "conversations?status=ended")["total_count"] == 1
    assert alice.data("GET", "conversations?status=active")["total_count"] == 2
    assert "status" in alice.refused(400, "GET", "conversations?status=over")


def test_one_is_flat_and_verbose_adds_what_happened(alice: Customer) -> None:
    made = alice.conversation()
    path = f"conversations/{made['conversation_id']}"
    plain = alice.data("GET", f"{path}/")
    assert set(plain) == FACTS | {"updated_at"} and made.items() <= plain.items()
    alice.call("POST", f"{path}/end")
    whole = alice.data("GET", f"{path}?verbose=true")
    kinds = ["system.replica_joined", "system.shutdown", "application.transcription_ready"]
    assert [event["event_type"] for event in whole["events"]] == kinds
    reason = whole["events"][1]["properties"]
    assert reason["reason"] == reason["shutdown_reason"] == whole["shutdown_reason"] == "end_conversation_endpoint_hit"


@pytest.mark.django_db(transaction=True)
def test_conversations_of_others_are_unknown(alice: Customer) -> None:
    theirs = Customer("bob@example.org").conversation()["conversation_id"]
    for key in (theirs, "c123"):
        for method, rest in (("GET", ""), ("DELETE", ""), ("POST", "/end"), ("GET", "/respond"), ("POST", "/respond")):
            body = {"text": "Hi"} if method == "POST" else {}
            words = alice.refused(400, method, f"conversations/{key}{rest}", body)
            assert words == "Invalid conversation_id"
    assert row({"conversation_id": theirs}).status == "active"


def test_without_a_key_nothing_is_told(alice: Customer) -> None:
    for method, path in (("GET", "conversations"), ("POST", "conversations"), ("POST", "conversations/c1/end")):
        answer = alice.call(method, path, HTTP_X_API_KEY="")
        assert (answer.status_code, answer.json()) == (401, {"message": "Invalid access token"})


# -- Ending


def test_ending_answers_200_with_an_empty_body_and_may_be_repeated(alice: Customer) -> None:
    made = alice.conversation()
    path = f"conversations/{made['conversation_id']}/end"
    for _ in range(2):
        answer = alice.client.post(f"/v2/{path}", HTTP_X_API_KEY=alice.key, content_type="application/json")
        assert (answer.status_code, answer.content) == (200, b"")
    assert row(made).status == "ended" and row(made).shutdown_reason == "end_conversation_endpoint_hit"


@pytest.mark.parametrize(
    ("properties", "seconds", "reason"),
    [
        ({"participant_absent_timeout": 20}, 20, "participant_absent_timeout reached"),
        ({"max_call_duration": 10, "participant_absent_timeout": 20}, 10, "max_call_duration reached"),
        ({}, 300, "participant_absent_timeout reached"),
    ],
)
def test_a_call_that_nobody_joins_ends_by_its_clocks(
    alice: Customer, properties: dict[str, int], seconds: int, reason: str
) -> None:
    made = alice.conversation(properties=properties)
    began = row(made).created_at
    with time_machine.travel(began + timedelta(seconds=seconds - 1), tick=False):
        calls.end_due()
        assert row(made).status == "active"
    with time_machine.travel(began + timedelta(seconds=seconds + 60), tick=False):
        calls.end_due()
    call = row(made)
    assert (call.status, call.shutdown_reason) == ("ended", reason)
    assert call.ended_at == began + timedelta(seconds=seconds), "it ends when the clock rang, not when that was noticed"


def test_once_somebody_is_there_only_the_longest_duration_ends_the_call(alice: Customer) -> None:
    made = alice.conversation(properties={"max_call_duration": 1000})
    who = presence.join(row(made), "Ann")
    with later(500):
        Participant.objects.filter(pk=who.pk).update(seen_at=timezone.now())
        presence.leave_unseen()
        calls.end_due()
        assert row(made).status == "active"
    with later(1001):
        calls.end_due()
    assert row(made).shutdown_reason == "max_call_duration reached"


def test_when_the_last_one_leaves_the_call_ends_at_once_by_default(alice: Customer) -> None:
    made = alice.conversation()
    first, second = presence.join(row(made)), presence.join(row(made))
    presence.leave(row(made), first.pk)
    assert row(made).status == "active"
    presence.leave(row(made), second.pk)
    assert row(made).shutdown_reason == "participant_left_timeout reached"


def test_a_call_waits_for_those_who_come_back_in_time(alice: Customer) -> None:
    made = alice.conversation(properties={"participant_left_timeout": 30})
    who = presence.join(row(made))
    presence.leave(row(made), who.pk)
    with later(29):
        presence.seen(row(made), who.pk)
    with later(31):
        calls.end_due()
        assert row(made).status == "active"
        presence.leave(row(made), who.pk)
    with later(62):
        calls.end_due()
    assert row(made).shutdown_reason == "participant_left_timeout reached"


def test_whoever_is_silent_for_too_long_has_left(alice: Customer, settings: Any) -> None:
    made = alice.conversation()
    presence.join(row(made))
    with later(settings.CALL_UNSEEN_SECONDS - 1):
        presence.leave_unseen()
        assert row(made).status == "active"
    with later(settings.CALL_UNSEEN_SECONDS + 1):
        presence.leave_unseen()
    assert row(made).shutdown_reason == "participant_left_timeout reached"


def test_a_page_that_was_closed_leaves_in_a_moment_and_a_reloaded_one_does_not(alice: Customer) -> None:
    closed, reloaded = alice.conversation(), alice.conversation()
    people = [presence.join(row(made)) for made in (closed, reloaded)]
    for made, who in zip((closed, reloaded), people, strict=True):
        presence.away(row(made), who.pk)
    with later(2):
        presence.seen(row(reloaded), people[1].pk)
        presence.leave_unseen()
        assert (row(closed).status, row(reloaded).status) == ("active", "active")
    with later(6):
        presence.leave_unseen()
    assert (row(closed).status, row(reloaded).status) == ("ended", "active")


def test_a_call_ends_once_whoever_asks_first(alice: Customer, hooked: dict[str, str]) -> None:
    call = row(alice.conversation(**hooked))
    stale = Conversation.objects.get(pk=call.pk)
    assert calls.end(call, calls.Reason.MAX_DURATION) and not calls.end(stale, calls.Reason.ASKED)
    assert row({"conversation_id": call.pk}).shutdown_reason == "max_call_duration reached"
    assert [it["event_type"] for it in told()].count("system.shutdown") == 1
    assert Usage.objects.count() == 1


def test_a_clock_that_was_set_anew_meanwhile_does_not_end_the_call(alice: Customer) -> None:
    made = alice.conversation()
    seen_by_the_sweep = row(made)
    presence.join(row(made))
    with later(301):
        assert not calls.end_if_due(seen_by_the_sweep)
    assert row(made).status == "active"


@pytest.mark.django_db(transaction=True)
def test_what_the_transcript_tells_may_be_watched_to_its_end_and_nothing_else_is_made(alice: Customer) -> None:
    made = alice.conversation()
    path = f"conversations/{made['conversation_id']}"
    kept, dropped = (
        alice.data("POST", f"{path}/respond", {"text": "Hello", "timeout_s": 0})["video_id"] for _ in range(2)
    )
    Message.objects.filter(video=kept).update(text="Good day.")
    alice.call("POST", f"{path}/end")
    assert {key: Video.objects.get(pk=key).status for key in (kept, dropped)} == {kept: "queued", dropped: "cancelled"}
    assert "Good day." in str(calls.transcript(row(made)))
    assert alice.data("GET", f"{path}/respond")["status"] == "error"


@pytest.mark.django_db(transaction=True)
def test_deleting_takes_everything_along_and_ends_what_runs(alice: Customer, hooked: dict[str, str]) -> None:
    made = alice.conversation(**hooked)
    alice.data("POST", f"conversations/{made['conversation_id']}/respond", {"text": "Hello", "timeout_s": 0})
    answer = alice.call("DELETE", f"conversations/{made['conversation_id']}?hard=true")
    assert (answer.status_code, answer.content) == (204, b"")
    for model in (Conversation, ChatSession, Message, Video, Participant):
        assert not model.objects.exists(), model
    assert told()[1]["properties"]["shutdown_reason"] == "daily_room_has_been_deleted"
    assert alice.refused(400, "GET", f"conversations/{made['conversation_id']}") == "Invalid conversation_id"


# -- What the customer is told


def test_the_customer_is_told_in_the_shapes_of_the_documentation(alice: Customer, hooked: dict[str, str]) -> None:
    persona = alice.persona(system_prompt="You are a guide.", context="The museum opens at nine.")
    made = alice.conversation(persona_id=persona.pk, conversational_context="Ann asks.", **hooked)
    call = row(made)
    Message.objects.create(session=call.session, role="user", text="Hello.")
    Message.objects.create(session=call.session, role="assistant", text="Good day.")
    calls.end(call, calls.Reason.MAX_DURATION)
    transcript = [
        {"role": "system", "content": "You are a guide.\n\nThe museum opens at nine.\n\nAnn asks."},
        {"role": "user", "content": "Hello."},
        {"role": "assistant", "content": "Good day."},
    ]
    properties = [
        {},
        {"shutdown_reason": "max_call_duration reached"},
        {"transcript": transcript[:2]},  # an answer to nothing is a greeting, and nobody was there to hear it
    ]
    kinds = ["system.replica_joined", "system.shutdown", "application.transcription_ready"]
    for body, kind, own in zip(told(), kinds, properties, strict=True):
        timestamp = body.pop("timestamp")
        assert timestamp.endswith("Z") and len(timestamp) == len("2025-02-10T21:15:09.860974Z")
        assert body == {
            "properties": {"replica_id": made["replica_id"], **own},
            "conversation_id": made["conversation_id"],
            "webhook_url": HOOK,
            "event_type": kind,
            "message_type": kind.split(".")[0],
        }
    assert set(WebhookDelivery.objects.values_list("about", flat=True)) == {call.pk}


def test_without_a_callback_url_nothing_is_sent_and_everything_is_kept(alice: Customer) -> None:
    call = row(alice.conversation())
    calls.end(call, calls.Reason.ASKED)
    assert call.events.count() == 3 and not told()


def test_minutes_are_counted_from_creation_for_the_key_that_asked(alice: Customer) -> None:
    made = alice.conversation()
    with time_machine.travel(row(made).created_at + timedelta(seconds=90), tick=False):
        alice.call("POST", f"conversations/{made['conversation_id']}/end")
    usage = Usage.objects.get()
    assert (usage.kind, usage.of, usage.seconds) == ("conversation", made["conversation_id"], 90.0)
    assert (usage.owner, usage.api_key) == (alice.user, alice.row)


# -- The room's presence


def test_a_full_room_takes_nobody_else_and_counts_the_replica(alice: Customer) -> None:
    call = row(alice.conversation(max_participants=3))
    first = presence.join(call)
    presence.join(call)
    with pytest.raises(ApiError, match="full"):
        presence.join(call)
    call.left_timeout = 60
    presence.leave(call, first.pk)
    presence.join(call)
    with pytest.raises(ApiError, match="full"):
        presence.seen(call, first.pk)


# -- Turns by text


@pytest.mark.django_db(transaction=True)
def test_a_turn_is_answered_later_when_nobody_waits(alice: Customer) -> None:
    made = alice.conversation()
    path = f"conversations/{made['conversation_id']}/respond"
    assert alice.data("GET", path) == {"status": "idle"}
    turn = alice.data("POST", path, {"text": "Hello", "timeout_s": 0})
    assert turn["status"] == "processing" and Video.objects.get(pk=turn["video_id"]).source == "reply"
    Message.objects.filter(video=turn["video_id"]).update(text="Good day.")
    assert alice.data("GET", path) == {"status": "ready", "text": "Good day.", "video_id": turn["video_id"]}


@pytest.mark.django_db(transaction=True)
def test_an_echo_persona_says_what_it_is_given_at_once(alice: Customer) -> None:
    persona = alice.persona(pipeline_mode="echo")
    made = alice.conversation(persona_id=persona.pk)
    turn = alice.data("POST", f"conversations/{made['conversation_id']}/respond", {"text": "Say this."})
    assert (turn["status"], turn["text"]) == ("ready", "Say this.")
    assert Video.objects.get(pk=turn["video_id"]).script == "Say this."


@pytest.mark.django_db(transaction=True)
def test_a_turn_that_failed_says_why(alice: Customer) -> None:
    made = alice.conversation()
    path = f"conversations/{made['conversation_id']}/respond"
    turn = alice.data("POST", path, {"text": "Hello", "timeout_s": 0})
    Video.objects.filter(pk=turn["video_id"]).update(status="error", status_details="The model is silent.")
    failed = alice.data("GET", path)
    assert failed == {
        "status": "error", "error": "The model is silent.", "message": "The model is silent.",
        "video_id": turn["video_id"],
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_turn_counts_as_somebody_being_there(alice: Customer) -> None:
    made = alice.conversation()
    alice.data("POST", f"conversations/{made['conversation_id']}/respond", {"text": "Hello", "timeout_s": 0})
    with later(301):
        calls.end_due()
        assert row(made).status == "active"


@pytest.mark.django_db(transaction=True)
def test_a_turn_in_a_room_that_all_have_left_winds_its_clock_anew(alice: Customer) -> None:
    made = alice.conversation(properties={"participant_left_timeout": 60})
    presence.leave(row(made), presence.join(row(made)).pk)
    with later(50):
        alice.data("POST", f"conversations/{made['conversation_id']}/respond", {"text": "Hello", "timeout_s": 0})
    with later(100):
        calls.end_due()
        assert row(made).status == "active"
    with later(112):
        calls.end_due()
        assert row(made).shutdown_reason == "participant_left_timeout reached"


@pytest.mark.django_db(transaction=True)
def test_in_a_call_that_is_over_nobody_says_anything(alice: Customer) -> None:
    made = alice.conversation()
    alice.call("POST", f"conversations/{made['conversation_id']}/end")
    words = alice.refused(409, "POST", f"conversations/{made['conversation_id']}/respond", {"text": "Hello"})
    assert words == "The conversation has ended."
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_wrong_turns_are_refused_with_the_field(alice: Customer) -> None:
    path = f"conversations/{alice.conversation()['conversation_id']}/respond"
    for text in (None, "", " ", 7, "x" * 2_001):
        assert "text" in alice.refused(400, "POST", path, {"text": text})
    for seconds in ("soon", -1, True):
        assert "timeout_s" in alice.refused(400, "POST", path, {"text": "Hi", "timeout_s": seconds})
    assert not Message.objects.exists()


def test_the_mind_of_a_call_knows_its_context_greeting_and_documents(alice: Customer) -> None:
    shelf = Personality.with_shelves.create(name="Shelf", owner=alice.user, is_shelf=True)
    document = Document.objects.create(owner=alice.user, shelf=shelf, name="Prices", tags=["prices"])
    knowledge.add_text(shelf, "prices.txt", "A ticket costs twelve euros.")
    for asked in ({"document_ids": [document.pk]}, {"document_tags": ["prices"]}):
        made = alice.conversation(conversational_context="Ann is a teacher.", custom_greeting="Hi Ann!", **asked)
        call = row(made)
        assert call.personality
        mind = briefed(mind_of(call.personality, "Guide"), call.session, "price")
        assert (mind.instructions, mind.greeting) == ("Ann is a teacher.", "Hi Ann!")
        assert any("twelve euros" in passage.text for passage in mind.knowledge)


# -- The admin site


def test_staff_sees_calls_with_their_minutes_and_ends_them(alice: Customer) -> None:
    call = row(alice.conversation(conversation_name="Music Chat"))
    client = logged_in(make_staff())
    with time_machine.travel(call.created_at + timedelta(seconds=90), tick=False):
        page = client.get("/admin/conversations/conversation/").content.decode()
    assert "Music Chat" in page and "1.5" in page and "pill-running" in page
    assert "1 of 1 ended" in act(client, "conversations/conversation", "end", call)
    assert row({"conversation_id": call.pk}).shutdown_reason == "end_conversation_endpoint_hit"
    page = client.get(f"/admin/conversations/conversation/{call.pk}/change/").content.decode()
    assert "application.transcription_ready" in page and "pill-ready" in page
    client.post(f"/admin/conversations/conversation/{call.pk}/delete/", {"post": "yes"})
    assert not Conversation.objects.exists() and not ChatSession.objects.exists()


# -- The document


def test_every_route_of_conversations_is_in_the_openapi_document(alice: Customer) -> None:
    found = {str(operation): operation.facts["tags"] for operation in operations("/v2/conversations")}
    one = "/v2/conversations/{conversation_id}"
    routes = ["GET /v2/conversations", "POST /v2/conversations", f"GET {one}", f"DELETE {one}", f"POST {one}/end"]
    assert set(found) == {*routes, f"GET {one}/respond", f"POST {one}/respond"}
    assert all(tags == ["v2"] for tags in found.values())
