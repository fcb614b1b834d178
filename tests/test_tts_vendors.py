"""Voices of vendors, each against a strict fake of its service: what is sent, what is heard, what goes wrong."""

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from avatarsite.core.engines import EngineFailed
from tests.fakes import elevenlabs
from tests.fakes.cartesia import KATIE, FakeCartesia
from tests.fakes.cartesia import KEY as CARTESIA_KEY
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.openai_speech import KEY as OPENAI_KEY
from tests.fakes.openai_speech import FakeOpenAISpeech
from tests.fakes.server import FakeVendor, freeze, html, refuse, truncate
from twins.tts import vendor
from twins.tts.base import TTS, AudioChunk, Pronunciation, VoiceSettings
from twins.tts.cartesia import CartesiaTTS
from twins.tts.elevenlabs import ElevenLabsTTS
from twins.tts.openai import OpenAITTS
from twins.tts.phonetics import sounds_of
from twins.tts.playht import PlayHTTTS
from twins.tts.timed import TimedSpeech, after, written

pytestmark = pytest.mark.engine

SARAH = "EXAVITQu4vr4xnSDxMaL"
TEXT = "Good morning, dear visitor! The harbour museum opens at nine today, and the keeper shows you the old lamp."
TIMED = "POST /v1/text-to-speech/{voice_id}/stream/with-timestamps"
SSE, SPEECH = "POST /tts/sse", "POST /v1/audio/speech"


@pytest.fixture
def eleven(settings: Any) -> Iterator[FakeElevenLabs]:
    with FakeElevenLabs() as fake:
        at(settings, "elevenlabs", fake.url)
        yield fake


@pytest.fixture
def cartesia(settings: Any) -> Iterator[FakeCartesia]:
    with FakeCartesia() as fake:
        at(settings, "cartesia", fake.url)
        yield fake


@pytest.fixture
def openai(settings: Any) -> Iterator[FakeOpenAISpeech]:
    with FakeOpenAISpeech() as fake:
        at(settings, "openai", f"{fake.url}/v1")
        yield fake


def at(settings: Any, alias: str, url: str) -> None:
    settings.VENDORS = {**settings.VENDORS, alias: {**settings.VENDORS[alias], "BASE_URL": url}}


def said(engine: TTS, voice: str, text: str = TEXT, language: str = "en-US", **told: Any) -> list[AudioChunk]:
    return list(engine.stream(text, VoiceSettings(voice, language=language, **told)))


def refused(engine: TTS, voice: str, **told: Any) -> EngineFailed:
    with pytest.raises(EngineFailed) as caught:
        said(engine, voice, **told)
    return caught.value


def check_times(chunks: list[AudioChunk]) -> None:
    """Every word is where it sounds, and its sounds are within it; all words are there, once and in order."""
    assert [word.text for chunk in chunks for word in chunk.words] == TEXT.split()
    assert len(chunks) > 1, "speech must be handed on before it is whole"
    for chunk in chunks:
        heard = np.abs(np.frombuffer(chunk.pcm, "<i2").astype(int)) > 500
        for word in chunk.words:
            begin, end = (round(second * chunk.sample_rate) for second in (word.start, word.end))
            assert heard[begin + 30 : end - 30].mean() > 0.9, f"{word.text} is silent where it should sound"
            assert not heard[end + 30 : end + 600].any(), f"{word.text} goes on after its end"
        sounding = [p for p in chunk.phonemes if p.symbol]
        assert len(sounding) > len(chunk.words) or all(p.symbol == "ɑ" for p in sounding)
        assert all(a.end <= b.start + 1e-6 for a, b in zip(chunk.phonemes, chunk.phonemes[1:], strict=False))
        inside = [any(w.start - 1e-6 <= p.start and p.end <= w.end + 1e-6 for w in chunk.words) for p in sounding]
        assert all(inside)


# -- ElevenLabs


def test_elevenlabs_words_and_sounds_fall_where_they_are_heard(eleven: FakeElevenLabs) -> None:
    chunks = said(ElevenLabsTTS(elevenlabs.KEY), SARAH)
    check_times(chunks)
    good = [p.symbol for p in chunks[0].phonemes if p.symbol][:3]
    assert good == ["ɡ", "ʊ", "d"]  # as the embedded voice reads "Good"


