"""Captions from word timings: short cues, as WebVTT with a time stamp before each word."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape

from twins.tts.base import AudioChunk, Word

MAX_CHARACTERS = 42  # of one cue: a line that fits a phone
MAX_GAP = 0.6  # seconds of silence that end a cue
SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")


@dataclass
class Cue:
    """A line of caption; times in seconds from the start of the clip."""

    words: list[Word] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

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
        new = list(_cues(shifted))
        self.cues += new
        return new

    def vtt(self) -> str:
        return "WEBVTT\n\n" + "\n".join(_block(number, cue) for number, cue in enumerate(self.cues, 1))


def _cues(words: Iterable[Word]) -> Iterator[Cue]:
    cue = Cue()
    for word in words:
        if cue.words and _must_break(cue, word):
            yield cue
            cue = Cue()
        cue.words.append(word)
    if cue.words:
        yield cue


def _must_break(cue: Cue, word: Word) -> bool:
    too_long = len(cue.text) + 1 + len(word.text) > MAX_CHARACTERS
    return too_long or word.start - cue.end > MAX_GAP or cue.text.endswith(SENTENCE_ENDS)


def _block(number: int, cue: Cue) -> str:
    words = "".join(f"<{_clock(w.start)}>{escape(w.text, quote=False)} " for w in cue.words).rstrip()
    return f"{number}\n{_clock(cue.start)} --> {_clock(max(cue.end, cue.start + 0.3))}\n{words}\n"


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
