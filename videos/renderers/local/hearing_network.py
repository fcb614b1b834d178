"""A small network that sees lips in sound: log-mel spectra of 300 ms in, the four channels of the lips out.

It is trained by `videos.lip_training` on speech of our own voice engine; inference is three matrix products.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

RATE = 16000
HOP, WINDOW, SIZE = 160, 400, 512  # samples: 10 ms, 25 ms, and of the Fourier transform
BANDS = 28
LOWEST, HIGHEST = 80.0, 7600.0  # Hz
FLOOR = 1e-7  # power added before the logarithm: about -70 dB of full scale
BEFORE, LAG = 24, 6  # points of context before and after the point that is seen
OFFSETS = np.array([-24, -18, -14, -11, -9, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6])
BLOCK = 10  # points between two looks at the voice's colour
MEMORY = 300.0  # points of speech that the colour is the mean of
FIRST_GUESS = 30.0  # points that the first guess counts for
SPEECH = 4.0  # nepers of power below the loudest in which speech is found
FADE = 0.1  # nepers per block by which the loudest is forgotten

Points = NDArray[np.float32]


@dataclass(frozen=True)
class Weights:
    """colour: (BANDS,) mean log-mel spectrum of speech. layers: (inputs, units) and (units,) each."""

    colour: Points
    first: Points
    first_bias: Points
    second: Points
    second_bias: Points
    last: Points
    last_bias: Points

    @property
    def layers(self) -> list[Points]:
        """The arrays themselves, for who changes them."""
        return [self.first, self.first_bias, self.second, self.second_bias, self.last, self.last_bias]

    def save(self, path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, *(array.astype(np.float16) for array in (self.colour, *self.layers)))

    @classmethod
    def load(cls, path: Path) -> "Weights":
        with np.load(path, allow_pickle=False) as file:
            return cls(*(file[name].astype(np.float32) for name in file.files))

    def channels(self, inputs: Points) -> Points:
        """(n, BANDS * len(OFFSETS)) -> (n, 4): opening, width, probability of pressed and of tucked lips."""
        hidden = np.maximum(inputs @ self.first + self.first_bias, 0.0)
        hidden = np.maximum(hidden @ self.second + self.second_bias, 0.0)
        out = hidden @ self.last + self.last_bias
        out[:, 2:] = 1 / (1 + np.exp(-out[:, 2:]))
        return np.asarray(out, np.float32)


class Colour:
    """Takes voice and microphone out of spectra: subtracts the running mean of what was spoken so far."""

    def __init__(self, first_guess: Points) -> None:
        self._mean = first_guess.copy()
        self._count = FIRST_GUESS
        self._loudest = -100.0
        self._block = np.zeros((0, len(first_guess)), np.float32)

    def removed(self, spectra: Points) -> Points:
        """(n, BANDS) -> (n, BANDS), about -3 to 3."""
        result = np.empty_like(spectra)
        at = 0
        while at < len(spectra):
            step = min(BLOCK - len(self._block), len(spectra) - at)
            result[at : at + step] = spectra[at : at + step] - self._mean
            self._block = np.concatenate([self._block, spectra[at : at + step]])
            at += step
            if len(self._block) == BLOCK:
                self._learn()
        return np.asarray(result.clip(-9.0, 9.0) / 3, np.float32)

    def _learn(self) -> None:
        levels = self._block.mean(axis=1)
        self._loudest = max(self._loudest - FADE, float(levels.max()))
        spoken = self._block[levels > self._loudest - SPEECH]
        self._count = min(self._count + len(spoken), MEMORY)
        self._mean += (spoken - self._mean).sum(axis=0) / self._count
        self._block = self._block[:0]


def filters() -> Points:
    """(SIZE // 2 + 1, BANDS): triangles at equal steps of the mel scale (O'Shaughnessy 1987), each of sum 1."""
    edges = np.linspace(_mel(LOWEST), _mel(HIGHEST), BANDS + 2)
    place = _mel(np.fft.rfftfreq(SIZE, 1 / RATE))[:, None]
    rising, falling = (
        (place - edges[:-2]) / (edges[1:-1] - edges[:-2]),
        (edges[2:] - place) / (edges[2:] - edges[1:-1]),
    )
    triangles = np.maximum(np.minimum(rising, falling), 0.0)
    return np.asarray(triangles / triangles.sum(axis=0), np.float32)


def _mel(hertz: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(2595 * np.log10(1 + np.asarray(hertz, np.float64) / 700))


_FILTERS = filters()
_TAPER = np.hanning(WINDOW).astype(np.float32)


def spectra(samples: Points, count: int) -> Points:
    """(count, BANDS) log-mel spectra. `samples` begin half a window before the middle of the first point."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[: count * HOP : HOP]
    power = np.abs(np.fft.rfft(frames * _TAPER, SIZE)).astype(np.float32) ** 2 / np.float32(WINDOW)
    return np.asarray(np.log(power @ _FILTERS + np.float32(FLOOR)), np.float32)


class NetworkEar:
    """16 kHz sound in, channels out as soon as LAG points after them are known."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._colour = Colour(weights.colour)
        self._samples = np.zeros(WINDOW // 2 - HOP // 2, np.float32)
        self._heard = 0  # samples
        self._seen = np.zeros((0, BANDS), np.float32)  # spectra, from BEFORE points before point `_first` on
        self._first = self._told = 0

    def hear(self, samples: Points) -> None:
        self._heard += len(samples)
        self._samples = np.concatenate([self._samples, samples])
        count = max((len(self._samples) - WINDOW) // HOP + 1, 0)
        if count:
            fresh = self._colour.removed(spectra(self._samples, count))
            self._samples = self._samples[count * HOP :]
            before = self._seen if len(self._seen) else np.repeat(fresh[:1], BEFORE, axis=0)
            self._seen = np.concatenate([before, fresh])

    def take(self, last: bool) -> Points:
        """(n, 4): points that were not handed out yet. `last`: nothing is known to follow."""
        known = self._first + len(self._seen) - BEFORE - LAG
        until = self._heard // HOP if last and len(self._seen) else known
        if until <= self._told:
            return np.zeros((0, 4), np.float32)
        seen = np.concatenate([self._seen, np.repeat(self._seen[-1:], max(until - known, 0), axis=0)])
        seen = seen[self._told - self._first :]
        self._told = until
        done = max(min(until, known) - self._first, 0)
        self._seen, self._first = self._seen[done:], self._first + done
        return self._weights.channels(in_context(seen))


def in_context(seen: Points) -> Points:
    """(BEFORE + n + LAG, BANDS) -> (n, BANDS * len(OFFSETS)): each point with what is around it."""
    count = len(seen) - BEFORE - LAG
    return np.asarray(seen[BEFORE + np.arange(count)[:, None] + OFFSETS].reshape(count, -1), np.float32)
