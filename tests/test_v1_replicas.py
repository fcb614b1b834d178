"""People's faces and voices by the Persona API: a photo or a film, the consent to it, a voice, a lipsync."""

import io
import json
import wave
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from avatarsite.core import engines, jobs
from avatarsite.core.models import WebhookDelivery
from tests.people import say
from tests.persona import Account
from tests.photographs import as_file, astronaut
from twins.models import Consent, Replica, Twin, Voice
from twins.seeding import seed
from twins.stt.base import Sound
from videos.models import Lipsync

pytestmark = pytest.mark.django_db(transaction=True)  # many of these views work in threads of their own
SHORT = "I, {name}, give my consent to {operator} to create an AI clone of me. My words for today are: {words}."
SIGNED = {"consentStatement": "She has agreed.", "consentSignedBy": "Alice Liddell", "consentPerson": "Ada Lovelace"}


@pytest.fixture(scope="module", autouse=True)
def ear() -> Any:
    yield
    engines.load("STT", "local").close()


@pytest.fixture(autouse=True)
def short_phrase(settings: Any) -> None:
    settings.CONSENT_PHRASE = SHORT


@pytest.fixture
def alice() -> Account:
    seed()
    return Account()


@pytest.fixture(scope="module")
def photo() -> bytes:
    return as_file(astronaut(), "JPEG")


@pytest.fixture(scope="module")
def sample() -> bytes:
    """11 seconds of somebody who speaks."""
    words = "The harbour museum is open every day from nine to five, and children come in free with their parents. "
    return as_wav(say(words * 2))


def as_wav(sound: Sound) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sound.sample_rate)
        out.writeframes(sound.pcm)
    return file.getvalue()