def test_elevenlabs_is_told_manner_tempo_model_and_language(eleven: FakeElevenLabs) -> None:
    engine = ElevenLabsTTS(elevenlabs.KEY)
    said(engine, SARAH, rate=1.1, options={"stability": 0.3, "similarity_boost": 0.9, "style": 0.1})
    body = eleven.requests[0].json
    assert body["voice_settings"] == {"stability": 0.3, "similarity_boost": 0.9, "style": 0.1, "speed": 1.1}
    assert (body["model_id"], body["language_code"]) == ("eleven_flash_v2_5", "en")
    said(engine, SARAH, rate=2.0, options={"model": "eleven_multilingual_v2"})
    body = eleven.requests[1].json
    assert body["voice_settings"] == {"speed": 1.2} and "language_code" not in body
    said(engine, SARAH, options={"model": "eleven_v3", "stability": 0.7})
    assert eleven.requests[2].json["voice_settings"] == {"stability": 0.5}


def test_elevenlabs_without_times(eleven: FakeElevenLabs) -> None:
    chunks = said(ElevenLabsTTS(elevenlabs.KEY, timed=False), SARAH)
    assert sum(chunk.seconds for chunk in chunks) > 6 and not any(chunk.words or chunk.phonemes for chunk in chunks)


def test_an_option_out_of_range_is_refused_before_anybody_is_asked(eleven: FakeElevenLabs) -> None:
    error = refused(ElevenLabsTTS(elevenlabs.KEY), SARAH, options={"stability": 7})
    assert error.code == "option_invalid" and "stability" in error.message and not eleven.requests


CODES = [
    (401, "quota_exceeded", "vendor_quota"),
    (401, "invalid_api_key", "vendor_auth"),
    (404, "voice_not_found", "voice_unknown"),
    (400, "max_character_limit_exceeded", "text_too_long"),
    (422, "validation", "vendor_rejected"),
]


@pytest.mark.parametrize(("status", "told", "code"), CODES)
def test_elevenlabs_codes_mean_more_than_its_statuses(
    eleven: FakeElevenLabs, status: int, told: str, code: str
) -> None:
    for detail in ({"code": told, "status": told, "message": "no"}, {"status": told, "message": "no"}):
        eleven.misbehave(TIMED, refuse(status, body={"detail": detail}))
        assert refused(ElevenLabsTTS(elevenlabs.KEY), SARAH).code == code


def test_elevenlabs_voices_can_be_chosen_made_and_deleted(eleven: FakeElevenLabs, tmp_path: Any) -> None:
    engine = ElevenLabsTTS(elevenlabs.KEY)
    eleven.voices |= {f"v{n}": f"Voice {n}" for n in range(120)}
    listed = engine.choices()
    assert len(listed) == 122 and (listed[0].name, listed[0].gender) == ("Sarah", "female")
    sample = tmp_path / "a.wav"
    sample.write_bytes(b"RIFF" + bytes(100))
    made = engine.clone("Avatarsite v1", sample)
    assert eleven.voices[made] == "Avatarsite v1"
    engine.forget(made)
    engine.forget(made)  # it is gone: no error
    assert made not in eleven.voices


# -- Cartesia


def test_cartesia_words_fall_where_they_are_heard(cartesia: FakeCartesia) -> None:
    check_times(said(CartesiaTTS(CARTESIA_KEY), KATIE))


def test_cartesia_is_told_tempo_and_emotion_as_its_model_takes_them(cartesia: FakeCartesia) -> None:
    said(CartesiaTTS(CARTESIA_KEY), KATIE, rate=1.2, options={"emotion": ["positivity:high"], "volume": 1.5})
    told = {"speed": 1.2, "volume": 1.5, "emotion": "positivity"}
    assert cartesia.requests[0].json["generation_config"] == told
    said(CartesiaTTS(CARTESIA_KEY, timed=False), KATIE, rate=1.2, options={"model": "sonic-2", "emotion": "sad"})
    assert cartesia.requests[1].path == "/tts/bytes" and cartesia.requests[1].json["speed"] == "fast"


def test_words_that_a_vendor_spells_as_they_are_said_keep_their_place(cartesia: FakeCartesia) -> None:
    cartesia.spells = {"$20": ["twenty", "dollars"]}
    text = "You paid $20 for two tickets to the old lighthouse, did you not?"
    words = [word for chunk in said(CartesiaTTS(CARTESIA_KEY), KATIE, text) for word in chunk.words]
    assert [word.text for word in words] == text.split()
    truth = {word: start for word, start, _ in elevenlabs.speak(text, 24_000).words}
    assert {"$20", "lighthouse,"} <= truth.keys()
    for word in words[:3]:
        assert word.start == pytest.approx(truth[word.text], abs=0.1)


