"""Lipsync of the Tavus-compatible API: asked for, shown, told of. How a film is made is in test_lipsync."""

import json
from typing import Any

import pytest
from django.core.files.base import ContentFile

from avatarsite.core import jobs
from avatarsite.core.jobs import Status
from avatarsite.core.models import WebhookDelivery
from tests.fetching import reach
from tests.tavus import Customer
from videos.lipsyncing import ERRORS
from videos.models import Lipsync

pytestmark = pytest.mark.django_db(transaction=True)
BODY = {"original_video_url": "https://example.com/video.mp4", "source_audio_url": "https://example.com/audio.mp3"}
NEW = {"lipsync_id", "status", "callback_url", "lipsync_name"}


@pytest.fixture
def alice() -> Customer:
    return Customer()


def asked(customer: Customer, **body: Any) -> Lipsync:
    return Lipsync.objects.get(pk=customer.data("POST", "lipsync", {**BODY, **body})["lipsync_id"])


def ended(lipsync: Lipsync, status: Status, **fields: Any) -> None:
    ticket = jobs.claim(lipsync, "w")
    assert ticket and jobs.move(lipsync, status, ticket=ticket.attempt, **fields)


def test_a_film_and_a_sound_are_enough(alice: Customer, settings: Any) -> None:
    reach(settings)
    answer = alice.data("POST", "lipsync", {**BODY, "lipsync_name": "Mine", "callback_url": "http://127.0.0.1/hook"})
    assert set(answer) >= NEW and answer["lipsync_id"].startswith("l")
    assert (answer["status"], answer["lipsync_name"]) == ("started", "Mine")
    assert (answer["callback_url"], answer["request_id"]) == ("http://127.0.0.1/hook", answer["lipsync_id"])
    lipsync = Lipsync.objects.get(pk=answer["lipsync_id"])
    assert (lipsync.original_video_url, lipsync.source_audio_url) == tuple(BODY.values())
    assert lipsync.api_key == alice.row


def test_a_finished_film_is_shown_and_told(alice: Customer, settings: Any) -> None:
    reach(settings)
    lipsync = asked(alice, callback_url="http://127.0.0.1/hook")
    lipsync.file.save("lipsync.mp4", ContentFile(b"film"), save=False)
    ended(lipsync, Status.READY, file=lipsync.file.name)
    shown = alice.data("GET", f"lipsync/{lipsync.pk}")
    assert shown["status"] == "completed" and shown["video_url"].startswith("http://testserver/media/stored/lipsyncs/")
    assert json.loads(WebhookDelivery.objects.get().body) == shown
    stored, name = lipsync.file.storage, lipsync.file.name
    assert alice.call("DELETE", f"lipsync/{lipsync.pk}").status_code == 204
    assert not stored.exists(name)
    assert alice.refused(400, "GET", f"lipsync/{lipsync.pk}") == "Invalid lipsync_id"


def test_a_failed_one_says_why_in_the_promised_words(alice: Customer) -> None:
    lipsync = asked(alice)
    ended(lipsync, Status.ERROR, error_code="video_format", status_details=ERRORS["video_format"])
    shown = alice.data("GET", f"lipsync/{lipsync.pk}")
    assert (shown["status"], shown["status_details"], shown["video_url"]) == ("error", ERRORS["video_format"], None)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"original_video_url": None}, "Invalid original_video_url"),
        ({"original_video_url": 7}, "Invalid original_video_url"),
        ({"original_video_url": "no address"}, "Invalid original_video_url"),
        ({"source_audio_url": ""}, "Invalid source_audio_url"),
        ({"source_audio_url": "http://127.0.0.1/a.mp3"}, "Invalid source_audio_url"),
        ({"lipsync_name": {}}, "lipsync_name: must be a string"),
        ({"callback_url": "http://192.168.1.1/"}, "callback_url: "),
    ],
)
def test_what_is_wrong_is_named(alice: Customer, wrong: dict[str, Any], words: str) -> None:
    assert alice.refused(400, "POST", "lipsync", {**BODY, **wrong}).startswith(words)
    assert not Lipsync.objects.exists()


def test_lipsyncs_are_listed_newest_first_and_asked_for_once(alice: Customer) -> None:
    ids = {alice.data("POST", "lipsync/", BODY, HTTP_IDEMPOTENCY_KEY="once")["lipsync_id"] for _ in range(2)}
    assert len(ids) == 1
    new = asked(alice)
    page = alice.data("GET", "lipsync?limit=1&page=1")
    assert (page["data"][0]["lipsync_id"], page["total_count"]) == (new.pk, 2)


def test_another_accounts_lipsync_is_unknown(alice: Customer) -> None:
    lipsync = asked(Customer("mallory@example.org"))
    for method in ("GET", "DELETE"):
        assert alice.refused(400, method, f"lipsync/{lipsync.pk}") == "Invalid lipsync_id"
