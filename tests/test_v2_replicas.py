"""Replicas of the Tavus-compatible API: trained, listed with stock ones, renamed, deleted, told of."""

import json
from typing import Any

import pytest
from django.utils import timezone

from avatarsite.core import jobs
from avatarsite.core.jobs import Status
from avatarsite.core.models import WebhookDelivery
from tests.factories import make_face, make_twin
from tests.fetching import reach
from tests.tavus import Customer
from twins import consents, seeding
from twins.models import Consent, Replica
from twins.training.errors import WORDS
from videos.models import Video

pytestmark = pytest.mark.django_db
FILM = "https://example.org/film.mp4"
PHOTO = "https://example.org/photo.jpg"
KNOWN = {"re8e740a42", "r1fbfc941b", "r4c41453d2", "r4067604db72", "r90bbd427f71"}


@pytest.fixture
def alice() -> Customer:
    return Customer()


def made(customer: Customer, **body: Any) -> Replica:
    answer = customer.data("POST", "replicas", {"train_video_url": FILM, **body})
    return Replica.objects.get(pk=answer["replica_id"])


def ended(replica: Replica, status: Status, **fields: Any) -> None:
    ticket = jobs.claim(replica, "w")
    assert ticket and jobs.move(replica, status, ticket=ticket.attempt, **fields)


def test_a_film_is_the_only_thing_that_is_needed(alice: Customer) -> None:
    answer = alice.data("POST", "replicas", {"train_video_url": FILM})
    assert answer == {"replica_id": answer["replica_id"], "status": "training"}
    replica = Replica.objects.get(pk=answer["replica_id"])
    assert (replica.kind, replica.video_url, replica.model_name) == ("video", FILM, "phoenix-3")
    assert replica.pk.startswith("r") and replica.owner == alice.user


def test_what_a_customer_says_of_a_replica_is_kept(alice: Customer) -> None:
    body = {"replica_name": "Ada", "model_name": "phoenix-2", "consent_video_url": f"{FILM}?c", "callback_url": ""}
    replica = made(alice, **body, properties={"background_green_screen": True}, unknown_field=[1])
    assert (replica.name, replica.model_name, replica.consent_url) == ("Ada", "phoenix-2", f"{FILM}?c")
    assert replica.green_screen and replica.webhook_url == ""


def test_a_photo_speaks_with_the_voice_that_is_named(alice: Customer) -> None:
    seeding.seed()
    body = {"train_image_url": PHOTO, "voice_name": "amara", "auto_fix_training_image": True}
    replica = Replica.objects.get(pk=alice.data("POST", "replicas", body)["replica_id"])
    assert (replica.kind, replica.image_url) == ("photo", PHOTO)
    assert replica.voice and replica.voice.pk == "v-amara"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Either train_video_url or train_image_url must be provided."),
        ({"train_video_url": ""}, "Either train_video_url or train_image_url must be provided."),
        (
            {"train_video_url": FILM, "train_image_url": PHOTO},
            "train_image_url: give either a film or a photo, not both",
        ),
        ({"train_video_url": 7}, "train_video_url: must be a string"),
        ({"train_video_url": "http://10.0.0.1/film.mp4"}, "train_video_url: "),
        ({"train_video_url": FILM, "callback_url": "http://169.254.169.254/"}, "callback_url: "),
        ({"train_video_url": FILM, "consent_video_url": "file:///etc/passwd"}, "consent_video_url: "),
        ({"train_video_url": FILM, "replica_name": "A" * 121}, "replica_name: 121 characters"),
        ({"train_video_url": FILM, "replica_name": {}}, "replica_name: must be a string"),
        ({"train_video_url": FILM, "model_name": "phoenix-9"}, "model_name: must be one of"),
        ({"train_video_url": FILM, "properties": []}, "properties: must be an object"),
        ({"train_image_url": PHOTO}, "voice_name is required"),
        ({"train_image_url": PHOTO, "voice_name": "Nobody"}, "voice_name: there is no voice “Nobody”"),
    ],
)
def test_what_cannot_be_trained_is_refused_by_its_field(alice: Customer, body: dict[str, Any], words: str) -> None:
    assert alice.refused(400, "POST", "replicas", body).startswith(words)
    assert not Replica.objects.exists()


