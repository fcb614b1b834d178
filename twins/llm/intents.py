"""What a visitor wants, where it is not a question about the knowledge."""

import re
from functools import cache

from twins.llm.intent_patterns import (
    ALL_OF_THEMSELVES,
    FOLLOWS_UP,
    GREETING,
    INTENTS,
    OF_THEMSELVES,
    THANKS,
    VISITOR,
)
from twins.llm.terms import fold_width, stop_words, without_accents

LONGEST_FOLDED = 4_000


def folded(text: str) -> str:
    """Lower case, no accents, runs of anything but letters and digits as one space."""
    lower = without_accents(fold_width(text[:LONGEST_FOLDED]).lower())
    return re.sub(r"[\W_]+", " ", lower).strip()


def intent(plain: str, language: str) -> str | None:
    """The name of what is wanted, for folded text; None: it is for the retrieval."""
    return next((name for name, pattern in _intents(language) if pattern.search(plain)), None)


def without_courtesy(plain: str, name: str, language: str) -> tuple[str, str | None]:
    """(what is left without thanks, greeting and the twin's name, the courtesy that was there)."""
    found = None
    for courtesy, pattern in _courtesies(name, language):
        if (opening := pattern.match(plain)) and opening.end():
            plain, found = plain[opening.end() :].strip(), found or courtesy
    return plain, found


def visitor_name(text: str, language: str) -> str | None:
    """The name by which the writer of this message wants to be called."""
    # Apostrophes as spaces and accents away, at equal length, so that the name can be cut out as it was written.
    plain = "".join(" " if c in "'’" else without_accents(c)[:1] or c for c in text[:LONGEST_FOLDED])
    for pattern in _compiled("visitor", language):
        if found := pattern.search(plain):
            name = text[found.start("name") : found.end("name")]
            return None if name.lower() in stop_words(language) else name.title()
    return None


def follows_up(plain: str, language: str) -> bool:
    """Whether a message leans on what was said before it."""
    return any(pattern.search(plain) for pattern in _compiled("follows_up", language))


def of_themselves(plain: str, language: str) -> str | None:
    """Whether visitors ask what they told of themselves: "one" thing, "all" of it, or None."""
    if any(pattern.search(plain) for pattern in _compiled("all_of_themselves", language)):
        return "all"
    return "one" if any(pattern.search(plain) for pattern in _compiled("of_themselves", language)) else None


_TABLES = {
    "visitor": VISITOR,
    "follows_up": FOLLOWS_UP,
    "of_themselves": OF_THEMSELVES,
    "all_of_themselves": ALL_OF_THEMSELVES,
}


@cache
def _compiled(table: str, language: str) -> tuple[re.Pattern[str], ...]:
    listed = _TABLES[table]
    return tuple(re.compile(listed[spoken], re.IGNORECASE) for spoken in _spoken(language) if spoken in listed)


@cache
def _intents(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (name, re.compile(listed[spoken]))
        for name, listed in INTENTS.items()
        for spoken in _spoken(language)
        if spoken in listed
    )


def _courtesies(name: str, language: str) -> list[tuple[str, re.Pattern[str]]]:
    called = rf"(?:{re.escape(name)}(?: |$))?" if name else ""
    return [
        (courtesy, re.compile(rf"(?:(?:{listed[spoken]})(?: |$))?{called}"))
        for courtesy, listed in (("thanks", THANKS), ("hello", GREETING))
        for spoken in (*_spoken(language), *listed)
        if spoken in listed
    ]


def _spoken(language: str) -> tuple[str, ...]:
    return ("en",) if language == "en" else (language, "en")
