"""Texts in several languages: each part is spoken in its own, in one voice."""

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise

import pytest

from tests.speech import audio_of, pitch_of, speak, symbols, written
from twins.tts import languages
from twins.tts.base import AudioChunk
from twins.tts.local import LocalTTS
from twins.tts.passages import passages
from twins.tts.reader import Reader
from twins.tts.speakable import visible

pytestmark = pytest.mark.engine

THREE = "Hello everyone. 今日は学校へ行きます。Привет, как дела? And that was all."


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalTTS]:
    with closing(LocalTTS(processes=1)) as engine:
        yield engine


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with closing(Reader()) as reader:
        yield reader


def parts(reader: Reader, text: str, language: str = "en") -> list[tuple[str, str]]:
    found = passages(text, languages.find(language, "en-GB"), "en-GB", reader)
    assert "".join(text[part.start : part.end] for part in found) == text
    return [(part.language.code, text[part.start : part.end].strip()) for part in found]


@pytest.fixture(scope="module")
def three(engine: LocalTTS) -> list[AudioChunk]:
    return speak(engine, THREE)


def test_english_japanese_and_russian_are_each_spoken_with_their_own_sounds(three):
    heard = ["".join(symbols([chunk])) for chunk in three]
    sounds = ["həloʊɛvɹɪwʌn", "kowaɡakkoeikimas", "privetkɑkdeɭa", "ændðæt"]
    assert [sound in part for sound, part in zip(sounds, heard, strict=True)] == [True] * 4, heard


def test_words_of_all_languages_keep_their_times(three):
    for chunk in three:
        assert chunk.words[0].start == 0
        assert all(one.end <= other.start for one, other in pairwise(chunk.words))
        assert all(word.end > word.start for word in chunk.words)
    assert [word.text for word in three[1].words] == ["今日は", "学校へ", "行きます。"]
    assert written(three).replace(" ", "") == visible(THREE).replace(" ", "")


def test_the_voice_stays_the_same_person(three):
    pitches = [pitch_of(audio_of([chunk])) for chunk in three]
    assert max(pitches) < 1.35 * min(pitches)


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            "Welcome to Madrid. ¿Dónde está la biblioteca? It is over there.",
            [("en-GB", "Welcome to Madrid."), ("es-ES", "¿Dónde está la biblioteca?"), ("en-GB", "It is over there.")],
        ),
        (
            "¡Hola a todos, este no es Hassaan! Thank you very much for coming today.",
            [("es-ES", "¡Hola a todos, este no es Hassaan!"), ("en-GB", "Thank you very much for coming today.")],
        ),
        (
            'She said "Je ne sais pas" and left.',
            [("en-GB", "She said"), ("fr-FR", '"Je ne sais pas"'), ("en-GB", "and left.")],
        ),
        (
            "Guten Morgen, wie geht es Ihnen? (Come stai, e come sono i bambini oggi?)",
            [("de", "Guten Morgen, wie geht es Ihnen?"), ("it", "(Come stai, e come sono i bambini oggi?)")],
        ),
        ("Say 你好 to all.", [("en-GB", "Say"), ("zh", "你好"), ("en-GB", "to all.")]),
        ("Visit 東京 (とうきょう)!", [("en-GB", "Visit"), ("ja", "東京 (とうきょう)!")]),
        ("It is Мене звати Їжак.", [("en-GB", "It is"), ("uk", "Мене звати Їжак.")]),
        ("नमस्ते means مرحبا.", [("hi", "नमस्ते"), ("en-GB", "means"), ("ar-SA", "مرحبا.")]),
    ],
)  # fmt: skip
def test_sentences_and_letters_of_other_languages_are_recognised(reader, text, expected):
    assert parts(reader, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Please contact Giovanni Rossi in Milano.",
        "Dr. Schmidt works at Volkswagen AG.",
        "I love pasta carbonara and espresso.",
        "Chopin, Dvořák and Debussy. No problem, amigo! Déjà vu. Voilà!",
        "Amara lives in San Francisco, California. Los Angeles, Las Vegas, El Paso.",
        "Thanks a lot! OK, go ahead. Great news today. Hello!",
        "The area is π r², about 5 µ.",
        "Send it to info@la-casa-de-los-libros.es or https://www.ejemplo.es/la/casa/de/los/libros today.",
    ],
)
def test_names_and_single_foreign_words_stay_with_the_language_of_the_text(reader, text):
    assert parts(reader, text) == [("en-GB", text)]


@pytest.mark.parametrize(
    "language, text",
    [
        ("pt", "Ela disse que hoje não tem tempo para isso. Como está a sua mãe?"),
        ("da", "Jeg har det godt i dag. Hvad hedder du?"),
        ("id", "Selamat pagi, apa kabar hari ini? Saya tidak bisa datang."),
        ("nl", "Ik wil graag een huis in de stad. Wat is dat daar?"),
        ("sk", "Dobrý deň, ako sa máte dnes? To je veľmi dobre."),
        ("bg", "Добър ден, аз съм тук. Как сте днес?"),
        ("uk", "Добрий день, як справи? Це дуже добре."),
        ("fr", "On parle de marketing et de business. La star du show est là."),
    ],
)
def test_a_text_in_one_language_is_not_taken_apart(reader, language, text):
    assert [code.split("-")[0] for code, _ in parts(reader, text, language)] == [language]


@pytest.mark.parametrize(
    "language, text, expected",
    [
        ("ru", "Зайдите на Google. This is a test of the system. Пока.", ["ru", "en-GB", "ru"]),
        ("ja", "私はAIのengineerです。This is a pen, you know. 終わり。", ["ja", "en-GB", "ja"]),
        ("zh", "我们用Google搜索。これは日本語です。", ["zh", "ja"]),
        ("zh", "我们用Google搜索。Привет!", ["zh", "ru"]),
        ("es", "Hola. This is the end of the story. Adiós.", ["es-ES", "en-GB", "es-ES"]),
    ],
)
def test_other_scripts_know_english_inside_them(reader, language, text, expected):
    assert [code for code, _ in parts(reader, text, language)] == expected
