"""Voices of vendors as rows of an account: listed, named, made of a person with consent, and deleted there again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from avatarsite.core import jobs
from avatarsite.core.engines import EngineFailed, load_with_key
from avatarsite.core.erasing import erase
from avatarsite.core.jobs import Status
from avatarsite.core.models import ProviderKey, User
from tests.factories import make_face, make_twin
from tests.fakes import elevenlabs
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.server import accept_then_hang_up, refuse
from tests.persona import Account
from tests.test_tts_vendors import SARAH, at
from twins import cloning, consents, replicas, voices
from twins.models import Consent, Replica, Voice, VoiceRemoval
from twins.speech import spoken

pytestmark = pytest.mark.django_db

ADD, FORGET = "POST /v1/voices/add", "DELETE /v1/voices/{voice_id}"


@pytest.fixture
def eleven(settings: Any) -> Iterator[FakeElevenLabs]:
    load_with_key.cache_clear()
    with FakeElevenLabs() as fake:
        at(settings, "elevenlabs", fake.url)
        yield fake


@pytest.fixture
def ada() -> Account:
    account = Account()
    ProviderKey.objects.create(owner=account.user, vendor="elevenlabs", secret=elevenlabs.KEY)
    return account


@pytest.fixture
def alice(ada: Account) -> User:
    return ada.user


@pytest.fixture
def replica(alice: User) -> Replica:
    """A person's, with a recording that a voice was fitted to, and the consent."""
    fit = {
        "voice": "walter",
        "words_per_minute": 140,
        "pitch": [80, 120],
        "formants": [100] * 9,
        "colour": [[1_000, 0]],
    }
    voice = Voice(owner=alice, name="Walter", engine_voice="walter", gender="male", quality="basic", fit=fit)
    voice.sample.save("sample.wav", ContentFile(b"RIFF" + bytes(1_000)), save=False)
    voice.save()
    face = make_face(owner=alice, voice=voice)
    Consent.objects.create(owner=alice, replica=face, person="Walter W", given_at=timezone.now())
    return face


def clones(fake: FakeElevenLabs) -> list[str]:
    return [key for key in fake.voices if key not in elevenlabs.PREMADE]


def removed(count: int = 1) -> None:
    """The removals that are due are run, as a worker would."""
    due = VoiceRemoval.objects.filter(status=Status.QUEUED, not_before__lte=timezone.now())
    assert len(due) == count
    for removal in due:
        assert jobs.execute(removal, "w")


def test_a_voice_is_made_of_a_person_who_agrees_and_deleted_with_its_row(
    eleven: FakeElevenLabs, alice: User, replica: Replica
) -> None:
    voice = cloning.clone(alice, replica, "My voice")
    assert clones(eleven) == [voice.engine_voice] and voice.fit == replica.voice.fit and voice.sample
    assert not VoiceRemoval.objects.exists(), "all went well: nothing is to be removed"
    assert [word.text for chunk in spoken(voice, "Hello there.") for word in chunk.words] == ["Hello", "there."]
    voices.delete(voice)
    removed()
    assert clones(eleven) == []


def test_without_the_consent_nothing_is_sent(eleven: FakeElevenLabs, alice: User, replica: Replica) -> None:
    Consent.objects.update(given_at=None)
    with pytest.raises(EngineFailed) as caught:
        cloning.clone(alice, replica, "My voice")
    assert caught.value.code == "consent_not_given"
    Consent.objects.update(given_at=timezone.now())
    consents.revoke(Consent.objects.get())
    replica.refresh_from_db()
    with pytest.raises(EngineFailed) as caught:
        cloning.clone(alice, replica, "My voice")
    assert caught.value.code == "consent_revoked" and not eleven.requests


def test_taking_the_consent_back_deletes_the_clone_and_silences_its_row(
    eleven: FakeElevenLabs, alice: User, replica: Replica
) -> None:
    voice = cloning.clone(alice, replica, "My voice")
    consents.revoke(Consent.objects.get())
    removed()
    assert clones(eleven) == []
    with pytest.raises(EngineFailed) as caught:
        list(spoken(Voice.objects.get(pk=voice.pk), "Hello."))
    assert caught.value.code == "consent_revoked"


def test_a_deleted_replica_takes_its_clone_along_and_its_twins_speak_as_fitted(
    eleven: FakeElevenLabs, alice: User, replica: Replica
) -> None:
    voice = cloning.clone(alice, replica, "My voice")
    twin = make_twin(owner=alice, voice=voice)
    replicas.delete(replica)
    removed()
    assert clones(eleven) == []
    twin.refresh_from_db()
    assert (twin.voice.engine, twin.voice.engine_voice, twin.voice.quality) == ("local", voice.fit["voice"], "basic")
    assert list(spoken(twin.voice, "Hello."))


def test_a_deleted_account_leaves_nothing_there(eleven: FakeElevenLabs, alice: User, replica: Replica) -> None:
    cloning.clone(alice, replica, "My voice")
    Replica.objects.all().delete()
    erase(User.objects.filter(pk=alice.pk))
    assert not ProviderKey.objects.exists()
    removed()
    assert clones(eleven) == []


def test_a_removal_is_tried_until_the_vendor_answers(eleven: FakeElevenLabs, alice: User, replica: Replica) -> None:
    voices.delete(cloning.clone(alice, replica, "My voice"))
    eleven.misbehave(FORGET, refuse(503))
    removed()
    removal = VoiceRemoval.objects.get()
    assert removal.status == Status.QUEUED and clones(eleven)
    VoiceRemoval.objects.update(not_before=timezone.now())
    removed()
    assert clones(eleven) == [] and VoiceRemoval.objects.get().status == Status.READY


