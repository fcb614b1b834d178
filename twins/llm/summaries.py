"""A summary of a conversation by rules: for when there is no model to write one, or no time to ask it."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from twins.llm.base import ChatMessage
from twins.llm.sentences import split
from twins.llm.speakable import clean
from twins.llm.tokens import count

LONGEST_LINE = 180  # characters
_TELLS = re.compile(r"\d|\b(?:I|my|me|we|our|mi|mein|meine|ich|je|mon|ma|meu|minha|eu|yo)\b", re.IGNORECASE)
_NAMES = re.compile(r"(?<=\w )[A-ZÀ-Þ]\w+")


def extract(before: str, said: Sequence[ChatMessage], tokens: int) -> str:
    """The most telling sentence of each message behind the earlier summary `before`, in the order they were said.

    One line each. What does not fit into `tokens` is left out, the least telling first; what the visitor said counts
    twice.
    """
    lines = list(dict.fromkeys([*before.splitlines(), *(line for message in said if (line := _line(message)))]))
    held = Counter(word for line in lines for word in _words(line))
    weights = {line: _weight(line, held, len(lines)) for line in lines}
    while len(lines) > 1 and sum(count(line) + 1 for line in lines) > tokens:
        lines.remove(min(lines, key=weights.__getitem__))
    return "\n".join(lines)


def _line(message: ChatMessage) -> str:
    sentences = split(" ".join(clean(message.text[:8_000]).split()))
    if not sentences:
        return ""
    best = max(sentences[:40], key=lambda sentence: (_telling(sentence), -sentences.index(sentence)))
    best = best if len(best) <= LONGEST_LINE else best[: best.rfind(" ", 0, LONGEST_LINE)] + "…"
    who = "The visitor" if message.role == "user" else "You"
    verb = "asked" if best.endswith("?") else "said"
    return f"{who} {verb}: “{best}”"


def _telling(sentence: str) -> int:
    tells, names = set(_TELLS.findall(sentence)), set(_NAMES.findall(sentence))
    return 2 * len(tells) + len(names) + min(len(sentence.split()), 12) // 4


def _weight(line: str, held: Mapping[str, int], lines: int) -> float:
    """How much would be lost with a line: rare words, names and numbers, for the room that it takes."""
    rarity = sum(math.log((lines + 1) / held[word]) for word in _words(line))
    own = 2.0 if line.startswith("The visitor said") else 1.0
    return own * (rarity + len(set(_NAMES.findall(line)))) / math.sqrt(len(line))


def _words(line: str) -> set[str]:
    return set(re.findall(r"\w+", line.lower()))
