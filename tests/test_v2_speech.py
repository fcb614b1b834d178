"""Speech of the Tavus-compatible API: asked for, spoken by a job, heard at its address, told of."""

import io
import json
from typing import Any

import av
import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.utils import timezone

from avatarsite.core import jobs
from avatarsite.core.jobs import Status
from avatarsite.core.models import Usage, WebhookDelivery
from tests.fetching import reach
from tests.tavus import Customer
from twins.models import Replica
from videos.errors import WORDS
from videos.media import application
from videos.models import Speech

pytestmark = pytest.mark.django_db(transaction=True)
FACTS = {
    *("speech_id", "speech_name", "speech_file_url", "replica_id", "status", "status_details"),
    *("created_at", "updated_at"),
}


@pytest.fixture
def alice() -> Customer:
    return Customer()


@pytest.fixture
def replica(alice: Customer) -> Replica:
    return alice.replica()


def media(address: str) -> tuple[int, bytes, bytes]:
    """Status, content type and body that the media door answers to an address of this site."""
    path, _, query = address.removeprefix("http://testserver").partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}

    async def visited() -> list[dict[str, Any]]:
        door = ApplicationCommunicator(application, scope)
        await door.send_input({"type": "http.request"})
        await door.wait(timeout=10)
        return [await door.receive_output() for _ in range(door.output_queue.qsize())]

    start, *parts = async_to_sync(visited)()
    return start["status"], dict(start["headers"])[b"content-type"], b"".join(part["body"] for part in parts)


def asked(customer: Customer, replica: Replica, **body: Any) -> Speech:
    answer = customer.data("POST", "speech", {"replica_id": replica.pk, "script": "Good morning.", **body})
    return Speech.objects.get(pk=answer["speech_id"])


def test_a_speech_has_its_address_at_once(alice: Customer, replica: Replica) -> None:
    body = {"replica_id": replica.pk, "script": "Good morning.", "speech_name": "Greeting", "extra": 1}
    answer = alice.data("POST", "speech", body)
    assert {"speech_id", "speech_name", "speech_file_url"} <= set(answer)
    speech = Speech.objects.get(pk=answer["speech_id"])
    assert (answer["speech_name"], speech.api_key, speech.voice) == ("Greeting", alice.row, replica.voice)
    assert answer["speech_file_url"].startswith(f"http://testserver/media/speeches/{speech.pk}/speech.mp3?")


def test_a_speech_is_spoken_into_an_mp3_and_written_down(alice: Customer, replica: Replica, settings: Any) -> None:
    reach(settings)
    speech = asked(alice, replica, callback_url="http://127.0.0.1/hook")
    assert jobs.execute(speech, "w")
    shown = alice.data("GET", f"speech/{speech.pk}")
    assert (set(shown), shown["status"]) == (FACTS, "ready")
    status, kind, content = media(shown["speech_file_url"])
    assert (status, kind) == (200, b"audio/mpeg")
    with av.open(io.BytesIO(content), format="mp3") as file:
        seconds = sum(frame.samples for frame in file.decode(audio=0)) / 24_000
    speech.refresh_from_db()
    assert 0.5 < seconds < 3 and speech.duration == pytest.approx(seconds, abs=0.2)
    usage = Usage.objects.get()
    assert (usage.kind, usage.of, usage.seconds, usage.api_key) == ("speech", speech.pk, speech.duration, alice.row)
    told = json.loads(WebhookDelivery.objects.get().body)
    assert (set(told), told["speech_id"], told["status"]) == (FACTS, speech.pk, "ready")
    stored, name = speech.file.storage, speech.file.name
    assert alice.call("DELETE", f"speech/{speech.pk}").status_code == 204
    assert not stored.exists(name)


def test_what_cannot_be_spoken_ends_in_words(alice: Customer, replica: Replica) -> None:
    speech = asked(alice, replica, script="😀")
    assert jobs.execute(speech, "w")
    shown = alice.data("GET", f"speech/{speech.pk}")
    assert shown["status"] == "error" and "nothing in this text" in shown["status_details"]
    assert media(shown["speech_file_url"])[0] == 404


def test_a_speech_of_a_replica_in_training_waits_for_its_voice(alice: Customer) -> None:
    replica = alice.replica(status=Status.RUNNING, voice=None)
    speech = asked(alice, replica)
    assert speech not in jobs.due(("batch",), 10)
    Replica.objects.filter(pk=replica.pk).update(status=Status.READY)
    assert speech in jobs.due(("batch",), 10)


def test_a_link_without_its_signature_leads_nowhere(alice: Customer, replica: Replica) -> None:
    speech = asked(alice, replica)
    assert media(f"/media/speeches/{speech.pk}/speech.mp3")[0] == 403


def test_nobody_is_heard_who_took_the_consent_back(alice: Customer, replica: Replica) -> None:
    speech = asked(alice, replica)
    url = alice.data("GET", f"speech/{speech.pk}")["speech_file_url"]
    Replica.objects.filter(pk=replica.pk).update(revoked_at=timezone.now())
    assert media(url)[0] == 404
    assert jobs.execute(Speech.objects.get(pk=speech.pk), "w")
    assert Speech.objects.get(pk=speech.pk).error_code == "replica_in_error_state"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"replica_id": None}, "replica_id is required"),
        ({"replica_id": "r000000000"}, "Invalid replica_id"),
        ({"script": None}, "script is required"),
        ({"script": " "}, "script is required"),
        ({"script": 7}, "script: must be a string"),
        ({"script": "a" * 100_001}, "script: 100001 characters"),
        ({"speech_name": []}, "speech_name: must be a string"),
        ({"callback_url": "http://10.1.1.1/"}, "callback_url: "),
    ],
)
def test_what_is_wrong_is_named(alice: Customer, replica: Replica, wrong: dict[str, Any], words: str) -> None:
    body = {"replica_id": replica.pk, "script": "Hello.", **wrong}
    assert alice.refused(400, "POST", "speech", body).startswith(words)
    assert not Speech.objects.exists()


def test_a_replica_in_error_says_so(alice: Customer) -> None:
    replica = alice.replica(status=Status.ERROR)
    words = alice.refused(400, "POST", "speech", {"replica_id": replica.pk, "script": "Hello."})
    assert words == WORDS["replica_in_error_state"].format(replica.pk)


def test_speeches_are_listed_renamed_and_sent_once(alice: Customer, replica: Replica) -> None:
    body = {"replica_id": replica.pk, "script": "Hello."}
    ids = {alice.data("POST", "speech", body, HTTP_IDEMPOTENCY_KEY="once")["speech_id"] for _ in range(2)}
    assert len(ids) == 1
    new = asked(alice, replica)
    page = alice.data("GET", "speech?limit=1")
    assert (page["data"][0]["speech_id"], page["total_count"]) == (new.pk, 2)
    assert alice.call("PATCH", f"speech/{new.pk}/name", {"speech_name": "Final"}).status_code == 204
    assert alice.data("GET", f"speech/{new.pk}/")["speech_name"] == "Final"


def test_another_accounts_speech_is_unknown(alice: Customer) -> None:
    mallory = Customer("mallory@example.org")
    speech = asked(mallory, mallory.replica())
    for method, path in (("GET", ""), ("DELETE", ""), ("PATCH", "/name")):
        assert alice.refused(400, method, f"speech/{speech.pk}{path}", {"speech_name": "x"}) == "Invalid speech_id"
