"""When each sound and each word of the local voice falls: what the lips and the captions follow."""

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise

import numpy as np
import pytest

from tests.speech import PARAGRAPH, SENTENCES, level, pauses, speak, symbols
from twins.tts import voices
from twins.tts.base import AudioChunk
from twins.tts.local import LocalTTS

pytestmark = pytest.mark.engine

VOICES = [voice.id for voice in voices.VOICES]


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalTTS]:
    with closing(LocalTTS(processes=2)) as engine:
        yield engine


def _longest_vowel(chunk: AudioChunk) -> tuple[float, float]:
    vowel = max((p for p in chunk.phonemes if p.symbol in tuple("ɑæeiouə")), key=lambda p: p.end - p.start)
    return vowel.start, vowel.end


def test_audio_is_mono_16_bit_at_22050_hz(engine):
    chunks = speak(engine, "Good morning.")
    assert {chunk.sample_rate for chunk in chunks} == {22050}
    assert all(len(chunk.pcm) % 2 == 0 for chunk in chunks)


def test_phonemes_cover_every_chunk_without_gap_or_overlap(engine):
    for chunk in speak(engine, PARAGRAPH):
        assert chunk.phonemes[0].start == 0
        assert all(one.end == other.start for one, other in pairwise(chunk.phonemes))
        assert chunk.phonemes[-1].end == pytest.approx(chunk.seconds, abs=1e-9)
        assert all(phoneme.end > phoneme.start for phoneme in chunk.phonemes)


def test_a_phoneme_is_one_ipa_letter_and_a_pause_is_empty(engine):
    names = symbols(speak(engine, "The judge's choice, surely: five cheap toys, George."))
    assert set(names) >= {"", "d", "ʒ", "t", "ʃ", "ɔ", "ɪ"}
    assert all(len(name) <= 1 for name in names)


def test_every_chunk_ends_with_a_pause(engine):
    assert all(chunk.phonemes[-1].symbol == "" for chunk in speak(engine, PARAGRAPH))


@pytest.mark.parametrize("voice", VOICES)
def test_the_lips_close_on_m_p_and_b_when_the_sound_dips(engine, voice):
    (chunk,) = speak(engine, "Mama papa baby", voice)
    kept = [phoneme for phoneme in chunk.phonemes if phoneme.symbol]
    assert "".join(p.symbol for p in kept if p.symbol in "mpb") == "mmppbb"
    for before, lips in pairwise(kept):
        if lips.symbol in "pb":
            closed = min(
                level(chunk, at, at + 0.015)
                for at in np.arange(lips.start, max(lips.end - 0.015, lips.start + 0.001), 0.005)
            )
            assert closed < 0.35 * level(chunk, before.start, before.end)


@pytest.mark.parametrize("voice", VOICES)
def test_a_stop_begins_with_its_closure_and_not_with_its_burst(engine, voice):
    (chunk,) = speak(engine, "Papa", voice)
    second = [phoneme for phoneme in chunk.phonemes if phoneme.symbol == "p"][1]
    assert second.end - second.start > 0.06
    assert level(chunk, second.start + 0.02, second.start + 0.035) < 0.1 * level(chunk, *_longest_vowel(chunk))


@pytest.mark.parametrize("voice", VOICES)
def test_after_a_pause_the_lips_are_shut_before_they_burst_open(engine, voice):
    (chunk,) = speak(engine, "Look, papa", voice)
    pause, lips = next((one, other) for one, other in pairwise(chunk.phonemes) if not one.symbol)
    assert (pause.symbol, lips.symbol) == ("", "p")
    assert level(chunk, lips.start, lips.start + 0.03) < 0.05 * level(chunk, *_longest_vowel(chunk))
    assert level(chunk, lips.start + 0.03, lips.end) > 0.05 * level(chunk, *_longest_vowel(chunk))


@pytest.mark.parametrize("language", SENTENCES)
def test_words_start_in_order_inside_their_chunk(engine, language):
    for chunk in speak(engine, SENTENCES[language][0], language=language):
        assert all(one.end <= other.start for one, other in pairwise(chunk.words))
        assert all(0 <= word.start < word.end <= chunk.seconds for word in chunk.words)


def test_a_word_begins_with_its_own_first_sound(engine):
    (chunk,) = speak(engine, "Never trust five green zebras")
    firsts = [next(p.symbol for p in chunk.phonemes if p.end > word.start + 0.001) for word in chunk.words]
    assert firsts == ["n", "t", "f", "ɡ", "z"]


def test_words_said_in_one_breath_each_get_a_time(engine):
    (chunk,) = speak(engine, "At the end of the day")
    assert [word.text for word in chunk.words] == ["At", "the", "end", "of", "the", "day"]
    assert all(word.end > word.start for word in chunk.words)


def test_a_word_that_is_read_as_several_keeps_one_time(engine):
    (chunk,) = speak(engine, "It costs $5.20 today.")
    assert [word.text for word in chunk.words] == ["It", "costs", "$5.20", "today."]
    assert chunk.words[2].end - chunk.words[2].start > 1


def test_each_sentence_is_a_chunk_of_its_own(engine):
    assert [len(chunk.words) for chunk in speak(engine, "One two. Three four five! Six?")] == [2, 3, 1]


def test_a_sentence_ends_with_a_longer_pause_than_a_clause(engine):
    clause, sentence, _ = pauses(speak(engine, "Well, here we are. Good."))
    assert 0.15 < clause < 0.25
    assert 0.35 < sentence < 0.5
