"""How the local voice sounds: loudness, pace, pitch, and no clicks."""

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from tests.speech import PARAGRAPH, SENTENCES, audio_of, k_weighted, level, pitch_of, seconds, speak
from twins.tts import voices
from twins.tts.base import AudioChunk
from twins.tts.local import LocalTTS
from twins.tts.mastering import LOUDNESS

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalTTS]:
    with closing(LocalTTS(processes=2)) as engine:
        yield engine


@pytest.fixture(scope="module")
def spoken(engine) -> dict[str, list[AudioChunk]]:
    return {voice.id: speak(engine, PARAGRAPH, voice.id) for voice in voices.VOICES}


def test_there_are_three_women_and_three_men_from_both_sides_of_the_atlantic():
    assert sum(voice.gender == "female" for voice in voices.VOICES) >= 3
    assert sum(voice.gender == "male" for voice in voices.VOICES) >= 3
    assert {voice.accent for voice in voices.VOICES} == {"en-US", "en-GB"}


def test_voices_are_equally_loud(spoken):
    levels = [k_weighted(audio_of(chunks)) for chunks in spoken.values()]
    assert max(levels) - min(levels) < 1.5
    assert abs(float(np.mean(levels)) - LOUDNESS) < 1.5


def test_no_voice_clips(spoken):
    for chunks in spoken.values():
        assert np.abs(audio_of(chunks)).max() < 10 ** (-1 / 20)


def test_every_voice_speaks_at_an_unhurried_pace(spoken):
    for chunks in spoken.values():
        assert 150 < len(PARAGRAPH.split()) / seconds(chunks) * 60 < 170


@pytest.mark.parametrize("text", ["Hello.", "Papa is here.", "Take care.", "This way.", "I see."])
@pytest.mark.parametrize("voice", [voice.id for voice in voices.VOICES])
def test_speech_starts_within_80_ms_of_its_first_chunk(engine, voice, text):
    assert np.abs(audio_of(speak(engine, text, voice))[: int(0.08 * 22050)]).max() > 0.01


def test_a_voice_dies_away_before_a_pause(spoken):
    for chunks in spoken.values():
        end = chunks[0].phonemes[-1].start  # "… welcome."
        levels = [level(chunks[0], end - before, end - before + 0.01) for before in (0.04, 0.02, 0.01)]
        assert levels[0] > levels[1] > levels[2]
        assert levels[2] < 0.35 * levels[0]


def test_voices_differ_in_pitch_as_described(spoken):
    pitch = {voice: pitch_of(audio_of(chunks)) for voice, chunks in spoken.items()}
    assert pitch["walter"] < pitch["kenji"] < pitch["leo"] < pitch["margaret"] < pitch["amara"] < pitch["sofia"]
    assert 80 < pitch["walter"] < 105
    assert 200 < pitch["sofia"] < 250


def test_no_chunk_starts_or_ends_with_a_click(spoken):
    for chunks in spoken.values():
        for chunk in chunks:
            samples = np.frombuffer(chunk.pcm, "<i2").astype(int)
            assert abs(samples[0]) < 500
            assert abs(samples[-1]) < 100


def test_the_join_of_two_chunks_is_as_smooth_as_the_inside_of_one(engine):
    chunks = speak(engine, "lalala " * 200)
    audio = audio_of(chunks)
    assert len(chunks) > 2
    steps = np.abs(np.diff(audio))
    for join in np.cumsum([len(chunk.pcm) // 2 for chunk in chunks])[:-1]:
        assert steps[join - 1] < np.percentile(steps, 95)


def test_the_highest_band_is_softened_and_sibilants_remain(spoken):
    for chunks in spoken.values():
        power = np.abs(np.fft.rfft(audio_of(chunks))) ** 2
        hertz = np.fft.rfftfreq(len(audio_of(chunks)), 1 / 22050)
        share = [10 * np.log10(power[(hertz >= low) & (hertz < high)].sum() / power.sum())
                 for low, high in ((4000, 8000), (10300, 11025))]  # fmt: skip
        assert share[0] > -30
        assert share[1] < -45


@pytest.mark.parametrize("rate", [0.7, 1.5])
def test_rate_changes_the_length(engine, rate):
    assert seconds(speak(engine, PARAGRAPH, rate=rate)) == pytest.approx(
        seconds(speak(engine, PARAGRAPH)) / rate, rel=0.12
    )


@pytest.mark.parametrize("pitch", [0.5, 0.8, 1.25, 1.6])
def test_pitch_changes_the_pitch_and_not_the_length(engine, pitch):
    plain, changed = speak(engine, PARAGRAPH), speak(engine, PARAGRAPH, pitch=pitch)
    assert pitch_of(audio_of(changed)) == pytest.approx(pitch * pitch_of(audio_of(plain)), rel=0.08)
    assert seconds(changed) == pytest.approx(seconds(plain), rel=0.03)


@pytest.mark.parametrize("factor", [0.0, -3.0, 1e9, float("nan"), float("inf")])
def test_absurd_factors_are_kept_within_what_can_be_heard(engine, factor):
    assert 0.2 < seconds(speak(engine, "Good morning.", rate=factor, pitch=factor)) < 5


def test_a_language_spoken_before_leaves_no_trace_in_the_tempo():
    with closing(LocalTTS(processes=1)) as engine:
        before = seconds(speak(engine, PARAGRAPH))
        for code in engine.languages():
            speak(engine, SENTENCES[code.split("-")[0]][0], language=code)
        assert seconds(speak(engine, PARAGRAPH)) == pytest.approx(before, rel=0.005)
