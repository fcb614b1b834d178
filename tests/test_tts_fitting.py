"""A voice that is fitted to a person's sample."""

import json
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from avatarsite.core.engines import EngineFailed
from tests.speech import PARAGRAPH, audio_of, pitch_of, speak, symbols
from twins.tts import measures
from twins.tts.fitting import Fit, fit
from twins.tts.local import LocalTTS

pytestmark = pytest.mark.engine

RATE = 22_050
ELSEWHERE = "On Tuesday the children carried seven yellow boxes over the bridge, and nobody asked them why."


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalTTS]:
    with closing(LocalTTS(processes=1)) as engine:
        yield engine


@pytest.fixture(scope="module")
def person(engine: LocalTTS) -> np.ndarray:
    """Somebody whom no stock voice sounds like: Walter, higher and faster, through a dull microphone."""
    audio = audio_of(speak(engine, PARAGRAPH, "walter", pitch=1.4, rate=1.15)).astype(np.float32)
    return np.convolve(audio, np.hanning(9) / np.hanning(9).sum(), "same").astype(np.float32)


@pytest.fixture(scope="module")
def found(person: np.ndarray) -> Fit:
    return fit(pcm(person), RATE)


def pcm(audio: np.ndarray) -> bytes:
    return np.round(np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes()


def traits(audio: np.ndarray) -> measures.Traits:
    return measures.measured(measures.resampled(audio.astype(np.float32), RATE))


def test_a_fit_survives_being_stored_as_json(found):
    assert json.loads(json.dumps(found)) == found


def test_the_fitted_voice_has_the_persons_pitch_pace_and_colour(engine, person, found):
    heard = audio_of(speak(engine, PARAGRAPH, found["voice"], fit=found))
    assert 12 * abs(np.log2(pitch_of(heard) / pitch_of(person))) < 0.5
    one, other = traits(heard), traits(person)
    assert one.syllables == pytest.approx(other.syllables, rel=0.15)
    assert measures.spectrum_distance(one.spectrum, other.spectrum) < 2  # the paragraph is not the one it was fitted by
    assert np.abs(one.formants / other.formants - 1).mean() < 0.06


def test_what_was_reached_is_told(found):
    assert found["measured"]["pitch_error"] < 0.5
    assert found["measured"]["spectrum"] < 1


def test_the_fitted_voice_is_nearer_to_the_person_than_the_voice_that_it_began_with(engine, person, found):
    target = traits(person).spectrum
    before = traits(audio_of(speak(engine, ELSEWHERE, found["voice"])))
    after = traits(audio_of(speak(engine, ELSEWHERE, found["voice"], fit=found)))
    distance = measures.spectrum_distance
    assert distance(after.spectrum, target) < 0.6 * distance(before.spectrum, target)


@pytest.mark.parametrize(
    "language, text", [("ja", "わたしは ふゆに きょうとへ いきます。"), ("de", "Guten Tag, wie geht es Ihnen?")]
)
def test_the_fit_goes_over_every_language(engine, person, found, language, text):
    chunks = speak(engine, text, found["voice"], fit=found, language=language)
    assert 12 * abs(np.log2(pitch_of(audio_of(chunks)) / pitch_of(person))) < 3
    assert symbols(chunks) == symbols(speak(engine, text, found["voice"], language=language))


def test_rate_and_pitch_still_turn_a_fitted_voice(engine, found):
    plain, higher = (pitch_of(audio_of(speak(engine, ELSEWHERE, found["voice"], fit=found, pitch=p))) for p in (1, 1.3))
    assert higher / plain == pytest.approx(1.3, rel=0.08)


def noise(seconds: float, level: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, level, int(seconds * RATE))


def test_a_sample_below_10_seconds_is_refused_with_the_length_that_is_needed(person):
    with pytest.raises(EngineFailed, match="at least 10 seconds") as refusal:
        fit(pcm(person[: int(9.9 * RATE)]), RATE)
    assert (refusal.value.code, refusal.value.retryable) == ("sample_too_short", False)


def test_pauses_do_not_count_as_speech(person):
    with pytest.raises(EngineFailed, match="seconds of the sample are speech") as refusal:
        fit(pcm(np.concatenate([person[: 4 * RATE], noise(10, 0.0001)])), RATE)
    assert refusal.value.code == "sample_too_short"


@pytest.mark.parametrize(
    "audio",
    [np.zeros(12 * RATE), noise(12, 0.1), 0.3 * np.sin(2 * np.pi * 150 * np.arange(12 * RATE) / RATE), noise(12, 1e-4)],
    ids=["silence", "noise", "hum", "hiss"],
)
def test_what_is_no_speech_is_refused(audio):
    with pytest.raises(EngineFailed, match="no speech") as refusal:
        fit(pcm(audio), RATE)
    assert refusal.value.code == "sample_not_speech"


def test_speech_in_loud_noise_is_refused(person):
    with pytest.raises(EngineFailed, match="too much noise") as refusal:
        fit(pcm(person + noise(len(person) / RATE, 0.04)[: len(person)]), RATE)
    assert refusal.value.code == "sample_noisy"


@pytest.mark.parametrize("rate", [0, 4_000, 1_000_000])
def test_a_rate_that_no_recording_has_is_refused(rate):
    with pytest.raises(EngineFailed, match="8000 to 192000") as refusal:
        fit(bytes(2_000_000), rate)
    assert refusal.value.code == "sample_unusable"


def test_a_stored_fit_that_is_broken_is_named(engine):
    with pytest.raises(EngineFailed, match="fit it anew") as refusal:
        speak(engine, "Hello.", fit={"pitch": [1]})
    assert refusal.value.code == "voice_broken"
