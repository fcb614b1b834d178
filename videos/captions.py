"""Captions from word timings: short cues, as WebVTT with a time stamp before each word."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import zip_longest

from twins.tts.base import AudioChunk, Word

MAX_WIDTH = 42  # of one cue, in half-width characters: a line that fits a phone; a Chinese or Japanese one counts two
MAX_GAP = 0.6  # seconds of silence that end a cue
SHORTEST = 0.8  # seconds that a cue stays, where the next one leaves it the time
HELD = 0.3  # seconds that a cue stays after its last word, where nothing follows at once
SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")
PHRASE_ENDS = (*SENTENCE_ENDS, ",", ";", ":", "–", "—", "、", "，", "；", "：", ")")


@dataclass
class Cue:
    """A line of caption; times in seconds from the start of the clip."""

    words: list[Word] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.spaced())

    def spaced(self) -> Iterator[tuple[Word, str]]:
        """Each word with the space that follows it; there is none between two wide ones."""
        for word, after in zip_longest(self.words, self.words[1:]):
            joined = after is None or (_is_wide(word.text[-1:]) and _is_wide(after.text[:1]))
            yield word, word.text if joined else word.text + " "

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return self.words[-1].end

    def as_event(self) -> dict[str, object]:
        """The cue as a live event's fields."""
        words = [{"text": word.text, "start": round(word.start, 3), "end": round(word.end, 3)} for word in self.words]
        return {"start": round(self.start, 3), "end": round(self.end, 3), "text": self.text, "words": words}


class Captioner:
    """Collects the words of consecutive audio chunks into cues; keeps the clip's clock."""

    def __init__(self) -> None:
        self.cues: list[Cue] = []
        self.seconds = 0.0

    def add(self, chunk: AudioChunk) -> list[Cue]:
        """Take a chunk's words; returns the cues that it added."""
        shifted = [Word(w.text, w.start + self.seconds, w.end + self.seconds) for w in chunk.words]
        self.seconds += chunk.seconds
        new = list(cues(shifted))
        self.cues += new
        return new

    def vtt(self) -> str:
        nexts = [cue.start for cue in self.cues[1:]]
        blocks = zip_longest(self.cues, nexts)
        return "WEBVTT\n\n" + "\n".join(_block(n, cue, following) for n, (cue, following) in enumerate(blocks, 1))


def cues(words: Iterable[Word]) -> Iterator[Cue]:
    """Short lines of the words; a sentence that needs several is shared out among them, at its commas if it has any."""
    for passage in _passages(words):
        yield from _lines(passage)


def _passages(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Runs of words up to the end of a sentence or to a silence."""
    run: list[Word] = []
    for word in words:
        if run and (word.start - run[-1].end > MAX_GAP or run[-1].text.endswith(SENTENCE_ENDS)):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _lines(words: list[Word]) -> Iterator[Cue]:
    """One cue if it fits, else the best first line and the rest likewise."""
    whole = Cue(words)
    if len(words) == 1 or _width(whole.text) <= MAX_WIDTH:
        yield whole
        return
    wanted = _width(whole.text) / -(-_width(whole.text) // MAX_WIDTH)
    fitting = [n for n in range(1, len(words)) if _width(Cue(words[:n]).text) <= MAX_WIDTH] or [1]
    best = min(fitting, key=lambda n: _cost(words, n, wanted))
    yield Cue(words[:best])
    yield from _lines(words[best:])


def _cost(words: list[Word], count: int, wanted: float) -> float:
    """How bad it is to end a line after `count` words: uneven lines are, the middle of a phrase is."""
    uneven = abs(_width(Cue(words[:count]).text) - wanted)
    return uneven - (12 if words[count - 1].text.endswith(PHRASE_ENDS) else 0)


def _width(text: str) -> int:
    return sum(2 if _is_wide(letter) else 1 for letter in text)


def _is_wide(letter: str) -> bool:
    return bool(letter) and unicodedata.east_asian_width(letter) in "WF" and not "가" <= letter <= "힣"


def _block(number: int, cue: Cue, following: float | None) -> str:
    first, *others = ((clock(word.start), escape(text, quote=False)) for word, text in cue.spaced())
    words = first[1] + "".join(f"<{at}>{text}" for at, text in others)  # a stamp must lie after the cue's beginning
    end = max(cue.end + HELD, cue.start + SHORTEST)
    end = max(min(end, following), cue.start + 0.01) if following is not None else end
    return f"{number}\n{clock(cue.start)} --> {clock(end)}\n{words}\n"


def clock(seconds: float) -> str:
    """As WebVTT writes it: 00:00:00.000."""
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
