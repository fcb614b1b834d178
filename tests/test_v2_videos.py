"""Videos of the Tavus-compatible API: asked for, waited for, shown, told of, renamed, deleted."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from avatarsite.core import jobs
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status
from avatarsite.core.models import Usage, WebhookDelivery
from tests.fakes.raw_server import RawServer, plain
from tests.fetching import reach
from tests.samples import film
from tests.tavus import Customer
from twins.models import Replica
from videos import making, recordings
from videos.errors import STATUS_WORDS, WORDS
from videos.models import Video

pytestmark = pytest.mark.django_db(transaction=True)
HOOK = "http://127.0.0.1/hook"
PAGE = "https://example.com/"
PLAIN_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")


@pytest.fixture
def alice() -> Customer:
    return Customer()


@pytest.fixture
def replica(alice: Customer) -> Replica:
    return alice.replica()


def asked(customer: Customer, replica: Replica, **body: Any) -> Video:
    body = {"replica_id": replica.pk, **({} if "audio_url" in body else {"script": "Hello."}), **body}
    return Video.objects.get(pk=customer.data("POST", "videos", body)["video_id"])


def finished(video: Video, status: Status = Status.READY, **fields: Any) -> Video:
    """As a worker ends it; a ready one has its files."""
    ticket = jobs.claim(video, "w")
    assert ticket
    if status == Status.READY:
        video.file.save("video.mp4", ContentFile(b"film"), save=False)
        video.playlist.save("video.m3u8", ContentFile(b"#EXTM3U"), save=False)
        video.poster.save("poster.jpg", ContentFile(b"picture"), save=False)
        files = {name: getattr(video, name).name for name in ("file", "playlist", "poster")}
        fields = {"duration": 2.5, "progress": 100, **files, **fields}
    assert jobs.move(video, status, ticket=ticket.attempt, **fields)
    return video


def failed(video: Video, code: str, words: str) -> Video:
    return finished(video, Status.ERROR, error_code=code, status_details=words, progress=40)


# -- Asking


def test_a_replica_and_a_script_are_enough(alice: Customer, replica: Replica) -> None:
    answer = alice.data("POST", "videos", {"replica_id": replica.pk, "script": "Hello.", "unknown": {"field": 1}})
    assert set(answer) == {"video_id", "video_name", "status", "hosted_url", "created_at"}
    assert re.fullmatch("[0-9a-f]{10,}", answer["video_id"]) and answer["status"] == "queued"
    assert answer["hosted_url"] == f"http://testserver/video/{answer['video_id']}"
    assert parsedate_to_datetime(answer["created_at"]).tzinfo and answer["created_at"].endswith(" GMT")
    video = Video.objects.get(pk=answer["video_id"])
    today = timezone.now()
    name = f"replica_id: {replica.pk} - {today:%B} {today.day}, {today.year} - video: {video.pk}"
    assert answer["video_name"] == name
    assert (video.twin, video.replica, video.voice, video.api_key) == (None, replica, replica.voice, alice.row)


def test_every_option_reaches_the_video(alice: Customer, replica: Replica) -> None:
    look = {
        "background_scroll": True,
        "background_scroll_type": "smooth",
        "background_scroll_depth": "bottom",
        "background_scroll_return": "halt",
        "start_with_wave": False,
    }
    body = {"video_name": "A tour", "background_url": PAGE, "watermark_image_url": f"{PAGE}logo.png", "fast": "true"}
    video = asked(alice, replica, **body, properties=look)
    assert (video.name, video.background, video.background_url, video.fast) == ("A tour", "page", PAGE, True)
    assert video.watermark_url == f"{PAGE}logo.png"
    assert video.properties == {"moves": True, "human": False, "bottom": True, "returns": False}
    assert asked(alice, replica, background_source_url=f"{PAGE}sea.mp4").background == "media"
    assert asked(alice, replica, fast=True, transparent_background=True).background == "transparent"


def test_how_a_page_scrolls_means_nothing_without_a_page(alice: Customer, replica: Replica) -> None:
    assert asked(alice, replica, properties={"background_scroll": True}).properties == {}


def test_the_longest_script_is_taken(alice: Customer, replica: Replica) -> None:
    assert len(asked(alice, replica, script="a" * 100_000).script) == 100_000


BAD: list[tuple[dict[str, Any], str]] = [
    ({"replica_id": None}, "replica_id is required"),
    ({"replica_id": 7}, "replica_id: must be a string"),
    ({"replica_id": "r000000000"}, "Invalid replica_id"),
    ({"script": None}, "script or audio_url is required"),
    ({"script": ""}, "script or audio_url is required"),
    ({"script": "  \n"}, "script is required"),
    ({"script": ["Hello."]}, "script: must be a string"),
    ({"script": "a" * 100_001}, "script: 100001 characters; at most 100000 are allowed"),
    ({"audio_url": f"{PAGE}a.wav"}, "audio_url: give either script or audio_url, not both"),
    ({"script": None, "audio_url": "http://10.0.0.1/a.wav"}, "audio_url: "),
    ({"script": None, "audio_url": 7}, "audio_url: must be a string"),
    ({"script": None, "audio_file": "a.wav"}, "audio_file: send a file"),
    ({"callback_url": "http://127.0.0.1/"}, "callback_url: "),
    ({"callback_url": "http://[::ffff:127.0.0.1]/"}, "callback_url: "),
    ({"callback_url": {}}, "callback_url: must be a string"),
    ({"video_name": "v" * 201}, "video_name: 201 characters"),
    ({"fast": "perhaps"}, "fast: must be true or false"),
    ({"transparent_background": True}, "transparent_background: needs fast to be true too"),
    ({"fast": True, "transparent_background": True, "background_url": PAGE}, "background_url: "),
    ({"background_url": PAGE, "background_source_url": f"{PAGE}sea.mp4"}, "background_url: "),
    ({"background_url": "gopher://example.com"}, "background_url: "),
    ({"watermark_image_url": "http://192.168.0.1/logo.png"}, "watermark_image_url: "),
    ({"properties": "none"}, "properties: must be an object"),
    ({"properties": {"background_scroll_type": "fast"}}, "background_scroll_type: must be one of human, smooth"),
]


@pytest.mark.parametrize(("wrong", "words"), BAD)
def test_what_cannot_be_made_is_refused_by_its_field(
    alice: Customer, replica: Replica, wrong: dict[str, Any], words: str
) -> None:
    body = {"replica_id": replica.pk, "script": "Hello.", **wrong}
    assert alice.refused(400, "POST", "videos", body).startswith(words)
    assert not Video.objects.exists()


def test_a_body_that_is_no_object_is_refused(alice: Customer) -> None:
    assert alice.refused(400, "POST", "videos", [1]) == "The body must be a JSON object."
    options = {"data": "{", "content_type": "application/json", "HTTP_X_API_KEY": alice.key}
    assert alice.client.post("/v2/videos", **options).status_code == 400
    empty = {"data": "", "content_type": "application/json", "HTTP_X_API_KEY": alice.key}
    assert alice.client.post("/v2/videos", **empty).json()["message"] == "replica_id is required"


def test_a_request_that_is_sent_twice_makes_one_video(alice: Customer, replica: Replica) -> None:
    body = {"replica_id": replica.pk, "script": "Hello."}
    first, second = (alice.data("POST", "videos", body, HTTP_IDEMPOTENCY_KEY="once") for _ in range(2))
    assert first == second and Video.objects.count() == 1
    other = {**body, "script": "Bye."}
    assert "another request" in alice.refused(422, "POST", "videos", other, HTTP_IDEMPOTENCY_KEY="once")


def test_a_trailing_slash_is_the_same_route(alice: Customer, replica: Replica) -> None:
    answer = alice.call("POST", "videos/", {"replica_id": replica.pk, "script": "Hello."})
    assert answer.status_code == 200
    assert alice.call("GET", f"videos/{answer.json()['video_id']}/").status_code == 200


# -- Replicas that are not ready


def test_a_video_of_a_replica_in_training_waits_and_starts_by_itself(alice: Customer) -> None:
    replica = alice.replica(status=Status.RUNNING)
    video = asked(alice, replica)
    shown = alice.data("GET", f"videos/{video.pk}")
    words = STATUS_WORDS["replica_in_training"].format(replica.pk)
    assert (shown["status"], shown["status_details"]) == ("queued", words)
    assert jobs.claim(video, "w") is None and video not in jobs.due(("batch",), 10)
    Replica.objects.filter(pk=replica.pk).update(status=Status.READY)
    shown = alice.data("GET", f"videos/{video.pk}")
    assert shown["status_details"] == STATUS_WORDS["video_queued"]
    assert video in jobs.due(("batch",), 10) and jobs.claim(video, "w")


def test_a_replica_in_error_is_refused_in_the_promised_words(alice: Customer) -> None:
    replica = alice.replica(status=Status.ERROR)
    words = alice.refused(400, "POST", "videos", {"replica_id": replica.pk, "script": "Hello."})
    assert words == WORDS["replica_in_error_state"].format(replica.pk) and replica.pk in words


def test_a_training_that_fails_takes_the_waiting_video_along(alice: Customer) -> None:
    replica = alice.replica(status=Status.RUNNING)
    video = asked(alice, replica)
    Replica.objects.filter(pk=replica.pk).update(status=Status.ERROR)
    assert jobs.execute(Video.objects.get(pk=video.pk), "w")
    shown = alice.data("GET", f"videos/{video.pk}")
    assert (shown["status"], shown["error_details"]) == ("error", None)
    assert shown["status_details"] == WORDS["replica_in_error_state"].format(replica.pk)


# -- Showing


def test_a_ready_video_has_its_addresses(alice: Customer, replica: Replica) -> None:
    video = finished(asked(alice, replica, video_name="A tour"))
    shown = alice.data("GET", f"videos/{video.pk}")
    assert shown["download_url"].startswith(f"http://testserver/media/videos/{video.pk}/video.mp4?")
    assert ".m3u8?" in shown["stream_url"] and shown["hosted_url"].endswith(f"/video/{video.pk}")
    assert (shown["status"], shown["status_details"]) == ("ready", "Your request has processed successfully!")
    assert (shown["generation_progress"], shown["video_name"]) == ("100/100", "A tour")
    assert shown["data"] == {"script": "Hello."} and "still_image_thumbnail_url" not in shown
    for name in ("created_at", "updated_at"):
        assert datetime.strptime(shown[name], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def test_thumbnails_come_when_asked_for_and_in_lists(alice: Customer, replica: Replica) -> None:
    video = finished(asked(alice, replica))
    shown = alice.data("GET", f"videos/{video.pk}?verbose=true")
    assert "/poster.jpg?" in shown["still_image_thumbnail_url"] and "gif_thumbnail_url" in shown
    assert "/poster.jpg?" in alice.data("GET", "videos")["data"][0]["still_image_thumbnail_url"]


def test_a_fast_video_has_no_stream(alice: Customer, replica: Replica) -> None:
    video = finished(asked(alice, replica, fast=True))
    assert alice.data("GET", f"videos/{video.pk}")["stream_url"] is None


def test_a_video_that_is_being_made_tells_its_progress(alice: Customer, replica: Replica) -> None:
    video = asked(alice, replica)
    ticket = jobs.claim(video, "w")
    assert ticket
    ticket.progress("rendering", 37)
    shown = alice.data("GET", f"videos/{video.pk}")
    assert (shown["status"], shown["generation_progress"]) == ("generating", "37/100")
    assert (shown["download_url"], shown["stream_url"]) == (None, None)


def test_an_error_without_a_name_has_the_general_words_and_ours_beside_them(alice: Customer, replica: Replica) -> None:
    video = failed(asked(alice, replica), "tts_unspeakable", "There is nothing to speak.")
    shown = alice.data("GET", f"videos/{video.pk}")
    assert (shown["status"], shown["generation_progress"]) == ("error", "0/100")
    assert (shown["status_details"], shown["error_details"]) == (WORDS["video_error"], "There is nothing to speak.")


def test_videos_are_listed_newest_first_and_the_first_page_is_0(alice: Customer, replica: Replica) -> None:
    old, new = asked(alice, replica), asked(alice, replica)
    first = alice.data("GET", "videos?limit=1")
    assert ([row["video_id"] for row in first["data"]], first["total_count"]) == ([new.pk], 2)
    assert alice.data("GET", "videos?limit=1&page=0") == first
    assert alice.data("GET", "videos?limit=1&page=1")["data"][0]["video_id"] == old.pk
    assert alice.data("GET", "videos?limit=1&page=2") == {"data": [], "total_count": 2}
    assert alice.refused(400, "GET", "videos?limit=x") == "Invalid request: limit must be a positive integer"


def test_looking_at_a_video_is_two_queries_however_many_there_are(
    alice: Customer, replica: Replica, django_assert_num_queries: Any
) -> None:
    """The key, and the video with its replica; a list is counted too."""
    video = asked(alice, replica)
    alice.data("GET", "videos")  # the key's last use is noted once a minute
    with django_assert_num_queries(2):
        alice.data("GET", f"videos/{video.pk}?verbose=true")
    for _ in range(4):
        asked(alice, replica)
    with django_assert_num_queries(3):
        assert len(alice.data("GET", "videos?limit=50")["data"]) == 5


def test_another_accounts_video_is_unknown(alice: Customer) -> None:
    mallory = Customer("mallory@example.org")
    video = asked(mallory, mallory.replica())
    for key in (video.pk, "1e30440cf9"):
        assert alice.refused(400, "GET", f"videos/{key}") == "Invalid video_id"
        assert alice.refused(400, "DELETE", f"videos/{key}") == "Invalid video_id"
        assert alice.refused(400, "PATCH", f"videos/{key}/name", {"video_name": "x"}) == "Invalid video_id"
    assert alice.data("GET", "videos")["total_count"] == 0
    body = {"replica_id": mallory.replica().pk, "script": "Hello."}
    assert alice.refused(400, "POST", "videos", body) == "Invalid replica_id"


# -- Changing


def test_a_video_is_renamed_and_deleted(alice: Customer, replica: Replica) -> None:
    video = finished(asked(alice, replica))
    renamed = alice.call("PATCH", f"videos/{video.pk}/name", {"video_name": "Final"})
    assert (renamed.status_code, renamed.content) == (204, b"")
    assert alice.data("GET", f"videos/{video.pk}")["video_name"] == "Final"
    assert alice.refused(400, "PATCH", f"videos/{video.pk}/name", {"video_name": " "}) == "video_name is required"
    stored, name = video.file.storage, video.file.name
    deleted = alice.call("DELETE", f"videos/{video.pk}?hard=true")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert alice.refused(400, "GET", f"videos/{video.pk}") == "Invalid video_id"
    assert not stored.exists(name)


# -- Being told


def test_the_callback_of_a_ready_video_is_as_promised(alice: Customer, replica: Replica, settings: Any) -> None:
    reach(settings)
    video = finished(asked(alice, replica, callback_url=HOOK))
    told = json.loads(WebhookDelivery.objects.get().body)
    assert set(told) == {
        *("created_at", "data", "download_url", "generation_progress", "hosted_url", "replica_id"),
        *("status", "status_details", "stream_url", "updated_at", "video_id", "video_name"),
    }
    assert (told["status"], told["generation_progress"], told["data"]) == ("ready", "100/100", {"script": "Hello."})
    assert told["status_details"] == "Your request has processed successfully!"
    assert all(PLAIN_MOMENT.fullmatch(told[name]) for name in ("created_at", "updated_at"))
    assert told["download_url"].startswith("http://testserver/media/") and ".m3u8" in told["stream_url"]
    assert told["hosted_url"] == f"http://testserver/video/{video.pk}"


def test_the_callback_of_a_failed_video_is_as_promised(alice: Customer, replica: Replica, settings: Any) -> None:
    reach(settings)
    failed(asked(alice, replica, callback_url=HOOK), "video_error", WORDS["video_error"])
    told = json.loads(WebhookDelivery.objects.get().body)
    assert (told["status"], told["generation_progress"], told["status_details"]) == (
        "error",
        "0/100",
        WORDS["video_error"],
    )
    nothing = ("download_url", "stream_url", "error_details")
    assert [told[name] for name in nothing] == [None] * 3 and told["hosted_url"]


def test_what_was_made_is_written_down_for_the_key_once(alice: Customer, replica: Replica) -> None:
    video = finished(asked(alice, replica))
    video.ended()
    failed(asked(alice, replica), "video_error", WORDS["video_error"])
    row = Usage.objects.get()
    assert (row.owner, row.api_key, row.kind, row.of, row.seconds) == (alice.user, alice.row, "video", video.pk, 2.5)


# -- Recordings: what is wrong with one is said by the job, in the promised words


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("sounds")
    return {
        "short": film(folder / "short.wav", audio="pcm_s16le", seconds=1).read_bytes(),
        "good": film(folder / "good.mp3", audio="libmp3lame", seconds=3.5).read_bytes(),
        "long": film(folder / "long.mp3", audio="libmp3lame", seconds=603, rate=8_000).read_bytes(),
        "text": b"This is no sound at all. " * 400,
    }


@pytest.fixture
def served(settings: Any) -> Iterator[RawServer]:
    with RawServer(plain(b"")) as server:
        reach(settings, server.port)
        yield server


def brought(video: Video) -> str:
    """The type of error with which the job ends, before it draws anything; "" for none."""
    ticket = jobs.claim(video, "w")
    assert ticket
    folder = video.stream_path.parent
    folder.mkdir(parents=True)
    try:
        if not video.audio:
            recordings.bring(ticket, folder)
        making._expected(video)
    except EngineFailed as error:
        jobs.fail(ticket, error)
        return error.code
    return ""


REFUSED = {"short": "audio_file_min_duration", "long": "audio_file_max_duration", "text": "audio_file_type"}


@pytest.mark.parametrize("linked", [True, False], ids=["linked", "uploaded"])
def test_a_recording_is_judged_in_the_promised_words(
    alice: Customer, replica: Replica, sounds: dict[str, bytes], served: RawServer, linked: bool
) -> None:
    for name, content in sounds.items():
        served.behaviour = plain(content)
        form = {"replica_id": replica.pk, "audio_file": SimpleUploadedFile("../a.wav", content)}
        body = {"replica_id": replica.pk, "audio_url": served.url}
        answer = alice.data("POST", "videos", body if linked else form, format="json" if linked else "multipart")
        video = Video.objects.get(pk=answer["video_id"])
        assert (video.source, bool(video.audio)) == ("audio", not linked)
        assert brought(video) == REFUSED.get(name, "")
        shown = alice.data("GET", f"videos/{video.pk}")
        if name in REFUSED:
            assert (shown["status"], shown["status_details"]) == ("error", WORDS[REFUSED[name]])


def test_a_link_that_leads_nowhere_is_told_as_such(alice: Customer, replica: Replica, served: RawServer) -> None:
    served.behaviour = plain(b"gone", status="404 Not Found")
    assert brought(asked(alice, replica, audio_url=served.url)) == "audio_file_download_link"


def test_a_recording_that_is_too_large_is_told_as_such(alice: Customer, replica: Replica, served: RawServer) -> None:
    """The announced length is enough: nothing is fetched."""
    served.behaviour = plain(b"", Content_Length=str(751 * 1_048_576))
    assert brought(asked(alice, replica, audio_url=served.url)) == "audio_file_max_size"
