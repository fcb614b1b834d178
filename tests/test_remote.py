"""Clips that a vendor makes: what is asked, what is stored, and what becomes of every way in which it can go wrong."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from avatarsite.core import jobs
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Queue, Status
from tests.client import wait_for
from tests.factories import make_twin, make_video
from tests.fakes.did import KEY, FakeDID
from tests.fakes.server import Answer, Serve, accept_then_freeze, accept_then_hang_up, freeze, html, refuse, truncate
from tests.talking_film import talking_film
from tests.vendor_clips import fresh, in_haste, once, watched, work
from twins.models import Voice
from videos import hooks, services, watching
from videos.heard import again
from videos.models import Video

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = "Good morning. This is a short clip."
PRESENTER = {"did": {"presenter_id": "amy-jcwCkr1grs"}}


@pytest.fixture(scope="module")
def film() -> bytes:
    return talking_film()


@pytest.fixture
def did(film: bytes, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDID]:
    """A D-ID of the test's own, which the site has a key for and asks before its own renderer."""
    in_haste(monkeypatch)
    cache.clear()
    with FakeDID(film) as vendor:
        entry = {**settings.VENDORS["did"], "BASE_URL": vendor.url, "KEY": KEY}
        settings.VENDORS = {**settings.VENDORS, "did": entry}
        settings.RENDERER_CHAIN = ["did"]
        settings.FETCH_ALLOW_PRIVATE = [ip_network("127.0.0.0/8")]
        settings.FETCH_EXTRA_PORTS = [int(vendor.url.rsplit(":", 1)[1])]
        _options(settings)
        yield vendor


def _options(settings: Any, **options: Any) -> None:
    """Options of the renderer; engines are kept by their key, so each test has an alias and a key of its own."""
    from avatarsite.core import engines

    entry = settings.RENDERERS["did"]
    settings.RENDERERS = {**settings.RENDERERS, "did": {**entry, "OPTIONS": {**entry["OPTIONS"], **options}}}
    engines.load_with_key.cache_clear()


@pytest.fixture
def video(did: FakeDID) -> Video:
    video = make_video(script=SCRIPT, width=128, height=128)
    type(video.replica).objects.filter(pk=video.replica_id).update(vendor_faces=PRESENTER)
    return fresh(video)


def told(video: Video) -> list[tuple[str, str]]:
    """Which renderers were asked, and why they did not serve."""
    attempts = video.engines.get("attempts", [])
    return [(a["engine"], a.get("code", "")) for a in attempts if a["layer"] == "renderer"]


