"""Sound and times that fakes of voice services answer with: a tone for each word, silence between."""

from dataclasses import dataclass

import numpy as np

LETTER, GAP = 0.06, 0.05  # seconds


@dataclass(frozen=True)
class Spoken:
    """words: (text, start, end) in seconds; pcm: mono 16-bit at `rate`."""

    pcm: bytes
    words: tuple[tuple[str, float, float], ...]

    def letters(self) -> tuple[list[str], list[float], list[float]]:
        """The words' characters with a space after each word, and their starts and ends."""
        characters: list[str] = []
        starts: list[float] = []
        ends: list[float] = []
        for word, start, end in self.words:
            each = (end - start) / len(word)
            for number, letter in enumerate(word):
                characters.append(letter)
                starts.append(start + number * each)
                ends.append(start + (number + 1) * each)
            characters.append(" ")
            starts.append(end)
            ends.append(end)
        return characters[:-1], starts[:-1], ends[:-1]


def speak(text: str, rate: int, hertz: float = 220.0) -> Spoken:
    """Each word sounds for as long as it has letters: a test can see where one is in the sound."""
    at, words, pieces = 0.0, [], []
    for word in text.split():
        length = LETTER * len(word)
        words.append((word, at, at + length))
        moments = np.arange(round(length * rate)) / rate
        pieces += [8_000 * np.sin(2 * np.pi * hertz * moments), np.zeros(round(GAP * rate))]
        at += (len(pieces[-2]) + len(pieces[-1])) / rate
    return Spoken(np.concatenate(pieces).astype("<i2").tobytes(), tuple(words))


def cut(content: bytes, size: int) -> list[bytes]:
    """In pieces that respect nothing."""
    return [content[start : start + size] for start in range(0, len(content), size)]
