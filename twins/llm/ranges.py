"""Months and weekdays that a text names by their first and last: "from November to March" holds December."""

import re
from functools import cache

from twins.llm.phrases import phrases
from twins.llm.terms import word_term

_TO = r"(?:\s*[-–—]\s*|\s+(?:to|till|until|through|a|al|hasta|à|au|bis|até)\s+)"


def between(text: str, language: str) -> list[str]:
    """The terms of the months and weekdays between those that a text names as first and last."""
    found: list[str] = []
    for pattern, cycle in _cycles(language):
        for match in pattern.finditer(text):
            first, last = (cycle.index(match[end].lower()) for end in ("first", "last"))
            steps = (last - first) % len(cycle)
            found += [cycle[(first + step) % len(cycle)] for step in range(1, steps)]
    return [term for name in found if (term := word_term(name, language))]


@cache
def _cycles(language: str) -> tuple[tuple[re.Pattern[str], list[str]], ...]:
    """(pattern of a range, the names in their order), for weekdays and months."""
    listed = ([name.lower() for name in names.split()] for names in (phrases(language).days, phrases(language).months))
    return tuple((_range(names), names) for names in listed if len(names) > 1)


def _range(names: list[str]) -> re.Pattern[str]:
    one = "|".join(map(re.escape, names))
    plural = r"(?:s|en)?"
    return re.compile(rf"\b(?P<first>{one}){plural}{_TO}(?P<last>{one}){plural}\b", re.IGNORECASE)
