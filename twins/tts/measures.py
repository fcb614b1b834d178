"""What a stretch of speech sounds like, in numbers: pitch, pace, formants, long-term spectrum.

All take mono samples in -1..1 at `RATE`; frames are 10 ms apart. None of it knows a word of what is said.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

RATE = 16_000  # Hz
HOP = RATE // 100
BANDS = np.geomspace(120, 7_400, 28)  # Hz: centres of the long-term spectrum's bands
_LOWEST, _HIGHEST = 60.0, 500.0  # Hz: where a voice's fundamental is looked for
_PERIODIC = 0.5  # normalised autocorrelation of a voiced frame
_OCTAVE_COST = 0.03  # per octave, against taking twice the period
_FORMANT_RATE = 11_000  # Hz: five formants below its half, as is usual for adults
_FORMANTS = 4
_DIP = 2.0  # dB between two syllables


@dataclass(frozen=True)
class Traits:
    """One speaker's numbers.

    pitch: median fundamental in Hz. spread: semitones between its 10th and 90th percentile. syllables: per second of
    speech without its pauses. formants: medians of F1 to F4 in vowels, Hz. spectrum: dB per band of BANDS, mean 0;
    NaN above the recording's own band. voiced: share of the speech. speech: seconds. clearance: dB from the quiet
    parts to the loud ones.
    """

    pitch: float
    spread: float
    syllables: float
    formants: Floats
    spectrum: Floats
    voiced: float
    speech: float
    clearance: float


def measured(audio: Samples, highest: float = RATE / 2) -> Traits:
    """The traits of `audio`, which holds nothing above `highest` Hz. Some are NaN when there is no speech in it."""
    levels = _levels(audio)
    active = levels > np.percentile(levels, 95) - 30
    pitch = fundamental(audio)[: len(levels)]
    voiced = (pitch > 0) & active
    heard = pitch[voiced]
    low, median, high = np.percentile(heard, (10, 50, 90)) if heard.size else (np.nan,) * 3
    return Traits(
        pitch=float(median),
        spread=float(12 * np.log2(high / low)),
        syllables=_syllables(levels, voiced, active),
        formants=_formants(audio, voiced & (levels > np.percentile(levels, 95) - 12)),
        spectrum=_spectrum(audio, active, highest),
        voiced=float(voiced.sum() / max(1, active.sum())),
        speech=float(active.sum() / 100),
        clearance=float(np.percentile(levels, 95) - np.percentile(levels, 5)),
    )


def spectrum_distance(one: Floats, other: Floats) -> float:
    """Root mean square of the difference in dB, the loudness set aside."""
    difference = one - other
    return float(np.nanstd(difference))


def resampled(audio: Samples, rate: int, to: int = RATE) -> Samples:
    """`audio` at another rate, by its spectrum."""
    length = round(len(audio) * to / rate)
    spectrum = np.fft.rfft(audio)
    kept = np.zeros(length // 2 + 1, spectrum.dtype)
    shared = min(len(kept), len(spectrum))
    kept[:shared] = spectrum[:shared]
    return (np.fft.irfft(kept, length) * (length / len(audio))).astype(np.float32)


def fundamental(audio: Samples) -> Floats:
    """Hz per frame, 0 where no voice sounds.

    Autocorrelation divided by its window's (Boersma 1993), in two passes: the second looks only around the
    quartiles of the first (De Looze and Hirst 2008), which keeps it from octave errors.
    """
    correlation = _autocorrelation(audio)
    first = _peaks(correlation, _LOWEST, _HIGHEST)
    if not (first > 0).any():
        return first
    low, high = np.percentile(first[first > 0], (25, 75))
    return _peaks(correlation, max(_LOWEST, 0.72 * low), min(_HIGHEST, 1.6 * high))


def _frames(audio: Samples, length: int, hop: int) -> Samples:
    """(frames, length); the last samples that fill no frame are left out."""
    padded = np.pad(audio, (0, max(0, length - len(audio))))
    return np.lib.stride_tricks.sliding_window_view(padded, length)[::hop]


def _levels(audio: Samples) -> Floats:
    """dB per frame of 40 ms; silence is -100."""
    power = np.mean(_frames(audio, 4 * HOP, HOP).astype(np.float64) ** 2, axis=1)
    return np.asarray(10 * np.log10(power + 1e-10))


def _autocorrelation(audio: Samples) -> Floats:
    """(frames, lags): 1 at lag 0, and where the frame repeats itself."""
    length = 4 * HOP
    window = np.hanning(length)
    shape = np.fft.irfft(np.abs(np.fft.rfft(window, 2 * length)) ** 2)
    frames = _frames(audio, length, HOP)
    frames = (frames - frames.mean(axis=1, keepdims=True)) * window
    raw = np.fft.irfft(np.abs(np.fft.rfft(frames, 2 * length, axis=1)) ** 2, axis=1)
    longest = int(RATE / _LOWEST) + 2
    normal = raw[:, :longest] / np.maximum(raw[:, :1], 1e-9) / (shape[:longest] / shape[0])
    return np.asarray(normal)


def _peaks(correlation: Floats, lowest: float, highest: float) -> Floats:
    """The fundamental of each frame between `lowest` and `highest` Hz."""
    lags = np.arange(correlation.shape[1])
    allowed = (lags >= RATE / highest) & (lags <= RATE / lowest)
    cost = _OCTAVE_COST * np.log2(np.maximum(lags, 1))
    inner = np.zeros_like(correlation, bool)
    middle = correlation[:, 1:-1]
    inner[:, 1:-1] = (middle > correlation[:, :-2]) & (middle >= correlation[:, 2:])
    best = np.argmax(np.where(inner & allowed, correlation - cost, -9.0), axis=1)
    rows = np.arange(len(correlation))
    before, at, after = (correlation[rows, np.clip(best + step, 0, len(lags) - 1)] for step in (-1, 0, 1))
    bend = before - 2 * at + after
    exact = best + np.where(bend < 0, 0.5 * (before - after) / np.where(bend == 0, 1, bend), 0)
    return np.asarray(np.where((at > _PERIODIC) & inner[rows, best] & allowed[best], RATE / np.maximum(exact, 1), 0.0))


def _syllables(levels: Floats, voiced: Mask, active: Mask) -> float:
    """Loudness peaks in voiced sounds with a dip before each, per second of speech (de Jong and Wempe 2009)."""
    smooth = np.convolve(levels, np.hanning(7) / np.hanning(7).sum(), "same")
    count, lowest = 0, -np.inf
    peak = -np.inf
    for level, sounding in zip(smooth, voiced, strict=True):
        if level > peak and level > lowest + _DIP and sounding:
            count += peak == -np.inf
            peak = level
        if level < peak - _DIP:
            peak, lowest = -np.inf, level
        if peak == -np.inf:
            lowest = min(lowest, level) if np.isfinite(lowest) else level
    return float(count / max(0.01, active.sum() / 100))


def _formants(audio: Samples, chosen: Mask) -> Floats:
    """Medians of F1 to F4 over the `chosen` frames: angles of the poles of linear prediction."""
    low = resampled(audio, RATE, _FORMANT_RATE)
    low = np.append(low[:1], low[1:] - np.float32(0.97) * low[:-1])
    starts = np.flatnonzero(chosen)[::2] * _FORMANT_RATE // 100
    length = _FORMANT_RATE // 40
    starts = starts[starts + length <= len(low)]
    if not starts.size:
        return np.full(_FORMANTS, np.nan)
    frames = low[starts[:, None] + np.arange(length)] * np.hamming(length)
    poles = np.linalg.eigvals(_companions(frames, 12))
    hertz = np.angle(poles) * _FORMANT_RATE / 2 / np.pi
    width = -np.log(np.maximum(np.abs(poles), 1e-6)) * _FORMANT_RATE / np.pi
    found = np.sort(np.where((hertz > 150) & (width < 500), hertz, np.inf), axis=1)[:, :_FORMANTS]
    return np.asarray(np.median(found[np.isfinite(found).all(axis=1)], axis=0))


def _companions(frames: Floats, order: int) -> Floats:
    """The companion matrix of each frame's prediction filter (autocorrelation method)."""
    length = frames.shape[1]
    raw = np.fft.irfft(np.abs(np.fft.rfft(frames, 2 * length, axis=1)) ** 2, axis=1)[:, : order + 1]
    raw[:, 0] = raw[:, 0] * (1 + 1e-6) + 1e-12
    index = np.abs(np.arange(order)[:, None] - np.arange(order))
    filters = np.linalg.solve(raw[:, index], raw[:, 1:, None])[..., 0]
    matrices = np.zeros((len(frames), order, order))
    matrices[:, 0] = filters
    matrices[:, np.arange(1, order), np.arange(order - 1)] = 1
    return matrices


def _spectrum(audio: Samples, active: Mask, highest: float) -> Floats:
    """Mean power of the active frames in each band, dB."""
    frames = _frames(audio, 1024, HOP)[: len(active)]
    power = np.zeros(513)
    for start in range(0, len(frames), 500):
        part = frames[start : start + 500][active[start : start + 500][: len(frames) - start]]
        power += (np.abs(np.fft.rfft(part * np.hanning(1024), axis=1)) ** 2).sum(axis=0)
    hertz = np.fft.rfftfreq(1024, 1 / RATE)
    ratio = BANDS[1] / BANDS[0]
    width = np.maximum(BANDS * (ratio - 1), 60.0)
    weights = np.maximum(0, 1 - np.abs(hertz - BANDS[:, None]) / width[:, None])
    levels = 10 * np.log10(weights @ power / weights.sum(axis=1) + 1e-12)
    levels[highest < BANDS * ratio] = np.nan
    return np.asarray(levels - np.nanmean(levels))
