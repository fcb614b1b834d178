"""How written Japanese is read: phrases with their kana, by Janome's dictionary (IPADIC)."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from twins.tts import japanese_numbers as numbers

# What goes with the word before it: particles, auxiliaries, endings.
_BOUND = ("助詞", "助動詞", "名詞,接尾", "名詞,非自立", "動詞,非自立", "動詞,接尾", "形容詞,非自立", "フィラー")
_OPENING = "「『（(［[“‘〈《【"
_NAN = ("デ", "ノ", "ト", "カ", "ダ", "ナ")  # 何 is "nan" before these sounds, else "nani"


@dataclass(frozen=True)
class _Unit:
    """One dictionary word, or a number with what it counts."""

    written: str
    kana: str
    kind: str
    bound: bool = False


def phrases(text: str) -> list[tuple[str, str]]:
    """`text` in phrases, a word with its particles each: as written, and in katakana as it is pronounced.

    Concatenated, what was written is `text`. Signs stay what they are; letters without a known reading have none.
    """
    result: list[tuple[str, str]] = []
    opening = True
    for unit in _units(_words(text)):
        if result and (unit.bound or opening or not unit.written.strip()):
            written, kana = result[-1]
            result[-1] = (written + unit.written, kana + unit.kana)
        else:
            result.append((unit.written, unit.kana))
        opening = unit.kind.startswith("接頭詞") or unit.written in _OPENING
    return result


@cache
def _dictionary() -> Any:
    from janome.tokenizer import Tokenizer

    return Tokenizer()


def _words(text: str) -> list[_Unit]:
    """The dictionary's words; what it leaves out (spaces) as words without kana."""
    result: list[_Unit] = []
    at = 0
    for token in _dictionary().tokenize(text):
        start = text.index(token.surface, at)
        if start > at:
            result.append(_Unit(text[at:start], " ", "記号"))
        result.append(_word(token))
        at = start + len(token.surface)
    if at < len(text):
        result.append(_Unit(text[at:], " ", "記号"))
    return result


def _word(token: Any) -> _Unit:
    kind = token.part_of_speech
    plain = unicodedata.normalize("NFKC", token.surface)
    kana = plain if kind.startswith("記号") or token.phonetic == "*" else token.phonetic
    if kind.startswith("助詞"):
        kana = kana.replace("ヲ", "オ")
    kana = kana.replace("%", "パーセント")
    if any("CJK" in unicodedata.name(letter, "") for letter in kana):
        kana = ""
    if kana.isascii() and kana.isalpha():
        kana = f" {kana} "  # the synthesiser reads Latin words itself, set apart
    is_sign = not any(letter.isalnum() for letter in plain)
    bound = kind.startswith(_BOUND) or (is_sign and token.surface not in _OPENING)
    return _Unit(token.surface, kana, kind, bound)


def _units(words: list[_Unit]) -> Iterator[_Unit]:
    """Numbers become one unit with what they count; 何 is read by what follows."""
    index = 0
    while index < len(words):
        digits = _number_at(words, index)
        if digits:
            following = words[index + digits].written if index + digits < len(words) else ""
            counter = following if unicodedata.normalize("NFKC", following) in numbers.COUNTERS else ""
            number = "".join(word.written for word in words[index : index + digits])
            dashed = index > 0 and words[index - 1].written == "-"
            yield _Unit(number + counter, _counted(number, counter, dashed=dashed), "名詞,数")
            index += digits + bool(counter)
            continue
        word = words[index]
        following = words[index + 1].kana if index + 1 < len(words) else ""
        yield _Unit(word.written, "ナン", word.kind) if word.written == "何" and following.startswith(_NAN) else word
        index += 1


def _counted(number: str, counter: str, *, dashed: bool) -> str:
    """dashed: after a "-", as groups of telephone numbers are; those are read digit by digit."""
    plain, counted = unicodedata.normalize("NFKC", number), unicodedata.normalize("NFKC", counter)
    return numbers.digits(plain) if dashed and not counted else numbers.spoken(plain, counted)


def _number_at(words: list[_Unit], index: int) -> int:
    """How many words from `index` on write one number: digits, with "," and "." inside."""
    end = index
    while end < len(words) and _is_digits(words[end]):
        end += 1
        between = words[end].written if end + 1 < len(words) else ""
        if between in (",", ".", "，") and _is_digits(words[end + 1]) and words[index].written[0].isascii():
            end += 1
    return end - index


def _is_digits(word: _Unit) -> bool:
    plain = unicodedata.normalize("NFKC", word.written)
    return (plain.isascii() and plain.isdigit()) or (
        word.kind.startswith("名詞,数") and numbers.value(plain) is not None
    )
