"""Speech whose words a vendor has timed: cut into chunks that end between words, with the sounds of each word.

A chunk that ends between two words can be handed on before the rest is there: whoever has to go on with another voice
knows which word comes next.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import numpy as np

from twins.tts.base import AudioChunk, Phoneme, Word

PHRASE_ENDS = (*",;:.!?…–—)", "。", "、", "，", "！", "？", "；", "：")
SHORT, LONG = 20, 60  # characters: after the first a chunk may end at a comma, after the second anywhere
AUDIBLE_GAP = 0.02  # seconds between two words that are a pause for the lips
SLACK, FACTOR = 1.5, 1.4  # times may end so many seconds, or so much, before the sound does, or after it
_WIDE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_WIDE}][^\w\s]*|[^\s{_WIDE}]+")

Sounds = Sequence[tuple[str, float]]  # (IPA, share of the word's time)


def written(text: str) -> list[str]:
    """The words of a text as captions show them; in Chinese and Japanese every character is one."""
    return _TOKEN.findall(text)


def after(text: str, words: Iterable[str]) -> str:
    """What is left of `text` behind these words, which are its first ones in order."""
    at = 0
    for word in words:
        found = text.find(word, at)
        at = found + len(word) if found >= 0 else at
    return text[at:].strip()


@dataclass
class Timing:
    """Seconds from the start of the speech."""

    start: float
    end: float


@dataclass
class TimedSpeech:
    """Collects sound and the times of words as they come, in whichever order; `ready` gives what is complete.

    sounds: of each word of `text`, in order. phonemes: timed by the vendor itself; they go before `sounds`.
    """

    text: str
    sample_rate: int
    sounds: Sequence[Sounds] = ()
    words: list[str] = field(default_factory=list)
    phonemes: list[Phoneme] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = written(self.text)
        self._pcm = bytearray()
        self._times: list[Timing] = []  # of the words so far
        self._partial = ""
        self._strays: list[tuple[str, Timing]] = []  # from the first word on that is not as written
        self._taken = 0  # words given
        self._given = 0.0  # seconds given

    @property
    def seconds(self) -> float:
        """Of sound heard so far."""
        return self._given + len(self._pcm) // 2 / self.sample_rate

    @property
    def timed(self) -> float:
        """Seconds at which the last word ends that has a time."""
        last = self._strays[-1][1] if self._strays else self._times[-1] if self._times else None
        return last.end if last else 0.0

    @property
    def complete(self) -> bool:
        """Whether all words have their times, or as many as a vendor that spells them otherwise can tell."""
        return bool(self._strays) or len(self._times) + self._silent(len(self._times)) >= len(self.words)

    @property
    def fits(self) -> bool:
        """Whether the times end where the sound does; they do not when its sample rate is another one."""
        if not self.timed:
            return True
        longer, shorter = max(self.seconds, self.timed), min(self.seconds, self.timed)
        return longer <= shorter * FACTOR + SLACK / 4 or longer - shorter <= SLACK / 3

    def hear(self, pcm: bytes) -> None:
        self._pcm += pcm

    def time(self, word: str, start: float, end: float) -> None:
        """The next word, or part of one, as the vendor spells it."""
        timing = Timing(start, max(start, end))
        plain = _plain(word)
        if self._strays or not plain:
            self._strays += [(word, timing)] if self._strays and plain else []
            return
        at = len(self._times) - bool(self._partial)
        at += 0 if self._partial else self._silent(at)
        wanted = _plain(self.words[at]) if at < len(self.words) else ""
        if not wanted.startswith(self._partial + plain):
            self._strays.append((word, timing))
            return
        self._place(at, timing)
        self._partial = "" if wanted == self._partial + plain else self._partial + plain

    def _place(self, at: int, timing: Timing) -> None:
        if self._partial:
            self._times[at].end = timing.end
            return
        before = self._times[-1].end if self._times else 0.0
        self._times += [Timing(before, before) for _ in range(at - len(self._times))]  # dashes take no time
        self._times.append(timing)

    def _silent(self, at: int) -> int:
        """How many words from number `at` on have no letter."""
        count = 0
        while at + count < len(self.words) and not _plain(self.words[at + count]):
            count += 1
        return count

    def ready(self) -> Iterator[AudioChunk]:
        """Chunks that end between two words whose times are known, as far as their sound is there."""
        known = len(self._times) - bool(self._partial)
        for number in range(self._taken + 1, known):
            end = (self._times[number - 1].end + self._times[number].start) / 2
            if end > self.seconds:
                return
            if self._may_end(number) and end > self._given:
                yield self._cut(number, end)

    def rest(self) -> Iterator[AudioChunk]:
        """All that is left; words that have no times get their share of what is left."""
        if self._strays or len(self._times) < len(self.words):
            self._guess()
        if self._pcm:
            yield self._cut(len(self.words), self.seconds)

    def _may_end(self, number: int) -> bool:
        length = len(" ".join(self.words[self._taken : number]))
        return length >= LONG or (length >= SHORT and self.words[number - 1].endswith(PHRASE_ENDS))

    def _cut(self, number: int, end: float) -> AudioChunk:
        """The sound up to second `end` with the words before number `number`."""
        size = min(2 * round((end - self._given) * self.sample_rate), len(self._pcm) // 2 * 2)
        begin, pcm = self._given, bytes(self._pcm[:size])
        del self._pcm[:size]
        length = size / 2 / self.sample_rate
        spans = [self._within(self._times[n], begin, length) for n in range(self._taken, number)] if self._times else []
        words = tuple(Word(w, t.start, t.end) for w, t in zip(self.words[self._taken : number], spans, strict=False))
        chunk = AudioChunk(pcm, self.sample_rate, self._sounding(spans, begin, length), words)
        self._taken, self._given = number, begin + length
        return chunk

    def _within(self, timing: Timing, begin: float, length: float) -> Timing:
        start = min(max(timing.start - begin, 0.0), length)
        return Timing(start, min(max(timing.end - begin, start), length))

    def _sounding(self, spans: Sequence[Timing], begin: float, length: float) -> tuple[Phoneme, ...]:
        if self.phonemes:
            shifted = [Phoneme(p.symbol, p.start - begin, p.end - begin) for p in self.phonemes]
            return tuple(_with_pauses([p for p in shifted if 0 <= p.start < length], length))
        if len(self.sounds) != len(self.words) or not spans:
            return ()
        found = [p for n, span in enumerate(spans, self._taken) for p in _spread(self.sounds[n], span)]
        return tuple(_with_pauses(found, length)) if found else ()

    def _guess(self) -> None:
        """Times for the words that have none: those that are spelt alike anchor the others, which share by letters."""
        if not (self._times or self._strays):
            return
        done, strays = len(self._times), self._strays
        open_words = [_plain(word) for word in self.words[done:]]
        match = SequenceMatcher(None, open_words, [_plain(word) for word, _ in strays], autojunk=False)
        letters = np.cumsum([0, *(len(word) + 1 for word in open_words)]).tolist()
        places, moments = [0.0], [self._times[-1].end if self._times else 0.0]
        for mine, theirs, size in match.get_matching_blocks():
            for n in range(size):
                timing = strays[theirs + n][1]
                places += [letters[mine + n], letters[mine + n + 1] - 1]
                moments += [timing.start, timing.end]
        places.append(letters[-1])
        moments.append(max(strays[-1][1].end if strays else self.seconds, moments[-1]))
        at = np.interp(letters, places, np.maximum.accumulate(moments))
        self._times += [Timing(float(a), float(b)) for a, b in zip(at, at[1:], strict=False)]


def _plain(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())


def _spread(sounds: Sounds, span: Timing) -> Iterator[Phoneme]:
    """A word's sounds over its time, by their shares."""
    whole = sum(share for _, share in sounds)
    at = span.start
    for symbol, share in sounds:
        end = at + (span.end - span.start) * share / whole
        if end > at:
            yield Phoneme(symbol, at, end)
        at = end


def _with_pauses(phonemes: Sequence[Phoneme], length: float) -> Iterator[Phoneme]:
    at = 0.0
    for phoneme in phonemes:
        if phoneme.start - at > AUDIBLE_GAP:
            yield Phoneme("", at, phoneme.start)
        yield phoneme
        at = phoneme.end
    if length - at > AUDIBLE_GAP:
        yield Phoneme("", at, length)
