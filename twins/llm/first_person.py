"""Knowledge about the twin, written in the third person, said by the twin itself. English only.

Careful rather than complete: a sentence with any part that is not certain stays as it was written.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UNCHANGED = _words(
    "can could will would shall should may might must did had began grew wrote taught built made went came took "
    "ran spent won left led held met found bought sold got gave saw knew said told became chose fell felt kept "
    "lost paid put read sent set spoke stood thought understood wore brought caught drew drove flew"
)
_IRREGULAR = {
    "is": "am",
    "was": "was",
    "has": "have",
    "does": "do",
    "goes": "go",
    "isn't": "am not",
    "doesn't": "don't",
}
_VERBS = _words(
    "works lives teaches runs speaks writes loves likes helps makes bakes sells gives leads plays enjoys uses "
    "takes keeps studies travels knows wants needs offers has is does holds owns builds designs creates manages "
    "hosts collects spends goes comes grows cooks paints sings coaches advises answers explains shares believes "
    "tries lectures volunteers focuses specialises specializes trains guides performs competes swims hikes reads"
)
_ADVERB = r"(?:(?:also|always|often|never|still|currently|now|sometimes|\w+ly)\s+)?"
_DETERMINER = r"(?=\s+(?:an?|the|his|her|their|every|all|many|some)\b)"
_COORDINATED = re.compile(rf"(\b(?:and|or|but|then)\s+{_ADVERB})([a-z]+s)\b({_DETERMINER})?")
_OBJECT_VERB = re.compile(r"(?:\w+ed|taught|gave|let|lets|made|makes|help|helps)$")
_NOT_OWNED = _words("to a an the and or but in on at for with from how what when where who that as if so")


def first_person(sentence: str, name: str, *, continues: bool = False) -> str:
    """The sentence as its subject says it, when its subject is certainly `name`; unchanged otherwise.

    continues: the sentence before it was about `name`, so that a leading "She" or "He" means the same person.
    """
    subject = _subject(name, continues)
    if owned := re.match(rf"(?:{subject})['’]s\s+(?=[a-z])", sentence):
        return "My " + sentence[owned.end() :]
    found = re.match(rf"(?:{subject})\s+({_ADVERB})([a-z]+(?:n't)?)(?=[\s.,;:!?])", sentence)
    verb = _said_by_me(found.group(2)) if found else None
    rest = _rest(sentence[found.end() :]) if found else None
    if found is None or verb is None or rest is None:
        return sentence
    return f"I {found.group(1)}{verb}{rest}"


def _subject(name: str, continues: bool) -> str:
    names = {name, name.split()[0]} if name.split() else set()
    options = [re.escape(option) for option in sorted(names, key=len, reverse=True)]
    return "|".join([*options, *(("She", "He") if continues else ())]) or r"\b\B"


def _said_by_me(verb: str) -> str | None:
    """The first person of a third-person verb; None when it cannot be told from its letters."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb in _UNCHANGED or verb.endswith("ed"):
        return verb
    if len(verb) < 4 or not verb.endswith("s") or verb.endswith(("ss", "us", "is")):
        return None
    if verb.endswith("ies"):
        return verb[:-3] + "y"
    return verb[:-2] if verb.endswith(("ches", "shes", "sses", "xes", "zzes", "oes")) else verb[:-1]


def _rest(rest: str) -> str | None:
    """What follows the verb, with the pronouns that mean the speaker; None when one of them is unclear."""
    rest = _COORDINATED.sub(_coordinated, rest)
    rest = re.sub(r"\b(?:himself|herself)\b", "myself", rest)
    said: list[str] = []
    words = re.split(r"(\s+)", rest)
    for number, word in enumerate(words):
        bare = word.strip(".,;:!?()").lower()
        if bare in ("she", "he", "him", "hers"):
            return None
        if bare in ("her", "his"):
            following = words[number + 2].lower() if number + 2 < len(words) else ""
            before = words[number - 2] if number >= 2 else ""
            if not _owns(word, before, following):
                return None
            word = "my"
        said.append(word)
    return "".join(said)


def _owns(word: str, before: str, following: str) -> bool:
    """Whether "her" or "his" is a possessive here, not an object."""
    if word not in ("her", "his") or not following[:1].isalpha() or following in _NOT_OWNED:
        return False
    return word == "his" or following.strip(".,;:!?") == "own" or not _OBJECT_VERB.fullmatch(before)


def _coordinated(match: re.Match[str]) -> str:
    before, verb, determined = match.group(1), match.group(2), match.group(3) is not None
    if verb in _VERBS or determined:
        return before + (_said_by_me(verb) or verb)
    return match.group()
