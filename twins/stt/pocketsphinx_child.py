"""PocketSphinx in a process of its own: `python -m twins.stt.pocketsphinx_child FD`.

One `Listen` in; then, while an expected text holds words that the dictionary lacks, a set of them out and their
pronunciations in; then the segments one by one, and None.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pocketsphinx import Decoder

from avatarsite.core.children import serve
from twins.stt import pauses, reading
from twins.stt.base import RATE, Segment, Word

FRAMES = 100  # per second
MOST_READ = 60 * RATE * 2  # bytes that are decoded at a time of a text that is read
PAUSE = 0.6  # seconds between two words that end a segment
LANGUAGE_WEIGHT = 9.0  # of the text that is probably read; found by measuring, as were the figures in reading


@dataclass(frozen=True)
class Listen:
    """pcm: at RATE. expected: words of the text that is probably being read, () for free speech."""

    pcm: bytes
    expected: tuple[str, ...] = ()


class Listener:
    """The loaded models; one per process, each loaded when it is first needed."""

    @cached_property
    def free(self) -> Any:
        return Decoder(samprate=RATE, cmn="batch", loglevel="FATAL")  # batch: nothing is kept of who spoke before

    @cached_property
    def reader(self) -> Any:
        return Decoder(lm=None, samprate=RATE, lw=LANGUAGE_WEIGHT, cmn="batch", loglevel="FATAL")

    def unknown(self, words: tuple[str, ...]) -> set[str]:
        return {word for word in words if self.reader.lookup_word(word) is None}

    def learn(self, spoken: dict[str, str]) -> None:
        for word, phones in spoken.items():
            self.reader.add_word(word, phones, True)

    def freely(self, pcm: bytes) -> Iterator[Segment]:
        """A piece at a time, each cut at a pause."""
        for start, stop in pauses.pieces(pcm, RATE):
            yield from _decoded(self.free, pcm[start:stop], _time(start))

    def reading(self, pcm: bytes, expected: tuple[str, ...]) -> Iterator[Segment]:
        """In one breath: a text that is read has pauses anywhere."""
        known = tuple(word for word in expected if self.reader.lookup_word(word) is not None)
        others = [word for word in reading.COMMON if self.reader.lookup_word(word) is not None]
        with tempfile.NamedTemporaryFile("w", suffix=".arpa") as file:
            file.write(reading.model(known, others))
            file.flush()
            self.reader.add_lm_file("expected", file.name)
        self.reader.activate_search("expected")
        for start in range(0, len(pcm), MOST_READ):
            yield from _decoded(self.reader, pcm[start : start + MOST_READ], _time(start))


def _time(place: int) -> float:
    return place / 2 / RATE


def _decoded(decoder: Any, pcm: bytes, start: float) -> Iterator[Segment]:
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    words: list[Word] = []
    for word in (_word(part, start) for part in decoder.seg() or () if _is_word(part)):
        if words and word.start - words[-1].end > PAUSE:
            yield _segment(words)
            words = []
        words.append(word)
    if words:
        yield _segment(words)


def _segment(words: list[Word]) -> Segment:
    return Segment(" ".join(word.text for word in words), words[0].start, words[-1].end, tuple(words))


def _is_word(part: Any) -> bool:
    return not part.word.startswith(("<", "["))


def _word(part: Any, start: float) -> Word:
    ended = start + (part.end_frame + 1) / FRAMES
    return Word(part.word.split("(")[0], start + part.start_frame / FRAMES, ended, min(1.0, part.prob))


def main() -> None:
    listener = Listener()

    def answer(request: Listen, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
        if request.expected:
            send(listener.unknown(request.expected))
            listener.learn(receive())
            segments = listener.reading(request.pcm, request.expected)
        else:
            segments = listener.freely(request.pcm)
        for segment in segments:
            send(segment)
        send(None)

    serve(answer)


if __name__ == "__main__":
    main()
