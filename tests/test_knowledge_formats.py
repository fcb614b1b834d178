"""What documents of every kind say, and where; and what is said about those that cannot be read."""

import gzip
import io
import os
import time
from typing import Any

import pytest

from avatarsite.core.engines import EngineFailed
from tests import documents
from twins.knowledge import reading

pytestmark = pytest.mark.engine


def read(content: bytes | str, name: str, media_type: str = "") -> reading.Read:
    data = content.encode() if isinstance(content, str) else content
    return reading.read_bytes(data, name, "en", lambda share: None, media_type=media_type)


def said(content: bytes | str, name: str, media_type: str = "") -> list[tuple[str, str]]:
    return [(piece.location, piece.text) for piece in read(content, name, media_type).pieces]


def refusal(content: bytes | str, name: str) -> EngineFailed:
    with pytest.raises(EngineFailed) as caught:
        read(content, name)
    assert name[:80] in caught.value.message and not caught.value.retryable
    return caught.value


def test_a_text_is_its_paragraphs_without_the_breaks_of_its_lines() -> None:
    assert said("The lighthouse was\nbuilt in 1874.\n\nBoats came\nlater.", "harbour.txt") == [
        ("", "The lighthouse was built in 1874.\n\nBoats came later.")
    ]


def test_markdown_is_told_by_its_headings() -> None:
    assert said(documents.MARKDOWN, "harbour.md") == [
        ("The harbour", documents.SENTENCE),
        ("The harbour › Boats", "Boat, Length.\nGaivota, 9 m."),
    ]


@pytest.mark.parametrize(("name", "kind"), [("harbour.html", ""), ("https://example.org/harbour", "text/html; x")])
def test_a_page_is_what_its_reader_reads(name: str, kind: str) -> None:
    assert said(documents.HTML, name, kind) == [
        ("The harbour", documents.SENTENCE),
        ("The harbour › Boats", "Boat, Length.\n\nGaivota, 9 m."),
    ]


def test_a_pdf_is_told_by_its_pages() -> None:
    made = documents.pdf(["Welcome to Faro.", "The lighthouse was built in\n1874 by Ines Duarte."])
    assert said(made, "harbour.pdf") == [("page 1", "Welcome to Faro."), ("page 2", documents.SENTENCE)]


def test_what_is_printed_on_every_page_is_left_out() -> None:
    made = documents.pdf([f"Harbour Guide\nFact {letter}.\nPage {n}" for n, letter in enumerate("ABCDE", 1)])
    assert [text for _, text in said(made, "harbour.pdf")] == [f"Fact {letter}." for letter in "ABCDE"]


def test_a_word_document_is_told_by_its_headings_and_its_tables_by_their_columns() -> None:
    assert said(documents.docx(), "harbour.docx") == [
        ("The harbour", documents.SENTENCE),
        ("The harbour › Boats", "Boat, Length.\n\nBoat: Gaivota, Length: 9 m."),
    ]


def test_a_presentation_is_told_by_its_slides_and_their_notes() -> None:
    assert said(documents.pptx(), "harbour.pptx") == [
        ("slide 1", "Welcome.\n\nHello to all."),
        ("slide 2", f"The harbour.\n\n{documents.SENTENCE}\n\nMention the storm of 1931."),
    ]


def test_rows_of_a_table_name_their_columns() -> None:
    assert said(documents.CSV, "boats.csv") == [
        ("rows 2–3", "Boat: Gaivota, Length: 9 m, Home: Faro.\n\nBoat: Albatroz, Length: 14 m.")
    ]


def test_items_of_json_name_their_fields() -> None:
    assert said(documents.JSON, "boats.json") == [
        ("items 1–2", "boat: Gaivota, length: 9.\n\nboat: Albatroz, crew: Rui, Ana, afloat: yes.")
    ]


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (documents.SRT, "talk.srt", [("00:00:01", f"{documents.SENTENCE}\n\nBoats came later.")]),
        (documents.VTT, "talk.vtt", [("00:01:10", "Boats came later.")]),
    ],
)
def test_subtitles_are_sentences_with_their_time(content: str, name: str, expected: list[Any]) -> None:
    assert said(content, name) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_a_text_is_read_in_the_encoding_it_is_in(encoding: str) -> None:
    text = "Das Café öffnet früh. Die Brötchen sind süß, und der Käse ist würzig. Außerdem gibt es Äpfel."
    assert said(text.encode(encoding), "cafe.txt") == [("", text)]