class TestAClip:
    def test_is_ordered_once_with_our_voice_copied_and_made_ours(self, video: Video, did: FakeDID) -> None:
        with watched():
            done = work(video)
        assert (done.status, done.engines["renderer"], told(done)) == (Status.READY, "did", [("did", "")])
        assert done.duration == pytest.approx(2.0, abs=0.1)
        assert list(did.orders.values()) == [1]
        body = next(iter(did.jobs.values()))["body"]
        assert body["presenter_id"] == "amy-jcwCkr1grs" and body["script"]["type"] == "audio"
        assert did.uploads[body["script"]["audio_url"]][:3] in (
            b"ID3",
            b"\xff\xfb\x54",
            b"\xff\xf3\x64",
            b"\xff\xf3\x84",
        )
        words = json.loads(done.timings.read())["words"]
        assert [word["text"] for word in words] == SCRIPT.split()
        assert re.sub(r"<[^>]*>", "", done.captions.read().decode()).count("Good morning.") == 1
        assert all((done.file, done.poster, done.preview, done.playlist))
        assert (done.vendor_result, done.next_look_at) == ("", None)

    def test_is_spoken_by_did_itself_where_the_voice_is_one_of_elevenlabs(
        self, did: FakeDID, settings: Any, video: Video
    ) -> None:
        key = {**settings.VENDORS["elevenlabs"], "KEY": "eleven-key"}
        settings.VENDORS = {**settings.VENDORS, "elevenlabs": key}
        voice = Voice.objects.create(name="Rachel", engine="elevenlabs", engine_voice="21m00Tcm4TlvDq8ikWAM")
        Video.objects.filter(pk=video.pk).update(voice=voice, script="Ok")
        with watched():
            done = work(video)
        assert done.status == Status.READY, done.status_details
        asked = did.asked("POST", "/clips")[0]
        provider = {"type": "elevenlabs", "voice_id": "21m00Tcm4TlvDq8ikWAM"}
        assert asked.json["script"] == {"type": "text", "input": "Ok.", "provider": provider}
        assert json.loads(asked.headers["x-api-key-external"]) == {"elevenlabs": "eleven-key"}
        assert not did.uploads
        assert "\nOk\n" in done.captions.read().decode()

    def test_of_a_face_that_did_does_not_know_is_a_talk_of_its_picture(self, did: FakeDID) -> None:
        video = once(make_video(script=SCRIPT))
        assert video.vendor_id.startswith("talks/tlk_") and video.next_look_at is not None
        picture = did.asked("POST", "/talks")[0].json["source_url"]
        assert did.uploads[picture].startswith(b"\xff\xd8\xff")

    def test_of_a_drawn_face_may_show_the_sites_presenter(self, did: FakeDID, settings: Any) -> None:
        _options(settings, presenter_id="amy-jcwCkr1grs")
        once(make_video(script=SCRIPT))
        assert did.asked("POST", "/clips")[0].json["presenter_id"] == "amy-jcwCkr1grs"

    def test_is_made_by_the_renderer_that_its_twin_wants(self, did: FakeDID, settings: Any) -> None:
        settings.RENDERER_CHAIN = ["local"]
        twin = make_twin(chains={"renderer": ["did"]})
        assert once(make_video(twin=twin, script=SCRIPT)).vendor == "did"


class TestAnAnswerThatWasLost:
    @pytest.mark.parametrize("lost", [accept_then_hang_up(), truncate(10)])
    def test_is_found_by_our_reference_and_nothing_is_ordered_twice(
        self, video: Video, did: FakeDID, lost: Any
    ) -> None:
        did.misbehave("POST /clips", lost)
        parked = once(video)
        assert parked.vendor_id == "clips/clp_0000" and list(did.orders.values()) == [1]

    def test_is_looked_for_again_by_a_later_attempt(self, video: Video, did: FakeDID) -> None:
        did.misbehave("POST /clips", accept_then_hang_up())
        did.misbehave("GET /{kind}", refuse(500))
        waiting = once(video)
        assert (waiting.status, waiting.error_code) == (Status.QUEUED, "vendor_unreachable")
        Video.objects.filter(pk=video.pk).update(not_before=timezone.now())
        assert once(video).vendor_id == "clips/clp_0000"
        assert list(did.orders.values()) == [1]

    def test_of_an_order_that_was_never_taken_leads_to_one_more(self, video: Video, did: FakeDID) -> None:
        did.misbehave("POST /clips", html())
        assert once(video).status == Status.QUEUED
        Video.objects.filter(pk=video.pk).update(not_before=timezone.now())
        assert once(video).vendor_id == "clips/clp_0000" and list(did.orders.values()) == [1]
        assert len(did.asked("POST", "/audios")) == 2 and Video.objects.get(pk=video.pk).attempt == 2


