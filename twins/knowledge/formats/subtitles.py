"""Subtitles (SubRip and WebVTT): what is said, with the time when it begins."""

import re
from collections.abc import Iterator

from twins.knowledge.formats.base import Document
from twins.knowledge.formats.text import decoded
from twins.knowledge.passages import Block

_TIMES = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,]\d{1,3}[ \t]*-->")
_TAG = re.compile(r"<[^>\n]{0,200}>|\{\\[^}\n]{0,200}\}")
_ENDS = re.compile(r"[.!?…。！？][\"'”’)]*$")
_LONGEST = 400  # characters of speech without a full stop that are held together


def cues(document: Document) -> Iterator[Block]:
    """Sentences, each with the time of the cue in which it begins."""
    held, begun = "", ""
    for time, text in _cues(document):
        begun = begun if held else time
        held = f"{held} {text}".strip()
        if _ENDS.search(held) or len(held) > _LONGEST:
            yield Block(held, begun)
            held = ""
    if held:
        yield Block(held, begun)


def _cues(document: Document) -> Iterator[tuple[str, str]]:
    found, before = 0, ""
    for part in re.split(r"\n[ \t]*\n", decoded(document)):
        lines = part.strip("\n").split("\n")
        at = next((n for n, line in enumerate(lines[:3]) if _TIMES.match(line)), None)
        if at is None:
            continue
        found += 1
        times = _TIMES.match(lines[at])
        text = " ".join(" ".join(_TAG.sub("", line).split()) for line in lines[at + 1 :]).strip()
        if times and text and text != before:  # rolling captions repeat their line
            before = text
            yield f"{int(times[1] or 0):02d}:{int(times[2]):02d}:{times[3]}", text
    if not found:
        raise document.broken("it has no cue with a time")
