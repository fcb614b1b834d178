"""Who speaks: a voice's own engine, what a persona names, and who goes on when one of them fails within a clip."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from avatarsite.core import jobs
from avatarsite.core.engines import EngineFailed, load_with_key
from avatarsite.core.jobs import Status
from avatarsite.core.models import ProviderKey, User
from tests.factories import make_twin, make_user, make_video
from tests.fakes import cartesia, elevenlabs
from tests.fakes.cartesia import KIEFER, FakeCartesia
from tests.fakes.elevenlabs import FakeElevenLabs, cut_after
from tests.fakes.server import honest, refuse
from tests.test_tts_vendors import SARAH, SSE, TIMED, at
from twins.manners import served_instead, service_of
from twins.models import Personality, Twin, Voice
from twins.speech import Speaker, speaker, spoken
from twins.tts.base import AudioChunk
from twins.tts.encoding import encode
from videos.models import Speech, Video

pytestmark = pytest.mark.django_db

SENTENCES = (
    "Good morning, and welcome to our harbour museum.",
    "It opens at nine, closes at five, and the old lamp is shown on the second floor, beside the boats.",
    "Come in!",
)
SCRIPT = " ".join(SENTENCES)
CLIP = "Come in! The old lamp is shown on the second floor, beside the boats, until five."


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Circuits are closed, and engines call the fakes of this test."""
    cache.clear()
    load_with_key.cache_clear()


@pytest.fixture
def eleven(settings: Any) -> Iterator[FakeElevenLabs]:
    with FakeElevenLabs() as fake:
        at(settings, "elevenlabs", fake.url)
        yield fake


@pytest.fixture
def second(settings: Any) -> Iterator[FakeCartesia]:
    with FakeCartesia() as fake:
        at(settings, "cartesia", fake.url)
        yield fake


@pytest.fixture
def alice() -> User:
    user = make_user()
    for vendor, key in (("elevenlabs", elevenlabs.KEY), ("cartesia", cartesia.KEY)):
        ProviderKey.objects.create(owner=user, vendor=vendor, secret=key)
    return user


@pytest.fixture
def voice(alice: User) -> Voice:
    return Voice.objects.create(
        owner=alice,
        name="George",
        engine="elevenlabs",
        engine_voice="JBFqnCBsd6RMkjVDRZzb",
        language="en",
        gender="male",
    )


def said(speaking: Speaker, sentences: tuple[str, ...] = SENTENCES) -> list[AudioChunk]:
    return [chunk for sentence in sentences for chunk in speaking.say(sentence)]


def words(chunks: list[AudioChunk]) -> list[str]:
    return [word.text for chunk in chunks for word in chunk.words]


def told(speaking: Speaker) -> list[tuple[str, str]]:
    return [(attempt.engine, attempt.code) for attempt in speaking.attempts]


def test_a_voices_own_engine_speaks_with_the_accounts_key(
    eleven: FakeElevenLabs, alice: User, voice: Voice, settings: Any
) -> None:
    settings.PRICES = {"elevenlabs": 0.0001}
    speaking = speaker(voice, alice.pk)
    assert words(said(speaking)) == SCRIPT.split()
    assert told(speaking) == [("elevenlabs", "")] and speaking.engine == "elevenlabs"
    (attempt,) = speaking.attempts
    assert (attempt.layer, attempt.units) == ("tts", sum(map(len, SENTENCES)))
    assert attempt.cost == pytest.approx(0.0001 * attempt.units) and attempt.seconds > 0


@pytest.mark.parametrize("lines", [0, 1, 3, 5])
def test_a_stream_that_breaks_in_a_sentence_is_gone_on_with_at_the_next_word(
    eleven: FakeElevenLabs, alice: User, voice: Voice, lines: int
) -> None:
    speaking = speaker(voice, alice.pk)
    first = said(speaking, SENTENCES[:1])
    eleven.misbehave(TIMED, cut_after(lines), refuse(500))
    rest = said(speaking, SENTENCES[1:])
    assert words(first + rest) == SCRIPT.split(), "no word is lost, and none is said twice"
    assert told(speaking) == [
        ("elevenlabs", ""),
        ("elevenlabs", "vendor_unreachable" if lines > 2 else TROUBLE),
        ("local", ""),
    ]
    assert len(eleven.requests) <= 3, "whoever failed is not asked again in this clip"
    audio = b"".join(encode(iter(first + rest), "pcm"))  # at whatever rates
    assert len(audio) / 2 / 24_000 == pytest.approx(sum(chunk.seconds for chunk in first + rest), abs=0.05)


TROUBLE = "vendor_unavailable"  # of the second try


