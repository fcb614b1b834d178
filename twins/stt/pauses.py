"""Where a long sound may be cut: at its quietest moments, so that no word is cut in two. Silence is left out."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

LEAST, MOST = 6.0, 14.0  # seconds of a piece
FRAME = 0.02  # seconds
QUIET = 10  # frames that a pause should last
AUDIBLE = 50.0**2  # power of 16-bit samples, -56 dB of full scale: in less than that, an engine imagines words


def pieces(pcm: bytes, rate: int) -> Iterator[tuple[int, int]]:
    """Spans of bytes of mono 16-bit PCM in their order, each of LEAST to MOST seconds; the last may be shorter."""
    loudness, size = _loudness(pcm, rate)
    cuts = [0, *_cuts(loudness), len(loudness)]
    for start, stop in pairwise(cuts):
        if loudness[start:stop].max(initial=0.0) > AUDIBLE:
            yield start * size, stop * size


def _cuts(loudness: np.ndarray) -> Iterator[int]:
    start, least, most = 0, round(LEAST / FRAME), round(MOST / FRAME)
    while len(loudness) - start > most:
        start += least + int(np.argmin(loudness[start + least : start + most]))
        yield start


def _loudness(pcm: bytes, rate: int) -> tuple[np.ndarray, int]:
    """Mean power around each frame, and the bytes of a frame."""
    samples = round(FRAME * rate)
    sound = np.frombuffer(pcm, "<i2").astype(np.float32)
    power = (sound[: len(sound) // samples * samples].reshape(-1, samples) ** 2).mean(axis=1)
    around = np.convolve(power, np.ones(QUIET, np.float32) / QUIET, "same") if len(power) > QUIET else power
    return around, 2 * samples