def test_long_texts_are_cut_between_sentences() -> None:
    sentence = "This is one of many sentences in a rather long text about nothing at all."
    pieces = read(" ".join([sentence] * 100), "long.txt").pieces
    assert len(pieces) > 5
    assert all(len(piece.text) <= 1_000 and piece.text.endswith(".") for piece in pieces)


def test_a_word_without_end_is_cut() -> None:
    assert all(len(piece.text) <= 1_000 for piece in read("x" * 100_000, "x.txt").pieces)


def test_an_office_file_is_known_by_its_content_whatever_its_name() -> None:
    assert said(documents.docx(), "harbour.txt")[0] == ("The harbour", documents.SENTENCE)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "empty.pdf", "file_empty"),
        (b" \n\t ", "blank.txt", "file_empty"),
        (documents.pdf([""]), "scan.pdf", "file_no_text"),
        (documents.pdf([documents.SENTENCE])[:200], "cut.pdf", "file_broken"),
        (b"%PDF-1.7\n" + os.urandom(5_000), "noise.pdf", "file_broken"),
        (documents.encrypted_pdf(), "secret.pdf", "file_encrypted"),
        (b"MZ\x90\x00" + os.urandom(5_000), "setup.pdf", "file_type_refused"),
        (b"MZ\x90\x00" + os.urandom(5_000), "setup.txt", "file_type_refused"),
        (b"\x89PNG\r\n\x1a\n" + os.urandom(5_000), "picture.txt", "file_type_refused"),
        (gzip.compress(b"text"), "notes.txt", "file_type_refused"),
        (bytes(range(256)) * 40, "noise.txt", "file_type_refused"),
        (documents.docx()[:3_000], "cut.docx", "file_broken"),
        (documents.office(word__document_xml=b"<x>no Word</x>"), "odd.docx", "file_broken"),
        (documents.office(readme_bin=b"hello"), "files.zip", "file_type_refused"),
        (documents.office(xl__workbook_xml=b"<x/>"), "sheet.xlsx", "file_type_refused"),
        (documents.bomb(), "bomb.docx", "file_too_large"),
        (documents.lying_bomb(), "liar.docx", "file_broken"),
        (documents.billion_laughs(), "laughs.docx", "file_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "old.doc", "file_type_refused"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "secret.docx",
            "file_encrypted",
        ),
        ("[" * 100_000, "deep.json", "file_broken"),
        ('{"a": ', "cut.json", "file_broken"),
        ("no cues here", "talk.srt", "file_broken"),
        ('"' + "x" * 2_000_000, "wide.csv", "file_broken"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
)
def test_what_cannot_be_read_is_refused_with_its_name(content: bytes | str, name: str, code: str) -> None:
    assert refusal(content, name).code == code


def test_a_refusal_says_what_to_do() -> None:
    assert refusal(documents.encrypted_pdf(), "secret.pdf").message == (
        "“secret.pdf” is protected by a password. Save it without one."
    )


def test_a_document_larger_than_allowed_is_refused(settings: Any) -> None:
    settings.KNOWLEDGE_MAX_BYTES = 1_048_576
    assert refusal("word " * 300_000, "huge.txt").code == "file_too_large"


def test_a_document_of_more_pages_than_allowed_is_refused(settings: Any) -> None:
    settings.KNOWLEDGE_MAX_PAGES = 3
    assert refusal(documents.pdf(["One."] * 4), "long.pdf").code == "file_too_large"


def test_a_document_of_more_text_than_allowed_is_refused(settings: Any) -> None:
    settings.KNOWLEDGE_MAX_CHARACTERS = 1_000
    assert refusal("A sentence.\n\n" * 200, "long.txt").code == "file_too_large"


def test_a_document_that_takes_too_long_is_given_up(settings: Any) -> None:
    settings.KNOWLEDGE_READ_SECONDS = 1
    begun = time.monotonic()
    failure = refusal("Words and more words of all kinds, " + "a b c d e f g. " * 1_200_000, "slow.txt")
    assert failure.code == "file_took_too_long"
    assert time.monotonic() - begun < 20


def test_progress_is_told_by_the_page() -> None:
    shares: list[int] = []
    source = io.BytesIO(documents.pdf(["Some words."] * 40))
    reading.read(source, "long.pdf", "en", shares.append)
    assert shares == sorted(shares) and len(shares) > 5 and shares[-1] > 80
