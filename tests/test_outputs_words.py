"""What a clip tells of its words: captions, timings, and how far it is."""

import json
import re

import pytest

from twins.tts.base import AudioChunk, Phoneme, Word
from videos.captions import MAX_WIDTH, Captioner
from videos.progress import Expected
from videos.timings import Timings

pytestmark = pytest.mark.engine
RATE = 22050
CUE = re.compile(r"(\d\d:\d\d:\d\d\.\d{3}) --> (\d\d:\d\d:\d\d\.\d{3})\n(.+)")
STAMP = re.compile(r"<(\d\d:\d\d:\d\d\.\d{3})>")


def spoken(text, each=0.3, phonemes=()):
    """A chunk in which every word takes as long."""
    words = [Word(word, n * each, (n + 1) * each - 0.02) for n, word in enumerate(text.split())]
    return AudioChunk(bytes(2 * round(len(words) * each * RATE)), RATE, tuple(phonemes), tuple(words))


def seconds(stamp):
    hours, minutes, rest = stamp.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def cues(captioner):
    """(start, end, text) of each cue, and the stamps in it."""
    found = CUE.findall(captioner.vtt())
    return [
        (seconds(a), seconds(b), STAMP.sub("", text), [seconds(s) for s in STAMP.findall(text)]) for a, b, text in found
    ]


def captioned(*chunks):
    captioner = Captioner()
    for chunk in chunks:
        captioner.add(chunk)
    return captioner


LONG = "It has been a very long time, since we met the last time in the old museum, and I am glad to see you."


def test_every_word_stands_in_the_captions_at_its_time():
    told = cues(captioned(spoken("One two three."), spoken("Four five.")))
    assert [text for _, _, text, _ in told] == ["One two three.", "Four five."]
    assert told[0][3] == pytest.approx([0.3, 0.6], abs=0.001)  # the first word is there from the cue's beginning
    assert (told[0][0], told[1][0]) == pytest.approx((0.0, 0.9), abs=0.001)


def test_no_line_is_longer_than_fits_a_phone_and_lines_are_alike_in_length():
    texts = [text for _, _, text, _ in cues(captioned(spoken(LONG)))]
    assert " ".join(texts) == LONG
    assert max(map(len, texts)) <= MAX_WIDTH
    assert min(map(len, texts)) > 20  # no last word stands alone


def test_a_line_rather_ends_at_a_comma():
    assert cues(captioned(spoken(LONG)))[0][2].endswith("time,")


def test_wide_letters_count_twice_and_stand_without_spaces():
    words = [
        Word(text, n * 0.4, n * 0.4 + 0.4) for n, text in enumerate(["今日", "は", "とても", "天気", "が", "いい"] * 4)
    ]
    texts = [text for _, _, text, _ in cues(captioned(AudioChunk(bytes(2 * RATE * 10), RATE, (), tuple(words))))]
    assert "".join(texts) == "今日はとても天気がいい" * 4
    assert max(map(len, texts)) <= MAX_WIDTH // 2


def test_cues_never_overlap_and_short_ones_stay_to_be_read():
    told = cues(captioned(spoken("Yes."), spoken("No."), AudioChunk(bytes(4 * RATE), RATE), spoken("Well.")))
    for before, after in zip(told, told[1:], strict=False):
        assert before[1] <= after[0]
    assert told[1][1] - told[1][0] == pytest.approx(0.8, abs=0.001)


def test_stamps_inside_a_cue_lie_within_it_and_rise():
    for start, end, _, stamps in cues(captioned(spoken(LONG))):
        assert stamps == sorted(stamps)
        assert all(start < stamp < end for stamp in stamps)


def test_markup_in_the_words_stays_text():
    assert "&lt;b&gt;" in captioned(spoken("<b> & so")).vtt()


def test_timings_tell_words_sounds_and_mouths_on_the_clips_clock():
    sounds = [Phoneme("h", 0.0, 0.1), Phoneme("aɪ", 0.1, 0.3), Phoneme("", 0.3, 0.4)]
    timings = Timings()
    timings.add(spoken("One two"))
    timings.add(spoken("Hi", phonemes=sounds))
    told = json.loads(timings.json(1.5))
    assert (told["version"], told["duration"]) == (1, 1.5)
    assert told["words"][-1] == {"text": "Hi", "start": 0.6, "end": 0.88}
    assert told["phonemes"][1] == {"symbol": "aɪ", "start": 0.7, "end": 0.9}
    assert told["visemes"] == [
        {"viseme": "kk", "start": 0.6, "end": 0.7},
        {"viseme": "aa", "start": 0.7, "end": 0.8},
        {"viseme": "ih", "start": 0.8, "end": 0.9},
        {"viseme": "sil", "start": 0.9, "end": 1.0},
    ]


def test_equal_mouths_that_follow_each_other_are_one():
    timings = Timings()
    timings.add(spoken("x", phonemes=[Phoneme("p", 0, 0.1), Phoneme("b", 0.1, 0.2)]))
    assert json.loads(timings.json(0.3))["visemes"] == [{"viseme": "PP", "start": 0.0, "end": 0.2}]


def test_progress_of_a_recording_is_its_share_of_the_true_length():
    expected = Expected(seconds=99.4)
    assert [expected.per_cent(made) for made in (0, 25, 50, 100)] == [5, 26, 48, 90]


def test_progress_of_words_follows_the_pace_of_what_was_spoken_and_then_the_truth():
    expected = Expected(letters=1000)
    expected.spoke(100, 0.0)
    expected.spoke(0, 10.0)
    assert expected.seconds == pytest.approx(100.6)
    expected.spoke(900, 70.0)
    expected.ended()
    assert expected.seconds == pytest.approx(80.6)
    assert expected.per_cent(80.6) == 90


def test_progress_never_goes_back():
    expected = Expected(letters=0)
    expected.spoke(10, 1.0)
    shown = [expected.per_cent(1.0)]
    expected.spoke(1000, 100.0)
    shown.append(expected.per_cent(2.0))
    assert shown == sorted(shown)
