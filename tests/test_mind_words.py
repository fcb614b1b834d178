"""The parts of a prompt and a reply, each alone: tokens, word limits, summaries, facts, languages."""

import time

import pytest

from avatarsite.core.engines import EngineFailed
from twins.llm.base import ChatMessage
from twins.llm.facts import facts
from twins.llm.speakable import count_words
from twins.llm.summaries import extract
from twins.llm.tokens import count, first
from twins.llm.words import within
from twins.tts.languages import LANGUAGES, resolve, spoken_name

pytestmark = pytest.mark.engine

PROSE = "The bakery opens at seven in the morning, and it closes when the last loaf is sold. "


# -- Tokens


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (PROSE * 10, 0.25, 0.4),
        ("Die Bäckerei öffnet um sieben Uhr morgens und schließt am Abend.", 0.28, 0.5),
        ("Пекарня открывается в семь утра и закрывается вечером.", 0.45, 0.7),
        ("面包店早上七点开门，晚上关门。", 1.0, 1.7),
        ("パン屋は朝七時に開きます。", 1.0, 1.7),
        ("0123456789" * 10, 0.5, 0.8),
        ("😀" * 10, 1.0, 3.0),
    ],
)
def test_tokens_of_a_character_are_estimated_by_its_script(text: str, least: float, most: float) -> None:
    assert least <= count(text) / len(text) <= most


def test_a_text_is_shortened_to_its_tokens_at_a_sentence() -> None:
    cut = first(PROSE * 100, 200)
    assert count(cut) <= 200 and cut.endswith("sold.")


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert first(PROSE, 1_000) == PROSE


# -- Word limits


def limited(text: str, limit: int, size: int = 7) -> str:
    return "".join(within((text[at : at + size] for at in range(0, len(text), size)), limit))


@pytest.mark.parametrize("size", [1, 3, 50, 10_000])
@pytest.mark.parametrize("limit", [5, 12, 50, 200])
def test_no_reply_is_more_than_a_quarter_too_long(limit: int, size: int) -> None:
    said = limited(PROSE * 60, limit, size)
    assert 0 < count_words(said) <= limit * 1.25 and said.endswith(".")


@pytest.mark.parametrize("size", [1, 4, 10_000])
def test_a_reply_that_fits_is_left_as_it_is(size: int) -> None:
    text = "Hello there!  It is six euros. \n\nWould you like one?"
    assert limited(text, 50, size) == text


def test_a_reply_ends_with_a_whole_sentence_where_it_can() -> None:
    assert (
        limited("One two three. Four five six. Seven eight nine ten eleven twelve.", 6)
        == "One two three. Four five six."
    )


def test_a_sentence_that_is_too_long_itself_ends_at_a_clause() -> None:
    said = limited("First of all, we have a look at the oven, then we take the bread out, and we eat it all.", 12)
    assert said == "First of all, we have a look at the oven."


def test_a_sentence_without_clauses_ends_between_words() -> None:
    assert count_words(limited("word " * 500, 20)) <= 25


def test_scripts_without_spaces_are_counted_too() -> None:
    assert count_words(limited("私は毎朝パンを焼きます。" * 40, 20)) <= 25


def test_the_source_is_closed_as_soon_as_it_is_enough() -> None:
    closed = []

    def endless():  # type: ignore[no-untyped-def]
        try:
            while True:
                yield "This is a sentence. "
        finally:
            closed.append(True)

    assert count_words("".join(within(endless(), 10))) <= 12 and closed


def test_a_long_reply_costs_no_quadratic_time() -> None:
    started = time.perf_counter()
    limited("word, " * 5_000, 2_000, size=4)
    assert time.perf_counter() - started < 20


# -- Summaries


def test_a_summary_keeps_what_is_rare_and_drops_what_is_said_again_and_again() -> None:
    said = [ChatMessage("user", "My boat is called Wanderer.")]
    said += [ChatMessage("assistant", f"Fine, and so on, number {number}.") for number in range(200)]
    summary = extract("", said, 300)
    assert "Wanderer" in summary and count(summary) < 400


def test_a_summary_tells_who_said_what() -> None:
    said = [ChatMessage("user", "How much is it?"), ChatMessage("assistant", "It is six euros.")]
    assert extract("", said, 300) == "The visitor asked: “How much is it?”\nYou said: “It is six euros.”"


def test_an_earlier_summary_is_kept_in_front() -> None:
    assert extract("The visitor is a pilot.", [], 300) == "The visitor is a pilot."


# -- Facts


@pytest.mark.parametrize(
    "text",
    [
        "What is my name?",
        "Do I live in Lisbon?",
        "If I lived in Lisbon, I would swim.",
        "Imagine my name is Bob.",
        "Call me back later.",
        "I like it.",
        "I like your answer.",
        "I would like to know the price.",
        "My password is hunter2.",
        "My card number is 4111 1111 1111 1111.",
        "",
        "\x00\ud800",
        "😀",
    ],
)
def test_these_tell_no_fact(text: str) -> None:
    assert facts(text, "en") == []


@pytest.mark.parametrize(
    ("text", "language", "subject"),
    [
        ("You can call me Zoë", "en", "name"),
        ("i live in new york and work a lot", "en", "home"),
        ("Me gusta el ajedrez.", "es", "taste ajedrez"),
        ("Je déteste les champignons.", "fr", "taste champignon"),
        ("Ich bin allergisch gegen Nüsse.", "de", "allergy nüsse"),
        ("Sou alérgica a amendoim.", "pt", "allergy amendoim"),
        ("I'm vegan.", "en", "vegan"),
        ("I have two kids.", "en", "kid"),
        ("My wife's name is Inês.", "en", "wife"),
    ],
)
def test_these_tell_one(text: str, language: str, subject: str) -> None:
    found = facts(text, language)
    assert len(found) == 1 and found[0].subject[:6] == subject[:6], found


def test_several_things_in_one_message_are_several_facts() -> None:
    found = facts("My name is Ana, I live in Lisbon and I'm allergic to nuts. I love jazz!", "en")
    assert {fact.text for fact in found} == {
        "My name is Ana.", "I live in Lisbon.", "I am allergic to nuts.", "I love jazz.",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["I live in " * 5_000, "my name is " * 5_000, "I like " + "a" * 100_000, "I am " * 9_000]
)
def test_hostile_text_costs_no_time(text: str) -> None:
    started = time.perf_counter()
    facts(text, "en")
    assert time.perf_counter() - started < 3


# -- Languages


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_every_language_goes_by_its_code_and_its_name(language: object) -> None:
    code, name = language.code, language.name  # type: ignore[attr-defined]
    assert resolve(code) == resolve(name.upper()) == code
    assert spoken_name(code) == name or "-" not in code


def test_a_bare_name_takes_the_usual_country() -> None:
    assert [resolve(name) for name in ("english", "Spanish", "PORTUGUESE", "zh-Hans", "en_us")] == [
        "en", "es-ES", "pt-BR", "zh", "en-US",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "klingon", "x" * 1_000, "english;drop", "日"])
def test_what_is_no_language_is_refused_with_the_list(text: str) -> None:
    with pytest.raises(EngineFailed, match="pt-BR") as caught:
        resolve(text)
    assert caught.value.code == "language_unsupported"
