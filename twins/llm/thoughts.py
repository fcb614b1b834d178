"""Removes what a reasoning model thinks aloud from its answer: `<think> … </think>`, in any cut of the stream."""

import re
from collections.abc import Iterable, Iterator

_OPEN = re.compile(r"<(think|thinking|thought|reasoning)>", re.IGNORECASE)
_CLOSE = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_LONGEST_TAG = len("</reasoning>")


def without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces without thoughts; a thought that never ends hides everything behind it."""
    thoughts = Thoughts()
    for piece in pieces:
        if spoken := thoughts.feed(piece):
            yield spoken
    if thoughts.rest:
        yield thoughts.rest


class Thoughts:
    """Takes text as it arrives and gives back what is said aloud; `rest`: what is left when the text has ended."""

    def __init__(self) -> None:
        self._held, self._thinking = "", False

    def feed(self, piece: str) -> str:
        spoken, self._held, self._thinking = _spoken(self._held + piece, self._thinking)
        return spoken

    @property
    def rest(self) -> str:
        return "" if self._thinking else self._held


def _spoken(text: str, thinking: bool) -> tuple[str, str, bool]:
    """(what is certainly said, what may be the beginning of a tag, whether a thought is open)."""
    spoken = ""
    while found := (_CLOSE if thinking else _OPEN).search(text):
        if not thinking:
            spoken += text[: found.start()]
        text, thinking = text[found.end() :], not thinking
    cut = _tag_begins(text)
    return spoken + ("" if thinking else text[:cut]), text[cut:], thinking


def _tag_begins(text: str) -> int:
    """Where an unfinished tag may begin; the end of the text when none does."""
    at = text.rfind("<", max(len(text) - _LONGEST_TAG, 0))
    return len(text) if at < 0 or ">" in text[at:] else at
