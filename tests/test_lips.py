"""Lips for speech whose phonemes nobody tells: what is heard, and the ear that is trained for it."""

import os
from dataclasses import replace

import numpy as np
import pytest

from avatarsite.core.children import ChildPool
from tests.lips import (
    OPENING,
    PRESS,
    WIDTH,
    alike,
    closures,
    delay,
    joined,
    lag,
    lips_by_ear,
    lips_of,
    opening_asked,
    opening_seen,
    seen_closed,
)
from tests.speech import SENTENCES, speak
from twins.tts.base import AudioChunk
from twins.tts.local import LocalTTS
from videos.lip_training.child import handle
from videos.lip_training.training import train
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local import hearing
from videos.renderers.local.curve import LipCurve
from videos.renderers.local.ears import place
from videos.renderers.local.engine import LocalRenderer
from videos.renderers.local.hearing_network import Weights

pytestmark = pytest.mark.engine
ENGLISH = (
    "Please remember to bring both of my maps back before Monday morning. "
    "We often visit five villages in the valley, and who would choose to move through the cool blue pool at noon?"
)
NEVER_TRAINED = ("cs", "el", "hr", "ru")  # no language of babble.LANGUAGES


@pytest.fixture(scope="module")
def voice():
    voice = LocalTTS()
    yield voice
    voice.close()


@pytest.fixture(scope="module")
def english(voice):
    return joined(speak(voice, ENGLISH, "margaret", language="en"))


@pytest.fixture(scope="module")
def foreign(voice):
    return joined([chunk for code in NEVER_TRAINED for chunk in speak(voice, SENTENCES[code][0], language=code)])


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory):
    """With a trained ear in it, as a server that warms up makes it."""
    folder = tmp_path_factory.mktemp("ears")
    pool = ChildPool("videos.lip_training.child", 1)
    with pool.child() as child:
        child.send(place(folder))
        assert child.receive(100)
    pool.close()
    return folder


@pytest.fixture(autouse=True)
def ear(cache_dir):
    hearing.use(cache_dir)


@pytest.fixture(scope="module")
def heard(english, cache_dir):
    """What the lips do by the sound of the English speech."""
    hearing.use(cache_dir)
    return lips_by_ear(english)


@pytest.fixture
def untrained(tmp_path):
    hearing.use(tmp_path)


# -- What is heard


def test_lips_follow_speech_that_has_no_phonemes(english, heard):
    true = lips_of(english)
    assert len(heard) == len(true)
    assert alike(heard, true)["mean"] > 0.7
    assert alike(heard, true)["opening"] > 0.75
    assert abs(lag(heard, true)) <= 2


def test_lips_close_for_closures_that_are_only_heard(english, heard):
    recall, precision = closures(heard, lips_of(english))
    assert recall > 0.75
    assert precision > 0.65


def test_languages_are_heard_that_were_never_trained(foreign):
    seen, true = lips_by_ear(foreign), lips_of(foreign)
    assert alike(seen, true)["mean"] > 0.72
    assert closures(seen, true)[0] > 0.8


def test_the_trained_ear_hears_more_than_loudness_does(foreign, cache_dir, tmp_path):
    trained = alike(lips_by_ear(foreign), lips_of(foreign))
    hearing.use(tmp_path)
    untrained = alike(lips_by_ear(foreign), lips_of(foreign))
    assert trained["mean"] > untrained["mean"] + 0.08


def test_until_the_ear_is_trained_lips_still_follow(english, untrained):
    seen, true = lips_by_ear(english), lips_of(english)
    assert alike(seen, true)["opening"] > 0.5
    assert seen[:, PRESS].any()


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_any_sample_rate_is_heard(english, heard, rate):
    samples = np.frombuffer(english.pcm, "<i2")
    times = np.arange(int(english.seconds * rate)) / rate * english.sample_rate
    other = replace(english, pcm=np.interp(times, np.arange(len(samples)), samples).astype("<i2").tobytes())
    other = replace(other, sample_rate=rate)
    assert alike(lips_by_ear(other), heard)["opening"] > (0.75 if rate == 8000 else 0.9)


def test_half_the_volume_and_a_little_noise_change_little(english, heard):
    samples = np.frombuffer(english.pcm, "<i2")
    noise = np.random.default_rng(1).normal(0, 60, len(samples))
    quiet = replace(english, pcm=(samples * 0.3 + noise).astype("<i2").tobytes())
    assert alike(lips_by_ear(quiet), heard)["opening"] > 0.8


@pytest.mark.parametrize("sound", ["silence", "noise", "hum"])
def test_lips_rest_when_nobody_speaks(sound):
    times = np.arange(32000) / 16000
    samples = {
        "silence": np.zeros(32000),
        "noise": np.random.default_rng(1).normal(0, 30, 32000),
        "hum": 3000 * np.sin(2 * np.pi * 50 * times),
    }[sound]
    seen = lips_by_ear(AudioChunk(samples.astype("<i2").tobytes(), 16000))
    assert np.percentile(seen[:, OPENING], 90) < 0.25
    assert np.abs(seen[:, WIDTH]).mean() < 0.3


# -- While it comes in


@pytest.mark.parametrize("piece", [0.013, 60.0])
def test_it_does_not_matter_in_which_pieces_sound_comes(english, heard, piece):
    seen = lips_by_ear(english, piece)
    assert len(seen) == len(heard)
    assert alike(seen, heard)["mean"] > 0.9


