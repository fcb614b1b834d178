"""Text to search terms: words folded, stemmed and stripped of stop words; character bigrams where no spaces are."""

import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

import snowballstemmer

from twins.llm.lexicon import EXTRA_STOP_WORDS, GENERIC_WORDS, KOREAN_ASKING, LIGHT_WORDS, STOP_CHARACTERS

LONGEST_TEXT = 20_000  # characters of one text that are looked at
LONGEST_WORD = 40

_STEMMERS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech", "da": "danish", "nl": "dutch",
    "en": "english", "eo": "esperanto", "et": "estonian", "fi": "finnish", "fr": "french", "de": "german",
    "el": "greek", "hi": "hindi", "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian",
    "lt": "lithuanian", "ne": "nepali", "nb": "norwegian", "no": "norwegian", "nn": "norwegian", "fa": "persian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "es": "spanish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_STOP_WORDS = {  # names in bm25s.stopwords
    "en": "STOPWORDS_EN_PLUS", "es": "STOPWORDS_SPANISH", "fr": "STOPWORDS_FRENCH",
    "de": "STOPWORDS_GERMAN", "it": "STOPWORDS_ITALIAN", "pt": "STOPWORDS_PORTUGUESE",
    "nl": "STOPWORDS_DUTCH", "da": "STOPWORDS_DANISH", "sv": "STOPWORDS_SWEDISH",
    "no": "STOPWORDS_NORWEGIAN", "nb": "STOPWORDS_NORWEGIAN", "ru": "STOPWORDS_RUSSIAN",
    "tr": "STOPWORDS_TURKISH", "ko": "STOPWORDS_KOREAN",
}  # fmt: skip

# Scripts written without spaces, and Hangul, whose particles are glued to the word: Thai to Khmer, kana, Han, Hangul.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0002ffff"
)
# Vowel signs and accents are not alphanumeric for Python, yet part of the word.
_MARKS = "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
_TOKEN = re.compile(
    rf"(?P<run>[{_UNSPACED}]+)|(?P<word>(?![{_UNSPACED}])[^\W_](?:(?![{_UNSPACED}])[^\W_]|[{_MARKS}])*)"
)


def primary(language: str) -> str:
    """The primary subtag of a BCP-47 tag, "en" when there is none."""
    return re.split(r"[-_]", language.strip().lower(), maxsplit=1)[0] or "en"


def terms(text: str, language: str) -> list[str]:
    """The search terms of a text that is stored: single characters and bigrams of unspaced scripts."""
    found: list[str] = []
    for match in _TOKEN.finditer(fold_width(text)):
        if match["run"]:
            found += [*match["run"], *_bigrams(match["run"])]
        elif term := word_term(match["word"], language):
            found.append(term)
    return found


def query_terms(text: str, language: str) -> list[str]:
    """The search terms of a question, each once, in order; unspaced scripts are cut at their function words."""
    found: list[str] = []
    for match in _TOKEN.finditer(fold_width(text)):
        if match["run"]:
            found += _asked_for(match["run"])
        elif term := word_term(match["word"], language):
            found.append(term)
    return list(dict.fromkeys(found))


def _asked_for(run: str) -> list[str]:
    """The bigrams of a question in an unspaced script; of a Korean word its stem, for its endings vary."""
    if "\uac00" <= run[0] <= "\ud7af":
        return [] if run[:2] in KOREAN_ASKING else [run[:2], *([run[1:3]] if len(run) > 3 else [])]
    pieces = re.split(f"[{STOP_CHARACTERS}]+", run)
    return [term for piece in pieces for term in _bigrams(piece) or list(piece)]


def named(text: str, language: str) -> list[str]:
    """The terms of a question that say what it is about."""
    return [term for term in query_terms(text, language) if term not in generic_terms(language)]


def words(text: str) -> list[str]:
    """The words as written, lower-case, with nothing left out."""
    return [match.group().lower() for match in _TOKEN.finditer(fold_width(text))]


def fold_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:LONGEST_TEXT])


def _bigrams(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


@lru_cache(maxsize=50_000)
def word_term(word: str, language: str) -> str:
    """The term of one word: folded and stemmed; empty for a stop word."""
    folded = word[:LONGEST_WORD].lower()
    if folded in stop_words(language) or without_accents(folded) in stop_words(language):
        return ""
    if folded.isdigit() or not folded.isalpha():
        return folded
    return without_accents(_stem(folded, language))


def _stop_words(language: str) -> Sequence[str]:
    if language not in _STOP_WORDS:
        return ()
    from bm25s import stopwords  # brings scipy, which a process that only serves pages need not wait for

    listed: Sequence[str] = getattr(stopwords, _STOP_WORDS[language])
    return listed


@cache
def stop_words(language: str) -> frozenset[str]:
    extra = EXTRA_STOP_WORDS.get(language, "").split()
    listed = [*_stop_words(language), *extra]
    parts = [part for word in listed for part in word.split("'")]
    return frozenset([*parts, *map(without_accents, parts)])


@cache
def generic_terms(language: str) -> frozenset[str]:
    """Terms that say little about what a question is about."""
    return frozenset(stemmed(GENERIC_WORDS.get(language, "").split(), language))


@cache
def light_terms(language: str) -> frozenset[str]:
    """Terms of everyday verbs: that the knowledge lacks one does not show that it lacks the answer."""
    return frozenset(stemmed(LIGHT_WORDS.get(language, "").split(), language))


def stemmed(listed: Iterable[str], language: str) -> list[str]:
    """The terms of listed words, stop words included; "#kinds" stay as they are."""
    return [word if word.startswith("#") else without_accents(_stem(word.lower(), language)) for word in listed]


def without_accents(text: str) -> str:
    """Latin, Greek and Cyrillic letters without their marks; other scripts need theirs."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f"))


_stemming = threading.Lock()  # a stemmer keeps the word it works on in itself


def _stem(word: str, language: str) -> str:
    stemmer = _stemmer(language)
    if stemmer is None:
        return word
    with _stemming:
        return str(stemmer.stemWord(word))


@cache
def _stemmer(language: str) -> Any:
    name = _STEMMERS.get(language)
    return snowballstemmer.stemmer(name) if name else None
