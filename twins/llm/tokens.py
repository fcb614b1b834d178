"""How many tokens a text is, estimated: vendors' tables differ, and none can be had without a network.

The estimate is meant to be too high rather than too low, so that what is counted as fitting does fit. Its weights are
set above what the common vocabularies are known for (about 0.25 tokens to a letter of English prose, up to 0.5 in other
alphabets, around one in Chinese and Japanese, more in Indic scripts); they were not measured here, for want of tables.
"""

import math
import re

_ASCII_LETTERS = re.compile(r"[A-Za-z ]+")
_ASCII = re.compile(r"[\x00-\x7f]+")
_ALPHABETS = re.compile("[\u0080-\u06ff]+")  # Latin with accents, Greek, Cyrillic, Hebrew, Arabic
_PER_LETTER = 1 / 3.3
_PER_SIGN = 1 / 1.5  # digits and punctuation
_PER_FOREIGN_LETTER = 1 / 1.8
_PER_OTHER = 1.6
PER_MESSAGE = 6  # what a chat template adds around each message


def count(text: str) -> int:
    """Tokens of `text`, rounded up."""
    letters = sum(map(len, _ASCII_LETTERS.findall(text)))
    ascii_ = sum(map(len, _ASCII.findall(text)))
    foreign = sum(map(len, _ALPHABETS.findall(text)))
    other = len(text) - ascii_ - foreign
    weight = letters * _PER_LETTER + (ascii_ - letters) * _PER_SIGN + foreign * _PER_FOREIGN_LETTER + other * _PER_OTHER
    return math.ceil(weight)


def first(text: str, tokens: int) -> str:
    """The beginning of `text` that fits, ended at a sentence, else between words."""
    if count(text) <= tokens:
        return text
    low, high = 0, min(len(text), max(tokens, 0) * 4)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(text[:middle]) <= tokens else (low, middle - 1)
    cut = text[:low]
    ends = [match.end() for match in re.finditer(r"[.!?](?=\s)|[。！？\n]", cut[low // 2 :])]
    if ends:
        return cut[: low // 2 + ends[-1]].rstrip()
    return (cut[: cut.rfind(" ")] if " " in cut else cut).rstrip()
