"""Fits a voice to a sample, in a process of its own: `python -m twins.tts.fitting_child FD`.

The loop is closed over what is heard: the local engine speaks a paragraph with the fit so far, the result is measured
like the sample, and every setting is moved by what it misses.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from avatarsite.core.children import serve
from avatarsite.core.engines import EngineFailed
from twins.tts.base import VoiceSettings
from twins.tts.fitting import SHORTEST, Fit, Sample
from twins.tts.local import LocalTTS
from twins.tts.measures import BANDS, RATE, Samples, Traits, measured, resampled, spectrum_distance

# Most sounds of English, in ordinary sentences.
PARAGRAPH = (
    "Early each morning we walk down to the harbour, where the fishing boats are coming home. Some people choose the "
    "larger shop, but I would rather join the queue outside. Nobody knows why the weather changed so suddenly. "
    "Five thin boys are watching a huge ship, and their father laughs. That was a good view."
)
_ROUNDS = 4  # in which everything moves
_COLOUR_ROUNDS = 3  # after them, in which only the colour follows
_LEAST_SPEECH = 6.0  # seconds that sound, in any sample
_LEAST_VOICED = 0.25  # share of the speech
_SYLLABLES = (1.2, 9.0)  # per second: slower is no speech, faster neither
_LEAST_CLEARANCE = 17.0  # dB between what is loud and what is quiet
_VOWEL = 1.09  # how far one formant may go from what all have in common
_WOMAN = 155.0  # Hz: voices above start from a woman's settings
_EDGE = ((9_500.0, -8.0), (10_800.0, -24.0))  # above the bands: (Hz, dB below the last band), soft as our own voices


def fitted(sample: Sample, engine: LocalTTS) -> Fit:
    """Raises EngineFailed: sample_too_short, sample_not_speech, sample_noisy."""
    audio = np.frombuffer(sample.pcm[: len(sample.pcm) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768)
    target = measured(resampled(audio, sample.rate), sample.rate / 2)
    _check(target)
    fit = _start(target)
    for _ in range(_ROUNDS):
        fit = _nearer(fit, target, _heard(fit, engine))
    for _ in range(_COLOUR_ROUNDS):
        fit["colour"] = _colour(fit, target, _heard(fit, engine))
    reached = _heard(fit, engine)
    return {**_with_edge(fit), "measured": _report(target, reached)}


def _check(heard: Traits) -> None:
    """Refuse what is no speech, or too little, or too noisy to be measured."""
    if heard.clearance < _LEAST_CLEARANCE and heard.voiced > _LEAST_VOICED / 2 and heard.spread > 0.5:
        words = "There is too much noise in the sample: record it in a quiet room, close to the microphone."
        raise EngineFailed(words, "sample_noisy")
    spoken = heard.voiced >= _LEAST_VOICED and heard.spread > 0.5 and np.isfinite(heard.formants).all()
    if not spoken or not _SYLLABLES[0] <= heard.syllables <= _SYLLABLES[1]:
        words = f"There is no speech to be heard in the sample: send at least {SHORTEST} seconds of one person's voice."
        raise EngineFailed(words, "sample_not_speech")
    if heard.speech < _LEAST_SPEECH:
        words = f"Only {heard.speech:.0f} seconds of the sample are speech: send at least {SHORTEST} seconds."
        raise EngineFailed(words, "sample_too_short")


def _start(target: Traits) -> Fit:
    woman = target.pitch > _WOMAN
    return {
        "voice": "amara" if woman else "leo",
        "pitch": [round(target.pitch * 0.82), round(target.pitch * 1.25)],
        "words_per_minute": 150,
        "formants": [105, *[113 if woman else 102] * 8],
        "colour": [[float(round(hertz, 1)), 0.0] for hertz in BANDS],
    }


def _heard(fit: Fit, engine: LocalTTS) -> Traits:
    chunks = list(engine.stream(PARAGRAPH, VoiceSettings(fit["voice"], language="en-US", fit=_with_edge(fit))))
    pcm = b"".join(chunk.pcm for chunk in chunks)
    audio: Samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
    return measured(resampled(audio, chunks[0].sample_rate, RATE))


def _nearer(fit: Fit, target: Traits, heard: Traits) -> Fit:
    return {
        "voice": fit["voice"],
        "pitch": _pitch(fit["pitch"], target, heard),
        "words_per_minute": round(_between(fit["words_per_minute"] * target.syllables / heard.syllables, 90, 280)),
        "formants": _formants(fit["formants"], target, heard),
        "colour": _colour(fit, target, heard),
    }


def _pitch(pitch: list[int], target: Traits, heard: Traits) -> list[int]:
    """Height by the ratio of the medians, range by the ratio of the spreads (of which 1 to 14 semitones are kept)."""
    low, high = pitch
    middle = math.sqrt(low * high) * target.pitch / heard.pitch
    spread = math.log2(high / low) * _between(target.spread / max(heard.spread, 0.3), 0.6, 1.6)
    half = _between(spread, 1 / 12, 14 / 12) / 2
    return [round(middle * 2**-half), round(middle * 2**half)]


def _formants(per_cent: list[int], target: Traits, heard: Traits) -> list[int]:
    """F1 to F4 each by its own ratio, damped; those above go with F4, F0's own stays.

    A vocal tract is longer or shorter as a whole: formants that leave their common ratio turn into other vowels.
    """
    wanted = np.array(per_cent[1:5]) * (target.formants / heard.formants) ** 0.7
    common = _between(float(np.exp(np.log(wanted).mean())), 80, 130)
    kept = np.clip(wanted, common / _VOWEL, common * _VOWEL)
    return [per_cent[0], *(round(float(value)) for value in [*kept, *[kept[-1]] * 4])]


def _colour(fit: Fit, target: Traits, heard: Traits) -> list[list[float]]:
    """Each band by the dB that it misses; bands that the sample does not hold follow the last one that it does."""
    misses = target.spectrum - heard.spectrum
    known = np.flatnonzero(np.isfinite(misses))
    misses[known[-1] + 1 :] = misses[known[-1]]
    levels = np.array([decibels for _, decibels in fit["colour"]]) + np.clip(misses, -12, 12)
    levels = np.clip(levels - levels.mean(), -40, 24)
    return [[hertz, round(float(level), 2)] for (hertz, _), level in zip(fit["colour"], levels, strict=True)]


def _with_edge(fit: Fit) -> Fit:
    last = fit["colour"][-1][1]
    return {**fit, "colour": [*fit["colour"], *([hertz, last + below] for hertz, below in _EDGE)]}


def _between(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _report(target: Traits, reached: Traits) -> dict[str, float]:
    """pitch in Hz, its error in semitones; syllables per second; spectrum: LTAS distance in dB."""
    return {
        "pitch": round(target.pitch, 1),
        "pitch_error": round(12 * abs(math.log2(reached.pitch / target.pitch)), 2),
        "spread": round(target.spread, 1),
        "syllables": round(target.syllables, 2),
        "formant_error": round(float(np.abs(reached.formants / target.formants - 1).mean()), 3),
        "spectrum": round(spectrum_distance(target.spectrum, reached.spectrum), 2),
    }


def main() -> None:
    engine = LocalTTS(processes=1)

    def answer(request: Sample, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
        send(fitted(request, engine))

    serve(answer)


if __name__ == "__main__":
    main()
