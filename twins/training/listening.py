"""What a film sounds like, as numbers: its loudness fifty times a second, and where somebody speaks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from avatarsite.core.media_files import BROKEN
from twins.training.errors import Fault, refused

Floats = NDArray[np.float64]
RATE = 16_000
BLOCK = 320  # samples: 20 ms
BLOCKS_A_SECOND = RATE // BLOCK
SILENCE = -90.0  # dB of full scale
UNHEARD = -55.0  # dB: when even the loud parts are below, the microphone was off
ABOVE_FLOOR = 0.35  # of the way from the floor to the loudest speech: from there on it is a voice
LEAST_ABOVE = 8.0  # dB
HANGOVER = 0.25  # seconds: shorter gaps belong to the speech around them


@dataclass(frozen=True)
class Heard:
    """levels: dB of full scale for each 20 ms. floor: what is heard when nobody speaks. speech: the loud parts."""

    levels: Floats

    @property
    def floor(self) -> float:
        return float(np.percentile(self.levels, 10)) if len(self.levels) else SILENCE

    @property
    def speech(self) -> float:
        return float(np.percentile(self.levels, 95)) if len(self.levels) else SILENCE

    def voiced(self) -> NDArray[np.bool_]:
        """For each 20 ms whether somebody speaks; short gaps are filled."""
        threshold = self.floor + max(LEAST_ABOVE, ABOVE_FLOOR * (self.speech - self.floor))
        return _filled(self.levels > threshold, round(HANGOVER * BLOCKS_A_SECOND))


def listen(film: Any, seconds: float) -> Heard:
    """Listen to the first `seconds` of an open film. Raises EngineFailed("audio_processing")."""
    try:
        levels = [_levels(pcm) for pcm in _sound(film, seconds)]
    except BROKEN as error:
        raise refused(Fault.AUDIO_PROCESSING) from error
    heard = Heard(np.concatenate(levels or [np.zeros(0)]))
    if heard.speech < UNHEARD:
        raise refused(Fault.AUDIO_PROCESSING)
    return heard


def _sound(film: Any, seconds: float) -> Iterator[Floats]:
    """Mono samples from -1 to 1, in whole blocks."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    kept, left = np.zeros(0, np.float32), round(seconds * RATE)
    for frame in film.decode(film.streams.audio[0]):
        for sound in resampler.resample(frame):
            kept = np.concatenate([kept, sound.to_ndarray()[0]])
        whole = min(len(kept), left) // BLOCK * BLOCK
        if whole:
            yield kept[:whole].astype(np.float64)
        kept, left = kept[whole:], left - whole
        if left < BLOCK:
            return


def _levels(pcm: Floats) -> Floats:
    blocks = pcm.reshape(-1, BLOCK)
    power = (blocks - blocks.mean(1, keepdims=True)).var(1)
    return np.asarray(np.maximum(10 * np.log10(np.maximum(power, 1e-12)), SILENCE))


def _filled(marks: NDArray[np.bool_], gap: int) -> NDArray[np.bool_]:
    """Marks with the gaps of up to `gap` blocks between two of them filled."""
    places = np.flatnonzero(marks)
    filled = marks.copy()
    for start, end in zip(places[:-1], places[1:], strict=True):
        if 1 < end - start <= gap + 1:
            filled[start:end] = True
    return filled
