"""What a question asks for: the form of its answer, what the answer must name, and what it means in other words."""

import re
from dataclasses import dataclass
from functools import cache

from twins.llm.lexicon import QUESTION_FORMS
from twins.llm.terms import named, query_terms, stemmed, words

_ENDS = r"(?= (?:of|at|in|on|for|near|with|to|and|or)\b|\W*$)"
_WHAT = rf"(?P<what>[\w'-]+(?: [\w'-]+)??){_ENDS}"

# What an answer must name, whatever else it shares with the question.
_WANTED = {
    "en": (
        rf"\bwho (?:is|was|are|were) (?:the|your|their|its) {_WHAT}",
        r"\bnames? of (?:the|your|their|its) (?P<what>[\w'-]+)",
        rf"\b(?:is|are) there (?:an?|any) {_WHAT}",
        rf"\b(?:have|get|has|offer) (?:an?|any) {_WHAT}",
        r"\b(?:does|do|has) (?:the|your|their|its) (?P<what>[\w'-]+) (?:have|offer|got) (?:an?|any)\b",
    ),
}

# Questions that say little by their words, beside what they mean; for folded text.
_MEANT = {
    "en": (
        (
            r"^(?:and |so )?what (?:else )?do you (?:really )?(?:like|love|enjoy)(?: (?:to do|doing|most|best))?$",
            "What are your hobbies?",
        ),
        (r"^what do you (?:like to )?do (?:in|with) your (?:free|spare) time$", "What are your hobbies?"),
        (
            r"^(?:so )?(?:where|how) (?:do|can|should|could|would|shall) (?:i|we) (?:best )?"
            r"(?:start|begin|get started)$",
            "What is the first step?",
        ),
    ),
}


@dataclass(frozen=True)
class Form:
    """How a question is put ("how long"): words and kinds that answer it, and those with its own words."""

    answers: tuple[str, ...] = ()
    implied: frozenset[str] = frozenset()


def form_of(question: str, language: str) -> Form:
    """The first form that a question has; one without answers when it has none that is known."""
    for pattern, answers in _forms(language):
        if found := pattern.search(question):
            own = (word for word in words(found.group()) if word in pattern.pattern)  # not what a gap in it let in
            return Form(answers, frozenset([*answers, *query_terms(" ".join(own), language)]))
    return Form()


def wanted(question: str, language: str) -> list[str]:
    """The terms of who is asked for ("Who is the captain of …?") or of what there may be ("Is there a …?")."""
    found = [match["what"] for pattern in _WANTED.get(language, ()) for match in re.finditer(pattern, question, re.I)]
    return [term for what in found[:2] for term in named(what, language)]


def paraphrase(plain: str, language: str) -> str | None:
    """What a question means in words that say more, when it is one of those that say little."""
    return next((meant for pattern, meant in _MEANT.get(language, ()) if re.search(pattern, plain)), None)


@cache
def _forms(language: str) -> list[tuple[re.Pattern[str], tuple[str, ...]]]:
    forms = QUESTION_FORMS.get(language, ())
    return [
        (re.compile(pattern, re.IGNORECASE), tuple(stemmed(answers.split(), language))) for pattern, answers in forms
    ]