def test_a_request_that_is_sent_twice_trains_one_replica(alice: Customer) -> None:
    body = {"train_video_url": FILM}
    ids = {alice.data("POST", "replicas/", body, HTTP_IDEMPOTENCY_KEY="once")["replica_id"] for _ in range(2)}
    assert len(ids) == 1 and Replica.objects.count() == 1


def test_a_replica_shows_how_far_its_training_is(alice: Customer) -> None:
    replica = made(alice, replica_name="Ada")
    Replica.objects.filter(pk=replica.pk).update(status=Status.RUNNING, progress=42)
    shown = alice.data("GET", f"replicas/{replica.pk}")
    assert (shown["status"], shown["training_progress"], shown["error_message"]) == ("started", "42/100", None)
    assert (shown["replica_name"], shown["replica_type"], shown["model_name"]) == ("Ada", "user", "phoenix-3")
    assert shown["thumbnail_video_url"] is None and shown["created_at"].endswith("Z")


def test_a_failed_training_says_why_in_the_promised_words(alice: Customer) -> None:
    replica = made(alice)
    ended(replica, Status.ERROR, error_code="video_fps", status_details=WORDS["video_fps"])
    shown = alice.data("GET", f"replicas/{replica.pk}")
    assert (shown["status"], shown["error_message"]) == ("error", WORDS["video_fps"])


def test_the_callback_tells_exactly_what_is_promised(alice: Customer, settings: Any) -> None:
    reach(settings)
    for status, more in ((Status.READY, {}), (Status.ERROR, {"error_message": "Too dark."})):
        replica = made(alice, callback_url="http://127.0.0.1/hook")
        ended(replica, status, status_details="Too dark." if more else "")
        told = json.loads(WebhookDelivery.objects.latest("created_at").body)
        assert told == {"replica_id": replica.pk, "status": str(status), **more}


def test_stock_replicas_have_the_ids_that_clients_know(alice: Customer) -> None:
    seeding.seed()
    stock = alice.data("GET", "replicas?replica_type=system&limit=100&verbose=true")["data"]
    assert {replica["replica_id"] for replica in stock} >= KNOWN
    assert {replica["replica_type"] for replica in stock} == {"system"}
    assert {replica["status"] for replica in stock} == {"completed"}
    nathan = alice.data("GET", "replicas/re8e740a42")
    assert (nathan["replica_name"], nathan["training_progress"], nathan["replica_type"]) == (
        "Nathan",
        "100/100",
        "system",
    )
    assert nathan["thumbnail_video_url"].startswith("http://testserver/media/faces/re8e740a42.mp4?")


def test_every_stock_replica_has_the_voice_of_the_same_person(alice: Customer) -> None:
    seeding.seed()
    for replica in Replica.objects.filter(owner=None).select_related("voice"):
        assert replica.voice and replica.voice.pk == f"v-{replica.portrait}"


def test_a_list_begins_with_ones_own_and_can_be_narrowed(alice: Customer) -> None:
    make_face(owner=None)
    old, new = alice.replica(model_name="phoenix-2"), alice.replica()
    page = alice.data("GET", "replicas?limit=2")
    assert [row["replica_id"] for row in page["data"]] == [new.pk, old.pk]
    assert page["total_count"] == 3 and "replica_type" not in page["data"][0]
    for query, found in (
        ("replica_type=user", {old.pk, new.pk}),
        (f"replica_ids={old.pk},%20{new.pk},nobody", {old.pk, new.pk}),
        ("model_name=phoenix-2", {old.pk}),
    ):
        assert {row["replica_id"] for row in alice.data("GET", f"replicas?{query}")["data"]} == found
    assert alice.data("GET", "replicas?page=0&limit=1") == alice.data("GET", "replicas?page=1&limit=1")
    assert alice.refused(400, "GET", "replicas?replica_type=mine").startswith("replica_type: must be one of")


