"""Objectives without a language model: variables that can be read out of what somebody said."""

import re
from collections.abc import Iterable, Sequence

from twins.llm.facts import facts
from twins.llm.intents import visitor_name

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = re.compile(r"\+?\d[\d\s().-]{5,20}\d")
_LINK = re.compile(r"https?://\S{1,500}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# A variable with one of these words in its name is read by that kind.
_KINDS = (
    ("email", ("email", "mail")),
    ("phone", ("phone", "telephone", "tel", "mobile", "cell")),
    ("link", ("url", "website", "link", "homepage")),
    ("age", ("age",)),
    ("home", ("city", "town", "home", "location", "residence", "country", "lives")),
    ("job", ("job", "profession", "occupation", "role", "position")),
    ("employer", ("company", "employer", "organization", "organisation")),
    ("name", ("name",)),
    ("number", ("number", "amount", "budget", "quantity", "count", "size", "guests", "people")),
)
_VALUE = re.compile(
    r"^(?:My \w+(?: \w+)? (?:is|are)|I (?:live|work|am|moved)(?: now)?(?: in| to| as| at| for| near)?)\s+(.+?)[.]?$"
)


def known(variables: Sequence[str], texts: Iterable[str], language: str) -> dict[str, str]:
    """The variables that the texts tell, later ones over earlier ones; what is not told is not in it."""
    found: dict[str, str] = {}
    for text in texts:
        for variable in variables:
            value = _read(variable, text[:4_000], language)
            if value:
                found[variable] = value
    return found


def _read(variable: str, text: str, language: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", variable).lower()
    parts = set(re.split(r"[^a-z]+", words))
    kind = next((kind for kind, names in _KINDS if parts & set(names)), "")
    match kind:
        case "email" | "phone" | "link" | "number":
            pattern = {"email": _EMAIL, "phone": _PHONE, "link": _LINK, "number": _NUMBER}[kind]
            match_ = pattern.search(text)
            return match_[0].strip(" .,") if match_ else ""
        case "name":
            return _name(parts, text, language)
        case "":
            return ""
    return next((_value(fact.text) for fact in facts(text, language) if fact.subject == kind), "")


def _name(parts: set[str], text: str, language: str) -> str:
    told = next((_value(fact.text) for fact in facts(text, language) if fact.subject == "name"), "")
    whole = told or visitor_name(text, language) or ""
    if "first" in parts:
        return whole.split(" ")[0]
    if parts & {"last", "family", "sur"}:
        return whole.rpartition(" ")[2] if " " in whole else ""
    return whole


def _value(fact: str) -> str:
    """What a fact tells: "I live in Lisbon." tells Lisbon."""
    found = _VALUE.match(fact)
    return found[1] if found else fact.rstrip(".")