def test_lips_are_known_a_quarter_of_a_second_after_the_sound(english):
    curve, told = LipCurve(0.05), 0
    deaf = replace(english, phonemes=(), words=())
    for start in range(0, len(deaf.pcm), 4410):  # 0.1 s
        curve.add(replace(deaf, pcm=deaf.pcm[start : start + 4410]))
        told += len(curve.take(last=False))
        assert told >= round(curve.seconds * 100) - 25


def test_what_follows_a_late_piece_is_heard_in_its_place(english, heard):
    curve, points = LipCurve(0.05), []
    deaf = replace(english, phonemes=(), words=())
    half = len(deaf.pcm) // 4 * 2
    for pcm in (deaf.pcm[:half], deaf.pcm[half:]):
        curve.add(replace(deaf, pcm=pcm))
        points += curve.take(last=True)
    seen = np.array([(p.opening, p.width, 0, 0) for p in points])
    assert len(seen) == len(heard)
    assert np.corrcoef(seen[:, OPENING], heard[:, OPENING])[0, 1] > 0.9


def test_speech_with_and_without_phonemes_may_take_turns(english):
    curve = LipCurve(0.05)
    deaf = replace(english, phonemes=(), words=())
    for chunk in (english, deaf, english):
        curve.add(chunk)
    opening = np.array([p.opening for p in curve.take(last=True)])
    length = round(english.seconds * 100)
    first, last = opening[:length], opening[2 * length : 3 * length]
    assert len(opening) == int(np.ceil(3 * english.seconds * 100))
    assert np.corrcoef(first[: len(last)], last)[0, 1] > 0.95
    assert np.corrcoef(first, opening[length : 2 * length])[0, 1] > 0.7


def test_a_clip_that_was_given_up_does_not_disturb_the_next(english, heard):
    deaf = replace(english, phonemes=(), words=())
    LipCurve(0.05).add(replace(deaf, pcm=deaf.pcm[: len(deaf.pcm) // 4 * 2]))
    assert alike(lips_by_ear(english), heard)["mean"] > 0.97


def test_minutes_of_sound_are_heard_to_the_end(english):
    pause = bytes(english.sample_rate)
    minutes = replace(english, pcm=(english.pcm + pause) * 3, phonemes=())
    seen = lips_by_ear(minutes, 1.0)
    length = round((english.seconds + 0.5) * 100)
    assert len(seen) == int(np.ceil(minutes.seconds * 100))
    assert np.corrcoef(seen[length : 2 * length, OPENING], seen[-length - 1 : -1, OPENING])[0, 1] > 0.85


# -- Training


def test_training_is_the_same_every_time():
    one, other = train(count=3, rounds=1), train(count=3, rounds=1)
    assert all(np.allclose(a, b, atol=1e-3) for a, b in zip(one.layers, other.layers, strict=True))


def test_an_ear_is_small_and_survives_its_file(cache_dir, tmp_path):
    weights = Weights.load(place(cache_dir))
    weights.save(tmp_path / "again.npz")
    again = Weights.load(tmp_path / "again.npz")
    assert all(np.array_equal(a, b) for a, b in zip(weights.layers, again.layers, strict=True))
    assert place(cache_dir).stat().st_size < 250_000


def test_an_ear_that_is_there_is_not_trained_again(cache_dir):
    before, answers = place(cache_dir).stat().st_mtime_ns, []
    handle(place(cache_dir), lambda: None, answers.append)
    assert answers == [True]
    assert place(cache_dir).stat().st_mtime_ns == before


def test_training_ends_with_the_process_that_wanted_it(tmp_path):
    pool = ChildPool("videos.lip_training.child", 1, niceness=19)
    with pool.child() as child:
        assert os.getpriority(os.PRIO_PROCESS, child.process.pid) == 19
        child.send(place(tmp_path))
        pool.close()
        assert child.process.wait(timeout=10)
    assert not place(tmp_path).exists()


# -- What is seen


@pytest.fixture(scope="module")
def filmed(english, cache_dir, tmp_path_factory):
    """Openings of the lips in the decoded pictures of a clip that was made from text: per frame, and 100 a second."""
    path = tmp_path_factory.mktemp("film") / "clip.mp4"
    renderer = LocalRenderer(cache_dir)
    list(renderer.render(FaceRef("drawn", "leo"), [english], path, VideoFormat(320, 320)))
    renderer.close()
    return opening_seen(path)


def test_the_picture_shows_the_lips_that_the_sounds_ask_for(english, filmed):
    wanted = lips_of(english)[:, OPENING]
    asked = opening_asked(english)
    seen = filmed[1][: len(asked)]
    assert np.corrcoef(seen, wanted[: len(asked)])[0, 1] > 0.88
    assert abs(delay(seen, wanted, 10)) <= 2
    assert np.corrcoef(seen, asked)[0, 1] > 0.7


def test_the_picture_shows_closed_lips_for_every_closure(english, filmed):
    assert seen_closed(filmed[0], english) >= 0.95


def test_lips_do_not_chatter(english, filmed):
    """Between two frames a mouth may turn back, but seldom in two frames in a row."""
    steps = np.sign(np.diff(filmed[0])) * (np.abs(np.diff(filmed[0])) > 0.03)
    turns = (steps[1:] * steps[:-1]) < 0
    assert (turns[1:] & turns[:-1]).mean() < 0.08
