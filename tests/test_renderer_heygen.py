"""Clips that HeyGen makes: uploads, the wire, its refusals in words, and what happens when it misbehaves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.client import wait_for
from tests.fakes.heygen import KEY, FakeHeyGen
from tests.fakes.server import Behaviour, accept_then_freeze, accept_then_hang_up, refuse
from tests.vendor_orders import MP4, PNG, SCENES, TROUBLE, TROUBLE_OF_LOOKS, WAV, look_at, refused
from videos.renderers.base import Order, Scene, VideoFormat
from videos.renderers.heygen import MOST_BYTES, HeyGenRenderer

pytestmark = pytest.mark.engine
VOICE = "1bd001e7e50f421d891986aad5158bc8"
SAID = Order("m1/1", face="Abigail_expressive_2024112501", script="Hello!", voice=f"heygen:{VOICE}")


@pytest.fixture
def heygen(settings: Any) -> Iterator[FakeHeyGen]:
    with FakeHeyGen() as fake:
        settings.VENDORS = {**settings.VENDORS, "heygen": {**settings.VENDORS["heygen"], "BASE_URL": fake.url}}
        yield fake


@pytest.fixture
def renderer(heygen: FakeHeyGen) -> HeyGenRenderer:
    return HeyGenRenderer(KEY)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture"
    path.write_bytes(PNG)
    return path


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "speech"
    path.write_bytes(WAV)
    return path


def ordered(**changes: Any) -> Order:
    return Order(**{**vars(SAID), **changes})


def asked(heygen: FakeHeyGen, vendor_id: str) -> dict[str, Any]:
    body: dict[str, Any] = heygen.videos[vendor_id.partition(",")[0]]["asked"]
    return body


class TestOrders:
    def test_a_script_is_spoken_by_a_voice_of_heygens(self, heygen: FakeHeyGen, renderer: HeyGenRenderer) -> None:
        video = renderer.submit(ordered(webhook="https://twins.example/hooks/heygen/token"))
        assert asked(heygen, video) == {
            "type": "avatar",
            "avatar_id": "Abigail_expressive_2024112501",
            "script": "Hello!",
            "voice_id": VOICE,
            "title": "m1/1",
            "callback_id": "m1/1",
            "callback_url": "https://twins.example/hooks/heygen/token",
            "output_format": "mp4",
            "aspect_ratio": "1:1",
            "resolution": "720p",
        }
        assert heygen.asked("POST")[-1].headers["idempotency-key"] == "m1/1"

    def test_without_a_voice_the_avatar_has_its_own(self, heygen: FakeHeyGen, renderer: HeyGenRenderer) -> None:
        assert "voice_id" not in asked(heygen, renderer.submit(ordered(voice="heygen:own")))

    def test_a_recording_and_a_picture_are_uploaded_and_deleted_with_the_clip(
        self,
        heygen: FakeHeyGen,
        renderer: HeyGenRenderer,
        recording: Path,
        picture: Path,
    ) -> None:
        video = renderer.submit(ordered(face="", picture=picture, speech=recording))
        body = asked(heygen, video)
        assert body["type"] == "image" and "script" not in body
        assert heygen.assets == {body["image"]["asset_id"]: PNG, body["audio_asset_id"]: WAV}
        assert look_at(renderer, video).state == "pending"
        renderer.delete(video)
        assert (heygen.videos, heygen.assets) == ({}, {})

    def test_what_stands_behind_the_person(self, heygen: FakeHeyGen, renderer: HeyGenRenderer, picture: Path) -> None:
        colored = asked(heygen, renderer.submit(ordered(scene=Scene(color="#1d3b5c"))))
        assert colored["background"] == {"type": "color", "value": "#1d3b5c"} and colored["remove_background"]
        pictured = renderer.submit(ordered(reference="m1/2", scene=Scene(file=str(picture))))
        assert heygen.assets[asked(heygen, pictured)["background"]["asset_id"]] == PNG

    @pytest.mark.parametrize(
        ("width", "height", "ratio", "resolution"),
        [
            (1920, 1080, "16:9", "1080p"),
            (720, 1280, "9:16", "720p"),
            (512, 640, "4:5", "720p"),
            (512, 512, "1:1", "720p"),
        ],
    )
    def test_the_nearest_shape_is_asked_for(
        self, heygen: FakeHeyGen, renderer: HeyGenRenderer, width: int, height: int, ratio: str, resolution: str
    ) -> None:
        body = asked(heygen, renderer.submit(ordered(size=VideoFormat(width, height))))
        assert (body["aspect_ratio"], body["resolution"]) == (ratio, resolution)

    @pytest.mark.parametrize(
        ("changes", "code", "words"),
        [
            ({"face": ""}, "vendor_no_face", "enter its id there on the face's page"),
            ({"voice": "elevenlabs:21m00"}, "vendor_cannot", "HeyGen cannot speak with a voice of elevenlabs."),
            *(
                ({"scene": SCENES[name]}, "vendor_cannot", "HeyGen cannot ")
                for name in ("transparent", "page", "watermark")
            ),
        ],
    )
    def test_what_heygen_cannot_do_is_refused_before_it_is_asked(
        self, heygen: FakeHeyGen, renderer: HeyGenRenderer, changes: dict[str, Any], code: str, words: str
    ) -> None:
        error = refused(lambda: renderer.submit(ordered(**changes)))
        assert error.code == code and words in error.message and not error.retryable
        assert heygen.requests == []

    def test_files_that_heygen_does_not_take_are_not_sent(
        self, heygen: FakeHeyGen, renderer: HeyGenRenderer, tmp_path: Path, picture: Path
    ) -> None:
        film, long = tmp_path / "film", tmp_path / "long"
        film.write_bytes(MP4)
        long.write_bytes(WAV)
        with long.open("r+b") as file:
            file.truncate(MOST_BYTES + 1)
        errors = [
            refused(lambda: renderer.submit(ordered(scene=Scene(file=str(film))))),
            refused(lambda: renderer.submit(ordered(speech=long))),
            refused(lambda: renderer.submit(ordered(face="", picture=picture, voice="heygen:own"))),
        ]
        assert [error.code for error in errors] == ["vendor_cannot"] * 3
        assert "a film cannot stand" in errors[0].message and "32 MB" in errors[1].message
        assert "choose one of HeyGen's" in errors[2].message and heygen.requests == []


class TestRefusals:
    @TROUBLE
    def test_trouble_is_told_by_its_code(
        self, heygen: FakeHeyGen, renderer: HeyGenRenderer, behaviour: Behaviour, code: str, retryable: bool
    ) -> None:
        heygen.misbehave("POST /v3/videos", behaviour)
        error = refused(lambda: renderer.submit(SAID))
        assert (error.code, error.retryable) == (code, retryable)
        assert error.retry_after == (7.0 if code == "vendor_rate_limited" else 0.0)
        assert KEY not in error.message and "Hello!" not in error.message

    @pytest.mark.parametrize(
        ("status", "said", "code"),
        [
            (400, "script is too long", "vendor_rejected"),
            (400, "Blocked by our moderation", "vendor_content_refused"),
            (403, "You do not have access to this avatar", "vendor_face_unknown"),
            (403, "Your plan has no API", "vendor_auth"),
            (413, "File too large", "vendor_rejected"),
            (500, "oops", "vendor_unavailable"),
        ],
    )
    def test_what_heygen_says_decides(
        self, heygen: FakeHeyGen, renderer: HeyGenRenderer, status: int, said: str, code: str
    ) -> None:
        heygen.misbehave("POST /v3/videos", refuse(status, said))
        error = refused(lambda: renderer.submit(SAID))
        assert error.code == code and (status == 500 or said in error.message)

    def test_an_unknown_avatar_names_the_page_that_mends_it(
        self,
        heygen: FakeHeyGen,
        renderer: HeyGenRenderer,
        recording: Path,
    ) -> None:
        error = refused(lambda: renderer.submit(ordered(face="gone", speech=recording)))
        assert error.code == "vendor_face_unknown" and "correct its id on the face's page" in error.message
        assert heygen.assets == {}, "what was uploaded for nothing is taken back"

    def test_a_wrong_key_is_told_without_the_key(self, heygen: FakeHeyGen) -> None:
        error = refused(lambda: HeyGenRenderer("wrong-" + KEY).submit(SAID))
        assert error.code == "vendor_auth" and KEY not in error.message


class TestLostAnswers:
    def test_a_job_whose_answer_was_lost_is_found_and_not_made_twice(
        self, heygen: FakeHeyGen, renderer: HeyGenRenderer, recording: Path
    ) -> None:
        heygen.misbehave("POST /v3/videos", accept_then_hang_up())
        assert refused(lambda: renderer.submit(ordered(speech=recording))).code == "vendor_unreachable"
        assert [renderer.find("m1/1")] == list(heygen.videos)
        assert renderer.find("m1") == "", "a part of the name is another job"
        assert asked(heygen, renderer.find("m1/1"))["audio_asset_id"] in heygen.assets

        again = renderer.submit(ordered(speech=recording))
        assert [again.partition(",")[0]] == list(heygen.videos), "the same key with a new upload is a conflict"

    def test_an_answer_that_never_comes_is_asked_for_again_with_the_same_key(
        self, heygen: FakeHeyGen, renderer: HeyGenRenderer
    ) -> None:
        heygen.misbehave("POST /v3/videos", accept_then_freeze())
        assert refused(lambda: HeyGenRenderer(KEY, timeout=0.5).submit(SAID)).code == "vendor_timeout"
        wait_for(lambda: heygen.videos)
        assert [renderer.submit(SAID)] == list(heygen.videos)

    def test_a_conflict_about_a_job_that_is_not_listed_yet_may_be_tried_again(
        self, heygen: FakeHeyGen, renderer: HeyGenRenderer
    ) -> None:
        heygen.misbehave("POST /v3/videos", refuse(409, "in flight"))
        error = refused(lambda: renderer.submit(SAID))
        assert error.code == "vendor_unavailable" and error.retryable


class TestLooks:
    def test_from_pending_to_a_link_that_needs_no_key(self, heygen: FakeHeyGen, renderer: HeyGenRenderer) -> None:
        video = renderer.submit(SAID)
        looks = [look_at(renderer, video) for _ in range(3)]
        assert [look.state for look in looks] == ["pending", "pending", "ready"]
        assert requests.get(looks[2].url, timeout=30).content == heygen.clip

    def test_a_link_that_expired_is_asked_for_again(self, heygen: FakeHeyGen, renderer: HeyGenRenderer) -> None:
        video = renderer.submit(SAID)
        heygen.end(video, "completed")
        old = look_at(renderer, video).url
        heygen.expire()
        new = look_at(renderer, video).url
        assert [requests.get(url, timeout=30).status_code for url in (old, new)] == [403, 200]

    @pytest.mark.parametrize(
        ("failure", "said", "code"),
        [
            ("MODERATION_ERROR", "Rejected by moderation", "vendor_content_refused"),
            ("insufficient_credit", "", "vendor_quota"),
            ("avatar_not_ready", "The avatar is not ready", "vendor_face_unknown"),
            ("tts_error", "Error calling text to speech provider", "vendor_rejected"),
            ("internal", "Video render failed", "vendor_failed"),
        ],
    )
    def test_a_failed_job_tells_why(
        self, heygen: FakeHeyGen, renderer: HeyGenRenderer, failure: str, said: str, code: str
    ) -> None:
        video = renderer.submit(SAID)
        heygen.end(video, "failed", failure, said)
        look = look_at(renderer, video)
        assert look.state == "failed" and look.trouble is not None
        assert look.trouble.code == code and said in look.trouble.message and not look.trouble.retryable

    @pytest.mark.parametrize("state", ["waiting", "queued", "polishing"])
    def test_states_of_other_vocabularies_are_waited_for(
        self, heygen: FakeHeyGen, renderer: HeyGenRenderer, state: str
    ) -> None:
        video = renderer.submit(SAID)
        heygen.end(video, state)
        assert look_at(renderer, video).state == "pending"

    def test_a_job_that_is_gone_is_not_waited_for(self, heygen: FakeHeyGen, renderer: HeyGenRenderer) -> None:
        look = look_at(renderer, "0" * 32)
        assert look.state == "failed" and look.trouble is not None and look.trouble.code == "vendor_not_found"

    @TROUBLE_OF_LOOKS
    def test_trouble_while_looking_says_nothing_about_the_job(
        self, heygen: FakeHeyGen, renderer: HeyGenRenderer, behaviour: Behaviour, code: str, retryable: bool
    ) -> None:
        video = renderer.submit(SAID)
        heygen.misbehave("GET /v3/videos/{video_id}", behaviour)
        error = refused(lambda: look_at(renderer, video))
        assert (error.code, error.retryable) == (code, retryable) and KEY not in error.message


class TestHousekeeping:
    def test_a_clip_may_be_deleted_twice(self, heygen: FakeHeyGen, renderer: HeyGenRenderer) -> None:
        video = renderer.submit(SAID)
        renderer.delete(video)
        renderer.delete(video)
        assert heygen.videos == {} and len(heygen.asked("DELETE")) == 2

    def test_a_key_is_tested_without_making_anything(self, heygen: FakeHeyGen, renderer: HeyGenRenderer) -> None:
        assert renderer.test() == "HeyGen knows the key; 12.50 USD are left."
        assert heygen.asked("POST") == []
        assert refused(lambda: HeyGenRenderer("wrong").test()).code == "vendor_auth"