class TestARefusal:
    def test_ends_in_words_where_nobody_stands_in(self, video: Video, did: FakeDID) -> None:
        did.misbehave("POST /clips", refuse(402, "not enough credits"))
        done = once(video)
        assert (done.status, done.error_code) == (Status.ERROR, "vendor_quota")
        assert "not enough credits" in done.status_details and told(done) == [("did", "vendor_quota")]

    def test_to_do_too_much_is_waited_out(self, video: Video, did: FakeDID) -> None:
        did.misbehave("POST /clips", refuse(429, retry_after=120))
        waiting = once(video)
        assert waiting.status == Status.QUEUED and waiting.not_before > timezone.now() + timedelta(seconds=110)

    def test_of_the_content_is_offered_to_nobody_else(self, video: Video, did: FakeDID, settings: Any) -> None:
        settings.RENDERER_CHAIN = ["did", "local"]
        did.ends = {"status": "rejected"}
        with watched():
            done = work(video)
        assert (done.status, done.error_code) == (Status.ERROR, "vendor_content_refused")

    def test_of_what_it_cannot_show_comes_before_anything_is_asked(self, did: FakeDID) -> None:
        done = once(make_video(script=SCRIPT, background="color", background_color="#ff0000"))
        assert (done.status, done.error_code) == (Status.ERROR, "vendor_cannot")
        assert not did.requests

    def test_of_our_own_voice_is_not_the_renderers(self, video: Video, did: FakeDID) -> None:
        Video.objects.filter(pk=video.pk).update(script="🙂")
        done = once(video)
        assert (done.status, done.error_code, told(done)) == (Status.ERROR, "tts_unspeakable", [])


class TestTheNextRenderer:
    def test_speaks_the_same_recording_when_the_vendor_failed(self, video: Video, did: FakeDID, settings: Any) -> None:
        settings.RENDERER_CHAIN = ["did", "local"]
        did.ends = {"status": "error", "error": {"kind": "FaceError", "description": "no face detected"}}
        with watched():
            done = work(video)
        assert (done.status, done.engines["renderer"]) == (Status.READY, "local"), done.status_details
        assert told(done) == [("did", "vendor_failed"), ("local", "")]
        assert any("no face detected" in attempt.get("words", "") for attempt in done.engines["attempts"])
        assert [attempt["layer"] for attempt in done.engines["attempts"]].count("tts") <= 1
        words = json.loads(done.timings.read())["words"]
        assert [word["text"] for word in words] == SCRIPT.split()
        assert done.speech.name.startswith(f"videos/{video.pk}/1-"), "it was spoken in the first attempt"
        stored = done.timings.storage.listdir(f"videos/{video.pk}")[1]
        assert [name for name in stored if name.endswith(".json")] == [Path(done.timings.name).name]

    def test_gets_the_recording_in_pieces_with_all_words_and_sounds(self, video: Video, did: FakeDID) -> None:
        Video.objects.filter(pk=video.pk).update(script=f"{SCRIPT} {SCRIPT}")
        parked = once(video)
        kept = json.loads(parked.timings.read())
        chunks = list(again(parked))
        assert len(chunks) > 1
        assert sum(chunk.seconds for chunk in chunks) == pytest.approx(kept["duration"], abs=0.15)
        assert [w.text for chunk in chunks for w in chunk.words] == [w["text"] for w in kept["words"]]
        assert [p.symbol for chunk in chunks for p in chunk.phonemes] == [p["symbol"] for p in kept["phonemes"]]


