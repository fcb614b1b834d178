"""From a customer's text to pieces that a voice can say, each word beside its text as written.

The text is only ever text: HTML, SSML and markup are not interpreted; they are left out of what is said.
Captions show what was written: the words of all pieces, joined by single spaces, are `visible(text)`. What is not
spoken (emoji, markup, lone punctuation, words in a script that the language does not read) stays with the word before
it, or with the first word. Of a word longer than `LONGEST_WORD` characters only the beginning is said.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from avatarsite.core.engines import EngineFailed
from twins.tts import english
from twins.tts.languages import Language

MAX_CHARACTERS = 20_000
LONGEST_WORD = 120
_LONGEST_PIECE = 220  # letters; longer sentences are cut at a clause
_LONGEST_CLAUSE = 380  # letters; longer clauses are cut between words

_SPACED = re.compile(r"\S+")
_UNSPACED = re.compile(r"[^\s。！？，、；：]{1,80}[。！？，、；：…」』）”]*|[^\s]")
_ATTRIBUTE = r"""\s+[\w:.-]{1,80}\s*=\s*(?:"[^"<>]{0,1000}"|'[^'<>]{0,1000}'|[^\s<>"'=]{1,1000})"""
_TAG = re.compile(rf"</?[A-Za-z][\w:.-]{{0,80}}(?:{_ATTRIBUTE}){{0,20}}\s*/?>|<[!?][^<>]{{0,300}}>|<!--|-->")
_LINK = re.compile(r"(?<=\])\(\S{1,500}?\)")
_SENTENCE_END = re.compile(r"[.!?…。！？।؟][\"'”’»)\]]*$")
_NO_END = re.compile(r"(?:[^\W\d]|\d{1,2})\.")  # initials, "z. B.", "am 5. Mai"; the library pauses where it must
_CLAUSE_END = re.compile(r"[,;:、，；：،؛—–][\"'”’»)\]]*$")
_SPOKEN_SYMBOLS = frozenset(".,;:!?'%$€£&+=@/#°’-–—…。！？、，；：،؛؟।·")
_SHARP = re.compile(r"\b[A-Z]#\W*$")  # C#
_BULLET = re.compile(r"\s*(?:[-*•–]|\d{1,3}[.)])\s")
_PAUSES = {"paragraph": 0.5, "sentence": 0.4, "clause": 0.14, "none": 0.02}  # seconds


@dataclass(frozen=True)
class SpokenWord:
    """written: for the captions. said: for the synthesiser."""

    written: str
    said: str


@dataclass(frozen=True)
class Piece:
    """What is synthesised in one go, and the seconds of silence after it."""

    words: tuple[SpokenWord, ...]
    pause: float


def visible(text: str) -> str:
    """The text as captions show it: no control characters, direction marks or surrogates; single spaces."""
    return " ".join(_clean(text).split())


def pieces(text: str, language: Language) -> list[Piece]:
    """The text as things to say. Raises EngineFailed: text_too_long, tts_unspeakable."""
    if len(text) > MAX_CHARACTERS:
        raise EngineFailed(f"The text is longer than {MAX_CHARACTERS} characters.", "text_too_long")
    clean = _clean(text)
    _check_scripts(clean, language)
    words = _attach_silent(_words(clean, language))
    return list(_cut(words))


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(letter for letter in text if _shown(letter)))


