"""From what a document says to the passages that are searched: whole sentences, one place, one size."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from twins.llm.places import heading, title_of
from twins.llm.sentences import split
from twins.llm.terms import terms

TARGET = 700  # characters of a passage; about 150 words, a minute of speech
LONGEST = 1_000
LONGEST_LOCATION = 200
LONGEST_SENTENCE = 600  # one that is longer is cut at a space


@dataclass(frozen=True)
class Block:
    """A paragraph, a row or a cue of a document, and where it stands there."""

    text: str
    location: str = ""


@dataclass(frozen=True)
class Piece:
    """A passage of a document, ready to be stored: `tokens` are its search terms."""

    text: str
    location: str
    tokens: str


def pieces(blocks: Iterable[Block], name: str, language: str) -> Iterator[Piece]:
    """Pack the blocks into passages. The document's name and the headings are searched along with the words."""
    title = terms(title_of(name), language)
    for text, location in _packed(blocks):
        around = dict.fromkeys([*title, *terms(heading(location), language)])
        yield Piece(text, location[:LONGEST_LOCATION], " ".join([*around, *terms(text, language)]))


def unwrapped(text: str) -> str:
    """A paragraph without the line breaks that only fit it to a page; those of lists stay."""
    return _WRAPPED.sub(" ", text)


_WRAPPED = re.compile(r"(?<![.!?:;…。！？\n])[ \t\r]*\n(?=[ \t]*[^\s•*–-])(?![ \t]*\d{1,3}[.)]\s)")


def _packed(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    held: list[str] = []
    size, first, last = 0, "", ""
    for block in blocks:
        for number, line in enumerate(_lines(block.text)):
            full = size + len(line) > LONGEST or size >= TARGET
            if held and (full or not _together(first, block.location)):
                yield "".join(held), _span(first, last)
                held, size = [], 0
            first = first if held else block.location
            last = block.location
            held.append(line if not held else ("\n" if number else "\n\n") + line)
            size += len(line) + 2
    if held:
        yield "".join(held), _span(first, last)


def _lines(text: str) -> Iterator[str]:
    """The text in lines that each fit into a passage: its own lines, or runs of their sentences."""
    for paragraph in text.splitlines():
        line = " ".join(paragraph.split())
        if len(line) <= TARGET:
            if line:
                yield line
            continue
        run = ""
        for sentence in _sentences(line):
            if run and len(run) + len(sentence) >= TARGET:
                yield run
                run = ""
            run = f"{run} {sentence}".strip()
        if run:
            yield run


def _sentences(line: str) -> Iterator[str]:
    for sentence in split(line):
        rest = sentence
        while len(rest) > LONGEST_SENTENCE:
            cut = rest.rfind(" ", LONGEST_SENTENCE // 2, LONGEST_SENTENCE)
            cut = cut if cut > 0 else LONGEST_SENTENCE
            yield rest[:cut]
            rest = rest[cut:].lstrip()
        if rest:
            yield rest


_ROW = re.compile(r"(row|item) (\d+)")
_TIME = re.compile(r"[\d:]+")


def _together(first: str, location: str) -> bool:
    """Whether blocks of these locations may share a passage: rows and cues may, pages and headings may not."""
    if first == location:
        return True
    return bool(_ROW.fullmatch(first) and _ROW.fullmatch(location)) or bool(
        _TIME.fullmatch(first) and _TIME.fullmatch(location)
    )


def _span(first: str, last: str) -> str:
    """Where a passage stands: from its first block, for rows to its last."""
    begin, end = _ROW.fullmatch(first), _ROW.fullmatch(last)
    if begin and end and first != last:
        return f"{begin[1]}s {begin[2]}–{end[2]}"
    return first
