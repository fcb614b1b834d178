"""Answers out of the knowledge: which sentences, in which order, and how the twin says them."""

import re

from twins.llm.first_person import first_person
from twins.llm.intents import folded, follows_up
from twins.llm.retrieval import Hit, Unit
from twins.llm.sentences import split
from twins.llm.speakable import speakable
from twins.llm.terms import query_terms
from twins.llm.turn import Turn

# A sentence that opens so leans on the one before it.
_LEANS = {
    "en": r"(?:it|its|they|their|them|this|that|these|those|he|she|his|her|there|such|both|each|also|however|then)\b",
    "es": r"(?:esto|eso|este|esta|estos|estas|ella|él|ellos|ellas|su|sus|también|además|allí)\b",
    "fr": r"(?:il|elle|ils|elles|cela|ce|cet|cette|ces|son|sa|ses|leur|leurs|aussi|c'est|là)\b",
    "de": r"(?:es|er|sie|dies|diese|dieser|dieses|ihr|ihre|sein|seine|dort|auch|dabei|dazu|außerdem)\b",
    "it": r"(?:esso|essa|essi|questo|questa|questi|queste|lui|lei|loro|suo|sua|anche|inoltre|lì)\b",
    "pt": r"(?:ele|ela|eles|elas|isto|isso|este|esta|esse|essa|seu|sua|também|além|lá)\b",
}
_AS_GOOD = 0.8  # of the best coverage, from which a sentence may stand in for, or stand beside, the best


def answer(turn: Turn) -> list[str]:
    """What the knowledge says to the question, as sentences; empty when it says nothing."""
    question, about = _asked(turn)
    hits = _declarative(turn, turn.index.search(question, about=about, leaning=_leaning(turn, question)))
    if not hits:
        return []
    chosen = _chosen(turn, hits)
    if folded(spoken(turn, chosen)) in turn.just_said:
        return [turn.pick(turn.phrases.repeated, reply=spoken(turn, chosen))]
    return _told(turn, [*_led(turn, chosen), chosen, *_beside(turn, chosen, hits)])


def more(turn: Turn) -> list[str]:
    """What follows on the last thing that was talked about and has not been said."""
    for question in turn.questions_before()[:3]:
        hits = _declarative(turn, turn.index.search(question, limit=12))
        if not hits:
            continue
        rest = [unit for unit in turn.index.follow(hits[0].unit, 6) if not unit.text.endswith("?")]
        fresh = [unit for unit in dict.fromkeys([*rest, *(hit.unit for hit in hits)]) if not _said(turn, unit)]
        return _told(turn, [*_led(turn, fresh[0]), *fresh[:2]]) if fresh else []
    return []


def spoken(turn: Turn, unit: Unit) -> str:
    """A sentence of the knowledge as the twin says it."""
    text = speakable(unit.text)
    if turn.language != "en" or not turn.mind.name.strip():
        return text
    before = turn.index.before(unit)
    continues = before is not None and before.text.startswith(turn.name.split()[0])
    return first_person(text, turn.name, continues=continues)


def _asked(turn: Turn) -> tuple[str, str]:
    """(the question, what it is about if it does not say so itself)."""
    sentences = split(turn.question)
    questions = [sentence for sentence in sentences if sentence.rstrip("\"'”’»)").endswith(("?", "？", "؟"))]
    if not questions or len(questions) == len(sentences):
        question, rest = turn.question, ""
    else:
        question, rest = " ".join(questions[-2:]), " ".join(s for s in sentences if s not in questions)[-600:]
    if _leaning(turn, question):
        return question, " ".join([rest, *turn.questions_before()[:2]])
    return question, rest


def _leaning(turn: Turn, question: str) -> bool:
    return follows_up(folded(question), turn.language) or len(query_terms(question, turn.language)) < 2


def _declarative(turn: Turn, hits: list[Hit]) -> list[Hit]:
    """The hits as statements: a question in the knowledge stands for the sentence that answers it."""
    found: dict[Unit, Hit] = {}
    for hit in hits:
        unit: Unit | None = hit.unit
        if hit.unit.text.rstrip("\"'”’»)").endswith(("?", "？")):
            unit = next((after for after in turn.index.follow(hit.unit, 2) if not after.text.endswith("?")), None)
        if unit is not None and speakable(unit.text):
            found.setdefault(unit, Hit(unit, hit.coverage, hit.score))
    return list(found.values())


def _chosen(turn: Turn, hits: list[Hit]) -> Unit:
    """The best sentence, or one that is as good and was not just said."""
    as_good = [hit.unit for hit in hits if hit.coverage >= hits[0].coverage * _AS_GOOD]
    return next((unit for unit in as_good if folded(spoken(turn, unit)) not in turn.just_said), hits[0].unit)


def _led(turn: Turn, unit: Unit) -> list[Unit]:
    """The sentence before it, when this one cannot be understood without it."""
    before = turn.index.before(unit)
    if before is None or before.text.endswith("?") or _said(turn, before):
        return []
    return [before] if _leans(turn, unit) and spoken(turn, unit) == speakable(unit.text) else []


def _beside(turn: Turn, chosen: Unit, hits: list[Hit]) -> list[Unit]:
    """What else belongs to the answer: the list behind a colon, what leans on it, what answers as well."""
    after = turn.index.follow(chosen, 4)
    if chosen.text.rstrip().endswith((":", "：")):
        return after
    leaning = after[:1] if after and _leans(turn, after[0]) else []
    as_good = [hit.unit for hit in hits if hit.coverage >= max(hits[0].coverage * _AS_GOOD, 0.5)]
    others = [unit for unit in as_good if unit is not chosen and not _said(turn, unit)]
    return [*leaning, *(unit for unit in others if not _leans(turn, unit))][:2]


def _leans(turn: Turn, unit: Unit) -> bool:
    pattern = _LEANS.get(turn.language)
    return pattern is not None and re.match(pattern, speakable(unit.text), re.IGNORECASE) is not None


def _said(turn: Turn, unit: Unit) -> bool:
    return folded(spoken(turn, unit)) in turn.said


def _told(turn: Turn, units: list[Unit]) -> list[str]:
    return [text for unit in dict.fromkeys(units) if (text := spoken(turn, unit))]