def test_a_replica_is_renamed(alice: Customer) -> None:
    replica = alice.replica()
    answer = alice.call("PATCH", f"replicas/{replica.pk}/name", {"replica_name": "Countess"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert alice.data("GET", f"replicas/{replica.pk}")["replica_name"] == "Countess"
    assert alice.refused(400, "PATCH", f"replicas/{replica.pk}/name", {}) == "replica_name is required"


def test_a_deleted_replica_is_unknown_and_its_finished_videos_stay(
    alice: Customer, django_capture_on_commit_callbacks: Any
) -> None:
    replica = alice.replica()
    consent = consents.state(alice.user, "Ada", "She agrees.", "Alice")
    Consent.objects.filter(pk=consent.pk).update(replica=replica)
    ids = [alice.data("POST", "videos", {"replica_id": replica.pk, "script": "Hi."})["video_id"] for _ in range(2)]
    Video.objects.filter(pk=ids[0]).update(status=Status.READY)
    with django_capture_on_commit_callbacks(execute=True):
        assert alice.call("DELETE", f"replicas/{replica.pk}?hard=true").status_code == 204
    assert alice.refused(400, "GET", f"replicas/{replica.pk}") == "Invalid replica_id"
    assert alice.refused(400, "POST", "videos", {"replica_id": replica.pk, "script": "Hi."}) == "Invalid replica_id"
    assert not Consent.objects.exists() and alice.data("GET", "replicas")["total_count"] == 0
    kept, stopped = (alice.data("GET", f"videos/{key}") for key in ids)
    assert (kept["status"], kept["replica_id"]) == ("ready", replica.pk)
    assert (stopped["status"], stopped["status_details"]) == ("deleted", "The replica was deleted.")


def test_a_replica_that_nothing_refers_to_leaves_no_row(alice: Customer) -> None:
    replica = alice.replica()
    assert alice.call("DELETE", f"replicas/{replica.pk}").status_code == 204
    assert not Replica._base_manager.filter(pk=replica.pk).exists()


def test_the_face_of_a_twin_is_not_deleted(alice: Customer) -> None:
    replica = make_twin(owner=alice.user, replica=alice.replica()).replica
    assert "delete its twins first" in alice.refused(400, "DELETE", f"replicas/{replica.pk}")
    assert alice.data("GET", f"replicas/{replica.pk}")["status"] == "completed"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("DELETE", ""), ("DELETE", "?hard=true"), ("PATCH", "/name")]
)
def test_another_accounts_replica_is_unknown(alice: Customer, method: str, path: str) -> None:
    replica = Customer("mallory@example.org").replica()
    body = {"replica_name": "Mine"} if method == "PATCH" else {}
    for key in (replica.pk, "r000000000"):
        assert alice.refused(400, method, f"replicas/{key}{path}", body) == "Invalid replica_id"


def test_stock_replicas_are_read_only(alice: Customer) -> None:
    stock = make_face(owner=None)
    for method, path in (("DELETE", ""), ("PATCH", "/name")):
        words = alice.refused(403, method, f"replicas/{stock.pk}{path}", {"replica_name": "Mine"})
        assert "read-only" in words


def test_a_face_whose_consent_was_taken_back_is_in_error(alice: Customer) -> None:
    replica = alice.replica()
    Replica.objects.filter(pk=replica.pk).update(revoked_at=timezone.now())
    shown = alice.data("GET", f"replicas/{replica.pk}")
    assert shown["status"] == "error" and "consent" in shown["error_message"]
    words = alice.refused(400, "POST", "videos", {"replica_id": replica.pk, "script": "Hi."})
    assert words.startswith(f"Request Failed: The replica {replica.pk} is currently in an 'error' state")


@pytest.mark.parametrize("key", ["", "av_wrong"])
def test_without_a_key_nothing_is_told(alice: Customer, key: str) -> None:
    for path in ("replicas", "videos", "videos/x", "speech", "lipsync"):
        answer = alice.call("GET", path, HTTP_X_API_KEY=key)
        assert (answer.status_code, answer.json()) == (401, {"message": "Invalid access token"})