def test_cartesia_may_fail_after_it_has_begun(cartesia: FakeCartesia) -> None:
    cartesia.fails_after = 3
    assert refused(CartesiaTTS(CARTESIA_KEY), KATIE).code == "vendor_unavailable"


def test_cartesia_voices_can_be_chosen(cartesia: FakeCartesia) -> None:
    assert [(v.name, v.gender) for v in CartesiaTTS(CARTESIA_KEY).choices()] == [
        ("Katie", "female"),
        ("Kiefer", "male"),
    ]


# -- OpenAI


@pytest.mark.parametrize("sound", [(24_000, 1, True), (22_050, 1, False), (44_100, 2, True)])
def test_openai_speaks_at_whatever_rate_its_server_does(settings: Any, sound: tuple[int, int, bool]) -> None:
    rate, channels, endless = sound
    with FakeOpenAISpeech(rate, channels, endless=endless) as fake:
        engine = OpenAITTS(OPENAI_KEY, base_url=f"{fake.url}/v1")
        chunks = said(engine, "nova", rate=1.5, options={"instructions": "Whisper."})
    assert {chunk.sample_rate for chunk in chunks} == {rate}
    truth = len(elevenlabs.speak(TEXT, rate).pcm) / 2 / rate
    assert sum(chunk.seconds for chunk in chunks) == pytest.approx(truth, abs=0.01)
    body = fake.requests[0].json
    assert (body["speed"], body["instructions"], body["voice"]) == (1.5, "Whisper.", "nova")


def test_a_used_up_quota_of_openai_is_not_taken_for_haste(openai: FakeOpenAISpeech) -> None:
    body = {"error": {"message": "You exceeded your quota", "type": "insufficient_quota", "code": "insufficient_quota"}}
    openai.misbehave(SPEECH, refuse(429, body=body))
    assert refused(OpenAITTS(OPENAI_KEY), "nova").code == "vendor_quota"


def test_what_is_not_16_bit_wav_is_refused(openai: FakeOpenAISpeech) -> None:
    openai.misbehave(SPEECH, refuse(200, body=b"ID3\x04" + bytes(9_000)))
    assert refused(OpenAITTS(OPENAI_KEY), "nova").code == "vendor_bad_answer"


# -- PlayHT


def test_playht_says_that_it_is_gone_and_what_to_choose() -> None:
    error = refused(PlayHTTTS("any-key"), "s3://voice/manifest.json")
    assert error.code == "vendor_retired" and not error.retryable
    assert "ended its service" in error.message and "elevenlabs" in error.message


# -- all of them

Asked = tuple[FakeVendor, TTS, str, str]


@pytest.fixture(params=["elevenlabs", "cartesia", "openai"])
def asked(request: pytest.FixtureRequest) -> Asked:
    """(its fake, an engine with a key, a voice, the route that speaks)"""
    if request.param == "elevenlabs":
        return request.getfixturevalue("eleven"), ElevenLabsTTS(elevenlabs.KEY), SARAH, TIMED
    if request.param == "cartesia":
        return request.getfixturevalue("cartesia"), CartesiaTTS(CARTESIA_KEY), KATIE, SSE
    return request.getfixturevalue("openai"), OpenAITTS(OPENAI_KEY), "nova", SPEECH


@pytest.mark.parametrize(
    ("behaviour", "code", "requests"),
    [
        (refuse(401), "vendor_auth", 1),
        (refuse(402), "vendor_quota", 1),
        (refuse(429, retry_after=7), "vendor_rate_limited", 1),
        (html(), "vendor_bad_answer", 1),
        (truncate(20_000), "vendor_unreachable", None),
    ],
)
def test_trouble_has_one_name_for_all_vendors(asked: Asked, behaviour: Any, code: str, requests: int | None) -> None:
    fake, engine, voice, where = asked
    fake.misbehave(where, behaviour, behaviour)
    error = refused(engine, voice)
    assert error.code == code
    assert error.retry_after == (7 if code == "vendor_rate_limited" else 0)
    assert requests is None or len(fake.requests) == requests


