"""Words that are said by rules of their owner: respelt, or sound by sound in IPA.

The synthesiser takes sounds by its own names in [[ ]] (espeak-ng's docs/phonemes.md, which follow Kirshenbaum's ASCII
IPA, http://www.kirshenbaum.net/IPA/ascii-ipa.pdf); sounds that it has no name for are left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from twins.tts.base import Pronunciation
from twins.tts.languages import Language
from twins.tts.reading import bare, readable

OPENING, CLOSING = "[[", "]]"
LONGEST = 500  # characters of one word as it is said
# IPA -> the synthesiser's names; longer ones first.
_SOUNDS = {
    "tʃ": "tS", "t͡ʃ": "tS", "dʒ": "dZ", "d͡ʒ": "dZ", "ʧ": "tS", "ʤ": "dZ",
    "eɪ": "eI", "aɪ": "aI", "ɔɪ": "OI", "aʊ": "aU", "oʊ": "oU", "əʊ": "oU", "ɪə": "i@3", "eə": "e@", "ʊə": "U@",
    "ɑː": "A:", "ɔː": "O:", "ɜː": "3:", "iː": "i:", "uː": "u:", "ɝ": "3:", "ɚ": "3", "ɜ": "3:",
    "ɑ": "A:", "ɒ": "0", "ɔ": "O", "æ": "a", "a": "a", "ʌ": "V", "ə": "@", "ɐ": "a#", "ɛ": "E", "e": "e", "ɪ": "I",
    "i": "i", "ʊ": "U", "u": "u", "o": "o", "y": "y", "ø": "Y", "œ": "W",
    "θ": "T", "ð": "D", "ʃ": "S", "ʒ": "Z", "ŋ": "N", "ɹ": "r", "r": "r", "ɾ": "*", "ʁ": "R", "ɡ": "g", "g": "g",
    "ç": "C", "x": "x", "ɲ": "n^", "ʎ": "l^", "β": "B", "ɣ": "Q", "ʔ": "?", "ɫ": "l", "ɬ": "l", "ʍ": "w",
    **{letter: letter for letter in "pbtdkfvszmnlhjw"}, "c": "k", "q": "k", "ʋ": "v",
    "ˈ": "'", "'": "'", "ˌ": ",", "ː": ":",
}  # fmt: skip
_SOUND = re.compile("|".join(sorted(map(re.escape, _SOUNDS), key=len, reverse=True)))

_SYLLABLES = re.compile(r"\b(?=\S*[a-z])[A-Za-z]+(?:-[A-Za-z]+)+\b")


@dataclass(frozen=True)
class Respelling:
    """Words as they are said. parts: (text, whether it is the synthesiser's names of sounds)."""

    parts: tuple[tuple[str, bool], ...]

    @property
    def ipa(self) -> bool:
        return any(sounds for _, sounds in self.parts)

    @property
    def text(self) -> str:
        return "".join(text for text, sounds in self.parts if not sounds)[:LONGEST]

    def sounded(self, language: Language) -> str:
        """For the synthesiser, sounds in brackets."""
        said = (
            f"{OPENING}{text}{CLOSING}" if sounds else readable(bare(text), language) for text, sounds in self.parts
        )
        return "".join(said)[:LONGEST]


def respellings(text: str, words: Sequence[tuple[int, int]], rules: Sequence[Pronunciation]) -> dict[int, Respelling]:
    """By the number of a word, how it is said. words: places in the text.

    A rule over several words is said in the place of the first; the others are then said as nothing.
    """
    if not rules or not words:
        return {}
    pattern, found = _compiled(tuple(rules)), {}
    matches = list(pattern.finditer(text, words[0][0], words[-1][1]))
    index = 0
    while index < len(words):
        start, end = words[index]
        last, inside = index, []
        while matches and matches[0].start() < end:
            match = matches.pop(0)
            if match.end() <= start:
                continue
            inside.append(match)
            while last + 1 < len(words) and words[last][1] < match.end():
                last += 1
            end = max(end, words[last][1])
        if inside:
            found[index] = Respelling(_parts(text, start, end, inside, rules))
            found |= {silent: Respelling((("", False),)) for silent in range(index + 1, last + 1)}
        index = last + 1
    return found


def _parts(
    text: str, start: int, end: int, matches: Sequence[re.Match[str]], rules: Sequence[Pronunciation]
) -> tuple[tuple[str, bool], ...]:
    parts = []
    for match in matches:
        rule = rules[int(str(match.lastgroup)[1:])]
        said = sounds_of(rule.said) if rule.ipa else _spoken(rule.said)
        parts += [(text[start : match.start()], False), (said, rule.ipa)]
        start = match.end()
    return tuple(part for part in [*parts, (text[start:end], False)] if part[0])


def _spoken(alias: str) -> str:
    """Stressed syllables are often written in capitals (TAH-vus); as they are, they would be spelled out."""
    return _SYLLABLES.sub(lambda match: match[0].lower(), alias)


def sounds_of(ipa: str) -> str:
    """The synthesiser's names of these sounds; bars between sounds, as some write them, are left out."""
    return "".join(_SOUNDS[sound] for sound in _SOUND.findall(ipa.replace("|", "")))


@lru_cache(maxsize=64)
def _compiled(rules: tuple[Pronunciation, ...]) -> re.Pattern[str]:
    """One pattern with a group for each rule; longer texts go before shorter ones."""
    order = sorted(range(len(rules)), key=lambda number: -len(rules[number].text))
    return re.compile("|".join(f"(?P<r{number}>{_pattern(rules[number])})" for number in order))


def _pattern(rule: Pronunciation) -> str:
    words = r"\s+".join(map(re.escape, rule.text.split()))
    bounded = rf"(?<!\w){words}(?!\w)" if rule.word_boundaries else words
    return bounded if rule.case_sensitive else f"(?i:{bounded})"
