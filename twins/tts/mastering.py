"""From raw synthesis to a pleasant, even signal: equaliser, small room, common loudness, peak limit; streaming.

The filters are causal with their energy at lag 0 (minimum phase), so phoneme times stay exact; what rings on past a
chunk is carried into the next one.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

LOUDNESS = -18.0  # dBFS, K-weighted and gated
CEILING = 10 ** (-1.5 / 20)  # peaks stay below -1.5 dBFS
_TAPS = 512
_FADE = 0.004  # seconds at both ends of a chunk
_RELEASE = 0.04  # seconds in which a voice dies away before a pause; the library stops it dead
_GAIN_RANGE = (-12.0, 24.0)  # dB
_GAIN_STEP = 1.5  # dB that the gain may move from one chunk to the next
# Early reflections of a small, soft room: (seconds, gain), each duller than the direct sound.
_REFLECTIONS = ((0.0043, 0.13), (0.0079, -0.10), (0.0127, 0.085), (0.0191, 0.06), (0.0263, -0.045), (0.0359, 0.03))


class Mastering:
    """The state of one stream: `feed` it piece after piece."""

    def __init__(self, colour: Sequence[tuple[float, float]], sample_rate: int) -> None:
        self._rate = sample_rate
        self._filter = _with_room(minimum_phase(colour, sample_rate), sample_rate)
        self._weighting = minimum_phase(_K_WEIGHTING, sample_rate)
        self._tail = np.zeros(len(self._filter) - 1, np.float32)
        self._gain_db: float | None = None

    def feed(self, speech: Samples, pause: int) -> Samples:
        """`speech` in -1..1, mastered, and `pause` samples after it, in which the room dies away."""
        audio = np.pad(_faded(speech, int(_FADE * self._rate)), (0, pause))
        wet = convolve(audio, self._filter)
        wet *= np.float32(10 ** (self._gain(wet[: len(speech)]) / 20))
        wet[: len(self._tail)] += self._tail
        self._tail = wet[len(audio) :].copy()
        return limited(wet[: len(audio)], self._rate)

    def _gain(self, wet: Samples) -> float:
        wanted = float(np.clip(LOUDNESS - loudness(wet, self._weighting, self._rate), *_GAIN_RANGE))
        if self._gain_db is not None:
            wanted = float(np.clip(wanted, self._gain_db - _GAIN_STEP, self._gain_db + _GAIN_STEP))
        self._gain_db = wanted
        return wanted


def convolve(audio: Samples, taps: Samples) -> Samples:
    """Full convolution, by blocks in the frequency domain."""
    length = len(audio) + len(taps) - 1
    size = 8192
    step = size - len(taps) + 1
    spectrum = np.fft.rfft(taps, size)
    blocks = -(-len(audio) // step)
    padded = np.zeros((blocks, step), np.float32)
    padded.reshape(-1)[: len(audio)] = audio
    pieces = np.fft.irfft(np.fft.rfft(padded, size, axis=1) * spectrum, size, axis=1)
    out = np.zeros(blocks * step + size, np.float32)
    for index, piece in enumerate(pieces):
        out[index * step : index * step + size] += piece
    return out[:length]


def minimum_phase(points: Sequence[tuple[float, float]], sample_rate: int) -> Samples:
    """FIR filter through (Hz, dB) points, linear in between over log frequency; by the real cepstrum."""
    size = 8 * _TAPS
    frequencies = np.maximum(np.fft.rfftfreq(size, 1 / sample_rate), 1.0)
    decibels = np.interp(np.log(frequencies), np.log([hz for hz, _ in points]), [db for _, db in points])
    cepstrum = np.fft.irfft(decibels * np.log(10) / 20)
    fold = np.zeros(size)
    fold[0] = fold[size // 2] = 1
    fold[1 : size // 2] = 2
    impulse = np.fft.irfft(np.exp(np.fft.rfft(cepstrum * fold)))[:_TAPS]
    impulse[_TAPS // 2 :] *= np.hanning(_TAPS)[_TAPS // 2 :]
    return impulse.astype(np.float32)


# ITU-R BS.1770 K-weighting as points of its curve.
_K_WEIGHTING = (
    (10.0, -30.0), (20.0, -14.0), (38.0, -6.0), (60.0, -3.0), (100.0, -1.1), (200.0, -0.3), (500.0, 0.0),
    (1000.0, 0.7), (1500.0, 1.9), (2000.0, 2.9), (3000.0, 3.7), (5000.0, 4.0), (11025.0, 4.0),
)  # fmt: skip


def loudness(audio: Samples, weighting: Samples, sample_rate: int) -> float:
    """K-weighted level in dBFS over the parts that sound (frames within 20 dB of the loudest)."""
    frame = sample_rate // 20
    weighted = convolve(audio, weighting)[: len(audio)]
    whole = len(weighted) // frame * frame
    frames = weighted[:whole].reshape(-1, frame) if whole else weighted.reshape(1, -1)
    power = np.mean(frames.astype(np.float64) ** 2, axis=1)
    loudest = float(power.max(initial=0))
    if loudest <= 0:
        return -100.0
    return float(10 * np.log10(power[power > loudest / 100].mean()))


def limited(audio: Samples, sample_rate: int) -> Samples:
    """Peaks held below the ceiling by a smooth gain that moves within 5 ms around them."""
    reduction = np.minimum(1.0, CEILING / np.maximum(np.abs(audio), 1e-9))
    if reduction.min(initial=1.0) >= 1.0:
        return audio
    reach, block = 5, sample_rate // 1000
    blocks = -(-len(audio) // block) + 2 * (reach + 1)
    padded = np.ones(blocks * block, np.float32)
    inside = slice((reach + 1) * block, (reach + 1) * block + len(audio))
    padded[inside] = reduction
    lowest = np.lib.stride_tricks.sliding_window_view(padded.reshape(-1, block).min(axis=1), 2 * reach + 3).min(axis=1)
    gain = np.repeat(np.pad(lowest, reach + 1, constant_values=1.0), block).astype(np.float32)
    window = np.hanning(2 * reach * block + 3)[1:-1].astype(np.float32)
    smooth = convolve(gain, window / window.sum())[reach * block :]
    held: Samples = np.clip(audio * smooth[inside], -CEILING, CEILING)
    return held


def released(audio: Samples, ends: Sequence[int], sample_rate: int) -> Samples:
    """A copy in which the sound before each of the sample numbers `ends` dies away."""
    result = audio.copy()
    ramp = np.cos(np.linspace(0, np.pi / 2, int(_RELEASE * sample_rate), dtype=np.float32))
    for end in ends:
        length = min(len(ramp), end)
        result[end - length : end] *= ramp[len(ramp) - length :]
    return result


def _with_room(impulse: Samples, sample_rate: int) -> Samples:
    """The equaliser's impulse with its reflections, each smoothed a little more than the one before."""
    taps = np.zeros(len(impulse) + int(0.05 * sample_rate), np.float32)
    taps[: len(impulse)] = impulse
    for number, (seconds, gain) in enumerate(_REFLECTIONS, start=2):
        dull = np.hanning(2 * number + 3)[1:-1]
        echo = np.convolve(impulse, dull / dull.sum()).astype(np.float32) * np.float32(gain)
        start = int(seconds * sample_rate)
        taps[start : start + len(echo)] += echo
    return taps


def _faded(audio: Samples, length: int) -> Samples:
    length = min(length, len(audio) // 2)
    result = audio.copy()
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    result[:length] *= ramp
    result[len(result) - length :] *= ramp[::-1]
    return result
