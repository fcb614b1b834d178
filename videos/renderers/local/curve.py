"""The movement of the lips over time: visemes overlap, rounding comes early, closures always close.

Times are those of the speech, at 100 points a second. A point is final once everything up to LOOK_AHEAD after it is
known, so the curve is made while the speech still comes in.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from twins.tts.base import AudioChunk, Phoneme
from videos.renderers.local.envelope import Loudness
from videos.renderers.local.hearing import Heard, Hearing
from videos.renderers.local.visemes import Viseme, visemes

RATE = 100  # points a second
LOOK_AHEAD = 20  # points: 200 ms
OPENING_EDGE = 4  # points before and after a sound in which the jaw already, or still, moves
ROUNDING_LEAD = 14  # lips begin to round 140 ms ahead (coarticulation is mostly anticipatory)
WIDTH_EDGE = 8
ROUNDED = -0.4
OPENING_SPEED = 0.19  # opening per point: a mouth opens fully within 60 ms
WIDTH_SPEED = 0.16
HISTORY = 50  # points kept behind the last one taken: neighbours that still reach forward
MOST_PHONEMES = 100_000  # of one chunk
EAR_HOLD = (0.6, 0.3)  # dominance of the opening and width that an ear sees, beside the sounds that were named

Points = NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True)
class Lips:
    """The mouth at one moment: opening 0..1, width -1..1, closure 0, PRESSED or TUCKED, loudness 0..1."""

    opening: float
    width: float
    closure: int
    loudness: float


class LipCurve:
    """Chunks of speech in, lips at any known moment out, in order and once."""

    def __init__(self, shortest_closure: float) -> None:
        """`shortest_closure`: seconds that lips stay closed at least, so that every closure is seen."""
        self._shortest = shortest_closure
        self._hearing: Hearing | None = None  # while chunks come without phonemes
        self._heard = 0  # the point up to which it told
        self._first = 0  # index of the first point kept
        self._known = 0.0  # seconds of speech added
        self._taken = 0  # points handed out
        # per point: opening * weight, weight, width * weight, weight, loudness
        self._sums = np.zeros((5, 0))
        self._closures: list[tuple[float, float, int]] = []
        self._last = (0.0, 0.0)
        self._loudness = Loudness()

    @property
    def seconds(self) -> float:
        return self._known

    def add(self, chunk: AudioChunk) -> None:
        start, self._known = self._known, self._known + chunk.seconds
        self._grow(math.ceil(self._known * RATE) + 1 + LOOK_AHEAD)
        loudness = self._loudness.of(chunk)
        first = round(start * RATE) - self._first
        self._sums[4, first : first + len(loudness)] = loudness
        if chunk.phonemes:
            self._listen(last=True)
            self._hearing = None
            for begin, end, viseme in _sounds(chunk):
                self._add_sound(start + begin, start + end, viseme)
        else:
            if self._hearing is None:
                self._hearing, self._heard = Hearing(), round(start * RATE)
            self._hearing.hear(chunk)
            self._listen(last=False)

    def take(self, last: bool) -> list[Lips]:
        """The next points that are final. `last`: nothing is known to follow, so all are."""
        if last:
            self._listen(last=True)
        end = math.ceil(self._known * RATE) if last else self._final()
        if end <= self._taken:
            return []
        lips = list(self._shape(self._taken, end))
        self._taken = end
        self._forget()
        return lips

    def _final(self) -> int:
        known = math.floor(self._known * RATE) - LOOK_AHEAD
        return min(known, self._heard) if self._hearing else known

    def _grow(self, end: int) -> None:
        missing = end - self._first - self._sums.shape[1]
        if missing > 0:
            self._sums = np.concatenate([self._sums, np.zeros((5, missing))], axis=1)

    def _add_sound(self, begin: float, end: float, viseme: Viseme, closes: bool = True) -> None:
        if viseme.closure and closes:
            self._add_closure(begin, end, viseme.closure)
        self._spread(0, begin, end, (OPENING_EDGE, OPENING_EDGE), viseme.opening, viseme.opening_hold)
        lead = ROUNDING_LEAD if viseme.width <= ROUNDED else WIDTH_EDGE
        self._spread(2, begin, end, (lead, WIDTH_EDGE), viseme.width, viseme.width_hold)

    def _add_closure(self, begin: float, end: float, kind: int) -> None:
        if self._closures and self._closures[-1][1:] == (begin, kind):  # heard in two pieces
            begin = self._closures.pop()[0]
        self._closures.append((begin, end, kind))

    def _spread(self, row: int, begin: float, end: float, edges: tuple[int, int], value: float, hold: float) -> None:
        """Add one sound's target: full weight while it sounds, raised-cosine edges before and after."""
        lead, lag = edges
        low = max(math.ceil(begin * RATE) - lead, self._first, self._taken)
        high = min(math.floor(end * RATE) + lag, self._first + self._sums.shape[1] - 1)
        if high < low:
            return
        times = np.arange(low, high + 1) / RATE
        outside = np.maximum((begin - times) * RATE / lead, (times - end) * RATE / lag).clip(0.0, 1.0)
        weight = hold * (0.5 + 0.5 * np.cos(np.pi * outside)) + 1e-9
        span = slice(low - self._first, high + 1 - self._first)
        self._sums[row, span] += weight * value
        self._sums[row + 1, span] += weight

    def _listen(self, last: bool) -> None:
        """Take what was heard into the curve."""
        if self._hearing is None:
            return
        heard = self._hearing.take(last)
        first, self._heard = self._heard, self._heard + len(heard.letters)
        for letter, begin, end in _runs(heard.letters, first):
            self._add_sound(begin, end, visemes(letter)[0], closes=False)
        for kind, begin, end in _runs(heard.closures.tolist(), first):
            if kind:
                self._add_closure(begin, end, kind)
        self._add_seen(first, heard)

    def _add_seen(self, first: int, heard: Heard) -> None:
        skipped = max(self._taken - first, 0)
        low, high = first + skipped - self._first, min(self._heard - self._first, self._sums.shape[1])
        for row, seen, hold in zip((0, 2), (heard.opening, heard.width), EAR_HOLD, strict=True):
            self._sums[row, low:high] += hold * seen[skipped : skipped + high - low]
            self._sums[row + 1, low:high] += hold

    def _shape(self, begin: int, end: int) -> Iterator[Lips]:
        """Blend, let closures win, and limit the speed: backwards for what is coming, forwards from what was."""
        reach = min(end + LOOK_AHEAD, self._first + self._sums.shape[1])
        sums = self._sums[:, begin - self._first : reach - self._first]
        # resting lips have a small say everywhere, so that silence without a phoneme relaxes too
        opening = sums[0] / (sums[1] + 0.02) * (0.9 + 0.15 * sums[4])
        width = sums[2] / (sums[3] + 0.02)
        kinds = self._close(opening, begin)
        opening, width = _backwards(opening, OPENING_SPEED), _backwards(width, WIDTH_SPEED)
        for at in range(end - begin):
            self._last = (
                0.0 if kinds[at] else _towards(self._last[0], float(opening[at]), OPENING_SPEED),
                _towards(self._last[1], float(width[at]), WIDTH_SPEED),
            )
            yield Lips(*self._last, int(kinds[at]), float(sums[4, at]))

    def _close(self, opening: Points, first: int) -> NDArray[np.int64]:
        """Hold `opening` (from point `first` on) shut in closures and low near them; returns each point's closure."""
        kinds = np.zeros(len(opening), np.int64)
        near = math.ceil(1 / OPENING_SPEED)
        for start, stop, kind in self._closures:
            short = max(self._shortest - (stop - start), 0.0) / 2
            start, stop = start - short, stop + short
            low = max(math.floor(start * RATE) - near - first, 0)
            high = min(math.ceil(stop * RATE) + near - first, len(opening))
            if high <= low:
                continue
            times = np.arange(low + first, high + first) / RATE
            away = np.maximum(start - times, times - stop).clip(0.0) * RATE
            opening[low:high] = np.minimum(opening[low:high], away * OPENING_SPEED)
            kinds[low:high][away == 0.0] = kind
        return kinds

    def _forget(self) -> None:
        """Drop what can no longer be asked for, so that memory does not grow with the clip."""
        drop = self._taken - HISTORY - self._first
        if drop > HISTORY:
            self._sums = self._sums[:, drop:].copy()
            self._first += drop
            self._closures = [c for c in self._closures if (c[1] + self._shortest) * RATE > self._first]


