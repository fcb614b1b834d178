"""Guardrails without a language model: what a rule forbids, and whether words touch it.

A rule like "Never discuss prices or medical advice outside approved guidelines." forbids two subjects, "prices" and
"medical advice". Words touch a subject when they hold all its terms. A rule that forbids nothing by name ("Stay
polite.") is for a language model to judge.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from twins.llm.terms import generic_terms, primary, terms

LONGEST_RULE = 1_000
_NEVER = re.compile(
    r"\b(?:never|do not|don['’]t|must not|mustn['’]t|should not|shouldn['’]t|may not|cannot|can['’]t|avoid|refuse to|"
    r"refrain from|not allowed to|nunca|jamais|niemals|nicht|non|nunca)\b(?P<what>[^.;:!?\n]+)",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r"\b(?:unless|except|outside|beyond|without|other than|if|when|until|during|even)\b.*", re.IGNORECASE
)
_PARTS = re.compile(r",|\b(?:or|and|nor)\b", re.IGNORECASE)
# What is done with a subject, and to whom, is no part of it.
_DOING = (
    "talk discuss mention share give offer provide reveal disclose answer speak say recommend promise make name tell "
    "ask comment compare quote write use engage respond reply suggest express claim request collect about regarding on "
    "any topic subject question questions detail details user users visitor visitors participant participants customer "
    "customers client clients patient patients anyone anybody person people conversation all every other their your our"
)


def subjects(rule: str, language: str) -> tuple[frozenset[str], ...]:
    """The terms of each subject that the rule forbids."""
    return _subjects(rule[:LONGEST_RULE], primary(language))


def touched(rule: str, texts: Iterable[str], language: str) -> bool:
    """Whether one of the texts is about something that the rule forbids."""
    forbidden = subjects(rule, language)
    return bool(forbidden) and any(_holds(set(terms(text[:4_000], language)), forbidden) for text in texts)


def _holds(said: set[str], forbidden: Iterable[frozenset[str]]) -> bool:
    return any(subject <= said for subject in forbidden)


@lru_cache(maxsize=1_000)
def _subjects(rule: str, language: str) -> tuple[frozenset[str], ...]:
    doing = {term for word in _DOING.split() for term in terms(word, language)}
    found = []
    for match in _NEVER.finditer(rule):
        for part in _PARTS.split(_EXCEPT.sub("", match["what"])):
            if subject := frozenset(terms(part, language)) - doing - generic_terms(language):
                found.append(subject)
    return tuple(found)
