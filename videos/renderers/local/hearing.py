"""Lips for speech whose sounds nobody tells us: two listeners, whose mistakes differ, agree on what the mouth does.

One names English sounds, by a model of people's voices (hearing_phones); the other sees the four channels of the lips
in the spectrum, in any language (hearing_network). Until the second is trained, loudness stands in for it.
"""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import av
import numpy as np
from numpy.typing import NDArray

from twins.tts.base import AudioChunk
from videos.renderers.local.ears import place
from videos.renderers.local.envelope import EnvelopeEar
from videos.renderers.local.hearing_network import RATE, NetworkEar, Weights
from videos.renderers.local.hearing_phones import PhoneListener
from videos.renderers.local.visemes import PRESSED, TUCKED, VISEMES

NAMED = 0.55  # say of the named sounds in whether lips are closed; the network has the rest
CLOSED = 0.38  # of that say is enough
SEEN_OPEN = 0.2  # of it is lost where the ear sees lips wide open

Points = NDArray[np.float32]


class Ear(Protocol):
    """Sees channels in sound: `take` gives (n, 4) opening, width, and how probably lips are pressed and tucked."""

    def hear(self, samples: Points) -> None: ...

    def take(self, last: bool) -> Points: ...


@dataclass(frozen=True)
class Heard:
    """Points of 10 ms: the IPA letter ("" in a pause), opening and width as the ear sees them, and the closure."""

    letters: list[str]
    opening: Points
    width: Points
    closures: NDArray[np.int64]


class Hearing:
    """Chunks of sound in, what was heard out, about 0.1 s behind. One at a time in a process."""

    def __init__(self) -> None:
        self._phones = PhoneListener()
        self._ear: Ear = _ear()
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        self._rate = 0
        self._letters: list[str] = []
        self._channels = np.zeros((0, 4), np.float32)

    def hear(self, chunk: AudioChunk) -> None:
        for pcm in self._resampled(chunk):
            self._phones.hear(pcm.tobytes())
            self._ear.hear(pcm.astype(np.float32) / np.float32(32768))

    def take(self, last: bool) -> Heard:
        """The points that were not handed out yet. `last`: nothing is known to follow."""
        self._letters += self._phones.take(last)
        self._channels = np.concatenate([self._channels, self._ear.take(last)])
        count = min(len(self._letters), len(self._channels))
        letters, self._letters = self._letters[:count], self._letters[count:]
        channels, self._channels = self._channels[:count], self._channels[count:]
        return Heard(letters, channels[:, 0], channels[:, 1], _closures(letters, channels))

    def _resampled(self, chunk: AudioChunk) -> list[NDArray[np.int16]]:
        samples = np.frombuffer(chunk.pcm[: len(chunk.pcm) // 2 * 2], np.int16)
        if not len(samples):
            return []
        if chunk.sample_rate != self._rate:
            self._rate = chunk.sample_rate
            self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = chunk.sample_rate
        return [resampled.to_ndarray()[0] for resampled in self._resampler.resample(frame)]


def use(cache_dir: Path) -> None:
    """Hear with the ear of this folder from now on, in this process; until it is trained, by loudness."""
    _places[:] = [place(cache_dir)]


_places: list[Path] = []


def _ear() -> Ear:
    trained = (_weights(path) for path in _places if path.exists())
    return next((NetworkEar(weights) for weights in trained), None) or EnvelopeEar()


@functools.lru_cache(maxsize=1)
def _weights(path: Path) -> Weights:
    return Weights.load(path)


def _closures(letters: list[str], channels: Points) -> NDArray[np.int64]:
    """Which closure each point has, by both listeners."""
    named = np.array([VISEMES[letter].closure if letter else 0 for letter in letters], np.int64)
    pressed = NAMED * (named == PRESSED) + (1 - NAMED) * channels[:, 2]
    tucked = NAMED * (named == TUCKED) + (1 - NAMED) * channels[:, 3]
    found = np.where(pressed >= tucked, PRESSED, TUCKED)
    return np.where(np.maximum(pressed, tucked) - SEEN_OPEN * channels[:, 0] > CLOSED, found, 0)
