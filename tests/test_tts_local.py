"""What the local voice refuses, and how it lives with its processes."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from avatarsite.core.engines import EngineFailed
from tests.speech import PARAGRAPH, seconds, speak, written
from twins.tts import voices
from twins.tts.base import VoiceSettings
from twins.tts.local import LocalTTS
from twins.tts.speakable import MAX_CHARACTERS

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalTTS]:
    with closing(LocalTTS(processes=2)) as engine:
        yield engine


def children() -> set[int]:
    """Process ids of this process's espeak children."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"twins.tts.espeak_child" in path.read_bytes() and _parent(int(path.parent.name)) == os.getpid():
                found.add(int(path.parent.name))
        except OSError:
            continue
    return found


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


@pytest.mark.parametrize(
    "text",
    ["", " \n\t ", "🎉👩‍💻❤️", "?!... -- “”", "\x00\x01\x1b\x7f", "\ud800\udfff", "\u202e\u200f\u200b",
     "<break time='1s'/>", "สวัสดีชาวโลก", "שלום עולם", "สวัสดีชาวโลก hi"],
)  # fmt: skip
def test_text_that_cannot_be_spoken_is_refused(engine, text):
    with pytest.raises(EngineFailed) as refusal:
        speak(engine, text)
    assert (refusal.value.code, refusal.value.retryable) == ("tts_unspeakable", False)


def test_the_refusal_names_the_script_and_what_to_change(engine):
    with pytest.raises(EngineFailed, match="Hebrew script.*Write it in another language"):
        speak(engine, "שלום עולם")


@pytest.mark.parametrize("length", [MAX_CHARACTERS + 1, 100_000])
def test_text_beyond_the_limit_is_refused(engine, length):
    with pytest.raises(EngineFailed, match="20000") as refusal:
        speak(engine, "a " * (length // 2) + "b")
    assert refusal.value.code == "text_too_long"


MONSTERS = {
    "one letter": "a" * 10_000, "one digit": "9" * 10_000, "accents": "a\u0301" * 5000, "syllables": "ab " * 400,
    "abbreviations": "a.b." * 2000, "initials": "A." * 4000, "alternatives": "a/" * 3000,
    "address": "http://" + "a" * 9000, "mail": "@" * 3000 + "a.b", "money": "$" * 3000 + "1", "ranges": "-1" * 4000,
    "times": "1:" * 4000 + "1",
    "entities": "&amp" * 2000, "tags": "<a" * 2000, "attributes": "<a " + "b=c " * 60,
    "spaces in a tag": "<a" + " " * 19_000, "brackets": "(a" * 2000, "links": "](" * 3000 + "a",
    "kanji": "漢" * 400, "kana": "あ" * 400, "arabic": "ذهب" * 2000, "scripts": "aж漢" * 100,
    "quotes": "\"la de\" " * 200, "kanji numbers": "三" * 400, "angles": "<" * 5000 + "a",
    "squares": "[" * 5000 + "a", "marks on one letter": "e" + "\u0301" * 9000,
}  # fmt: skip


@pytest.mark.parametrize("text", MONSTERS.values(), ids=MONSTERS)
def test_monstrous_words_neither_crash_nor_hang(engine, text):
    (first, *_) = engine.stream(text, VoiceSettings("walter"))
    assert first.seconds < 120
    assert seconds(speak(engine, "Still here.")) > 0.5


def test_a_word_whose_first_letter_comes_too_late_is_refused(engine):
    with pytest.raises(EngineFailed) as refusal:
        speak(engine, "'" * 500 + "a")
    assert refusal.value.code == "tts_unspeakable"


def test_the_library_is_loaded_in_the_children_only(engine):
    speak(engine, "Hello.")
    assert "espeak" not in Path("/proc/self/maps").read_text()
    assert children()


def test_long_text_streams_and_can_be_stopped_anywhere():
    with closing(LocalTTS(processes=1)) as engine:
        speech = engine.stream(PARAGRAPH * 40, VoiceSettings("amara"))
        next(speech)
        before = children()
        speech.close()
        assert written(speak(engine, "And now something else.")) == "And now something else."
        assert before <= children()


def test_a_child_killed_in_mid_call_is_reported_and_replaced():
    before = children()
    with closing(LocalTTS(processes=1)) as engine:
        engine.warm()
        (victim,) = children() - before
        os.kill(victim, signal.SIGSTOP)  # so that the call is surely under way when the child dies
        threading.Timer(0.3, os.kill, (victim, signal.SIGKILL)).start()
        with pytest.raises(EngineFailed) as failure:
            speak(engine, "Hello.")
        assert (failure.value.code, failure.value.retryable) == ("engine_crashed", True)
        assert written(speak(engine, "Hello again.")) == "Hello again."


def test_a_child_killed_between_calls_is_replaced_unnoticed():
    before = children()
    with closing(LocalTTS(processes=1)) as engine:
        engine.warm()
        (victim,) = children() - before
        os.kill(victim, signal.SIGKILL)
        while Path(f"/proc/{victim}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
            time.sleep(0.01)
        assert written(speak(engine, "Hello.")) == "Hello."


def test_many_threads_speak_at_once_each_its_own_text(engine):
    texts = [f"This is caller number {number}. And that was all." for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        spoken = list(pool.map(lambda pair: speak(engine, pair[1], voices.VOICES[pair[0] % 8].id), enumerate(texts)))
    assert [written(chunks) for chunks in spoken] == texts


def test_closing_ends_the_children():
    before = children()
    with closing(LocalTTS(processes=1)) as engine:
        engine.warm()
        started = children() - before
        engine.close()
        assert started and not started & children()
