"""Where sentences end, in any language, for text that is whole and for text that is still arriving."""

import re
from collections.abc import Iterable, Iterator

_CLOSERS = "\"'”’»›)\\]」』）】》〉"
# A run of terminators with what closes behind it, or a break of paragraph, list item or heading. Runs are only
# entered at their first character and lookaheads are bounded: a hostile text must not cost quadratic time.
_CANDIDATE = re.compile(
    rf"(?P<wide>(?<![。！？｡])[。！？｡]++[{_CLOSERS}]*+)"
    rf"|(?P<narrow>(?<![.!?…।॥۔؟።։])[.!?…।॥۔؟።։]++[{_CLOSERS}]*+)(?=\s|\Z)"
    r"|(?P<line>\n(?=[ \t\r]{0,8}\n|[ \t]{0,8}(?:[-*•–]|\d{1,3}[.)])\s))"
)
_WIDE_QUOTES = (("「", "」"), ("『", "』"), ("“", "”"))
_OPENERS = "\"'“‘«‹([（「『¿¡*_"
_NEXT_START = re.compile(rf"\s*[{re.escape(_OPENERS)}\s]*")
_SPACE = re.compile(r"\s*")
_DOTTED = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")
_LAST_WORD = re.compile(r"[^\s(\[\"“«]+$")
_CLAUSE = re.compile(rf"[,;:][{_CLOSERS}]*(?=\s)|\s[—–-](?=\s)|[，、；：]")
_TAIL = re.compile(rf"[{re.escape(_OPENERS)}\s]*\Z")
_LOOK_BACK = 40  # characters before a full stop that can decide whether it ends a sentence
_LOOK_AHEAD = 60


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the last word of a sentence: a name follows.
_TITLES = _words(
    "mr mrs ms mx dr prof st ste jr gen col capt lt sgt rev hon pres gov sen vs e.g i.e cf ca approx aprox resp incl "
    "z.b d.h u.a p.ej p.ex sr sra srta dra dña mme mlle mm hr bzw ggf dott avv exmo exma str"
)
# An abbreviation when a number follows, a word otherwise.
_NUMBERED = _words("no nos nr núm fig figs vol chap p pp tel ext art abs")
# May end a sentence: they do when a capital follows.
_SOFT = _words(
    "etc inc ltd co corp a.m p.m u.s u.k e.u u.n b.c a.d ph.d m.d b.a m.a ee.uu usw jan feb mar apr jun jul aug "
    "sep sept oct nov dec mon tue wed thu fri sat sun"
)
_ORDINAL_BEFORE = _words("am der den dem des im vom zum beim die das")


def split(text: str) -> list[str]:
    """The sentences of a whole text, stripped, in order; nothing but white space is lost."""
    found, start = [], 0
    while start < len(text):
        end = sentence_end(text, start) or len(text)
        if sentence := text[start:end].strip():
            found.append(sentence)
        start = end
    return found


class SentenceStream:
    """Whole sentences out of text that arrives in pieces, each as early as is safe.

    A sentence is certain once the first letter of the next one is there. The first one is cut at a clause when
    it passes `first_clause` characters, so that speech can begin; any one is cut when it passes `longest`.
    Joined, the outputs are the text that was fed, apart from white space at their ends.
    """

    def __init__(self, *, first_clause: int = 90, longest: int = 320) -> None:
        self._text = ""
        self._started = False
        self._first_clause = first_clause
        self._longest = max(longest, 40)

    def feed(self, piece: str) -> list[str]:
        """Takes the next piece; returns the sentences it completed."""
        self._text += piece
        return self._take(final=False)

    def flush(self) -> list[str]:
        """The text ended; returns what is left."""
        return self._take(final=True)

    def _take(self, *, final: bool) -> list[str]:
        found, start = [], 0
        while start < len(self._text):
            end = self._end(start, final)
            if end is None:
                break
            if sentence := self._text[start:end].strip():
                found.append(sentence)
                self._started = True
            start = end
        self._text = self._text[start:]
        return found

    def _end(self, start: int, final: bool) -> int | None:
        window = self._text[start : start + self._longest + _LOOK_AHEAD]
        whole = len(window) == len(self._text) - start
        end = sentence_end(window, 0)
        if end is None and final and whole:
            end = len(window)
        if end is None or end > self._longest:
            end = self._cut(window)
        return None if end is None else start + end

    def _cut(self, window: str) -> int | None:
        """Where to cut a sentence that is too long to wait for; None when waiting is right."""
        if len(window) > self._longest:
            return _clause_end(window, self._longest) or _space(window, self._longest) or self._longest
        if not self._started and len(window) > self._first_clause:
            return _clause_end(window, self._first_clause)
        return None


def limit(pieces: Iterable[str], max_sentences: int, max_chars: int = 2_000) -> Iterator[str]:
    """The pieces, ended after `max_sentences` sentences or `max_chars` characters, whichever comes first.

    The source is closed then, so that an HTTP stream behind it ends too. A cut by characters falls between words.
    """
    gate = SentenceGate(max_sentences, max_chars)
    try:
        for piece in pieces:
            if ready := gate.feed(piece):
                yield ready
            if gate.over:
                return
        yield from filter(None, [gate.rest])
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()


