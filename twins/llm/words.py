"""Holds a reply to its length in words while it streams."""

import re
from collections.abc import Iterable, Iterator

from twins.llm.sentences import sentence_end
from twins.llm.speakable import count_words

OVER = 1.25  # of the wanted length: the most that may pass
FREE = 0.75  # so far a first sentence passes as it comes; behind it, only up to an end
_CLAUSE_END = re.compile(r"[,;:–—](?=\s)|[，、；：]")
_WIDE_END = re.compile("[\u3040-\u30ff\u3400-\u9fff]\\Z")


def within(pieces: Iterable[str], limit: int) -> Iterator[str]:
    """The pieces, ended at a sentence so that they are at most a quarter longer than `limit` words.

    A first sentence passes as it is written, later ones only whole. Only a sentence that is too long itself is cut, at
    a clause where it has one. The source is closed as soon as nothing more may pass.
    """
    gate = WordGate(limit)
    try:
        for piece in pieces:
            if ready := gate.feed(piece):
                yield ready
            if gate.over:
                return
        if ready := gate.flush():
            yield ready
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()


class WordGate:
    """Lets text through until `limit` words and a quarter; `over`: nothing more will pass."""

    def __init__(self, limit: int) -> None:
        self.over = False
        self._limit = max(limit, 1)
        self._most = max(round(limit * OVER - 0.5), 1)
        self._text = ""  # of the sentence that has not ended, the part that passed included
        self._passed = 0  # characters of it that passed
        self._words = 0  # of the sentences that ended
        self._ended = 0

    def feed(self, piece: str) -> str:
        """The text that may pass now."""
        self._text += piece
        ready = ""
        while not self.over and (end := sentence_end(self._text, 0)) is not None:
            ready += self._take(end)
        return ready + self._begun()

    def flush(self) -> str:
        """The text ended; returns what is left and fits."""
        return "" if self.over else self._take(len(self._text)) if self._text.strip() else ""

    def _take(self, end: int) -> str:
        """A whole sentence: passed, or what ends the reply when it is one too many."""
        words = count_words(self._text[:end])
        if self._words + words > self._most:
            return self._last()
        ready, self._text = self._text[self._passed : end], self._text[end:]
        self._words += words
        self._ended += 1
        self._passed = max(self._passed - end, 0)  # white space behind it may have passed already
        self.over = self._words >= self._limit
        return ready

    def _begun(self) -> str:
        """What of an unfinished sentence may pass."""
        if self.over or self._words + count_words(self._text) > self._most:
            return "" if self.over else self._last()
        if self._ended or count_words(self._text) > self._limit * FREE:
            return ""
        ready, self._passed = self._text[self._passed :], len(self._text)
        return ready

    def _last(self) -> str:
        """The end of a reply whose next sentence does not fit: nothing, or its clauses when little was said yet."""
        self.over = True
        if self._words >= self._limit / 2:
            return ""
        room = self._most - self._words
        ends = [m.start() for m in _CLAUSE_END.finditer(self._text, self._passed) if self._fits(m.start(), room)]
        cut = ends[-1] if ends else self._word_cut(room)
        ready = self._text[self._passed : cut].rstrip(" ,;:–—，、；：")
        return ready + ("。" if _WIDE_END.search(self._text[:cut]) else ".")

    def _fits(self, end: int, room: int) -> bool:
        return count_words(self._text[:end]) <= room

    def _word_cut(self, room: int) -> int:
        """Behind the last word that fits."""
        best = self._passed
        for match in re.finditer(r"\S(?=\s|\Z)|[\u3040-\u30ff\u3400-\u9fff]", self._text):
            if match.end() > best:
                if not self._fits(match.end(), room):
                    break
                best = match.end()
        return best