def upload(content: bytes, name: str = "me.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def trained(replica_id: str) -> Replica:
    """The replica after a worker looked at it."""
    replica = Replica.objects.get(pk=replica_id)
    assert jobs.execute(replica, "a worker")
    replica.refresh_from_db()
    return replica


class TestTwins:
    def test_a_twin_is_made_of_a_photo_and_a_recording(self, alice: Account, photo: bytes, sample: bytes) -> None:
        form = {
            "name": "Ada", "image": upload(photo), "voice": upload(sample, "me.wav"),
            "webhookUrl": "https://example.com/hook", **SIGNED,
        }  # fmt: skip
        made = alice.data("POST", "twins", form, "Twin created successfully", format="multipart")
        assert (made["status"], made["progress"], made["avatar"]) == ("training", 0, None)
        assert "/media/stored/voices/" in made["audioData"][0]
        trained(made["replicaId"])
        twin = alice.data("GET", f"twins/{made['id']}")
        assert (twin["status"], twin["progress"], twin["statusDetails"]) == ("active", 100, "")
        assert f"/media/faces/{made['replicaId']}.jpg?" in twin["avatar"]
        told = json.loads(WebhookDelivery.objects.get().body)
        assert (told["success"], told["replicaId"], told["twinIds"]) == (True, made["replicaId"], [made["id"]])
        consent = Consent.objects.get()
        assert (consent.kind, consent.person, consent.signed_by) == ("statement", "Ada Lovelace", "Alice Liddell")
        assert consent.replica_id == made["replicaId"]
        assert alice.data("GET", f"voices/{made['voiceId']}")["quality"] == "basic"

    def test_a_film_brings_its_own_voice(self, alice: Account) -> None:
        body = {"name": "Ada", "videoUrl": "https://example.com/me.mp4", "consentUrl": "https://example.com/yes.mp4"}
        made = alice.data("POST", "twins", body)
        replica = Replica.objects.get(pk=made["replicaId"])
        assert (made["voiceId"], replica.kind, replica.consent_url) == (None, "video", body["consentUrl"])
        voice = Voice.objects.create(owner=alice.user, name="Ada", engine_voice="amara")
        assert jobs.claim(replica, "w") and jobs.move(replica, jobs.Status.READY, voice=voice)
        assert Twin.objects.get(pk=made["id"]).voice == voice

    def test_a_film_without_speech_enough_gets_a_stock_voice(self, alice: Account) -> None:
        made = alice.data("POST", "twins", {"name": "Ada", "videoUrl": "https://example.com/me.mp4"})
        replica = Replica.objects.get(pk=made["replicaId"])
        assert jobs.claim(replica, "w") and jobs.move(replica, jobs.Status.READY)
        voice = Twin.objects.get(pk=made["id"]).voice
        assert voice is not None and voice.owner is None

    def test_a_video_and_a_stock_face_do_not_go_together(self, alice: Account) -> None:
        body = {"name": "Ada", "replicaId": "r-amara", "videoUrl": "https://example.com/me.mp4"}
        assert "replicaId" in alice.refused(400, "invalid", "POST", "twins", body)

    def test_a_key_sent_twice_makes_one_twin(self, alice: Account, photo: bytes) -> None:
        answers = []
        for _ in range(2):
            form = {"name": "Ada", "image": upload(photo), "voiceId": "v-sofia", **SIGNED}
            answers.append(alice.call("POST", "twins", form, format="multipart", HTTP_IDEMPOTENCY_KEY="one"))
        assert answers[0].content == answers[1].content and answers[1]["Idempotent-Replayed"] == "true"
        assert Replica.objects.filter(owner=alice.user).count() == Consent.objects.count() == 1

    def test_a_refusal_leaves_neither_face_nor_voice_nor_consent(
        self, alice: Account, photo: bytes, sample: bytes
    ) -> None:
        before = recordings()
        form = {"name": "Ada", "image": upload(photo), "voice": upload(sample, "a.wav"), **SIGNED, "webhookUrl": "x"}
        assert alice.refused(400, "url_refused", "POST", "twins", form, format="multipart").startswith("webhookUrl: ")
        for model in (Twin, Replica, Voice):
            assert not model.objects.filter(owner=alice.user).exists()
        assert not Consent.objects.exists() and recordings() == before


def recordings() -> list[str]:
    return default_storage.listdir("voices")[1] if default_storage.exists("voices") else []


class TestReplicas:
    def test_a_photo_is_trained_and_its_progress_is_told(self, alice: Account, photo: bytes) -> None:
        form = {"name": "Ada", "image": upload(photo), "framing": "seated", **SIGNED}
        made = alice.data("POST", "replicas", form, "Replica training started.", format="multipart")
        assert (made["status"], made["kind"], made["framing"]) == ("queued", "photo", "seated")
        assert made["statusDetails"] == "It is still being trained."
        trained(made["replicaId"])
        shown = alice.data("GET", f"replicas/{made['replicaId']}")
        assert (shown["status"], shown["progress"], shown["statusDetails"]) == ("ready", 100, "")
        assert "/media/faces/" in shown["pictureUrl"]

    def test_a_photo_without_a_face_ends_in_words_that_say_what_to_do(self, alice: Account) -> None:
        form = {
            "name": "Ada",
            "image": upload(as_file(Image.fromarray(astronaut()[300:, :200]).resize((600, 636)))),
            **SIGNED,
        }
        made = alice.data("POST", "replicas", form, format="multipart")
        trained(made["replicaId"])
        shown = alice.data("GET", f"replicas/{made['replicaId']}")
        assert (shown["status"], shown["errorCode"]) == ("error", "face_missing")
        assert "Send a sharp one" in shown["statusDetails"]

    def test_they_come_in_pages_stock_ones_too(self, alice: Account) -> None:
        page = alice.data("GET", "replicas?limit=5")
        assert len(page["replicas"]) == 5 and page["totalRecords"] == Replica.objects.filter(owner=None).count()

    @pytest.mark.parametrize(
        ("body", "code", "field"),
        [
            ({}, "invalid", "image"),
            ({"imageUrl": "https://a.example/", "videoUrl": "https://a.example/"}, "invalid", "image"),
            ({"imageUrl": "https://a.example/a.jpg"}, "consent_missing", "consentId"),
            ({"imageUrl": "http://127.0.0.1/a.jpg", **SIGNED}, "url_refused", "imageUrl"),
            ({"imageUrl": "no picture", **SIGNED}, "picture_unusable", "imageUrl"),
            ({"videoUrl": "http://10.0.0.1/a.mp4"}, "url_refused", "videoUrl"),
            ({"videoUrl": "https://a.example/", "consentUrl": "file:///etc/passwd"}, "url_refused", "consentUrl"),
            ({"videoUrl": "https://a.example/", "webhookUrl": "nonsense"}, "url_refused", "webhookUrl"),
            ({"videoUrl": "https://a.example/", "consentStatement": "Yes."}, "consent_incomplete", "consentStatement"),
            ({"videoUrl": "https://a.example/", "framing": "upside-down"}, "invalid", "framing"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_is_made(
        self, alice: Account, body: dict[str, str], code: str, field: str
    ) -> None:
        assert alice.refused(400, code, "POST", "replicas", {"name": "Ada", **body}).startswith(field)
        assert not Replica.objects.filter(owner=alice.user).exists() and not Consent.objects.exists()

    def test_one_is_deleted_with_its_consent_unless_a_twin_wears_it(self, alice: Account) -> None:
        body = {"name": "Ada", "imageUrl": "https://example.com/a.jpg", "voiceId": "v-sofia", **SIGNED}
        used = alice.data("POST", "twins", body)["replicaId"]
        assert "twins" in alice.refused(409, "replica_in_use", "DELETE", f"replicas/{used}")
        free = alice.data("POST", "replicas", {k: v for k, v in body.items() if k != "voiceId"})["replicaId"]
        assert alice.data("DELETE", f"replicas/{free}") == []
        assert list(Consent.objects.values_list("replica", flat=True)) == [used]
        alice.refused(403, "read_only", "DELETE", "replicas/r-amara")


class TestConsents:
    def test_a_phrase_is_asked_for_read_aloud_and_then_serves_one_replica(self, alice: Account) -> None:
        asked = alice.data("POST", "consents", {"person": "Margaret Ellison"}, "Consent created successfully.")
        assert (asked["given"], asked["statusDetails"]) == (False, "Nobody has read the phrase yet.")
        body = {"name": "Ada", "imageUrl": "https://example.com/a.jpg", "consentId": asked["consentId"]}
        assert alice.refused(409, "consent_not_given", "POST", "replicas", body).startswith("consentId: ")
        clip = upload(as_wav(say(asked["phrase"])), "clip.wav")
        heard = alice.data("POST", f"consents/{asked['consentId']}/clip", {"clip": clip}, format="multipart")
        assert heard["given"] and heard["score"] >= 0.6 and heard["transcript"] and not heard["statusDetails"]
        assert Consent.objects.get().clip.size == clip.size
        again = upload(as_wav(say("Hello.")), "clip.wav")
        path = f"consents/{asked['consentId']}/clip"
        alice.refused(409, "consent_given", "POST", path, {"clip": again}, format="multipart")
        replica = alice.data("POST", "replicas", body)["replicaId"]
        assert alice.data("GET", f"consents/{asked['consentId']}")["replicaId"] == replica
        alice.refused(409, "consent_used", "POST", "replicas", body)

    def test_another_text_is_heard_and_does_not_count(self, alice: Account) -> None:
        asked = alice.data("POST", "consents", {"person": "Margaret Ellison"})
        clip = upload(as_wav(say("Good morning, everybody.")), "clip.wav")
        heard = alice.data("POST", f"consents/{asked['consentId']}/clip", {"clip": clip}, format="multipart")
        assert heard["given"] is False and "of the phrase was heard" in heard["statusDetails"]

    def test_a_clip_that_is_none_is_refused_with_its_field(self, alice: Account) -> None:
        asked = alice.data("POST", "consents", {"person": "Margaret Ellison"})["consentId"]
        form = {"clip": upload(b"no sound", "clip.mp4")}
        words = alice.refused(400, "media_unsupported", "POST", f"consents/{asked}/clip", form, format="multipart")
        assert words.startswith("clip: ")

    def test_one_is_signed_and_taken_back_and_stops_the_training(self, alice: Account) -> None:
        body = {"person": "Ada", "statement": "She agrees.", "signedBy": "Alice"}
        signed = alice.data("POST", "consents", body)
        assert signed["given"] and signed["kind"] == "statement"
        face = {"name": "Ada", "imageUrl": "https://example.com/a.jpg", "consentId": signed["consentId"]}
        replica = alice.data("POST", "replicas", face)["replicaId"]
        gone = alice.data("POST", f"consents/{signed['consentId']}/revoke", message="Consent revoked.")
        assert not gone["given"] and gone["revokedAt"] and "taken back" in gone["statusDetails"]
        shown = alice.data("GET", f"replicas/{replica}")
        assert shown["status"] == "cancelled" and "taken back" in shown["statusDetails"] and shown["revokedAt"]
        alice.refused(409, "consent_revoked", "POST", "replicas", face)

    @pytest.mark.parametrize("body", [{"person": "42"}, {"person": "Ada", "statement": "Yes."}])
    def test_what_is_missing_is_named(self, alice: Account, body: dict[str, str]) -> None:
        assert alice.call("POST", "consents", body).status_code == 400
        assert not Consent.objects.exists()


class TestVoices:
    def test_one_is_fitted_to_a_recording_and_deleted_with_it(self, alice: Account, sample: bytes) -> None:
        form = {"name": "Ada", "sample": upload(sample, "me.wav"), "language": "german"}
        made = alice.data("POST", "voices", form, "Voice created successfully.", format="multipart")
        assert (made["quality"], made["language"], made["clientId"]) == ("basic", "de", alice.user.pk)
        assert made["voiceId"] in [voice["voiceId"] for voice in alice.data("GET", "voices")["voices"]]
        path = Path(Voice.objects.get(pk=made["voiceId"]).sample.path)
        assert path.exists()
        assert alice.data("DELETE", f"voices/{made['voiceId']}") == [] and not path.exists()

    def test_one_that_speaks_for_a_twin_stays(self, alice: Account) -> None:
        voice = alice.twin(voice=Voice.objects.create(owner=alice.user, name="A", engine_voice="amara")).voice
        assert voice and "twins" in alice.refused(409, "voice_in_use", "DELETE", f"voices/{voice.pk}")
        alice.refused(403, "read_only", "DELETE", "voices/v-amara")

    def test_too_little_speech_is_refused_in_words(self, alice: Account) -> None:
        form = {"name": "Ada", "sample": upload(as_wav(say("Hello, how are you today?")), "me.wav")}
        words = alice.refused(400, "sample_too_short", "POST", "voices", form, format="multipart")
        assert words.startswith("sample: ") and "at least 10 seconds" in words

    def test_the_languages_are_told_and_which_are_approximate(self, alice: Account) -> None:
        told = {language["code"]: language for language in alice.data("GET", "languages")}
        assert len(told) == 36 and told["de"]["approximate"] == ""
        assert told["fil"]["approximate"] == "spoken by the rules of Indonesian"


class TestLipsyncs:
    def test_one_is_asked_for_listed_and_deleted_with_its_files(self, alice: Account) -> None:
        form = {"name": "Ada", "video": upload(b"a film", "a.mp4"), "audio": upload(b"a sound", "a.wav")}
        made = alice.data("POST", "lipsyncs", form, "Lipsync started.", format="multipart")
        assert (made["status"], made["videoUrl"]) == ("queued", None)
        row = Lipsync.objects.get()
        paths = [Path(row.original_video.path), Path(row.source_audio.path)]
        assert [path.read_bytes() for path in paths] == [b"a film", b"a sound"]
        assert alice.data("GET", "lipsyncs")["lipsyncs"] == [made]
        assert alice.data("DELETE", f"lipsyncs/{made['lipsyncId']}") == []
        assert not any(path.exists() for path in paths)

    def test_the_end_is_told_to_the_webhook(self, alice: Account) -> None:
        links = {"videoUrl": "https://example.com/a.mp4", "audioUrl": "https://example.com/a.wav"}
        made = alice.data("POST", "lipsyncs", {**links, "webhookUrl": "https://example.com/hook"})
        jobs.cancel(Lipsync.objects.get())
        told = json.loads(WebhookDelivery.objects.get().body)
        assert (told["lipsyncId"], told["status"], told["success"]) == (made["lipsyncId"], "cancelled", False)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "video"),
            ({"videoUrl": "https://example.com/a.mp4"}, "audio"),
            ({"videoUrl": "http://127.0.0.1/a.mp4", "audioUrl": "https://example.com/a.wav"}, "videoUrl"),
            ({"videoUrl": "https://example.com/a.mp4", "audioUrl": "http://[::1]/a.wav"}, "audioUrl"),
        ],
    )
    def test_what_is_missing_or_may_not_be_fetched_is_named(
        self, alice: Account, body: dict[str, str], field: str
    ) -> None:
        answer = alice.call("POST", "lipsyncs", body)
        assert answer.status_code == 400 and answer.json()["message"].startswith(field)
        assert not Lipsync.objects.exists()
