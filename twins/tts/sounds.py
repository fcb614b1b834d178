"""From the library's phoneme events to the sounds of `twins.tts.base`: one IPA letter each, exact to the sample."""

import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
Span = tuple[str, int, int]  # symbol, first sample, sample after the last

# Spellings of the library that are not IPA, or several letters for one sound.
_RESPELLED = {
    "s.": "ʂ", "ts.": "tʂ", "ts.h": "tʂ", "i.": "ɨ", "r.": "ɽ", "onɡ": "oŋ", "sx": "ɧ",
    "ph": "p", "th": "t", "kh": "k", "tɕh": "tɕ", "tsh": "ts",
    "ä": "a", "ε": "ɛ", "ᵻ": "ɪ", "g": "ɡ",
}  # fmt: skip
STOPS = frozenset("pbtdkɡqʈɖcɟʔ")
_SHORTEST_PAUSE = 0.06  # seconds; shorter unnamed events are releases that belong to the sound before
_LONGEST_CLOSURE = 0.12  # seconds of silence before a burst that still belong to the stop
_CLOSURE_AFTER_PAUSE = 0.05  # the same where the mouth was at rest


def letters(name: str) -> str:
    """The base IPA letters of an event's name, without stress, length, tone and secondary articulation."""
    if name.startswith("("):
        return ""  # "(en)": the library goes on in another language
    plain = name.translate({ord(mark): None for mark in "ˈˌːˑ-0123456789"})
    plain = _RESPELLED.get(plain, plain)
    bare = "".join(letter if letter == "ç" else unicodedata.normalize("NFD", letter)[0] for letter in plain)
    kept = [letter for letter in bare if unicodedata.category(letter) == "Ll" or letter in "ʔʕ"]
    return "".join(_RESPELLED.get(letter, letter) for letter in kept)


def spans(events: Sequence[tuple[int, str]], audio: Samples, sample_rate: int) -> list[Span]:
    """Contiguous sounds from sample 0 to the end of `audio`; "" is a pause.

    A name of several letters (diphthong, affricate) becomes one sound per letter, in equal parts.
    """
    merged = _merge(events, len(audio), int(_SHORTEST_PAUSE * sample_rate))
    closed = _closures(merged, audio, sample_rate)
    return [part for span in closed for part in _split(span)]


def _merge(events: Sequence[tuple[int, str]], end: int, shortest_pause: int) -> list[Span]:
    """Names become letters; a nameless event that is too short for a pause prolongs the sound before it."""
    starts = [min(start, end) for start, _ in events] + [end]
    starts[0] = starts[0] if starts[0] >= shortest_pause else 0
    result: list[Span] = [("", 0, starts[0])] if starts[0] > 0 else []
    for (_, name), start, stop in zip(events, starts, starts[1:], strict=False):
        symbol = letters(name)
        modifier = not symbol and name.strip("ˈˌ")  # e.g. a lone palatalisation
        if result and (stop <= start or modifier or (not symbol and stop - start < shortest_pause)):
            result[-1] = (result[-1][0], result[-1][1], max(stop, result[-1][2]))
        elif stop > start:
            result.append((symbol, start, stop))
    return result


def _closures(sounds: list[Span], audio: Samples, sample_rate: int) -> list[Span]:
    """Stops begin where the mouth closes: the library reports the burst, the silence before it is the closure."""
    step = sample_rate // 1000
    result: list[Span] = []
    for symbol, start, stop in sounds:
        if result and symbol and symbol[0] in STOPS:
            before, since, _ = result[-1]
            longest = int((_LONGEST_CLOSURE if before else _CLOSURE_AFTER_PAUSE) * sample_rate)
            closed = start - _silence_before(audio, start, min(longest, start - since - step), step)
            result[-1] = (before, since, closed)
            start = closed
        result.append((symbol, start, stop))
    return result


def _silence_before(audio: Samples, start: int, longest: int, step: int) -> int:
    """Samples of near silence that end at `start`."""
    quiet = 0.02 * float(np.abs(audio).max(initial=1e-9))
    length = 0
    while length + step <= longest and np.abs(audio[start - length - step : start - length]).max(initial=0) < quiet:
        length += step
    return length


def _split(span: Span) -> Iterator[Span]:
    symbol, start, stop = span
    if len(symbol) < 2:
        yield span
        return
    for index, letter in enumerate(symbol):
        share = (stop - start) / len(symbol)
        yield letter, start + round(index * share), start + round((index + 1) * share)
