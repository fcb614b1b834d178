"""Answers out of the knowledge: which sentences, in which order, and how the twin says them."""

import re
from itertools import takewhile

from twins.llm.first_person import first_person
from twins.llm.intents import folded, follows_up
from twins.llm.questions import paraphrase
from twins.llm.retrieval import Hit
from twins.llm.sentences import split
from twins.llm.speakable import speakable
from twins.llm.terms import named, query_terms
from twins.llm.turn import Turn
from twins.llm.units import Unit

_STANDS_IN = 0.92  # of the best score, from which a sentence may be said instead of one that was just said
_STANDS_BESIDE = 0.9

# A wish to hear about something rather than a question about one fact.
_BROAD = re.compile(
    r"^(?:please )?(?:(?:can|could|would) you )?(?:tell|teach|explain|describe|talk|say something|what do you know|"
    r"cuentame|hablame|explica|que sabes|parle|raconte|explique|que sais|erzahl|erklar|was wei|parla|racconta|spiega|"
    r"cosa sai|conte|fale|explique|o que sabe|another|more about|otra|un autre|noch ein|un altr|outr)"
)


def answer(turn: Turn) -> list[str]:
    """What the knowledge says to the question, as sentences; empty when it says nothing."""
    question, about = _asked(turn)
    hits = _declarative(turn, turn.index.search(question, about=about, only_about=_names_nothing(turn, question)))
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
        rest = [unit for unit in turn.index.follow(hits[0].unit, 6) if not _is_question(unit.text)]
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
    if meant := paraphrase(turn.plain, turn.language):
        return meant, ""
    sentences = split(turn.question)
    questions = [sentence for sentence in sentences if _is_question(sentence)]
    question = " ".join(questions[-2:]) or turn.question
    rest = " ".join(sentence for sentence in sentences if sentence not in questions)[-600:] if questions else ""
    if not _leaning(turn, question):
        return question, rest
    if named(rest, turn.language):
        return f"{rest} {question}", ""
    return question, next((asked for asked in turn.questions_before() if named(asked, turn.language)), "")


def _is_question(sentence: str) -> bool:
    return sentence.rstrip("\"'”’»)").endswith(("?", "？", "؟"))


def _leaning(turn: Turn, question: str) -> bool:
    """Whether what was said before helps to understand the question: it points back, or is only a word or two."""
    plain = folded(question)
    return follows_up(plain, turn.language) or len(plain.split()) < 3 or not query_terms(question, turn.language)


def _names_nothing(turn: Turn, question: str) -> bool:
    """Whether a question can only be understood from what was said before it."""
    if named(question, turn.language):
        return False
    return follows_up(folded(question), turn.language) or not query_terms(question, turn.language)


def _declarative(turn: Turn, hits: list[Hit]) -> list[Hit]:
    """The hits as statements: a question in the knowledge stands for the sentence that answers it."""
    found: dict[Unit, Hit] = {}
    for hit in hits:
        unit: Unit | None = hit.unit
        if _is_question(hit.unit.text):
            unit = next((after for after in turn.index.follow(hit.unit, 2) if not _is_question(after.text)), None)
        if unit is not None and speakable(unit.text):
            found.setdefault(unit, Hit(unit, hit.coverage, hit.score))
    return list(found.values())


def _chosen(turn: Turn, hits: list[Hit]) -> Unit:
    """The best sentence, or one that is as good and was not just said."""
    as_good = [hit.unit for hit in hits if hit.score >= hits[0].score * _STANDS_IN]
    return next((unit for unit in as_good if not _said(turn, unit)), hits[0].unit)


def _led(turn: Turn, unit: Unit) -> list[Unit]:
    """The sentence before it, when this one cannot be understood without it."""
    before = turn.index.before(unit)
    if before is None or _is_question(before.text) or _said(turn, before):
        return []
    return [before] if turn.index.leans(unit) and spoken(turn, unit) == speakable(unit.text) else []


def _beside(turn: Turn, chosen: Unit, hits: list[Hit]) -> list[Unit]:
    """What else belongs to the answer: the list behind a colon, what leans on it, what answers as well."""
    after = [unit for unit in turn.index.follow(chosen, 6) if not _is_question(unit.text)]
    if chosen.text.rstrip().endswith((":", "：")):
        return after
    leaning = list(takewhile(turn.index.leans, after))[:2]
    if _BROAD.match(turn.plain):
        return [*leaning, *after[len(leaning) :]][:4]
    best = hits[0]
    as_good = [h.unit for h in hits if h.score >= best.score * _STANDS_BESIDE and h.coverage >= best.coverage * 0.95]
    others = [unit for unit in as_good if unit is not chosen and not _said(turn, unit)]
    return [*leaning, *(unit for unit in others if not turn.index.leans(unit))][:1]


def _said(turn: Turn, unit: Unit) -> bool:
    return folded(spoken(turn, unit)) in turn.said


def _told(turn: Turn, units: list[Unit]) -> list[str]:
    return [text for unit in dict.fromkeys(units) if (text := spoken(turn, unit))]