class TestWaiting:
    def test_is_no_work_of_any_worker_and_is_not_taken_for_a_lost_one(self, video: Video, did: FakeDID) -> None:
        parked = once(video)
        assert (parked.status, parked.stage) == (Status.RUNNING, "waiting")
        long_ago = timezone.now() - timedelta(hours=1)
        Video.objects.filter(pk=video.pk).update(heartbeat_at=long_ago)
        assert jobs.put_back_silent() == 0
        assert fresh(video).status == Status.RUNNING

    def test_outlives_a_vendor_that_is_away(self, video: Video, did: FakeDID) -> None:
        did.misbehave("GET /{kind}/{job_id}", refuse(503), html(), refuse(429, retry_after=0), truncate(5))
        with watched():
            assert work(video).status == Status.READY

    def test_ends_in_words_when_the_vendor_takes_too_long_and_a_retry_pays_nothing(
        self, video: Video, did: FakeDID, settings: Any
    ) -> None:
        _options(settings, poll_timeout=0.3)
        Video.objects.filter(pk=video.pk).update(queue=Queue.CHAT)
        did.looks = 10_000
        with watched():
            done = work(video)
            assert (done.status, done.error_code) == (Status.ERROR, "vendor_too_slow")
            assert "D-ID did not finish" in done.status_details
            did.looks = 0
            jobs.retry(done)
            assert work(video).status == Status.READY
        assert list(did.orders.values()) == [1]

    def test_ends_when_the_key_is_taken_back(self, video: Video, did: FakeDID) -> None:
        did.misbehave("GET /{kind}/{job_id}", refuse(401, "user unauthenticated"))
        with watched():
            assert work(video).error_code == "vendor_auth"

    def test_is_shared_by_workers_without_looking_twice(self, video: Video, did: FakeDID) -> None:
        once(video)
        assert [row.pk for row in watching._taken(10)] == [video.pk]
        assert watching._taken(10) == [], "another worker finds nothing that is due"

    def test_ends_with_the_person_who_cancels_it(self, video: Video, did: FakeDID, settings: Any) -> None:
        _options(settings, delete_after=True)
        jobs.cancel(once(video))
        did.looks = 0
        with watched():
            gone = work(video, until=lambda row: row.next_look_at is None)
        assert gone.status == Status.CANCELLED and not did.jobs, "it is not kept there for nobody"


class TestTheResult:
    def test_is_asked_for_again_when_its_link_has_expired(self, video: Video, did: FakeDID) -> None:
        parked = once(video)
        did.looks = 0
        with watched():
            wait_for(lambda: fresh(parked).status == Status.QUEUED)
        did.expire()
        lost = once(video)
        assert (lost.status, lost.error_code, lost.vendor_result) == (Status.QUEUED, "vendor_result_lost", "")
        Video.objects.filter(pk=video.pk).update(not_before=timezone.now())
        with watched():
            assert work(video).status == Status.READY
        assert list(did.orders.values()) == [1]

    def test_that_is_no_video_is_told_in_words(self, video: Video, did: FakeDID) -> None:
        did.film = b"<html>Please wait</html>"
        with watched():
            done = work(video)
        assert (done.status, done.error_code) == (Status.ERROR, "vendor_result_unusable")
        assert "no video" in done.status_details and not done.file

    def test_that_is_too_large_is_not_copied(self, video: Video, did: FakeDID, settings: Any) -> None:
        settings.VENDOR_RESULT_MAX_BYTES = 1_000
        with watched():
            done = work(video)
        assert (done.status, done.error_code) == (Status.ERROR, "vendor_result_lost")

    def test_is_forgotten_at_the_vendor_where_that_is_wanted(self, video: Video, did: FakeDID, settings: Any) -> None:
        _options(settings, delete_after=True)
        did.misbehave("DELETE /{kind}/{job_id}", refuse(409, "try again later"))
        with watched():
            done = work(video, until=lambda row: row.is_final and row.next_look_at is None)
        assert done.status == Status.READY and not did.jobs
        assert len(did.asked("DELETE")) == 2

    def test_address_is_encrypted_and_never_shown(self, video: Video, did: FakeDID) -> None:
        from django.db import connection

        once(video)
        did.looks = 0
        with watched():
            wait_for(lambda: fresh(video).status == Status.QUEUED)
        with connection.cursor() as cursor:
            cursor.execute("SELECT vendor_result FROM videos_video WHERE id = %s", [video.pk])
            assert "Signature" not in cursor.fetchone()[0]
        assert "Signature" in fresh(video).vendor_result


