"""Which languages and voices the local engine has."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from avatarsite.core.engines import EngineFailed
from tests.speech import SENTENCES, seconds, speak, symbols, written
from twins.tts import languages
from twins.tts.local import LocalTTS

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalTTS]:
    with closing(LocalTTS(processes=2)) as engine:
        yield engine


def test_the_table_holds_the_36_promised_languages(engine):
    assert len(engine.languages()) == 36


@pytest.mark.parametrize("code", [language.code for language in languages.LANGUAGES])
def test_every_language_speaks_with_its_own_sounds(engine, code):
    text, expected = SENTENCES[code.split("-")[0]]
    chunks = speak(engine, text, "sofia", language=code)
    assert seconds(chunks) > 1
    assert expected & set(symbols(chunks))
    assert written(chunks).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    "written_code, code",
    [("en-us", "en-US"), ("EN_GB", "en-GB"), ("zh-Hans-CN", "zh"), ("cmn", "zh"), ("pt", "pt-BR"), ("es-419", "es-MX"),
     ("de-AT", "de"), (" fr_fr ", "fr-FR"), ("tl", "fil"), ("ar", "ar-SA")],
)  # fmt: skip
def test_codes_are_matched_loosely(written_code, code):
    assert languages.find(written_code).code == code


@pytest.mark.parametrize("voice, sound", [("amara", "æ"), ("margaret", "ɑ")])
def test_bare_english_takes_the_voices_own_accent(engine, voice, sound):
    assert sound in symbols(speak(engine, "Bath.", voice, language="en"))


def test_a_foreign_name_in_latin_letters_is_read_inside_another_script(engine):
    names = "".join(symbols(speak(engine, "Зайдите на сайт Google сегодня.", language="ru")))
    assert "ɡuɡəl" in names


@pytest.mark.parametrize("code", ["xx", "", "klingon", "../../etc/passwd", "e" * 10_000])
def test_an_unknown_language_is_refused_and_the_known_ones_are_named(engine, code):
    with pytest.raises(EngineFailed, match="pt-BR") as refusal:
        speak(engine, "Hello", language=code)
    assert (refusal.value.code, refusal.value.retryable) == ("language_unsupported", False)


def test_approximate_languages_say_so():
    assert {entry.code for entry in languages.LANGUAGES if entry.approximate} == {
        "en-AU", "en-CA", "fr-CA", "fil", "ja", "ar-SA", "ar-AE",
    }  # fmt: skip


def test_an_unknown_voice_is_refused_and_the_known_ones_are_named(engine):
    with pytest.raises(EngineFailed, match="margaret") as refusal:
        speak(engine, "Hello", "nobody")
    assert refusal.value.code == "voice_unknown"
