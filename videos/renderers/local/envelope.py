"""What loudness tells: how lively to be, and, while there is nothing better, a plausible mouth."""

import numpy as np
from numpy.typing import NDArray

from twins.tts.base import AudioChunk

RATE = 100  # points a second
HEARD_AT = 16000  # samples a second of the sound that ears are given
ROW = HEARD_AT // RATE
QUIET = 60.0  # RMS of 16-bit samples below which nobody speaks
FORGET = 0.9995  # per point: how slowly the reference level follows a voice that becomes quieter (half in 14 s)

Points = NDArray[np.float64]


class Loudness:
    """Loudness 0..1 relative to the voice's own level so far."""

    def __init__(self) -> None:
        self._level = 1000.0

    def of(self, chunk: AudioChunk) -> Points:
        """One value per 10 ms, smoothed over 50 ms."""
        samples = np.frombuffer(chunk.pcm[: len(chunk.pcm) // 2 * 2], np.int16).astype(np.float64)
        starts = np.arange(0, len(samples) - chunk.sample_rate // RATE + 1, chunk.sample_rate / RATE).astype(int)
        if not len(starts):
            return np.zeros(0)
        return self.of_power(np.add.reduceat(samples**2, starts) / np.diff(starts, append=len(samples)))

    def of_power(self, power: Points) -> Points:
        """The same of the mean square of each point."""
        rms = np.sqrt(power)
        loud = np.sort(rms)[int(len(rms) * 0.9)] if len(rms) else 0.0
        self._level = max(float(loud), self._level * FORGET ** len(rms), QUIET)
        heard = np.where(rms > QUIET, rms, 0.0) / self._level
        return np.convolve(np.pad(heard, 2, "edge"), np.full(5, 0.2), "valid").clip(0.0, 1.0) if len(heard) else heard


class EnvelopeEar:
    """The mouth follows the loudness; bright sound spreads it, dark sound rounds it. It sees no closure."""

    def __init__(self) -> None:
        self._loudness = Loudness()
        self._samples = np.zeros(0)

    def hear(self, samples: NDArray[np.float32]) -> None:
        self._samples = np.concatenate([self._samples, samples.astype(np.float64) * 32768])

    def take(self, last: bool) -> NDArray[np.float32]:
        """(n, 4): opening, width, and twice 0."""
        rows = self._samples[: len(self._samples) // ROW * ROW].reshape(-1, ROW)
        self._samples = self._samples[rows.size :]
        if not len(rows):
            return np.zeros((0, 4), np.float32)
        power = np.mean(rows**2, axis=1) + 1.0
        loudness = self._loudness.of_power(power)
        slope = np.mean(np.diff(rows, axis=1) ** 2, axis=1)
        brightness = np.sqrt(slope / power) * HEARD_AT / (2 * np.pi)  # about the mean frequency, Hz
        hiss = (brightness > 3000).astype(float)  # sibilants are loud with closed teeth
        opening = 0.75 * loudness**0.7 * (1 - 0.7 * hiss)
        width = ((brightness - 900) / 1500).clip(-0.6, 0.6) * (loudness > 0.05)
        width = np.convolve(np.pad(width, 4, "edge"), np.full(9, 1 / 9), "valid")
        nothing = np.zeros_like(opening)
        return np.stack([opening, width, nothing, nothing], axis=1).astype(np.float32)
