"""How a written word is said: by its language's habits, and only with letters that its voice reads."""

import html
import re
import unicodedata

from twins.tts.english import ENGLISH
from twins.tts.german import GERMAN
from twins.tts.languages import Language
from twins.tts.romance import FRENCH, ITALIAN, PORTUGUESE, SPANISH
from twins.tts.scripts import script_of

HABITS = {"en": ENGLISH, "es": SPANISH, "fr": FRENCH, "de": GERMAN, "pt": PORTUGUESE, "it": ITALIAN}
_SPOKEN_SYMBOLS = frozenset(".,;:!?'%$€£&+=@/#°’-–—…。！？、，；：،؛؟।·")
_SHARP = re.compile(r"\b[A-Z]#\W*$")  # C#
# A vowel sign before the sign of doubling, as Unicode orders them; the synthesiser wants the doubling first.
_VOWEL_DOUBLED = re.compile("([\u064b-\u0650])\u0651")
_SUN_LETTER = re.compile("(ال[تثدذرزسشصضطظلن])\u0651")  # after the article the synthesiser doubles by itself


def bare(word: str) -> str:
    """Without emphasis marks, brackets and quotes; entities as the characters they stand for."""
    if "&" in word:
        word = html.unescape(word)
    word = word.replace("\u00ad", "").replace("‘", "'").replace("’", "'")
    if re.match(r"#\w", word):
        return word.rstrip('*_`~)]"”')
    return word.strip('*_`"“”„«»[]{}()<>|\\' + ("" if _SHARP.search(word) else "#"))


def said(words: list[str], index: int, language: Language) -> str:
    """How `words[index]` is said among its neighbours, which `bare` has been over."""
    word = words[index]
    if not word:
        return ""
    habits = HABITS.get(language.primary)
    if habits:
        word = habits.said(words, index)
    elif "://" in word:
        word = word.split("://", 1)[1].replace("/", " ")
    return readable(language.respelled.get(word.lower(), word), language)


def readable(word: str, language: Language) -> str:
    """Only what the language's voice reads."""
    letters = sum(letter.isalpha() for letter in word)
    kept = "".join(letter for letter in _few_marks(word) if letter == "°" or unicodedata.category(letter) != "So")
    plain = unicodedata.normalize("NFKC", kept).replace("…", "...")
    spoken = "".join(letter if _is_read(letter, language, letters) else " " for letter in plain)
    spoken = re.sub(r"([.,;:!?'/=#%&+@$€£-])\1{2,}", r"\1", " ".join(spoken.split()))
    return _SUN_LETTER.sub(r"\1", _VOWEL_DOUBLED.sub("\u0651\\1", spoken)) if language.primary == "ar" else spoken


def sounds(text: str) -> bool:
    return any(letter.isalnum() or letter in "%$€£&+=@°½¼¾" for letter in text)


def _is_read(letter: str, language: Language, letters: int) -> bool:
    if letter.isalpha():
        script = script_of(letter)
        return script in language.scripts or (script == "GREEK" and letters <= 2)  # π and µ have names everywhere
    category = unicodedata.category(letter)
    return category in ("Nd", "Mn", "Mc") or letter in _SPOKEN_SYMBOLS or letter in "\u200c\u200d"


def _few_marks(word: str) -> str:
    """At most three combining marks on a letter: no writing needs more, and piles of them are an attack."""
    return re.sub(r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3})"
                  r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+", r"\1", word)  # fmt: skip