def _backwards(values: Points, speed: float) -> Points:
    """Start early enough to reach what comes, no faster than `speed`."""
    result = values.copy()
    for at in range(len(values) - 2, -1, -1):
        result[at] = min(max(result[at], result[at + 1] - speed), result[at + 1] + speed)
    return result


def _towards(value: float, target: float, speed: float) -> float:
    return min(max(target, value - speed), value + speed)


def _runs(points: list[T], first: int) -> Iterator[tuple[T, float, float]]:
    """What stays the same from point to point, with its times in seconds; the list begins with point `first`."""
    for value, run in groupby(points):
        length = len(list(run))
        yield value, first / RATE, (first + length) / RATE
        first += length


def _sounds(chunk: AudioChunk) -> Iterator[tuple[float, float, Viseme]]:
    """The chunk's sounds in seconds of the chunk, parts of diphthongs and affricates apart, times made sane."""
    for phoneme in _sane(chunk.phonemes[:MOST_PHONEMES], chunk.seconds):
        parts = visemes(phoneme.symbol)
        length = (phoneme.end - phoneme.start) / len(parts)
        for number, viseme in enumerate(parts):
            yield phoneme.start + number * length, phoneme.start + (number + 1) * length, viseme


def _sane(phonemes: Iterable[Phoneme], seconds: float) -> Iterator[Phoneme]:
    """Engines report what they like: keep times that are numbers, in order and inside the chunk."""
    for phoneme in phonemes:
        if math.isfinite(phoneme.start) and math.isfinite(phoneme.end):
            start, end = max(phoneme.start, 0.0), min(phoneme.end, seconds)
            if start < end:
                yield Phoneme(phoneme.symbol, start, end)
