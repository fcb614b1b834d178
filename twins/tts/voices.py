"""The local engine's voices: timbre for the synthesiser, colour for the mastering.

A voice's timbre goes over any language. `timbre` holds lines of espeak-ng's voice file format (its docs/voices.md):
formant N = frequency, strength, width in percent; flutter = unsteadiness of the pitch;
roughness = creak; tone = frequency/amplitude pairs for voiced sounds; consonants = noise of unvoiced/voiced ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from avatarsite.core.engines import EngineFailed


@dataclass(frozen=True)
class Voice:
    """One voice. accent: BCP-47 code that a bare "en" means for it. colour: (Hz, dB) points of its equaliser."""

    id: str
    name: str
    gender: str
    accent: str
    description: str
    words_per_minute: int
    pitch: tuple[int, int]
    timbre: str
    colour: tuple[tuple[float, float], ...]


_STRENGTHS = (105, 100, 97, 95, 92, 85, 70, 60, 40)  # per cent, of formants 0 to 8: the highest ones only buzz
_WIDTHS = (105, 115, 120, 125, 130, 135, 140, 140, 140)  # per cent


def _timbre(
    formants: tuple[int, ...],
    *,
    tone: str,
    flutter: int = 3,
    roughness: int = 0,
    voicing: int = 100,
    breath: str = "0 1 2 2 2 2 1 1",
    consonants: str = "92 88",
) -> str:
    """`formants`: frequencies of formants 0 to 8 in per cent."""
    lines = [_formants(formants), f"tone {tone}", f"flutter {flutter}", f"roughness {roughness}"]
    lines += [f"voicing {voicing}", f"breath {breath}", f"consonants {consonants}"]
    return "\n".join(lines)


def _formants(per_cent: Sequence[int]) -> str:
    lines = zip(per_cent, _STRENGTHS, _WIDTHS, strict=True)
    return "\n".join(f"formant {n} {f} {strength} {width}" for n, (f, strength, width) in enumerate(lines))


VOICES = (
    Voice(
        "amara", "Amara", "female", "en-US", "Warm and friendly", 150, (148, 222),
        _timbre((105, 112, 113, 114, 113, 112, 110, 110, 110), tone="500 190 1200 135 2400 100 4200 85"),
        ((90, -14), (160, 0), (320, 1.5), (1000, 0), (2900, -2.5), (4800, 1), (7500, 1), (9000, -4), (10800, -20)),
    ),
    Voice(
        "sofia", "Sofia", "female", "en-US", "Lively and bright; speaks Spanish well", 155, (162, 262),
        _timbre((105, 116, 117, 118, 117, 116, 112, 110, 110), tone="600 180 1300 140 2600 110 4500 95"),
        ((100, -14), (180, 0), (400, 1), (1000, 0), (2800, -2.5), (4800, 0), (7500, 0), (9500, -4), (10800, -20)),
    ),
    Voice(
        "margaret", "Margaret", "female", "en-GB", "Older, composed, British", 141, (136, 206),
        _timbre(
            (105, 109, 110, 110, 109, 108, 106, 105, 105),
            tone="500 185 1200 130 2400 95 4200 75", flutter=6, roughness=2, breath="0 2 4 4 3 3 2 1",
        ),
        ((90, -14), (150, 0), (300, 1), (1000, 0.5), (2800, -2), (4800, 0), (7500, 0), (9000, -6), (10800, -22)),
    ),
    Voice(
        "priya", "Priya", "female", "en-GB", "Clear and precise, British", 150, (156, 238),
        _timbre((105, 114, 115, 115, 114, 113, 110, 110, 110), tone="550 180 1200 140 2500 105 4400 90"),
        ((95, -14), (170, 0), (350, 0), (1200, 0.5), (2900, -2), (4800, 1), (7500, 1), (9000, -4), (10800, -20)),
    ),
    Voice(
        "leo", "Leo", "male", "en-US", "Young and upbeat", 154, (98, 158),
        _timbre((103, 102, 103, 103, 102, 101, 100, 100, 100), tone="500 185 1200 135 2400 105 4200 85"),
        ((60, -14), (105, 0), (220, 1), (1000, 0), (2600, -2), (3600, -2), (5000, 1.5), (7500, 1),
         (9000, -3), (10800, -20)),
    ),
    Voice(
        "kenji", "Kenji", "male", "en-US", "Calm and measured", 143, (90, 128),
        _timbre(
            (103, 98, 99, 100, 99, 98, 97, 97, 97), tone="500 190 1100 130 2300 95 4200 80", flutter=2,
        ),
        ((55, -14), (95, 0), (200, 1), (1000, 0), (2600, -1.5), (3600, -1.5), (5000, 1.5), (7500, 0.5),
         (9000, -4), (10800, -20)),
    ),
    Voice(
        "walter", "Walter", "male", "en-GB", "Older, deep, British", 139, (72, 112),
        _timbre(
            (102, 93, 94, 95, 94, 93, 92, 92, 92),
            tone="450 195 1100 125 2200 95 4000 80", flutter=5, roughness=2, breath="0 2 3 3 2 2 1 1",
        ),
        ((50, -14), (80, 0), (180, 1.5), (1000, 0.5), (2600, -1.5), (3600, -1.5), (5000, 1.5), (7500, 0.5),
         (9000, -5), (10800, -22)),
    ),
    Voice(
        "oliver", "Oliver", "male", "en-GB", "Confident, British", 150, (86, 140),
        _timbre((103, 99, 100, 101, 100, 99, 98, 98, 98), tone="500 185 1200 135 2400 100 4200 85"),
        ((58, -14), (100, 0), (220, 0.5), (1100, 0.5), (2600, -2), (3600, -2), (5000, 1.5), (7500, 1),
         (9000, -3), (10800, -20)),
    ),
)  # fmt: skip

_BY_ID = {voice.id: voice for voice in VOICES}


def find(voice_id: str) -> Voice:
    """The voice of that id. Raises EngineFailed voice_unknown."""
    voice = _BY_ID.get(voice_id.strip().lower())
    if voice is None:
        raise EngineFailed(f"The local engine has no such voice. It has: {', '.join(_BY_ID)}.", "voice_unknown")
    return voice


def nearest(gender: str, language: str) -> Voice:
    """The first voice of that gender, if possible with that accent."""
    return max(VOICES, key=lambda voice: (voice.gender == gender, voice.accent.lower() == language.lower()))


def fitted(voice: Voice, fit: dict[str, Any]) -> Voice:
    """`voice` with what was fitted to a person (see `twins.tts.fitting`). Raises EngineFailed voice_broken."""
    try:
        low, high = (int(hertz) for hertz in fit["pitch"])
        return replace(
            voice,
            words_per_minute=int(fit["words_per_minute"]),
            pitch=(low, high),
            timbre=f"{voice.timbre}\n{_formants([int(per_cent) for per_cent in fit['formants']])}",
            colour=tuple((float(hertz), float(decibels)) for hertz, decibels in fit["colour"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise EngineFailed("What was fitted to this voice cannot be read: fit it anew.", "voice_broken") from error