def test_the_next_vendor_stands_in_with_a_voice_that_sounds_alike(
    eleven: FakeElevenLabs, second: FakeCartesia, alice: User, voice: Voice
) -> None:
    twin = make_twin(owner=alice, voice=voice, chains={"tts": ["cartesia"]})
    eleven.misbehave(TIMED, refuse(429, retry_after=60))
    speaking = speaker(voice, alice.pk, twin=twin)
    assert words(said(speaking)) == SCRIPT.split()
    assert second.requests[0].json["voice"]["id"] == KIEFER and len(eleven.requests) == 1


def test_an_owner_may_leave_out_the_local_voice(
    eleven: FakeElevenLabs, second: FakeCartesia, alice: User, voice: Voice
) -> None:
    twin = make_twin(owner=alice, voice=voice, chains={"tts": ["cartesia"]})
    eleven.misbehave(TIMED, refuse(401))
    second.misbehave(SSE, refuse(402))
    with pytest.raises(EngineFailed) as caught:
        said(speaker(voice, alice.pk, twin=twin))
    assert caught.value.code == "vendor_auth", "what is told is why the voice that was wanted cannot speak"


def test_without_a_key_the_local_voice_speaks_and_says_why(voice: Voice) -> None:
    bob = make_user("bob@example.org")
    speaking = speaker(voice, bob.pk)
    assert words(said(speaking)) == SCRIPT.split()
    assert told(speaking) == [("elevenlabs", "vendor_not_configured"), ("local", "")]


def test_a_fitted_voice_stands_in_for_its_own_clone(alice: User, voice: Voice) -> None:
    fit = {
        "voice": "walter",
        "words_per_minute": 140,
        "pitch": [80, 120],
        "formants": [100] * 9,
        "colour": [[1_000, 0]],
    }
    voice.fit = fit
    ProviderKey.objects.all().delete()
    speaking = speaker(voice, alice.pk)
    assert speaking._routes[1].voice.voice_id == "walter" and speaking._routes[1].voice.fit == fit
    assert said(speaking)


def test_stock_voices_follow_the_sites_order(eleven: FakeElevenLabs, alice: User, settings: Any) -> None:
    settings.TTS_CHAIN = ["elevenlabs", "local"]
    stock = Voice.objects.create(name="Amara", engine_voice="amara", gender="female")
    speaking = speaker(stock, alice.pk)
    assert said(speaking) and speaking.engine == "elevenlabs"
    assert SARAH in eleven.requests[0].path
    own = Voice.objects.create(owner=alice, name="Mine", engine_voice="leo")
    assert speaker(own, alice.pk)._routes[0].alias == "local"


def test_an_engine_without_times_is_heard_whole_or_not_at_all(
    eleven: FakeElevenLabs, alice: User, voice: Voice, settings: Any
) -> None:
    options = {**settings.TTS["elevenlabs"], "OPTIONS": {"timed": False}}
    settings.TTS = {**settings.TTS, "elevenlabs": options}
    plain = "POST /v1/text-to-speech/{voice_id}/stream"
    eleven.misbehave(plain, cut_plain, cut_plain)
    speaking = speaker(voice, alice.pk)
    chunks = said(speaking, SENTENCES[1:2])
    assert words(chunks) == SENTENCES[1].split() and {c.sample_rate for c in chunks} != {24_000}
    assert told(speaking)[-1] == ("local", "")


def cut_plain(fake: Any, request: Any, serve: Any) -> Any:
    answer = serve()
    answer.cut = 30_000
    return answer


# -- clips and speeches


@pytest.mark.django_db(transaction=True)
def test_a_clip_records_what_was_tried(eleven: FakeElevenLabs, alice: User, voice: Voice, settings: Any) -> None:
    settings.PRICES = {"elevenlabs": 0.001}
    twin = make_twin(owner=alice, voice=voice)
    video = make_video(twin=twin, owner=alice, script=CLIP, source="text", width=64, height=64)
    eleven.misbehave(TIMED, honest(), cut_after(4))
    jobs.execute(video, "w")
    video.refresh_from_db()
    assert video.status == Status.READY and video.engines["tts"] == "local"
    tried = [one for one in video.engines["attempts"] if one["layer"] == "tts"]
    assert [(one["engine"], one.get("code", "")) for one in tried] == [
        ("elevenlabs", ""), ("elevenlabs", "vendor_unreachable"), ("local", "")
    ]  # fmt: skip
    assert tried[0]["cost"] == pytest.approx(0.001 * len("Come in!")) and "words" in tried[1]
    with video.timings.open() as file:
        assert [word["text"] for word in json.load(file)["words"]] == CLIP.split()
    with video.captions.open() as file:
        captions = re.sub(r"<[^>]*>", "", file.read().decode())
        assert all(word in captions for word in CLIP.split())
    assert elevenlabs.KEY not in json.dumps(video.engines)


