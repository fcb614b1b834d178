"""Clips that Tavus makes: the wire, its refusals in words, and what happens when it misbehaves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.client import wait_for
from tests.fakes.server import Behaviour, accept_then_freeze, accept_then_hang_up, refuse
from tests.fakes.tavus import KEY, FakeTavus
from tests.vendor_orders import SCENES, TROUBLE, TROUBLE_OF_LOOKS, WAV, look_at, refused
from videos.renderers.base import Order
from videos.renderers.tavus import TavusRenderer

pytestmark = pytest.mark.engine
SAID = Order("m1/1", face="r79e1c033f", script="Hello!", voice="tavus:own")
LINK = "https://twins.example/media/stored/videos/m1/speech.wav?expires=1&signature=ab"


@pytest.fixture
def tavus(settings: Any) -> Iterator[FakeTavus]:
    with FakeTavus() as fake:
        settings.VENDORS = {**settings.VENDORS, "tavus": {**settings.VENDORS["tavus"], "BASE_URL": fake.url}}
        yield fake


@pytest.fixture
def renderer(tavus: FakeTavus) -> TavusRenderer:
    return TavusRenderer(KEY)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "speech"
    path.write_bytes(WAV)
    return path


def ordered(**changes: Any) -> Order:
    return Order(**{**vars(SAID), **changes})


class TestOrders:
    def test_a_script_is_spoken_by_the_replicas_own_voice(self, tavus: FakeTavus, renderer: TavusRenderer) -> None:
        video = renderer.submit(ordered(webhook="https://twins.example/hooks/tavus/token"))
        assert tavus.videos[video]["data"] == {
            "replica_id": "r79e1c033f",
            "script": "Hello!",
            "video_name": "m1/1",
            "callback_url": "https://twins.example/hooks/tavus/token",
        }

    def test_a_recording_is_fetched_by_tavus(
        self,
        tavus: FakeTavus,
        renderer: TavusRenderer,
        recording: Path,
    ) -> None:
        video = renderer.submit(ordered(speech=recording, speech_url=LINK))
        assert tavus.videos[video]["data"] == {"replica_id": "r79e1c033f", "audio_url": LINK, "video_name": "m1/1"}

    @pytest.mark.parametrize(
        ("changes", "code", "words"),
        [
            ({"speech": Path("speech.wav")}, "vendor_needs_public_url", "set PUBLIC_URL"),
            ({"face": ""}, "vendor_no_face", "enter its id there on the face's page"),
            ({"voice": "elevenlabs:21m00"}, "vendor_cannot", "Tavus cannot speak with a voice of elevenlabs."),
            ({"voice": "tavus:another"}, "vendor_cannot", "own voice only"),
            *(({"scene": scene}, "vendor_cannot", "Tavus cannot ") for scene in SCENES.values()),
        ],
    )
    def test_what_tavus_cannot_do_is_refused_before_it_is_asked(
        self, tavus: FakeTavus, renderer: TavusRenderer, changes: dict[str, Any], code: str, words: str
    ) -> None:
        error = refused(lambda: renderer.submit(ordered(**changes)))
        assert error.code == code and words in error.message and not error.retryable
        assert tavus.requests == []

    @pytest.mark.parametrize("bell", ["", "http://twins.example/hooks/tavus/token"])
    def test_a_bell_that_tavus_would_not_ring_is_not_given_to_it(
        self, tavus: FakeTavus, renderer: TavusRenderer, bell: str
    ) -> None:
        assert "callback_url" not in tavus.videos[renderer.submit(ordered(webhook=bell))]["data"]


class TestRefusals:
    @TROUBLE
    def test_trouble_is_told_by_its_code(
        self, tavus: FakeTavus, renderer: TavusRenderer, behaviour: Behaviour, code: str, retryable: bool
    ) -> None:
        tavus.misbehave("POST /v2/videos", behaviour)
        error = refused(lambda: renderer.submit(SAID))
        assert (error.code, error.retryable) == (code, retryable)
        assert error.retry_after == (7.0 if code == "vendor_rate_limited" else 0.0)
        assert KEY not in error.message and "Hello!" not in error.message

    @pytest.mark.parametrize(
        ("status", "said", "code", "retryable"),
        [
            (400, "User has reached maximum concurrent conversations", "vendor_rate_limited", True),
            (400, "The script violates community guidelines", "vendor_content_refused", False),
            (402, "The user is out of video credits", "vendor_quota", False),
            (400, "Exactly one of script and audio_url must be provided", "vendor_rejected", False),
            (403, "Forbidden", "vendor_auth", False),
        ],
    )
    def test_what_tavus_says_decides(
        self, tavus: FakeTavus, renderer: TavusRenderer, status: int, said: str, code: str, retryable: bool
    ) -> None:
        tavus.misbehave("POST /v2/videos", refuse(status, said))
        error = refused(lambda: renderer.submit(SAID))
        assert (error.code, error.retryable) == (code, retryable) and said in error.message

    def test_an_unknown_replica_names_the_page_that_mends_it(self, tavus: FakeTavus, renderer: TavusRenderer) -> None:
        error = refused(lambda: renderer.submit(ordered(face="r000000000")))
        assert error.code == "vendor_face_unknown" and "correct its id on the face's page" in error.message
        assert "It says: Invalid replica_id" in error.message

    def test_a_wrong_key_is_told_without_the_key(self, tavus: FakeTavus) -> None:
        error = refused(lambda: TavusRenderer("wrong-" + KEY).submit(SAID))
        assert error.code == "vendor_auth" and "Invalid access token" in error.message and KEY not in error.message


class TestLostAnswers:
    @pytest.mark.parametrize(
        ("behaviour", "patience", "code"),
        [(accept_then_hang_up(), 30.0, "vendor_unreachable"), (accept_then_freeze(), 0.5, "vendor_timeout")],
    )
    def test_a_job_whose_answer_was_lost_is_found_by_its_name(
        self, tavus: FakeTavus, renderer: TavusRenderer, behaviour: Behaviour, patience: float, code: str
    ) -> None:
        tavus.misbehave("POST /v2/videos", behaviour)
        assert refused(lambda: TavusRenderer(KEY, timeout=patience).submit(SAID)).code == code
        wait_for(lambda: tavus.videos)
        assert [renderer.find("m1/1")] == list(tavus.videos)
        assert renderer.find("m1/2") == ""

    def test_it_is_found_behind_many_newer_ones(self, tavus: FakeTavus, renderer: TavusRenderer) -> None:
        wanted = renderer.submit(SAID)
        for number in range(150):
            tavus.videos[f"v{number}"] = {"video_id": f"v{number}", "video_name": f"m2/{number}", "status": "ready"}
        assert renderer.find("m1/1") == wanted
        assert [request.query["page"] for request in tavus.asked("GET")] == ["0", "1"]


class TestLooks:
    def test_from_queued_to_a_link_that_needs_no_key(self, tavus: FakeTavus, renderer: TavusRenderer) -> None:
        video = renderer.submit(SAID)
        looks = [look_at(renderer, video) for _ in range(3)]
        assert [(look.state, look.progress) for look in looks] == [("pending", 0), ("pending", 42), ("ready", 100)]
        assert requests.get(looks[2].url, timeout=30).content == tavus.clip

    def test_a_link_that_expired_is_asked_for_again(self, tavus: FakeTavus, renderer: TavusRenderer) -> None:
        video = renderer.submit(SAID)
        tavus.end(video, "ready")
        old = look_at(renderer, video).url
        tavus.expire()
        new = look_at(renderer, video).url
        assert [requests.get(url, timeout=30).status_code for url in (old, new)] == [403, 200]

    @pytest.mark.parametrize(
        ("details", "code", "words"),
        [
            ("Request has failed as the script violates community guidelines.", "vendor_content_refused", "refuses"),
            ("The audio file provided is not a .wav", "vendor_rejected", "cannot use this recording"),
            (
                "The replica r79e1c033f is currently in an 'error' state",
                "vendor_face_unknown",
                "cannot use this replica",
            ),
            ("Something went wrong", "vendor_failed", "Tavus could not make the clip. It says: Something went wrong"),
            ("", "vendor_failed", "Tavus could not make the clip."),
        ],
    )
    def test_a_failed_job_tells_why(
        self, tavus: FakeTavus, renderer: TavusRenderer, details: str, code: str, words: str
    ) -> None:
        video = renderer.submit(SAID)
        tavus.end(video, "error", details)
        look = look_at(renderer, video)
        assert look.state == "failed" and look.trouble is not None
        assert look.trouble.code == code and words in look.trouble.message and not look.trouble.retryable

    def test_a_state_that_nobody_heard_of_is_waited_for(self, tavus: FakeTavus, renderer: TavusRenderer) -> None:
        video = renderer.submit(SAID)
        tavus.end(video, "polishing")
        assert look_at(renderer, video).state == "pending"

    @pytest.mark.parametrize("how", ["deleted", "unknown"])
    def test_a_job_that_is_gone_is_not_waited_for(self, tavus: FakeTavus, renderer: TavusRenderer, how: str) -> None:
        video = renderer.submit(SAID)
        tavus.end(video, "deleted")
        look = look_at(renderer, video if how == "deleted" else "0000000000")
        assert look.state == "failed" and look.trouble is not None and look.trouble.code == "vendor_not_found"

    @TROUBLE_OF_LOOKS
    def test_trouble_while_looking_says_nothing_about_the_job(
        self, tavus: FakeTavus, renderer: TavusRenderer, behaviour: Behaviour, code: str, retryable: bool
    ) -> None:
        video = renderer.submit(SAID)
        tavus.misbehave("GET /v2/videos/{video_id}", behaviour)
        error = refused(lambda: look_at(renderer, video))
        assert (error.code, error.retryable) == (code, retryable) and KEY not in error.message


class TestHousekeeping:
    def test_a_deleted_clip_is_gone_with_its_files_and_may_be_deleted_again(
        self, tavus: FakeTavus, renderer: TavusRenderer
    ) -> None:
        video = renderer.submit(SAID)
        renderer.delete(video)
        renderer.delete(video)
        assert tavus.videos == {} and len(tavus.asked("DELETE")) == 2

    def test_a_key_is_tested_without_making_anything(self, tavus: FakeTavus, renderer: TavusRenderer) -> None:
        assert renderer.test() == "Tavus knows the key; it may use 2 replicas."
        assert tavus.asked("POST") == []
        assert refused(lambda: TavusRenderer("wrong").test()).code == "vendor_auth"