def test_an_answer_that_is_lost_leaves_no_voice_behind(eleven: FakeElevenLabs, alice: User, replica: Replica) -> None:
    eleven.misbehave(ADD, accept_then_hang_up())
    with pytest.raises(EngineFailed):
        cloning.clone(alice, replica, "My voice")
    assert len(clones(eleven)) == 1 and not Voice.objects.filter(engine="elevenlabs").exists()
    VoiceRemoval.objects.update(not_before=timezone.now())
    removed()
    assert clones(eleven) == []


def test_a_process_that_dies_in_between_leaves_no_voice_behind(
    eleven: FakeElevenLabs, alice: User, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(cloning, "_kept", die)
    with pytest.raises(Killed):
        cloning.clone(alice, replica, "My voice")
    assert len(clones(eleven)) == 1
    VoiceRemoval.objects.update(not_before=timezone.now())  # after PATIENCE
    removed()
    assert clones(eleven) == []


def test_what_a_vendor_refuses_leaves_nothing(eleven: FakeElevenLabs, alice: User, replica: Replica) -> None:
    eleven.misbehave(ADD, refuse(400))
    with pytest.raises(EngineFailed) as caught:
        cloning.clone(alice, replica, "My voice")
    assert caught.value.code == "vendor_rejected" and not VoiceRemoval.objects.exists()


# -- /v1, where what waits for others' servers has threads of its own

own_thread = pytest.mark.django_db(transaction=True)


@own_thread
def test_v1_lists_a_vendors_voices_and_names_one(ada: Account, eleven: FakeElevenLabs, alice: User) -> None:
    listed = ada.data("GET", "voices/engines/elevenlabs")
    assert listed[0] == {"engineVoice": SARAH, "name": "Sarah", "gender": "female", "language": "", "description": ""}
    body = {"name": "Sarah", "engine": "elevenlabs", "engineVoice": SARAH, "options": {"stability": 0.4}}
    made = ada.data("POST", "voices", {**body, "gender": "female"})
    assert (made["engine"], made["engineVoice"], made["options"]) == ("elevenlabs", SARAH, {"stability": 0.4})
    twin = make_twin(owner=alice, voice=Voice.objects.get(pk=made["voiceId"]))
    asked = {
        "twinId": twin.pk,
        "text": "Hello.",
        "format": "wav",
        "modelId": "eleven_turbo_v2_5",
        "similarityBoost": 0.9,
    }
    ada.data("POST", "audio", asked)
    sent = eleven.asked("POST")[-1].json
    assert sent["model_id"] == "eleven_turbo_v2_5"
    assert sent["voice_settings"] == {"stability": 0.4, "similarity_boost": 0.9}


@own_thread
@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"engine": "nobody", "engineVoice": "x"}, 400, "engine"),
        ({"engine": "local", "engineVoice": "nobody"}, 400, "amara"),
        ({"engine": "elevenlabs", "engineVoice": "x", "replicaId": "r1"}, 400, "sample"),
        ({"engine": "cartesia", "replicaId": "r1"}, 400, "engine"),
        ({"replicaId": "r1"}, 404, "replica"),
    ],
)
def test_v1_says_what_is_wrong_with_a_voice(ada: Account, body: dict[str, Any], status: int, word: str) -> None:
    answer = ada.call("POST", "voices", {"name": "X", **body})
    assert answer.status_code == status and word in answer.json()["message"]
    assert not Voice.objects.filter(name="X").exists()


@own_thread
def test_v1_makes_a_voice_of_a_replica(ada: Account, eleven: FakeElevenLabs, replica: Replica) -> None:
    made = ada.data("POST", "voices", {"name": "Mine", "replicaId": replica.pk})
    assert (made["engine"], made["quality"]) == ("elevenlabs", "cloned") and clones(eleven) == [made["engineVoice"]]


@own_thread
def test_v1_says_whose_key_is_missing_and_that_playht_is_gone(ada: Account) -> None:
    answer = ada.call("GET", "voices/engines/cartesia")
    assert answer.status_code == 409 and "no key for Cartesia" in answer.json()["message"]
    answer = ada.call("GET", "voices/engines/playht")
    assert answer.status_code == 409 and "ended its service" in answer.json()["message"]
    assert ada.call("GET", "voices/engines/nobody").status_code == 404


# -- the admin site


def test_a_vendors_voice_is_chosen_in_the_admin_site(client: Any, ada: Account, eleven: FakeElevenLabs) -> None:
    root = User.objects.create_superuser("root@example.org", "a long pass phrase")
    ProviderKey.objects.create(vendor="elevenlabs", secret=elevenlabs.KEY)
    client.force_login(root)
    page = client.get("/admin/twins/voice/engines/elevenlabs/").content.decode()
    link = f"/admin/twins/voice/add/?engine=elevenlabs&amp;engine_voice={SARAH}&amp;name=Sarah&amp;gender=female"
    assert link in page
    form = client.get(link.replace("&amp;", "&")).content.decode()
    assert f'value="{SARAH}"' in form and "<datalist" in form
    fields = {"name": "Sarah", "owner": root.pk, "engine": "elevenlabs", "engine_voice": SARAH, "language": "en"}
    more = {"gender": "female", "description": "", "rate": "1", "pitch": "1", "options": '{"stability": 0.4}'}
    assert client.post("/admin/twins/voice/add/", {**fields, **more}).status_code == 302
    assert Voice.objects.get(name="Sarah").options == {"stability": 0.4}
    assert "no key for Cartesia" in client.get("/admin/twins/voice/engines/cartesia/").content.decode()
