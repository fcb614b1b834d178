"""The local engine's voices: timbre for the synthesiser, colour for the mastering.

A voice's timbre goes over any language. `timbre` holds lines of espeak-ng's voice file format (its docs/voices.md):
pitch = base and top in Hz; formant N = frequency, strength, width in percent; flutter = unsteadiness of the pitch;
roughness = creak; tone = frequency/amplitude pairs for voiced sounds; consonants = noise of unvoiced/voiced ones.
"""

from dataclasses import dataclass

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
    timbre: str
    colour: tuple[tuple[float, float], ...]


def _timbre(
    pitch: tuple[int, int],
    formants: tuple[int, ...],
    *,
    tone: str,
    flutter: int = 3,
    roughness: int = 0,
    voicing: int = 100,
    breath: str = "0 1 2 2 2 2 1 1",
    consonants: str = "75 75",
) -> str:
    """`formants`: frequencies of formants 0 to 8 in percent; the highest ones are made weaker, they only buzz."""
    strengths = (105, 100, 95, 95, 80, 70, 45, 30, 20)
    widths = (105, 115, 120, 125, 130, 135, 140, 140, 140)
    lines = [f"formant {n} {f} {strengths[n]} {widths[n]}" for n, f in enumerate(formants)]
    lines += [f"pitch {pitch[0]} {pitch[1]}", f"tone {tone}", f"flutter {flutter}", f"roughness {roughness}"]
    lines += [f"voicing {voicing}", f"breath {breath}", f"consonants {consonants}"]
    return "\n".join(lines)


VOICES = (
    Voice(
        "amara", "Amara", "female", "en-US", "Warm and friendly", 168,
        _timbre((148, 222), (105, 112, 113, 114, 113, 112, 110, 110, 110), tone="500 190 1200 130 2400 95 4200 70"),
        ((90, -12), (160, 0), (320, 1.5), (1000, 0), (2800, -2), (4200, -3), (6000, -4), (8500, -9), (10500, -24)),
    ),
    Voice(
        "sofia", "Sofia", "female", "en-US", "Lively and bright; speaks Spanish well", 178,
        _timbre((168, 282), (105, 116, 117, 118, 117, 116, 112, 110, 110), tone="600 180 1300 140 2600 105 4500 75"),
        ((100, -12), (180, 0), (400, 0.5), (1000, 0), (2600, -1), (3800, -2.5), (6000, -3), (9000, -9), (10500, -24)),
    ),
    Voice(
        "margaret", "Margaret", "female", "en-GB", "Older, composed, British", 158,
        _timbre(
            (136, 206), (105, 109, 110, 110, 109, 108, 106, 105, 105),
            tone="500 185 1200 125 2400 85 4200 55", flutter=6, roughness=2, breath="0 2 4 4 3 3 2 1",
        ),
        ((90, -12), (150, 0), (300, 1), (1000, 0.5), (2800, -2.5), (4200, -3.5), (6000, -5), (8500, -11), (10500, -24)),
    ),
    Voice(
        "priya", "Priya", "female", "en-GB", "Clear and precise, British", 170,
        _timbre((156, 238), (105, 114, 115, 115, 114, 113, 110, 110, 110), tone="550 180 1200 140 2500 100 4400 70"),
        ((95, -12), (170, 0), (350, 0), (1200, 1), (2800, -1.5), (4200, -3), (6000, -4), (8500, -9), (10500, -24)),
    ),
    Voice(
        "leo", "Leo", "male", "en-US", "Young and upbeat", 176,
        _timbre((98, 158), (103, 102, 103, 103, 102, 101, 100, 100, 100), tone="500 185 1200 130 2400 95 4200 65"),
        ((60, -12), (105, 0), (220, 0.5), (1000, 0), (2600, -1.5), (4000, -3), (6000, -4), (8500, -9), (10500, -24)),
    ),
    Voice(
        "kenji", "Kenji", "male", "en-US", "Calm and measured", 160,
        _timbre(
            (90, 128), (103, 98, 99, 100, 99, 98, 97, 97, 97), tone="500 190 1100 125 2300 85 4200 55", flutter=2,
        ),
        ((55, -12), (95, 0), (200, 1), (1000, 0), (2600, -2), (4000, -4), (6000, -5), (8500, -11), (10500, -24)),
    ),
    Voice(
        "walter", "Walter", "male", "en-GB", "Older, deep, British", 154,
        _timbre(
            (72, 112), (102, 93, 94, 95, 94, 93, 92, 92, 92),
            tone="450 195 1100 120 2200 80 4000 50", flutter=5, roughness=2, breath="0 2 3 3 2 2 1 1",
        ),
        ((50, -12), (80, 0), (180, 1), (1000, 0.5), (2600, -2), (4000, -4), (6000, -6), (8500, -12), (10500, -24)),
    ),
    Voice(
        "oliver", "Oliver", "male", "en-GB", "Confident, British", 168,
        _timbre((86, 140), (103, 99, 100, 101, 100, 99, 98, 98, 98), tone="500 185 1200 130 2400 92 4200 62"),
        ((58, -12), (100, 0), (220, 0), (1100, 0.5), (2600, -1.5), (4000, -3), (6000, -4), (8500, -10), (10500, -24)),
    ),
)  # fmt: skip

_BY_ID = {voice.id: voice for voice in VOICES}


def find(voice_id: str) -> Voice:
    """The voice of that id. Raises EngineFailed voice_unknown."""
    voice = _BY_ID.get(voice_id.strip().lower())
    if voice is None:
        raise EngineFailed(f"The local engine has no such voice. It has: {', '.join(_BY_ID)}.", "voice_unknown")
    return voice
