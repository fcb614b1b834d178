"""Videos and voices of the Persona dialect."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import av
import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile

from avatarsite.core import jobs
from avatarsite.core.jobs import Status
from avatarsite.core.models import WebhookDelivery
from conversations.models import ChatSession, Message
from tests.persona import Account, asked
from tests.samples import film
from twins.models import Twin
from videos import recordings
from videos.models import Video

pytestmark = pytest.mark.django_db(transaction=True)
HOOK = "https://hooks.example.com/video"


@pytest.fixture
def alice() -> Account:
    return Account()


@pytest.fixture
def twin(alice: Account) -> Twin:
    return alice.twin()


@pytest.fixture
def session(alice: Account, twin: Twin) -> ChatSession:
    return alice.session(personality=twin.personality)


def recording(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("../speech of Ada.wav", content, "audio/wav")


def test_a_video_is_queued_and_told_with_its_id(alice: Account, twin: Twin) -> None:
    answer = alice.call("POST", "videos", {"twinId": twin.pk, "input": "Hello."})
    assert (answer.status_code, answer.json()["message"]) == (202, "Video generation started")
    video = answer.json()["data"]
    assert (video["status"], video["progress"], video["input"]) == ("queued", 0, "Hello.")
    assert video["videoId"] == video["video_id"]
    assert (video["videoUrl"], video["duration"], video["llmResponse"]) == (None, None, None)
    assert video["streamUrl"].startswith("http://testserver/media/")
    assert alice.data("GET", f"videos/{video['videoId']}", message="Video fetched successfully") == video


def test_waiting_ends_when_the_time_is_over(alice: Account, twin: Twin) -> None:
    answer = alice.call("POST", "videos?wait=0.2", {"twinId": twin.pk, "input": "Hello."})
    assert (answer.status_code, answer.json()["data"]["status"]) == (202, "queued")


@pytest.mark.parametrize("wait", ["-1", "301", "nan", "inf", "x", "%00", "1e400"])
def test_a_wait_that_is_no_time_is_refused(alice: Account, twin: Twin, wait: str) -> None:
    alice.refused(400, "invalid", "POST", f"videos?wait={wait}", {"twinId": twin.pk, "input": "Hello."})
    assert not Video.objects.exists()


@pytest.mark.parametrize("body", [{}, {"input": "Hi", "audioUrl": "https://example.com/a.wav"}])
def test_one_of_words_and_recording_is_needed(alice: Account, twin: Twin, body: dict[str, str]) -> None:
    assert "input" in alice.refused(400, "invalid", "POST", "videos", {"twinId": twin.pk, **body})


def test_a_twin_that_cannot_be_shown_is_refused_in_words(alice: Account) -> None:
    twin = Twin.objects.create(owner=alice.user, name="Faceless")
    words = alice.refused(409, "twin_unusable", "POST", "videos", {"twinId": twin.pk, "input": "Hello."})
    assert "face" in words


def test_a_recording_is_kept_for_the_job_under_a_name_of_ours(alice: Account, twin: Twin, tmp_path: Path) -> None:
    content = film(tmp_path / "speech.ogg", audio="libopus", seconds=3.5).read_bytes()
    form = {"twinId": twin.pk, "audio": recording(content)}
    video = Video.objects.get(pk=alice.data("POST", "videos", form, format="multipart")["videoId"])
    assert (video.source, video.script, video.audio.name) == ("audio", "", f"videos/{video.pk}/speech")
    assert 3.4 < sum(chunk.seconds for chunk in recordings.chunks(video.audio)) < 3.6


def test_a_linked_recording_is_left_to_the_job(alice: Account, twin: Twin) -> None:
    body = {"twinId": twin.pk, "audioUrl": "https://example.com/a.wav"}
    video = Video.objects.get(pk=alice.data("POST", "videos", body)["videoId"])
    assert (video.source, video.audio_url, bool(video.audio)) == ("audio", body["audioUrl"], False)


@pytest.mark.parametrize("field", ["audioUrl", "webhookUrl"])
def test_addresses_inside_are_refused(alice: Account, twin: Twin, field: str) -> None:
    body = {"twinId": twin.pk, field: "http://10.0.0.1/x"} | ({"input": "Hi"} if field == "webhookUrl" else {})
    alice.refused(400, "url_refused", "POST", "videos", body)
    assert not Video.objects.exists()


def test_an_llm_video_keeps_the_question_and_how_it_was_asked(alice: Account, twin: Twin, session: ChatSession) -> None:
    body = asked(session, twinId=twin.pk, input="Who are you?", wordLimit=20, language="french", stitch=True)
    video = alice.data("POST", "videos/llm", body, "Video generation started")
    message = Message.objects.get(video=video["videoId"])
    assert message.answers and message.answers.text == "Who are you?"
    assert message.options["wordLimit"] == 20 and message.options["language"].startswith("fr")
    assert video["sessionId"] == str(session.pk)


def test_any_twin_may_speak_for_a_personality_without_one(alice: Account, twin: Twin) -> None:
    session = alice.session()
    video = alice.data("POST", "videos/llm", asked(session, twinId=twin.pk, input="Who are you?"))
    assert video["twinId"] == twin.pk


@pytest.mark.parametrize("field", ["userId", "personalityId", "sessionId", "twinId", "input"])
def test_an_llm_video_needs_them_all(alice: Account, twin: Twin, session: ChatSession, field: str) -> None:
    body = asked(session, twinId=twin.pk, input="Who are you?")
    assert field in alice.refused(400, "invalid", "POST", "videos/llm", {k: v for k, v in body.items() if k != field})
    assert not Video.objects.exists() and not Message.objects.exists()


def test_the_webhook_tells_the_end_in_this_dialects_shape(alice: Account, twin: Twin) -> None:
    body = {"twinId": twin.pk, "input": "Hello.", "webhookUrl": HOOK}
    video = Video.objects.get(pk=alice.data("POST", "videos", body)["videoId"])
    ticket = jobs.claim(video, "w")
    assert ticket and not WebhookDelivery.objects.exists()
    jobs.move(video, Status.READY, ticket=ticket.attempt, duration=2.5)
    delivery = WebhookDelivery.objects.get()
    told = json.loads(delivery.body)
    assert (told["videoId"], told["status"], told["duration"], told["success"]) == (video.pk, "ready", "2.50", True)
    assert delivery.endpoint.url == HOOK and told["streamUrl"].startswith("http://testserver/")


def test_a_video_is_cancelled_once(alice: Account) -> None:
    video = alice.video()
    cancelled = alice.data("POST", f"videos/{video.pk}/cancel", message="Video cancelled successfully")
    assert cancelled["status"] == "cancelled"
    alice.refused(409, "video_final", "POST", f"videos/{video.pk}/cancel")


def test_videos_are_listed_newest_first(alice: Account, twin: Twin) -> None:
    old, new = alice.video(twin), alice.video(twin)
    page = alice.data("GET", "videos?limit=1", message="Videos fetched successfully")
    assert [page["videos"][0]["videoId"], page["totalRecords"], page["totalPages"]] == [new.pk, 2, 2]
    assert alice.data("GET", "videos?limit=1&page=2")["videos"][0]["videoId"] == old.pk


def test_welcome_and_idle_clips_are_no_videos_of_the_account(alice: Account, twin: Twin) -> None:
    video = alice.video(twin, purpose="welcome")
    alice.refused(404, "video_not_found", "GET", f"videos/{video.pk}")


def test_a_deleted_video_is_gone(alice: Account) -> None:
    video = alice.video()
    assert alice.data("DELETE", f"videos/{video.pk}", message="Video deleted successfully") == []
    alice.refused(404, "video_not_found", "GET", f"videos/{video.pk}")


def test_a_request_that_is_sent_twice_makes_one_video(alice: Account, twin: Twin) -> None:
    body = {"twinId": twin.pk, "input": "Hello."}
    ids = {alice.data("POST", "videos", body, HTTP_IDEMPOTENCY_KEY="once")["videoId"] for _ in range(3)}
    assert len(ids) == 1 and Video.objects.count() == 1
    assert alice.call("POST", "videos?wait=0.1", body, HTTP_IDEMPOTENCY_KEY="waits").status_code == 202
    assert alice.call("POST", "videos?wait=0.1", body, HTTP_IDEMPOTENCY_KEY="waits").status_code == 202
    assert Video.objects.count() == 2


def test_the_voice_comes_as_base64_in_the_envelope(alice: Account, twin: Twin) -> None:
    body = {"twinId": twin.pk, "text": "Good morning."}
    sound = alice.data("POST", "audio", body, "Audio generated successfully")
    assert sound["format"] == "mp3"
    with av.open(io.BytesIO(base64.b64decode(sound["audio"])), format="mp3") as file:
        assert sum(frame.samples for frame in file.decode(audio=0)) / 24_000 > 0.5


@pytest.mark.parametrize(("accept", "magic"), [("audio/wav", b"RIFF"), ("audio/mpeg", b"ID3")])
def test_the_voice_comes_as_a_file_when_that_is_accepted(alice: Account, twin: Twin, accept: str, magic: bytes) -> None:
    answer = alice.call("POST", "audio", {"twinId": twin.pk, "text": "Good morning."}, HTTP_ACCEPT=accept)
    assert answer["Content-Type"] == accept
    assert answer.content.startswith(magic)


def test_the_voice_is_streamed(alice: Account, twin: Twin) -> None:
    answer = alice.call("POST", "audio/stream", {"twinId": twin.pk, "text": "Good morning. How are you?"})

    async def pieces() -> list[bytes]:
        return [piece async for piece in answer.streaming_content]

    sent = async_to_sync(pieces)()
    assert answer["Content-Type"] == "audio/mpeg" and len(sent) > 1
    with av.open(io.BytesIO(b"".join(sent)), format="mp3") as file:
        assert sum(frame.samples for frame in file.decode(audio=0)) / 24_000 > 1


@pytest.mark.parametrize("route", ["audio", "audio/stream"])
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"text": ""}, "invalid"),
        ({"text": "😀"}, "tts_unspeakable"),
        ({"text": "x" * 5_001}, "invalid"),
        ({"modelId": "no-such"}, "invalid"),
        ({"stability": 2}, "invalid"),
        ({"format": "exe"}, "invalid"),
    ],
)
def test_what_cannot_be_spoken_is_refused(
    alice: Account, twin: Twin, route: str, wrong: dict[str, Any], code: str
) -> None:
    alice.refused(400, code, "POST", route, {"twinId": twin.pk, "text": "Hello."} | wrong)


@pytest.mark.parametrize(
    "name",
    ["setupConnection", "startConnection", "sendNetworkInfo", "startStream", "startLlmStream", "deleteStream", "ping"],
)
def test_the_stream_package_says_that_it_is_not_here_yet(alice: Account, name: str) -> None:
    words = alice.refused(501, "not_supported_yet", "POST", f"stream-package/{name}", {"twinId": "amara"})
    assert "/v1/videos" in words
