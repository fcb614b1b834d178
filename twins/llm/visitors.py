"""What the local responder makes of what visitors told of themselves, and of subjects that are not talked about."""

import re
from functools import cache

from twins.llm.facts import facts
from twins.llm.guardrails import touched
from twins.llm.intents import of_themselves, visitor_name
from twins.llm.terms import terms
from twins.llm.turn import Turn

SURE = 0.5  # of a question's words, from which a fact that shares them answers it
MOST_FACTS = 40
_SECOND_PERSON = (
    (r"\bI am\b", "you are"),
    (r"\bI was\b", "you were"),
    (r"\bI\b", "you"),
    (r"\bmy\b", "your"),
    (r"\bmyself\b", "yourself"),
    (r"\bme\b", "you"),
    (r"\bmine\b", "yours"),
)


def told(turn: Turn) -> list[str]:
    """What the visitor told of themselves, latest first: in this talk, then in earlier ones."""
    here = [fact for said in reversed(turn.asked) for fact in facts(said, turn.language)]
    latest = {fact.subject: fact.text for fact in reversed(here)}
    return list(dict.fromkeys([*reversed(latest.values()), *turn.mind.memory]))[:MOST_FACTS]


def visitor(turn: Turn) -> str | None:
    """The visitor's name."""
    return next((name for fact in told(turn) if (name := visitor_name(fact, turn.language))), None)


def tells(turn: Turn) -> bool:
    """Whether the message only tells something."""
    return "?" not in turn.message and bool(facts(turn.message, turn.language))


def remembered(turn: Turn) -> list[str]:
    """The answer to a question of visitors about themselves; empty when it is none, or when they never told."""
    asked = of_themselves(turn.plain, turn.language)
    known = told(turn) if asked else []
    if not known:
        return []
    if asked == "all":
        return [_said_back(turn, fact) for fact in known]
    wanted = set(terms(turn.question, turn.language)) - _asking(turn.language)
    shared = {fact: len(wanted & set(terms(fact, turn.language))) / max(len(wanted), 1) for fact in known}
    best = max(known, key=shared.__getitem__)
    return [_said_back(turn, best)] if shared[best] >= SURE else []


def asks_for_all(turn: Turn) -> bool:
    return of_themselves(turn.plain, turn.language) == "all"


def avoided(turn: Turn) -> bool:
    """Whether the message is about a subject that the personality does not talk about, or that a guardrail forbids."""
    said = set(terms(turn.message, turn.language))
    if any(touched(rule, (turn.message,), turn.language) for rule in turn.mind.rules):
        return True
    subjects = (set(terms(subject[:200], turn.language)) for subject in turn.mind.avoid)
    return any(subject and subject <= said for subject in subjects)


@cache
def _asking(language: str) -> frozenset[str]:
    """Terms of words that only ask, or only remind."""
    listed = (
        "what where when who which how do does did know remember remind tell again please que donde cuando cual como"
    )
    return frozenset(term for word in listed.split() for term in terms(word, language))


def _said_back(turn: Turn, fact: str) -> str:
    if turn.language != "en" or not re.match(r"(?:I|My)\b", fact):
        return turn.pick(turn.phrases.told, fact=fact)
    for first, second in _SECOND_PERSON:
        fact = re.sub(first, second, fact, flags=re.IGNORECASE if first != r"\bI\b" else re.NOFLAG)
    return fact[:1].upper() + fact[1:]