class SentenceGate:
    """Lets text through until so many sentences have ended, or so many characters have passed.

    whole_after_first: later sentences pass only when they are whole, so that a stream that breaks off leaves
    nothing half said once its first sentence was.

    rest: what is kept back: an unfinished sentence, or white space and opening quotes that may already belong
    to the sentence that is one too many. ended: how many sentences have ended. over: nothing more will pass.
    """

    def __init__(self, max_sentences: int, max_chars: int, *, whole_after_first: bool = False) -> None:
        self.rest = ""
        self.ended = 0
        self.over = False
        self._max_sentences = max(max_sentences, 1)
        self._room = max_chars
        self._whole = whole_after_first
        self._open = ""  # the sentence that has not ended, as far as it was let through

    def feed(self, piece: str) -> str:
        """The text that may pass now."""
        text = self._open + self.rest + piece
        passed, start = len(self._open), 0
        while (end := sentence_end(text, start)) is not None:
            start = end
            self.ended += 1
            if self.ended == self._max_sentences:
                self.over, self.rest = True, ""
                return self._fitting(text[passed:end].rstrip())
        keep = start if self._whole and self.ended else self._settled(text, passed)
        ready, self.rest = text[passed:keep], text[keep:]
        # A sentence without end is looked at through its last characters only, or feeding would be quadratic.
        self._open = text[max(start, keep - 400) : keep]
        return self._fitting(ready)

    def _settled(self, text: str, passed: int) -> int:
        tail = _TAIL.search(text, max(passed, len(text) - _LOOK_AHEAD))
        return tail.start() if tail else len(text)

    def _fitting(self, ready: str) -> str:
        if len(ready) + len(self.rest) > self._room:
            self.over = True
            held, self.rest = self.rest, ""
            ready = ready if held and len(ready) <= self._room else _whole_words(ready, self._room)
        self._room -= len(ready)
        return ready


def _whole_words(text: str, room: int) -> str:
    cut = text[:room]
    return cut[: cut.rfind(" ")] if " " in cut and len(text) > room else cut


def sentence_end(text: str, start: int) -> int | None:
    """The index behind the sentence that begins at `start`; None when no end is certain in this text."""
    start = _SPACE.match(text, start).end()  # type: ignore[union-attr]  # matches the empty string too
    for match in _CANDIDATE.finditer(text, start):
        verdict = _ends(text, start, match)
        if verdict is None:
            return None
        if verdict:
            return match.end()
    return None


def _ends(text: str, start: int, match: re.Match[str]) -> bool | None:
    """Whether this candidate ends a sentence; None when the text that decides has not arrived."""
    if match["line"] is not None:
        return True
    ahead = _NEXT_START.match(text, match.end(), match.end() + _LOOK_AHEAD)
    at = ahead.end() if ahead else match.end()
    if at >= len(text):
        return None
    if match["wide"]:
        return not _inside_wide_quote(text, start, match.end()) and text[match.end()] not in "と、，,"
    return _narrow_ends(text, start, match, text[at])


def _narrow_ends(text: str, start: int, match: re.Match[str], following: str) -> bool:
    mark = match["narrow"].rstrip("\"'”’»›)]」』）】》〉")
    if mark[-1] in "!?" and mark == match["narrow"]:
        return True
    if following.islower():
        return False
    return mark != "." or not _abbreviates(text, start, match.start(), following)


def _abbreviates(text: str, start: int, stop: int, following: str) -> bool:
    """Whether the full stop at `stop` belongs to an abbreviation, an initial, a list number or an ordinal."""
    before = text[max(start, stop - _LOOK_BACK) : stop]
    found = _LAST_WORD.search(before)
    word = found.group() if found else ""
    folded = word.lower()
    if folded in _SOFT:
        return not following.isupper()
    if folded in _NUMBERED:
        return following.isdigit()
    if folded in _TITLES or _DOTTED.fullmatch(word):
        return True
    leading = len(before) - len(word)
    at_start = stop - len(before) <= start and not before[:leading].strip()
    if word.isdigit():
        previous = before[:leading].split()[-1:]
        return at_start or (len(word) < 3 and previous != [] and previous[0].lower() in _ORDINAL_BEFORE)
    initial = len(word) == 1 and word.isascii() and word.isupper()
    return initial and (word != "I" or at_start)


def _inside_wide_quote(text: str, start: int, stop: int) -> bool:
    said = text[max(start, stop - 400) : stop]
    return any(said.count(opening) > said.count(closing) for opening, closing in _WIDE_QUOTES)


def _clause_end(text: str, longest: int) -> int | None:
    """The last end of a clause within `longest` that leaves something worth saying before it."""
    ends = [match.end() for match in _CLAUSE.finditer(text, 24, longest)]
    return ends[-1] if ends else None


def _space(text: str, longest: int) -> int | None:
    at = text.rfind(" ", 1, longest)
    return at if at > longest // 2 else None
