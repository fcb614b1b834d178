"""What Wav2Lip is told of the sound: log-mel spectra of 0.2 s around each frame's time, made as in its training.

Pre-emphasis, a short-time Fourier transform of 50 ms every 12.5 ms with its windows centred, 80 bands of Slaney's mel
scale (Auditory Toolbox, 1998) from 55 to 7600 Hz, each of area 1, and levels of -100 to 0 dB, 20 dB down, onto -4 to 4.
"""

import av
import numpy as np
from numpy.typing import ArrayLike, NDArray

from twins.tts.base import AudioChunk

RATE, SIZE, HOP = 16_000, 800, 200  # Hz, samples
BANDS, STEPS = 80, 16  # of one window
LOWEST, HIGHEST = 55.0, 7_600.0  # Hz
PREEMPHASIS = 0.97
FLOOR, REFERENCE, MOST = 100.0, 20.0, 4.0  # dB, dB, and the level that 0 dB becomes
AHEAD = (STEPS * HOP + SIZE / 2) / RATE  # seconds of sound after a frame's begin that its window holds

Floats = NDArray[np.float32]


class MelWindows:
    """Speech in, the windows of frames out; what was not heard yet is taken for silence. Times only go up."""

    def __init__(self) -> None:
        self._samples = np.zeros(SIZE // 2 + 1, np.float32)  # silence before the beginning
        self._first = -len(self._samples)  # number of the first of them
        self._rate = 0
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)

    def add(self, chunk: AudioChunk) -> None:
        samples = np.frombuffer(chunk.pcm[: len(chunk.pcm) // 2 * 2], np.int16)
        if not len(samples):
            return
        if chunk.sample_rate != self._rate:
            self._rate = chunk.sample_rate
            self._resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = chunk.sample_rate
        pieces = [piece.to_ndarray()[0] for piece in self._resampler.resample(frame)]
        self._samples = np.concatenate([self._samples, *pieces])

    def window(self, seconds: float) -> Floats:
        """(BANDS, STEPS) for the frame that begins then."""
        first = int(seconds * RATE / HOP) * HOP - SIZE // 2 - 1  # one more, for the pre-emphasis of the next
        self._forget(first)
        sound = self._samples[: (STEPS - 1) * HOP + SIZE + 1]
        sound = np.pad(sound, (0, (STEPS - 1) * HOP + SIZE + 1 - len(sound)))
        return mel(sound[1:] - np.float32(PREEMPHASIS) * sound[:-1])

    def _forget(self, until: int) -> None:
        gone = min(until - self._first, len(self._samples))
        self._samples = self._samples[gone:]
        self._first += gone


def mel(samples: Floats) -> Floats:
    """(BANDS, n): levels of n windows, one every HOP samples."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, SIZE)[::HOP]
    spectrum = np.abs(np.fft.rfft(windows * _HANN, axis=1))
    level = 20 * np.log10(np.maximum(spectrum @ _FILTERS, 10 ** (-FLOOR / 20))) - REFERENCE
    return np.asarray((2 * MOST * (level + FLOOR) / FLOOR - MOST).clip(-MOST, MOST).T, np.float32)


def filters(lowest: float, highest: float) -> NDArray[np.float64]:
    """(SIZE // 2 + 1, BANDS): triangles at equal steps of the mel scale, each of area 1 over the frequency in Hz."""
    ends = _mels([lowest, highest])
    edges = _hertz(np.linspace(ends[0], ends[1], BANDS + 2))
    bins = np.fft.rfftfreq(SIZE, 1 / RATE)[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)).clip(0)
    return np.asarray(triangles * 2 / (high - low))


# Slaney's scale: 15 mels for each 1000 Hz up to there, then 27 mels for each factor of 6.4.
def _mels(hertz: ArrayLike) -> NDArray[np.float64]:
    at = np.asarray(hertz, np.float64)
    return np.asarray(np.where(at < 1_000, at * 0.015, 15 + 27 * np.log(np.maximum(at, 1) / 1_000) / np.log(6.4)))


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.where(mels < 15, mels / 0.015, 1_000 * 6.4 ** ((mels - 15) / 27)))


_HANN = np.hanning(SIZE + 1)[:-1]
_FILTERS = filters(LOWEST, HIGHEST)