def _shown(letter: str) -> bool:
    """Zero-width joiners stay: emoji and Indic scripts are built with them."""
    return (
        letter.isspace()
        or letter in "\u200c\u200d"
        or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """The first word of a letter's Unicode name, e.g. LATIN; of its compatibility form for e.g. full-width letters."""
    plain = unicodedata.normalize("NFKC", letter)[:1]
    return unicodedata.name(plain, "").split(" ")[0]


def _check_scripts(text: str, language: Language) -> None:
    scripts = [script for word in _without_markup(text).split() for script in _letters_to_read(word)]
    if any(script in language.never for script in scripts):
        raise EngineFailed(
            f"The voice cannot read every character of this {language.name} text: it {language.approximate}.",
            "tts_unspeakable",
        )
    foreign = [script for script in scripts if script not in language.scripts]
    if foreign and 2 * len(foreign) > len(scripts):
        most = max(set(foreign), key=foreign.count).capitalize().replace("Cjk", "Chinese")
        raise EngineFailed(
            f"The text is mostly in {most} script, which the voice for {language.name} cannot read. "
            "Choose the language of the text.",
            "tts_unspeakable",
        )
    if not _sounds(_without_markup(text)):
        raise EngineFailed("The text holds nothing that can be spoken. Add words.", "tts_unspeakable")


def _letters_to_read(word: str) -> list[str]:
    """The scripts of the word's letters; [] for a Greek sign such as π, which has a name everywhere."""
    scripts = [_script(letter) for letter in word if letter.isalpha()]
    return [] if len(scripts) <= 2 and set(scripts) == {"GREEK"} else scripts


def _without_markup(text: str) -> str:
    """The text with tags and link targets blanked, character for character, so that places stay the same."""
    blank: Callable[[re.Match[str]], str] = lambda match: re.sub(r"\S", " ", match[0])  # noqa: E731
    return _LINK.sub(blank, _TAG.sub(blank, text))


@dataclass(frozen=True)
class _Token:
    """One written word. end: "paragraph" when a line that is a unit of its own ends with it."""

    written: str
    said: str
    end: str = ""


def _words(text: str, language: Language) -> list[_Token]:
    bare = _without_markup(text)
    found = list((_UNSPACED if language.code in ("zh", "ja") else _SPACED).finditer(text))
    plain = [_plain(bare[match.start() : match.end()])[:LONGEST_WORD] for match in found]
    return [
        _Token(match[0], _said(plain, index, language), "paragraph" if _ends_line(text, match.end()) else "")
        for index, match in enumerate(found)
    ]


def _ends_line(text: str, place: int) -> bool:
    """Whether a paragraph, heading or list item ends here; a line that is merely wrapped goes on."""
    gap = re.match(r"[^\S\n]*\n\s*", text[place : place + 200])
    if gap is None:
        return False
    after = text[place + gap.end() : place + gap.end() + 12]
    return gap[0].count("\n") > 1 or after[:1].isupper() or after[:1] == "#" or bool(_BULLET.match(after + " "))


def _plain(word: str) -> str:
    """Without emphasis marks, brackets and quotes; entities as the characters they stand for."""
    if "&" in word:
        word = html.unescape(word)
    word = word.replace("\u00ad", "").replace("‘", "'").replace("’", "'")
    if re.match(r"#\w", word):
        return word.rstrip('*_`~)]"”')
    return word.strip('*_`"“”„«»[]{}()<>|\\' + ("" if _SHARP.search(word) else "#"))


def _said(plain: list[str], index: int, language: Language) -> str:
    word = plain[index]
    if not word:
        return ""
    if language.code.startswith("en"):
        previous = plain[index - 1] if index else ""
        following = next((other for other in plain[index + 1 : index + 4] if other), "")
        word = (
            english.after_money(previous, word)
            or english.after_number(previous, word)
            or english.spoken(word, following)
            or word
        )
    elif "://" in word:
        word = word.split("://", 1)[1].replace("/", " ")
    return _readable(word, language)


def _readable(word: str, language: Language) -> str:
    """Only what the language's voice reads."""
    letters = sum(letter.isalpha() for letter in word)
    bare = "".join(letter for letter in _few_marks(word) if letter == "°" or unicodedata.category(letter) != "So")
    plain = unicodedata.normalize("NFKC", bare).replace("…", "...")
    kept = "".join(letter if _is_read(letter, language, letters) else " " for letter in plain)
    kept = re.sub(r"([.,;:!?'/=#%&+@$€£-])\1{2,}", r"\1", " ".join(kept.split()))
    return kept


def _sounds(text: str) -> bool:
    return any(letter.isalnum() or letter in "%$€£&+=@°½¼¾" for letter in text)


def _is_read(letter: str, language: Language, letters: int) -> bool:
    if letter.isalpha():
        script = _script(letter)
        return script in language.scripts or (script == "GREEK" and letters <= 2)  # π and µ have names everywhere
    category = unicodedata.category(letter)
    return category in ("Nd", "Mn", "Mc") or letter in _SPOKEN_SYMBOLS or letter in "\u200c\u200d"


def _few_marks(word: str) -> str:
    """At most three combining marks on a letter: no writing needs more, and piles of them are an attack."""
    return re.sub(r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3})"
                  r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+", r"\1", word)  # fmt: skip


def _attach_silent(tokens: list[_Token]) -> list[_Token]:
    """What is not said goes with the word before it; at the very beginning, with the first word."""
    result: list[_Token] = []
    leading = ""
    for token in tokens:
        if _sounds(token.said):
            written = f"{leading} {token.written}".strip()
            leading = ""
            result.append(_Token(written, token.said, token.end))
        elif result:
            before = result[-1]
            said = before.said + (_mark(token) if _sounds(before.said[-1:]) else "")
            result[-1] = _Token(f"{before.written} {token.written}", said, token.end or before.end)
        else:
            leading = f"{leading} {token.written}".strip()
    if not result:
        raise EngineFailed("The text holds nothing that can be spoken. Add words.", "tts_unspeakable")
    return result


def _mark(token: _Token) -> str:
    """Punctuation that stands alone ("Ça va ?", "yes — no") belongs to the word before it."""
    if token.written in ("-", "–", "—", "--"):
        return ","
    return token.said[:1] if token.said[:1] in ".,;:!?。！？，；：" else ""


def _cut(tokens: list[_Token]) -> Iterator[Piece]:
    """Sentence by sentence; long ones clause by clause; endless ones between words."""
    piece: list[SpokenWord] = []
    length = 0
    for index, token in enumerate(tokens):
        piece.append(SpokenWord(token.written, token.said))
        length += len(token.said) + 1
        following = len(tokens[index + 1].said) if index + 1 < len(tokens) else 0
        kind = _boundary(token, length, following, last=not following)
        if kind:
            yield Piece(tuple(piece), _PAUSES[kind])
            piece, length = [], 0


def _boundary(token: _Token, length: int, following: int, *, last: bool) -> str:
    """Which pause follows, "" to go on with the same piece."""
    if token.end:
        return token.end
    if last or (_SENTENCE_END.search(token.said) and not _NO_END.fullmatch(token.said)):
        return "sentence"
    if length > _LONGEST_PIECE and _CLAUSE_END.search(token.said):
        return "clause"
    return "none" if length + following > _LONGEST_CLAUSE else ""