class TestTheBell:
    @pytest.fixture
    def parked(self, video: Video, settings: Any) -> Video:
        settings.PUBLIC_URL = "https://twins.example.org"
        once(video)
        Video.objects.filter(pk=video.pk).update(next_look_at=timezone.now() + timedelta(hours=1))
        return fresh(video)

    def path(self, video: Video) -> str:
        return hooks.address(video, "did").removeprefix("https://twins.example.org")

    def test_is_told_to_the_vendor_and_has_it_asked_at_once(self, parked: Video, did: FakeDID) -> None:
        assert did.asked("POST", "/clips")[0].json["webhook"] == hooks.address(parked, "did")
        before = parked.next_look_at
        for _ in range(2):
            assert (
                Client().post(self.path(parked), {"status": "done"}, content_type="application/json").status_code == 204
            )
        now = fresh(parked)
        assert now.next_look_at and before and now.next_look_at < before
        assert now.status == Status.RUNNING and not now.vendor_result, "nothing in a ring is believed"

    def test_rung_with_a_forged_token_says_nothing(self, parked: Video) -> None:
        genuine = self.path(parked)
        for path in (genuine[:-1] + ("0" if genuine[-1] != "0" else "1"), genuine.replace("/did/", "/tavus/")):
            assert Client().post(path).status_code == 404
        assert Client().get(genuine).status_code == 405
        assert fresh(parked).next_look_at == parked.next_look_at

    def test_rung_after_the_end_changes_nothing(self, parked: Video) -> None:
        jobs.cancel(parked)
        assert Client().post(self.path(parked)).status_code == 204
        assert fresh(parked).status == Status.CANCELLED


def test_a_greeting_is_made_anew_when_another_face_or_renderer_is_wanted(video: Video, did: FakeDID) -> None:
    twin = video.twin
    assert twin is not None

    def greeting() -> str:
        twin.refresh_from_db()
        clip = services.standing_clip(twin, Video.Purpose.WELCOME)
        assert clip is not None
        return clip.pk

    first = greeting()
    assert greeting() == first
    type(video.replica).objects.filter(pk=video.replica_id).update(vendor_faces={"did": {"avatar_id": "own"}})
    second = greeting()
    type(twin).objects.filter(pk=twin.pk).update(chains={"renderer": ["local"]})
    assert len({first, second, greeting()}) == 3


def test_a_key_that_is_missing_leaves_a_renderer_out(settings: Any, did: FakeDID) -> None:
    from videos.renderer_chain import chain_of

    settings.VENDORS = {**settings.VENDORS, "did": {**settings.VENDORS["did"], "KEY": ""}}
    settings.RENDERER_CHAIN = ["did", "local"]
    assert chain_of(make_video()) == ("local",)


def test_a_vendor_frozen_in_mid_order_is_not_asked_twice(
    video: Video, did: FakeDID, monkeypatch: pytest.MonkeyPatch
) -> None:
    did.misbehave("POST /clips", accept_then_freeze())
    from avatarsite.core.vendors.keys import engine_for

    monkeypatch.setattr(engine_for("RENDERERS", "did", None)._wire, "_seconds", 0.5)
    assert once(video).vendor_id == "clips/clp_0000"
    assert list(did.orders.values()) == [1]


def test_the_key_can_be_tried_for_nothing(did: FakeDID) -> None:
    from avatarsite.core.vendors.keys import engine_for

    assert engine_for("RENDERERS", "did", None).test() == "D-ID knows the key; 12 of 40 credits are left."
    did.misbehave("GET /{kind}", refuse(401, "user unauthenticated"))
    with pytest.raises(EngineFailed, match="check the D-ID key"):
        engine_for("RENDERERS", "did", None).test()


def test_a_frozen_vendor_holds_up_nobody_elses_looks(
    video: Video, did: FakeDID, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin = video.twin
    other = make_video(twin=twin, script=SCRIPT, width=128, height=128)
    did.misbehave("GET /{kind}/{job_id}", freeze())
    once(video)
    with watched():
        wait_for(lambda: did.asked("GET", "/clips/clp_0000"))
        assert work(other).status == Status.READY
        assert fresh(video).status == Status.RUNNING


def test_a_worker_that_was_given_up_on_while_it_uploaded_orders_nothing(video: Video, did: FakeDID) -> None:
    def taken_over(fake: Any, request: Any, serve: Serve) -> Answer:
        Video.objects.filter(pk=video.pk).update(attempt=2)
        connection.close()
        return serve()

    did.misbehave("POST /audios", taken_over)
    once(video)
    assert len(did.uploads) == 1 and not did.orders
