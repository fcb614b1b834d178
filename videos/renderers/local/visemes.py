"""From IPA to lips: what each sound of any language asks of the mouth.

The figures follow from articulatory phonetics as the IPA chart lays it out (Handbook of the International Phonetic
Association, 1999; Ladefoged and Maddieson, The Sounds of the World's Languages, 1996):
- a vowel's height is the height of the jaw, so it sets the opening; rounding and frontness set the width;
- a consonant's place says whether the lips take part; its manner says how firmly the jaw is held: sibilants need the
  teeth together, stops of the tongue a little, sounds of the throat not at all;
- how strongly a sound insists on its own opening and width against its neighbours is its dominance (Löfqvist 1990;
  Cohen and Massaro 1993): a [k] takes the lips of the vowel beside it, a [w] or [ʃ] imposes its own.
"""

import unicodedata
from dataclasses import dataclass

PRESSED, TUCKED = 1, 2  # closures: lips together (m b p), lower lip under the upper teeth (f v)


@dataclass(frozen=True)
class Viseme:
    """opening 0 (lips touch) to 1 (wide open); width -1 (rounded) to 1 (spread); holds: dominance of each, 0 to 3."""

    opening: float
    width: float
    opening_hold: float
    width_hold: float
    closure: int = 0


SILENCE = Viseme(0.0, 0.0, 0.5, 0.15)
NEUTRAL = Viseme(0.22, 0.0, 0.2, 0.05)  # a sound that the table does not know

# rows of the IPA vowel chart: opening; columns: width of the lips unrounded and rounded
_VOWELS = {
    # close
    "i": (0.20, 0.95), "y": (0.17, -0.85), "ɨ": (0.22, 0.35), "ʉ": (0.17, -0.75), "ɯ": (0.22, 0.30), "u": (0.17, -1.0),
    # near-close
    "ɪ": (0.32, 0.60), "ʏ": (0.26, -0.65), "ʊ": (0.28, -0.70), "ᵻ": (0.28, 0.35),
    # close-mid
    "e": (0.38, 0.75), "ø": (0.34, -0.65), "ɘ": (0.38, 0.20), "ɵ": (0.34, -0.55), "ɤ": (0.40, 0.10), "o": (0.40, -0.85),
    # mid
    "ə": (0.38, 0.05), "ɚ": (0.34, -0.25),
    # open-mid
    "ɛ": (0.55, 0.50), "œ": (0.50, -0.45), "ɜ": (0.48, -0.05), "ɝ": (0.40, -0.25), "ɞ": (0.48, -0.35),
    "ʌ": (0.58, 0.05), "ɔ": (0.58, -0.60),
    # near-open and open
    "æ": (0.72, 0.45), "ɐ": (0.66, 0.10), "a": (0.82, 0.20), "ɶ": (0.75, -0.30), "ɑ": (0.85, 0.0), "ɒ": (0.74, -0.40),
}  # fmt: skip

_CONSONANTS = {
    # opening, width, hold of the opening, hold of the width
    "θð": (0.22, 0.10, 0.60, 0.15),  # the tongue shows between the teeth
    "tdn": (0.20, 0.10, 0.55, 0.10),
    "ʈɖɳȶȡȵ": (0.22, 0.0, 0.50, 0.10),
    "lɫɬɮɭɺ": (0.30, 0.10, 0.45, 0.10),
    "ɾrɽ": (0.26, 0.0, 0.40, 0.10),
    "ɹɻ": (0.22, -0.45, 0.50, 0.50),  # English r is rounded
    "sz": (0.10, 0.35, 0.90, 0.35),
    "ʃʒʂʐɧ": (0.15, -0.75, 0.85, 1.20),  # protruded
    "ɕʑ": (0.12, 0.25, 0.85, 0.40),
    "ç": (0.16, 0.55, 0.60, 0.40),
    "jʝ": (0.18, 0.60, 0.50, 0.50),
    "ʎɲɟcȴ": (0.22, 0.35, 0.45, 0.30),
    "wʍ": (0.10, -1.0, 0.90, 2.6),
    "ɥ": (0.12, -0.85, 0.80, 1.40),
    "ɸβ": (0.06, -0.15, 0.90, 0.40),  # lips nearly touch
    "ʋⱱ": (0.10, 0.10, 0.85, 0.30),
    "kɡgŋ": (0.28, 0.0, 0.25, 0.05),
    "xɣɰ": (0.30, 0.0, 0.25, 0.05),
    "qɢɴχʁʀ": (0.34, -0.05, 0.30, 0.10),
    "ħʕ": (0.45, 0.10, 0.35, 0.10),
    "hɦ": (0.35, 0.0, 0.06, 0.02),
    "ʔ": (0.25, 0.0, 0.05, 0.02),
    "ǀǃǂǁ": (0.25, 0.0, 0.40, 0.10),
}

_CLOSURES = {"mbpɓʘ": PRESSED, "fvɱ": TUCKED}


def _table() -> dict[str, Viseme]:
    table = {letter: Viseme(o, w, 0.8, 0.5 + 1.2 * max(-w, 0.0)) for letter, (o, w) in _VOWELS.items()}
    for letters, (opening, width, opening_hold, width_hold) in _CONSONANTS.items():
        table |= dict.fromkeys(letters, Viseme(opening, width, opening_hold, width_hold))
    for letters, closure in _CLOSURES.items():
        table |= dict.fromkeys(letters, Viseme(0.0, 0.0, 1.0, 0.08, closure))
    return table


VISEMES = _table()
_LONGEST_SYMBOL = 8  # characters; more is not a sound


def visemes(symbol: str) -> list[Viseme]:
    """The mouths of one sound: one, or one per part of a diphthong or an affricate; [SILENCE] for a pause.

    Marks of length, stress, tone and secondary articulation are passed over, except ʷ (rounded) and ʲ (spread).
    """
    if not symbol.strip():
        return [SILENCE]
    # NFC keeps ç whole, NFD would make it a c; other accents are marks and fall away below
    plain = unicodedata.normalize("NFC", symbol[:_LONGEST_SYMBOL])
    found: list[Viseme] = []
    for letter in plain:
        if letter in VISEMES:
            found.append(VISEMES[letter])
        elif found and letter in "ʷʲ":
            found[-1] = _coloured(found[-1], -0.8 if letter == "ʷ" else 0.5)
        elif (base := unicodedata.normalize("NFD", letter)[0]) in VISEMES:
            found.append(VISEMES[base])
    return found or [NEUTRAL]


def _coloured(viseme: Viseme, width: float) -> Viseme:
    """The same sound with the lips of a secondary articulation."""
    return Viseme(viseme.opening, width, viseme.opening_hold, max(viseme.width_hold, 0.6), viseme.closure)