def test_a_moments_trouble_is_tried_once_more(asked: Asked) -> None:
    fake, engine, voice, where = asked
    fake.misbehave(where, refuse(503))
    assert said(engine, voice) and len(fake.requests) == 2
    fake.misbehave(where, refuse(503), refuse(503), refuse(503))
    assert refused(engine, voice).code == "vendor_unavailable" and len(fake.requests) == 4


def test_a_vendor_that_says_nothing_is_not_waited_for(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    fake, engine, voice, where = asked
    assert isinstance(engine, vendor.VendorTTS)
    monkeypatch.setattr(engine.wire, "_seconds", 0.3)
    fake.misbehave(where, freeze())
    assert refused(engine, voice).code == "vendor_timeout"


def test_nothing_to_speak_is_nobodys_work(asked: Asked) -> None:
    fake, engine, voice, _ = asked
    assert refused_text(engine, voice, "🎉 …").code == "tts_unspeakable" and not fake.requests


def refused_text(engine: TTS, voice: str, text: str) -> EngineFailed:
    with pytest.raises(EngineFailed) as caught:
        said(engine, voice, text)
    return caught.value


def test_keys_and_texts_stay_out_of_words_and_logs(asked: Asked, caplog: pytest.LogCaptureFixture) -> None:
    fake, engine, voice, where = asked
    caplog.set_level(logging.DEBUG)
    sent = {elevenlabs.KEY, CARTESIA_KEY, OPENAI_KEY}
    for status in (401, 400, 429):
        echo = {"detail": {"message": f"bad key {elevenlabs.KEY} {CARTESIA_KEY} {OPENAI_KEY}"}}
        fake.misbehave(where, refuse(status, body={**echo, "error": {"message": echo["detail"]["message"]}}))
        words = str(refused(engine, voice))
        assert not any(key in words for key in sent)
    said(engine, voice)
    assert not any(key in caplog.text for key in sent) and "harbour" not in caplog.text


def test_silence_for_words_is_a_failure(eleven: FakeElevenLabs) -> None:
    eleven.misbehave(TIMED, elevenlabs.silent)
    error = refused(ElevenLabsTTS(elevenlabs.KEY), SARAH)
    assert error.code == "vendor_bad_answer" and "silence" in error.message


@pytest.mark.parametrize("pace", [0.5, 2.0])
def test_sound_that_does_not_last_as_long_as_its_words_is_refused(eleven: FakeElevenLabs, pace: float) -> None:
    eleven.pace = pace
    assert refused(ElevenLabsTTS(elevenlabs.KEY), SARAH).code == "vendor_bad_answer"


def test_long_texts_go_in_parts(eleven: FakeElevenLabs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ElevenLabsTTS, "longest", 40)
    chunks = said(ElevenLabsTTS(elevenlabs.KEY), SARAH)
    assert " ".join(eleven.said) == TEXT and max(map(len, eleven.said)) <= 40
    assert [word.text for chunk in chunks for word in chunk.words] == TEXT.split()


# -- times


def test_what_is_left_to_say() -> None:
    assert after("No, no — not the, the lamp.", ["No,", "no", "—", "not"]) == "the, the lamp."
    assert after("Well.", []) == "Well."


def test_every_japanese_character_is_a_word_and_has_sounds() -> None:
    assert written("今日は、天気。") == ["今", "日", "は、", "天", "気。"]
    sounds = sounds_of("今日は、天気。", VoiceSettings("x", language="ja"))
    assert len(sounds) == 5 and all(sounds)


def test_sounds_follow_the_owners_pronunciations() -> None:
    rules = (Pronunciation("Tavus", "tɑːvəs", ipa=True),)
    told = sounds_of("Hello Tavus", VoiceSettings("x", pronunciations=rules))
    assert "".join(symbol for symbol, _ in told[1]).startswith("tɑ")


def test_times_that_lines_begin_anew_are_put_behind_each_other() -> None:
    speech = TimedSpeech("one two", 1_000)
    from twins.tts.elevenlabs import _Letters

    letters = _Letters(speech)
    for word in ("one ", "two"):
        before = speech.seconds
        speech.hear(bytes(2_000))
        times = [n / 4 for n in range(len(word) + 1)]
        alignment = {"characters": list(word), "character_start_times_seconds": times[:-1]}
        letters.add({**alignment, "character_end_times_seconds": times[1:]}, before)
    letters.end()
    (chunk,) = speech.rest()
    assert [(w.text, w.start) for w in chunk.words] == [("one", 0.0), ("two", 1.0)]
