"""What is said and by whom: words without meaning in many languages' spelling, and voices drawn at random."""

import random

from twins.tts.espeak_messages import Utterance

# Vowels of each language's own spelling, beside those that all of these languages read in some way.
LANGUAGES = {
    "gmw/en-US": (),
    "gmw/de": ("ä", "ö", "ü", "eu"),
    "gmw/nl": ("ui", "eu", "oe", "ij"),
    "roa/es": ("ue",),
    "roa/fr": ("é", "è", "eu", "ou", "on", "in", "an", "oi", "u"),
    "roa/it": ("io",),
    "roa/pt-BR": ("ão", "é", "õe", "ê"),
    "zlw/pl": ("ą", "ę", "y", "ó"),
    "trk/tr": ("ö", "ü", "ı"),
    "urj/fi": ("ä", "ö", "y", "aa", "uu", "yö"),
    "gmq/sv": ("å", "ä", "ö", "y"),
}
_VOWELS = ("a", "a", "e", "e", "i", "o", "o", "u", "ai", "au", "ei", "ou", "ea", "ie", "oo")
_ONSETS = (
    "", "", "", "", "b", "b", "p", "p", "m", "m", "f", "v", "w", "d", "t", "n", "l", "r", "s", "z", "k", "g", "h", "j",
    "sh", "ch", "th", "br", "bl", "pl", "pr", "fr", "fl", "sp", "st", "tr", "dr", "gr", "kl", "sm", "sn", "kw",
)  # fmt: skip
_CODAS = ("", "", "", "", "", "n", "m", "p", "b", "t", "s", "l", "r", "k", "f", "d", "ng", "nt", "mp", "st", "lm")


def utterance(chance: random.Random) -> Utterance:
    """Some ten words of one language in a new voice."""
    language = chance.choice(list(LANGUAGES))
    words = (_word(chance, _VOWELS + 3 * LANGUAGES[language]) for _ in range(chance.randint(6, 14)))
    return Utterance(" ".join(words), language, _voice(chance), chance.randint(110, 220))


def _word(chance: random.Random, vowels: tuple[str, ...]) -> str:
    syllables = (
        chance.choice(_ONSETS) + chance.choice(vowels) + chance.choice(_CODAS)
        for _ in range(chance.choice((1, 2, 2, 3)))
    )
    return "".join(syllables) + (chance.choice((",", ".")) if chance.random() < 0.12 else "")


def _voice(chance: random.Random) -> str:
    """Lines of a voice file (see twins.tts.voices): throat, sound source, breath and pitch of nobody in particular."""
    size = chance.uniform(84, 122)  # percent: men's long throats to children's short ones
    lines = [
        f"formant {number} {size * chance.uniform(0.95, 1.05):.0f} "
        f"{strength * chance.uniform(0.75, 1.25):.0f} {chance.uniform(80, 180):.0f}"
        for number, strength in enumerate((100, 100, 98, 95, 92, 85, 70, 60, 40))
    ]
    tone = " ".join(f"{hertz} {chance.randint(60, 220)}" for hertz in (500, 1300, 2500, 5000))
    breath = " ".join(str(chance.randint(0, 10)) for _ in range(8))
    low = chance.uniform(72, 235)
    return "\n".join([
        *lines,
        f"tone {tone}",
        f"breath {breath}",
        f"flutter {chance.randint(0, 12)}",
        f"roughness {chance.randint(0, 3)}",
        f"voicing {chance.randint(70, 130)}",
        f"consonants {chance.randint(60, 170)} {chance.randint(60, 170)}",
        f"pitch {low:.0f} {low * chance.uniform(1.15, 1.8):.0f}",
    ])  # fmt: skip
