"""A voice of the local engine made to sound like a person's sample: pitch, its range, pace, formants, colour.

This is no cloning: who knows the person will not be deceived. What is fitted goes over every language.
"""

from dataclasses import dataclass
from typing import Any

from avatarsite.core.children import ChildPool
from avatarsite.core.engines import EngineFailed

SHORTEST = 10  # seconds of sample
LONGEST = 120  # seconds; more is not looked at
RATES = (8_000, 192_000)  # Hz
_SECONDS = 60.0  # the fit takes some 2; this only ends a hang

# What is stored of a voice: "voice" (the local voice that it starts from), "pitch" [low, high] in Hz,
# "words_per_minute", "formants" (per cent, 0 to 8), "colour" ([Hz, dB] points), and "measured": what was reached.
Fit = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """Mono signed 16-bit little-endian PCM; `rate` in Hz."""

    pcm: bytes
    rate: int


_pool = ChildPool("twins.tts.fitting_child", 1)


def fit(pcm: bytes, rate: int) -> Fit:
    """The Fit to a person's speech, a dictionary that JSON can hold; any language, mono 16-bit PCM at `rate` Hz.

    Raises EngineFailed: sample_unusable, sample_too_short, sample_not_speech, sample_noisy.
    """
    if not RATES[0] <= rate <= RATES[1]:
        words = f"The sample has {rate} samples a second: send one with {RATES[0]} to {RATES[1]}."
        raise EngineFailed(words, "sample_unusable")
    seconds = len(pcm) / 2 / rate
    if seconds < SHORTEST:
        words = f"The sample has {seconds:.0f} seconds: send at least {SHORTEST} seconds of speech."
        raise EngineFailed(words, "sample_too_short")
    with _pool.child(wait=4 * _SECONDS) as child:
        child.send(Sample(pcm[: 2 * rate * LONGEST], rate))
        found: Fit = child.receive(_SECONDS)
    return found
