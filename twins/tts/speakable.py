"""From a customer's text to pieces that a voice can say, each word beside its text as written.

The text is only ever text: HTML, SSML and markup are not interpreted; they are left out of what is said.
Captions show what was written: the words of all pieces, joined by single spaces, are `visible(text)`. What is not
spoken (emoji, markup, lone punctuation, words in a script that no voice reads) stays with the word before it, or with
the first word. Of a word longer than `LONGEST_WORD` characters only the beginning is said.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from avatarsite.core.engines import EngineFailed
from twins.tts.base import Pronunciation
from twins.tts.languages import Language
from twins.tts.passages import Passage, has_voice, passages
from twins.tts.pronunciations import respellings
from twins.tts.reader import Reader
from twins.tts.reading import bare, readable, said, sounds
from twins.tts.scripts import script_of

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
_BULLET = re.compile(r"\s*(?:[-*•–]|\d{1,3}[.)])\s")
_PAUSES = {"paragraph": 0.5, "sentence": 0.4, "clause": 0.14, "switch": 0.05, "none": 0.02}  # seconds


@dataclass(frozen=True)
class SpokenWord:
    """written: for the captions. said: for the synthesiser."""

    written: str
    said: str


@dataclass(frozen=True)
class Piece:
    """What is synthesised in one go, in one language, and the seconds of silence after it."""

    words: tuple[SpokenWord, ...]
    pause: float
    language: Language


def visible(text: str) -> str:
    """The text as captions show it: no control characters, direction marks or surrogates; single spaces."""
    return " ".join(_clean(text).split())


def pieces(
    text: str, language: Language, reader: Reader, accent: str = "en-US", rules: Sequence[Pronunciation] = ()
) -> list[Piece]:
    """The text as things to say; parts in another language are said in it. accent: of English inside other languages.

    rules: how certain words are said; Japanese, which is read by phrases, is said without them.
    Raises EngineFailed: text_too_long, tts_unspeakable.
    """
    if len(text) > MAX_CHARACTERS:
        raise EngineFailed(f"The text is longer than {MAX_CHARACTERS} characters.", "text_too_long")
    clean = _clean(text)
    plain = _without_markup(clean)
    _check(plain)
    tokens = [
        token
        for passage in passages(plain, language, accent, reader)
        for token in _tokens(clean, plain, passage, reader, rules)
    ]
    return list(_cut(_attach_silent(tokens)))


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(letter for letter in text if _shown(letter)))


def _shown(letter: str) -> bool:
    """Zero-width joiners stay: emoji and Indic scripts are built with them."""
    return (
        letter.isspace()
        or letter in "\u200c\u200d"
        or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )


def _check(text: str) -> None:
    scripts = [script_of(letter) for letter in text if letter.isalpha()]
    foreign = [script for script in scripts if not has_voice(script)]
    if foreign and 2 * len(foreign) > len(scripts):
        most = max(set(foreign), key=foreign.count).capitalize()
        words = f"The text is mostly in {most} script, which no voice here can read. Write it in another language."
        raise EngineFailed(words, "tts_unspeakable")
    if not sounds(text):
        raise EngineFailed("The text holds nothing that can be spoken. Add words.", "tts_unspeakable")


def _without_markup(text: str) -> str:
    """The text with tags and link targets blanked, character for character, so that places stay the same."""
    blank: Callable[[re.Match[str]], str] = lambda match: re.sub(r"\S", " ", match[0])  # noqa: E731
    return _LINK.sub(blank, _TAG.sub(blank, text))


@dataclass(frozen=True)
class _Token:
    """One written word. end: "paragraph" when a line that is a unit of its own ends with it."""

    written: str
    said: str
    language: Language
    end: str = ""


def _tokens(text: str, plain: str, passage: Passage, reader: Reader, rules: Sequence[Pronunciation]) -> list[_Token]:
    """The words of one passage. plain: the text without its markup, place for place."""
    language = passage.language
    japanese = language.code == "ja"
    spoken = list(_japanese(plain, passage, reader) if japanese else _spaced(text, plain, passage, reader, rules))
    result = []
    for start, end, sound in spoken:
        written = " ".join(text[start:end].split())
        if written:
            result.append(_Token(written, sound, language, "paragraph" if _ends_line(text, end) else ""))
    return result


def _spaced(
    text: str, plain: str, passage: Passage, reader: Reader, rules: Sequence[Pronunciation]
) -> Iterator[tuple[int, int, str]]:
    """Start, end and sound of each word; of Chinese, which has no spaces, of each phrase."""
    language = passage.language
    pattern = _UNSPACED if language.code == "zh" else _SPACED
    found = [match.span() for match in pattern.finditer(text, passage.start, passage.end)]
    words = [plain[start:end] for start, end in found]
    if language.primary == "ar":
        words = _vowelled([word[:LONGEST_WORD] for word in words], reader)
    respelt = respellings(plain, found, rules)
    for index, respelling in respelt.items():
        words[index] = respelling.text
    shown = [bare(word)[:LONGEST_WORD] for word in words]
    for index, (start, end) in enumerate(found):
        told = respelt.get(index)
        yield start, end, told.sounded(language) if told and told.ipa else said(shown, index, language)


def _vowelled(words: list[str], reader: Reader) -> list[str]:
    """The words with their short vowels."""
    told = reader.vowelled(" ".join(words)).split(" ")
    if len(told) != len(words):
        return words
    return [
        new if any(script_of(letter) == "ARABIC" for letter in old) else old
        for old, new in zip(words, told, strict=True)
    ]


def _japanese(plain: str, passage: Passage, reader: Reader) -> Iterator[tuple[int, int, str]]:
    """Start, end and sound of each phrase."""
    start = passage.start
    for written, kana in reader.phrases(plain[passage.start : passage.end]):
        end = start + len(written)
        yield start, end, readable(bare(kana)[:LONGEST_WORD], passage.language)
        start = end


def _ends_line(text: str, place: int) -> bool:
    """Whether a paragraph, heading or list item ends here; a line that is merely wrapped goes on."""
    gap = re.match(r"[^\S\n]*\n\s*", text[place : place + 200])
    if gap is None:
        return False
    after = text[place + gap.end() : place + gap.end() + 12]
    return gap[0].count("\n") > 1 or after[:1].isupper() or after[:1] == "#" or bool(_BULLET.match(after + " "))


def _attach_silent(tokens: list[_Token]) -> list[_Token]:
    """What is not said goes with the word before it; at the very beginning, with the first word."""
    result: list[_Token] = []
    leading = ""
    for token in tokens:
        if sounds(token.said):
            written = f"{leading} {token.written}".strip()
            leading = ""
            result.append(replace(token, written=written))
        elif result:
            before = result[-1]
            heard = before.said + (_mark(token) if sounds(before.said[-1:]) else "")
            written = f"{before.written} {token.written}"
            result[-1] = replace(before, written=written, said=heard, end=token.end or before.end)
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
    """Sentence by sentence; long ones clause by clause; endless ones between words; never two languages in one."""
    piece: list[SpokenWord] = []
    length = 0
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        piece.append(SpokenWord(token.written, token.said))
        length += _length(token)
        kind = _boundary(token, length, following)
        if kind:
            yield Piece(tuple(piece), _PAUSES[kind], token.language)
            piece, length = [], 0


def _boundary(token: _Token, length: int, following: _Token | None) -> str:
    """Which pause follows, "" to go on with the same piece."""
    if token.end:
        return token.end
    if following is None or (_SENTENCE_END.search(token.said) and not _NO_END.fullmatch(token.said)):
        return "sentence"
    if following.language is not token.language:
        return "clause" if _CLAUSE_END.search(token.said) else "switch"
    if length > _LONGEST_PIECE and _CLAUSE_END.search(token.said):
        return "clause"
    return "none" if length + _length(following) > _LONGEST_CLAUSE else ""


def _length(token: _Token) -> int:
    """In letters; a Chinese sign is a syllable, which elsewhere takes some three letters."""
    return (3 if token.language.code == "zh" else 1) * len(token.said) + 1
