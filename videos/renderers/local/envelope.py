"""What can be heard without phonemes: loudness, and from it and the brightness a plausible mouth."""

import numpy as np
from numpy.typing import NDArray

from twins.tts.base import AudioChunk

RATE = 100  # points a second
QUIET = 60.0  # RMS of 16-bit samples below which nobody speaks
FORGET = 0.9995  # per point: how slowly the reference level follows a voice that becomes quieter (half in 14 s)

Points = NDArray[np.float64]


class Loudness:
    """Loudness 0..1 relative to the voice's own level so far."""

    def __init__(self) -> None:
        self._level = 1000.0

    def of(self, chunk: AudioChunk) -> Points:
        """One value per 10 ms, smoothed over 50 ms."""
        rms = np.sqrt(np.mean(_blocks(chunk) ** 2, axis=1))
        loud = np.sort(rms)[int(len(rms) * 0.9)] if len(rms) else 0.0
        self._level = max(float(loud), self._level * FORGET ** len(rms), QUIET)
        heard = np.where(rms > QUIET, rms, 0.0) / self._level
        return np.convolve(np.pad(heard, 2, "edge"), np.full(5, 0.2), "valid").clip(0.0, 1.0) if len(heard) else heard


def shapes_by_ear(chunk: AudioChunk, loudness: Points) -> tuple[Points, Points]:
    """Opening and width per 10 ms: the mouth follows the loudness; bright sound spreads it, dark sound rounds it."""
    blocks = _blocks(chunk)
    power = np.mean(blocks**2, axis=1) + 1.0
    slope = np.mean(np.diff(blocks, axis=1) ** 2, axis=1)
    brightness = np.sqrt(slope / power) * chunk.sample_rate / (2 * np.pi)  # about the mean frequency, Hz
    hiss = (brightness > 3000).astype(float)  # sibilants are loud with closed teeth
    opening = 0.75 * loudness**0.7 * (1 - 0.7 * hiss)
    width = ((brightness - 900) / 1500).clip(-0.6, 0.6) * (loudness > 0.05)
    return opening, np.convolve(np.pad(width, 4, "edge"), np.full(9, 1 / 9), "valid") if len(width) else width


def _blocks(chunk: AudioChunk) -> Points:
    """The sound in rows of 10 ms, (rows, samples); a rest shorter than that is left out."""
    samples = np.frombuffer(chunk.pcm[: len(chunk.pcm) // 2 * 2], np.int16).astype(np.float64)
    size = max(chunk.sample_rate // RATE, 1)
    return samples[: len(samples) // size * size].reshape(-1, size)
