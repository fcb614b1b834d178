"""Which language each part of a text is in: by its letters, and within one script by its sentences.

Careful on purpose: single foreign words and names stay with the language of the text. A sentence, or a passage in
quotes or brackets, is another language's only when two witnesses agree: its common words and the identifier.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from twins.tts import languages
from twins.tts.common_words import COMMON_WORDS
from twins.tts.languages import Language
from twins.tts.reader import Reader
from twins.tts.scripts import EASTERN, script_of

# The language of letters that the text's own language is not written in; Chinese signs and Cyrillic need a look.
_HOMES = {
    "LATIN": "en", "HIRAGANA": "ja", "KATAKANA": "ja", "KATAKANA-HIRAGANA": "ja", "CJK": "zh", "HANGUL": "ko",
    "CYRILLIC": "ru", "GREEK": "el", "ARABIC": "ar", "DEVANAGARI": "hi", "TAMIL": "ta",
}  # fmt: skip
_KANA = frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
_UKRAINIAN = frozenset("іїєґ")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_UNIT = re.compile(
    r"[«“„\"(][^«»“”„\"()]{6,}[»”“\")]|[^.!?…。！？\n«“„\"(]+(?:[.!?…。！？]+[\"”»)]*|\n|$|(?=[«“„\"(]))|.", re.DOTALL
)
_OPENING = "([{«“„\"'‘¿¡「『（"
_FEWEST_WORDS = 3  # shorter passages are names and interjections
_FEWEST_COMMON = 2
_LIKELY, _UNLIKELY = 0.45, 0.15  # probability of the language found, and of the text's own


@dataclass(frozen=True)
class Passage:
    """text[start:end] is in `language`."""

    start: int
    end: int
    language: Language


def passages(text: str, language: Language, accent: str, reader: Reader) -> list[Passage]:
    """The text's passages, in order, without gaps; neighbours differ in language. accent: of English inside others."""
    kana = any(script_of(letter) in _KANA for letter in text)
    choose = _Chooser(language, accent, reader, kana, ukrainian=bool(_UKRAINIAN & set(text.lower())))
    found = [part for passage in _by_script(text, choose) for part in _by_sentence(text, passage, choose)]
    result: list[Passage] = []
    for _, same in groupby(found, key=lambda part: part.language.code):
        group = list(same)
        start = result[-1].end if result else 0
        end = _between_words(text, group[-1].end)
        if end > start:
            result.append(Passage(start, end, group[0].language))
    return result


def has_voice(script: str) -> bool:
    """Whether any language of ours is written in these letters."""
    return script in _HOMES


def _between_words(text: str, place: int) -> int:
    """The next place where a word ends: at a space, or beside letters that are written without spaces."""
    before = next((letter for letter in reversed(text[:place]) if letter.isalnum()), "")
    while 0 < place < len(text) and not (text[place - 1].isspace() or text[place].isspace()):
        if _is_eastern(before) or _is_eastern(text[place]):
            break
        place += 1
    return place


def _is_eastern(letter: str) -> bool:
    return bool(letter) and script_of(letter) in EASTERN


@dataclass(frozen=True)
class _Chooser:
    """The text's own language, and how others are chosen.

    kana, ukrainian: whether the text holds letters that only Japanese, only Ukrainian has: they tell whose the Chinese
    signs and the Cyrillic letters are.
    """

    own: Language
    accent: str
    reader: Reader
    kana: bool
    ukrainian: bool

    def home(self, letters: str) -> Language:
        """Of a word's letters; the text's own where it is written in them, or where no voice reads them."""
        scripts = {script_of(letter) for letter in letters}
        if scripts <= EASTERN:
            return self._eastern(scripts)
        script = script_of(letters[0])
        sign = script == "GREEK" and len(letters) <= 2  # π and µ have names everywhere
        if script in self.own.scripts or sign or script not in _HOMES:
            return self.own
        if script == "CYRILLIC" and self.ukrainian:
            return languages.find("uk")
        return self.find(_HOMES[script])

    def _eastern(self, scripts: set[str]) -> Language:
        if scripts <= self.own.scripts:
            return self.own
        return languages.find("ja" if self.kana else "zh")

    def find(self, code: str) -> Language:
        return languages.find(code, self.accent)

    def sentence(self, words: list[str], text: str, here: Language) -> Language:
        """The language of a sentence in the script of `here`, the language that it would be read in."""
        scores = _scores(words, script_of(words[0][0]))
        own = scores.pop(here.primary, 0)
        most = max(scores.values(), default=0)
        if most <= own or most < _FEWEST_COMMON:
            return here
        likely = self.reader.languages(text.lower(), (*scores, here.primary))
        best = max(scores, key=lambda code: likely[code])
        sure = likely[best] >= _LIKELY and likely[here.primary] < _UNLIKELY
        return self.find(best) if sure and scores[best] == most else here


def _scores(words: list[str], script: str) -> dict[str, int]:
    """How many of `words` are common in each language of that script; capitals inside a sentence are names."""
    low = [words[0].lower(), *(word for word in words[1:] if word[0].islower())]
    low = [word.replace("’", "'") for word in low]
    return {code: sum(word in common for word in low) for code, common in COMMON_WORDS[script].items()}


def _by_script(text: str, choose: _Chooser) -> Iterator[Passage]:
    """Cut where the letters change to those of another language; signs go with the word before, opening ones after."""
    start, here = 0, None
    for match in _LETTERS.finditer(text):
        for begin, letters in _same_script(match):
            home = choose.home(letters)
            if here is not None and home is not here:
                cut = _before_opening(text, begin)
                if cut > start:
                    yield Passage(start, cut, here)
                    start = cut
            here = home
    if text:
        yield Passage(start, len(text), here or choose.own)


def _same_script(match: re.Match[str]) -> Iterator[tuple[int, str]]:
    """Letters of one kind of writing each: Chinese signs and kana are one, and stand without spaces beside others."""
    at = match.start()
    for _, group in groupby(match[0], key=lambda letter: script_of(letter) in EASTERN):
        letters = "".join(group)
        yield at, letters
        at += len(letters)


def _before_opening(text: str, place: int) -> int:
    while place > 0 and text[place - 1] in _OPENING:
        place -= 1
    return place


def _by_sentence(text: str, passage: Passage, choose: _Chooser) -> Iterator[Passage]:
    """Sentences of the passage that are clearly in another language of the same script."""
    own = passage.language
    for unit in _UNIT.finditer(text, passage.start, passage.end):
        words = _WORDS.findall(unit[0])
        own = passage.language if words else own
        if len(words) >= _FEWEST_WORDS and script_of(words[0][0]) in COMMON_WORDS:
            own = choose.sentence(words, unit[0], own)
        yield Passage(unit.start(), unit.end(), own)