@pytest.mark.django_db(transaction=True)
def test_a_clip_that_nobody_can_speak_says_why_in_words(eleven: FakeElevenLabs, alice: User, voice: Voice) -> None:
    twin = make_twin(owner=alice, voice=voice, chains={"tts": ["elevenlabs"]})
    video = make_video(twin=twin, owner=alice, script="Hello.", source="text", width=64, height=64)
    eleven.misbehave(TIMED, refuse(401, body={"detail": {"status": "quota_exceeded", "message": "0 left"}}))
    jobs.execute(video, "w")
    video.refresh_from_db()
    assert (video.status, video.error_code) == (Status.ERROR, "vendor_quota")
    assert "quota of this account's ElevenLabs key" in video.status_details
    assert video.engines["attempts"][-1]["code"] == "vendor_quota"


def test_a_speech_is_spoken_with_its_accounts_key(eleven: FakeElevenLabs, alice: User, voice: Voice) -> None:
    twin = make_twin(owner=alice, voice=voice)
    speech = Speech.objects.create(owner=alice, replica=twin.replica, voice=voice, script=SCRIPT)
    jobs.execute(speech, "w")
    speech.refresh_from_db()
    assert speech.status == Status.READY and len(eleven.said) == len(SENTENCES)


# -- personas


def persona(owner: User, key: str = "", **tts: Any) -> Personality:
    secret = json.dumps({"/tts/api_key": key}) if key else ""
    return Personality.objects.create(owner=owner, name="P", layers={"tts": tts}, layer_keys=secret)


def by(mind: Personality, voice: Voice) -> Speaker:
    return speaker(voice, mind.owner_id, service=service_of(mind, "en"))


def test_a_personas_layer_speaks_with_its_own_key_and_manner(second: FakeCartesia, voice: Voice) -> None:
    bob = make_user("bob@example.org")  # who has no key on file
    manner = {"speed": "fast", "emotion": ["positivity:high", "curiosity"]}
    mind = persona(
        bob,
        cartesia.KEY,
        tts_engine="cartesia",
        external_voice_id=KIEFER,
        voice_settings=manner,
        tts_emotion_control=True,
    )
    speaking = by(mind, voice)
    assert words(said(speaking)) == SCRIPT.split() and speaking.engine == "cartesia"
    body = second.requests[0].json
    assert body["generation_config"] == {"speed": 1.15, "emotion": "positivity"} and body["voice"]["id"] == KIEFER
    assert served_instead(mind) == ""
    mind.layers["tts"] |= {"tts_emotion_control": False, "tts_model_name": "sonic-3-2026-01-12"}
    said(by(mind, voice), SENTENCES[:1])
    body = second.requests[-1].json
    assert body["generation_config"] == {"speed": 1.15} and body["model_id"] == "sonic-3-2026-01-12"


def test_a_layers_key_that_is_refused_lets_the_replicas_voice_speak(
    eleven: FakeElevenLabs, alice: User, voice: Voice
) -> None:
    mind = persona(alice, "a-wrong-key", tts_engine="elevenlabs", external_voice_id=SARAH)
    speaking = by(mind, voice)
    assert words(said(speaking)) == SCRIPT.split()
    assert told(speaking) == [("elevenlabs", "vendor_auth"), ("elevenlabs", "")]
    assert [request.headers["xi-api-key"] for request in eleven.requests[:2]] == ["a-wrong-key", elevenlabs.KEY]


def test_a_persona_of_playht_is_kept_and_told_that_it_is_gone(
    alice: User, voice: Voice, eleven: FakeElevenLabs
) -> None:
    mind = persona(alice, "old-key", tts_engine="playht", playht_user_id="u", external_voice_id="s3://v/manifest.json")
    assert "PlayHT ended its service" in served_instead(mind)
    speaking = by(mind, voice)
    assert words(said(speaking)) == SCRIPT.split()
    assert told(speaking) == [("playht", "vendor_retired"), ("elevenlabs", "")]


def test_spoken_is_for_one_text_and_one_account(eleven: FakeElevenLabs, alice: User, voice: Voice) -> None:
    assert words(list(spoken(voice, SCRIPT, owner_id=alice.pk))) == SCRIPT.split()
    with pytest.raises(EngineFailed, match="nothing in this text"):
        list(spoken(voice, "🎉"))


def test_every_video_of_a_twin_follows_the_twins_order(alice: User, voice: Voice) -> None:
    twin = make_twin(owner=alice, voice=voice, chains={"tts": ["openai", "local"]})
    assert [route.alias for route in speaker(voice, alice.pk, twin=Twin.objects.get(pk=twin.pk))._routes] == [
        "elevenlabs", "openai", "local"
    ]  # fmt: skip
    assert Video.objects.count() == 0
