"""Where sentences end, in whole text and in text that is still arriving."""

from collections.abc import Iterator

import pytest

from twins.llm.sentences import SentenceGate, SentenceStream, limit, split

pytestmark = pytest.mark.engine

TEXTS = {
    "titles, decimals, initials": (
        'Dr. Smith paid 3.50 dollars at 5 p.m. on Monday. J. K. Rowling left. "Really?" she asked.',
        ["Dr. Smith paid 3.50 dollars at 5 p.m. on Monday.", "J. K. Rowling left.", '"Really?" she asked.'],
    ),
    "an abbreviation may end a sentence": (
        "We open at 9 a.m. Then we bake, fry, etc. Come by.",
        ["We open at 9 a.m.", "Then we bake, fry, etc.", "Come by."],
    ),
    "a no is a word, No. 5 is not": (
        "He said no. Then he sat. Take No. 5 please.",
        ["He said no.", "Then he sat.", "Take No. 5 please."],
    ),
    "ellipses": (
        "Well... maybe not. Wait… What? Yes.",
        ["Well... maybe not.", "Wait…", "What?", "Yes."],
    ),
    "addresses": (
        "See https://a.example/b?c=d.e. Write to x.y@z.example today!",
        ["See https://a.example/b?c=d.e.", "Write to x.y@z.example today!"],
    ),
    "quotes and brackets close with their sentence": (
        "He said “No.” Then (maybe.) She left!",
        ["He said “No.”", "Then (maybe.)", "She left!"],
    ),
    "German ordinals": ("Am 3. Oktober ist zu. Gut so.", ["Am 3. Oktober ist zu.", "Gut so."]),
    "Spanish": ("¿Cuándo abren? ¡Hola! Sí.", ["¿Cuándo abren?", "¡Hola!", "Sí."]),
    "Chinese and Japanese": (
        "今日は。「元気ですか。はい。」と言った。終わり！本当？",
        ["今日は。", "「元気ですか。はい。」と言った。", "終わり！", "本当？"],
    ),
    "Hindi and Arabic": ("नमस्ते। आप कैसे हैं। مرحبا؟ نعم.", ["नमस्ते।", "आप कैसे हैं।", "مرحبا؟", "نعم."]),
    "lists and paragraphs": (
        "Breads:\n- rye\n- wheat\n\nWe open\nat nine. 1. First. 2. Second.",
        ["Breads:", "- rye", "- wheat", "We open\nat nine.", "1. First.", "2. Second."],
    ),
    "no end at all": ("just words", ["just words"]),
    "nothing": (" \n\t ", []),
}
HOSTILE = ["." * 50_000 + "a", "\n" * 50_000, " " * 50_000, "a" * 50_000, "a. " * 9_000, "。" * 50_000, "「。" * 9_000,
           '"' * 50_000, "A." * 20_000, ".\n" * 20_000, '. “' * 9_000, "\ud800\x00. x"]  # fmt: skip


def streamed(text: str, size: int, **options: int) -> list[str]:
    stream = SentenceStream(**options)
    found = [sentence for at in range(0, len(text), size) for sentence in stream.feed(text[at : at + size])]
    return found + stream.flush()


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_split_into_its_sentences(name: str) -> None:
    text, sentences = TEXTS[name]
    assert split(text) == sentences


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
@pytest.mark.parametrize("name", TEXTS)
def test_a_stream_gives_the_same_sentences_however_it_is_cut(name: str, size: int) -> None:
    text, sentences = TEXTS[name]
    assert streamed(text, size) == sentences


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:3]))
def test_no_text_loses_a_character(text: str) -> None:
    assert squeezed("".join(split(text))) == squeezed("".join(streamed(text, 5_000))) == squeezed(text)


def test_a_sentence_is_given_as_soon_as_the_next_one_begins() -> None:
    stream = SentenceStream()
    assert stream.feed("Hello there. ") == []
    assert stream.feed("H") == ["Hello there."]


def test_a_number_is_not_cut_at_its_point_while_its_digits_arrive() -> None:
    stream = SentenceStream()
    assert stream.feed("It costs 3.") == []
    assert stream.feed("50 euros. ") == []
    assert stream.flush() == ["It costs 3.50 euros."]


def test_a_long_first_sentence_is_cut_at_a_clause_so_that_speech_can_begin() -> None:
    text = "When the bakery opens in the morning, the first loaves are still warm, and the whole street smells."
    first, *others = streamed(text, 5)
    assert first == "When the bakery opens in the morning, the first loaves are still warm,"
    assert " ".join([first, *others]) == text


def test_later_sentences_are_not_cut_at_clauses() -> None:
    text = (
        "Yes. " + "When the bakery opens in the morning, the loaves are warm, and the street smells of bread and yeast."
    )
    assert len(streamed(text, 5)) == 2


def test_a_sentence_that_never_ends_is_cut_before_it_grows_too_long() -> None:
    found = streamed("word " * 2_000, 100, longest=200)
    assert max(map(len, found)) <= 200 and all(part.endswith("word") for part in found)


def endless(piece: str, closed: list[bool]) -> Iterator[str]:
    try:
        while True:
            yield piece
    finally:
        closed.append(True)


def test_a_runaway_stream_ends_after_so_many_sentences_and_its_source_is_closed() -> None:
    closed: list[bool] = []
    assert "".join(limit(endless("Again. ", closed), 3)) == "Again. Again. Again."
    assert closed == [True]


def test_a_sentence_without_end_is_cut_between_words_at_the_character_limit() -> None:
    said = "".join(limit(endless("word ", []), 3, max_chars=52))
    assert len(said) <= 52 and set(said.split()) == {"word"}


@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_limiting_lets_through_the_same_text_however_it_is_cut(size: int) -> None:
    text = 'One. “Two.” Three? "Four." Five.'
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert "".join(limit(pieces, 3)) == "One. “Two.” Three?"
    assert "".join(limit(pieces, 9)) == text


def test_a_gate_lets_the_first_sentence_through_in_pieces_and_later_ones_only_whole() -> None:
    gate = SentenceGate(5, 1_000, whole_after_first=True)
    assert [gate.feed(piece) for piece in ("One", " is", " here. ", "Two is", " here. ", "Thr")] == [
        "One", " is", " here.", "", "", " Two is here."
    ]  # fmt: skip
    assert gate.rest.strip() == "Thr"
