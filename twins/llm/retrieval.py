"""Finds the sentences of a personality's knowledge that answer a question, and says when none does.

Two levels: a sentence is what answers; the passage around it says what the sentence is about. BM25 ranks; coverage
(how much of what was asked, weighed by rarity, is there) decides whether anything was found at all.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.llm.base import Passage
from twins.llm.lexicon import (
    ANSWER_KINDS,
    ANSWERED_AS,
    COPULAS,
    LEANS_ON_THE_ONE_BEFORE,
    NEEDED_KINDS,
    SYNONYMS,
)
from twins.llm.places import title_of
from twins.llm.questions import form_of, wanted
from twins.llm.ranges import between
from twins.llm.spelling import Trigrams
from twins.llm.terms import (
    generic_terms,
    light_terms,
    primary,
    query_terms,
    stemmed,
    terms,
    word_term,
    words,
)
from twins.llm.units import Unit, units_of

MOST_QUERY_TERMS = 24
LEAST_COVERAGE = 0.45
KEPT_INDEXES = 16

_GENERIC = 0.3  # weight of a word that says little
# Weight of a term that the sentence itself does not hold, by where it stands instead.
_CARRIED = 0.9  # in the sentence that this one leans on ("It takes four hours.")
_TITLE = 0.5
_HEADING = 0.8
_NEAR = 0.3  # near it in its passage
_SYNONYM = 0.8
_FORM = 0.7  # of a word that answers this form of question
_RANK = 0.15  # weights in the order of the hits
_OPENING = 0.1
_PAIR = 0.06
_DEFINES = 0.18
_PAIRS_AT_MOST = 0.24
_TITLED = 0.08
_FORM_HELD = 0.25
_ABOUT = 0.6  # weight of what was talked of before
_ABOUT_AT_LEAST = 0.3
_BESIDE = 0.25  # for standing in the passage that was talked of
_SUBJECT = 0.6  # of the threshold, that what the question is about must reach
_SUBJECT_WITH_UNKNOWN = 1.17
_WITH_UNKNOWN = 1.38  # how much more must be covered when a word of the question is nowhere in the knowledge
_WANTED = 0.3  # to what degree a sentence must hold each word of what is asked for by name
_ENOUGH = 3.5  # so many rare terms found are an answer, however long the question

Scores = NDArray[np.float64]
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Hit:
    """A sentence that answers; coverage 0 to 1, score for order only."""

    unit: Unit
    coverage: float
    score: float


@dataclass(frozen=True)
class Term:
    """What a question asks for: any of `matches` (term, weight 0 to 1) satisfies it to that degree."""

    weight: float
    matches: tuple[tuple[str, float], ...]
    light: bool = False  # it says little about what the question is about
    name: str = ""  # the term as it was asked


@dataclass
class _Postings:
    """Which sentences hold a term."""

    found: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Sequence[Iterable[str]]) -> "_Postings":
        lists: dict[str, list[int]] = {}
        for number, document in enumerate(documents):
            for term in set(document):
                lists.setdefault(term, []).append(number)
        return cls({term: np.array(numbers, dtype=np.int64) for term, numbers in lists.items()})


Levels = tuple[tuple[_Postings, float], ...]  # where a term may stand, and what it counts there, least first


class Index:
    """The knowledge of one personality, ready to be asked. Immutable after construction: safe between threads."""

    def __init__(self, knowledge: Sequence[Passage], language: str) -> None:
        self._language = primary(language)
        self.units = tuple(units_of(knowledge))
        own = [
            [*terms(unit.text, self._language), *_kinds(unit.text), *between(unit.text, self._language)]
            for unit in self.units
        ]
        levels = _Levels.of(self.units, own, self._language)
        self._own = levels.own
        self._asked_at = (
            (levels.near, _NEAR),
            (levels.title, _TITLE),
            (levels.heading, _HEADING),
            (levels.carried, _CARRIED),
            (levels.own, 1.0),
        )
        self._titled_at = ((levels.title, 1.0),)
        self._about_at = ((levels.near, 0.4), (levels.title, 1.0), (levels.carried, 1.0), (levels.own, 1.0))
        self._rarity = levels.rarity(len(self.units))
        self._openings = _Postings.of([_opening(unit.text, self._language) for unit in self.units])
        self._trigrams = Trigrams(self._rarity, self._language)
        self._bm25 = _bm25(own)
        self._places = {(unit.section, unit.place): number for number, unit in enumerate(self.units)}
        self._rarest = float(np.log1p(len(self.units)) + 0.6)

    def search(
        self,
        question: str,
        *,
        about: str = "",
        only_about: bool = False,
        limit: int = 8,
        threshold: float = LEAST_COVERAGE,
    ) -> list[Hit]:
        """The best sentences first, none below the threshold.

        about: what was talked of before; it helps to choose but cannot make an answer alone.
        only_about: the question names nothing itself ("how long does it take?"), so nothing else can answer it.
        """
        asked, form = self._asked(question), self._form(question)
        if not self.units or not asked:
            return []
        covered, context = self._coverage(asked, self._asked_at), self._about(about)
        needed = threshold * _SUBJECT
        if light_terms(self._language) and any(not term.matches and not term.light for term in asked):
            threshold, needed = threshold * _WITH_UNKNOWN, threshold * _SUBJECT_WITH_UNKNOWN
        if subject := self._subject(asked, question):
            covered = np.where(self._coverage(subject, self._asked_at) >= needed, covered, 0.0)
        if form and NEEDED_KINDS & {kind for kind, _ in form.matches}:
            covered = np.where(self._degree(form, self._asked_at) >= _CARRIED, covered, 0.0)
        for term in map(self._term, wanted(question, self._language)):
            covered = np.where(self._degree(term, self._asked_at) >= _WANTED, covered, 0.0)
        if about and only_about:
            covered = np.where(context >= _ABOUT_AT_LEAST, covered, 0.0)
        scores = covered + _RANK * self._ranks(asked) + _OPENING * self._opens_with(asked) + _ABOUT * context
        scores += _TITLED * self._coverage(asked, self._titled_at)
        if form:
            scores += _FORM_HELD * self._degree(form, ((self._own, 1.0),))
        best = [n for n in np.argsort(-scores, kind="stable")[: limit * 4] if covered[n] >= threshold]
        pairs = _pairs(question, self._language)
        hits = [Hit(unit := self.units[n], float(covered[n]), float(scores[n]) + _likeness(pairs, unit)) for n in best]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def follow(self, unit: Unit, count: int = 1) -> list[Unit]:
        """The sentences that come after this one in its passage."""
        places = ((unit.section, unit.place + step) for step in range(1, count + 1))
        return [self.units[self._places[place]] for place in places if place in self._places]

    def before(self, unit: Unit) -> Unit | None:
        number = self._places.get((unit.section, unit.place - 1))
        return None if number is None else self.units[number]

    def leans(self, unit: Unit) -> bool:
        """Whether a sentence needs the one before it to be understood."""
        return _leans(unit.text, self._language)

    def _asked(self, question: str) -> list[Term]:
        """The terms of a question; those that only make its form ("how early") are asked for by the form itself."""
        found = [self._term(term) for term in query_terms(question, self._language)[:MOST_QUERY_TERMS]]
        if form := self._form(question):
            implied = form_of(question, self._language).implied
            found = [term for term in found if term.matches or term.name not in implied]
            found.append(form)
        return found

    def _term(self, term: str) -> Term:
        matches = {term: 1.0} if term in self._rarity else {}
        for same in synonyms(self._language).get(term, ()):
            if same in self._rarity:
                matches.setdefault(same, _SYNONYM)
        if not matches:
            matches = self._trigrams.like(term)
        light = term in generic_terms(self._language) or (not matches and term in light_terms(self._language))
        return Term(self._rarity_of(matches, term) * (_GENERIC if light else 1.0), tuple(matches.items()), light, term)

    def _rarity_of(self, matches: Iterable[str], term: str = "") -> float:
        """How much a term says that any of these satisfies: the fewer sentences hold one of them, the more."""
        held = [self._own.found.get(match, _NONE) for match in matches]
        count = float(len(np.unique(np.concatenate(held)))) if held else 0.0
        if itself := len(self._own.found.get(term, _NONE)):
            count = (count + itself) / 2
        return float(np.log1p(len(self.units) / count)) if count else self._rarest

    def _subject(self, asked: Sequence[Term], question: str) -> list[Term]:
        """What a question is about, beside the kind of answer that its form asks for; a form alone answers nothing."""
        implied = form_of(question, self._language).implied
        return [
            term
            for term in asked
            if not term.light and not (term.matches and any(match in implied for match, _ in term.matches))
        ]

    def _form(self, question: str) -> Term | None:
        """What the form of the question asks for ("how long": minutes, hours), when the knowledge has it."""
        answers = form_of(question, self._language).answers
        if not answers:
            return None
        known = tuple((a, 1.0) for a in answers if a in self._rarity or a in NEEDED_KINDS)
        weight = self._rarity_of(answer for answer, _ in known)
        return Term(min(weight, self._rarest * _FORM), known, light=True)

    def _coverage(self, asked: Sequence[Term], levels: Levels) -> Scores:
        mass = np.zeros(len(self.units))
        for term in asked:
            mass += term.weight * self._degree(term, levels)
        total = sum(term.weight for term in asked)
        return mass / max(min(total, _ENOUGH * self._rarest), 1e-9)

    def _degree(self, term: Term, levels: Levels) -> Scores:
        """To what degree each sentence holds this term, 0 to 1."""
        degree = np.zeros(len(self.units))
        for match, weight in term.matches:
            for postings, level in levels:
                if (held := postings.found.get(match)) is not None:
                    degree[held] = np.maximum(degree[held], weight * level)
        return degree

    def _opens_with(self, asked: Sequence[Term]) -> Scores:
        """1 for the sentences that begin with something that was asked for: they are about it."""
        opens = np.zeros(len(self.units))
        for term in asked:
            for match, _ in term.matches[:1]:
                opens[self._openings.found.get(match, _NONE)] = 1.0
        return opens

    def _ranks(self, asked: Sequence[Term]) -> Scores:
        """BM25 of every sentence, scaled to 0 … 1."""
        listed = [match for term in asked for match, _ in term.matches if match in self._own.found]
        if not listed or self._bm25 is None:
            return np.zeros(len(self.units))
        scores = np.asarray(self._bm25.get_scores(listed), dtype=np.float64)
        return scores / max(float(scores.max()), 1e-9)

    def _about(self, about: str) -> Scores:
        """How much each sentence is about this, 0 to 1, and more for standing in the passage that is most about it."""
        asked = self._asked(about) if about else []
        if not asked:
            return np.zeros(len(self.units))
        covered = np.minimum(self._coverage(asked, self._about_at), 1.0)
        best = self.units[int(covered.argmax())]
        beside = [n for n, unit in enumerate(self.units) if unit.section == best.section]
        covered[beside] = np.minimum(covered[beside] + _BESIDE, 1.0 + _BESIDE) if covered.max() > 0 else 0.0
        return covered


@lru_cache(maxsize=KEPT_INDEXES)
def index(knowledge: tuple[Passage, ...], language: str) -> Index:
    """The index of this very content, built once; the least used is forgotten."""
    return Index(knowledge, language)


def passages(
    knowledge: tuple[Passage, ...], language: str, question: str, *, about: str = "", limit: int = 4
) -> list[Passage]:
    """The passages that hold the best sentences, best first, each once; for prompts, so a low bar."""
    found: dict[int, Passage] = {}
    for hit in index(knowledge, language).search(question, about=about, limit=limit * 4, threshold=0.15):
        found.setdefault(hit.unit.passage, knowledge[hit.unit.passage])
    return list(found.values())[:limit]


@dataclass(frozen=True)
class _Levels:
    """Which sentences hold a term: themselves, where they lean, in title and heading, near them."""

    own: _Postings
    carried: _Postings
    title: _Postings
    heading: _Postings
    near: _Postings

    @classmethod
    def of(cls, units: Sequence[Unit], own: Sequence[list[str]], language: str) -> "_Levels":
        carried: list[set[str]] = []
        near: list[set[str]] = []
        for number, unit in enumerate(units):
            leaning = unit.place > 0 and _leans(unit.text, language)
            carried.append({*own[number - 1], *carried[number - 1]} if leaning else set())
            around = range(max(number - 3, 0), min(number + 3, len(units)))
            near.append({term for n in around if units[n].section == unit.section for term in own[n]})
        titles = {name: terms(title_of(name)[:200], language) for name in {unit.source for unit in units}}
        headings = {name: terms(name[:200], language) for name in {unit.heading for unit in units}}
        title = _Postings.of([titles[unit.source] for unit in units])
        under = _Postings.of([headings[unit.heading] for unit in units])
        return cls(_Postings.of(own), _Postings.of(carried), title, under, _Postings.of(near))

    def rarity(self, sentences: int) -> dict[str, float]:
        """Every known term with its weight: the fewer sentences hold it, the more it says."""
        known = {**self.title.found, **self.heading.found, **self.own.found}
        return {term: float(np.log1p(sentences / len(held))) for term, held in known.items()}


def _leans(text: str, language: str) -> bool:
    pattern = LEANS_ON_THE_ONE_BEFORE.get(language)
    return pattern is not None and re.match(pattern, text, re.IGNORECASE) is not None


def _bm25(documents: list[list[str]]) -> Any:
    """None when there is nothing to find."""
    if not any(documents):
        return None
    import bm25s  # brings scipy, which a process that only serves pages need not wait for

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it announces every index otherwise
    ranking = bm25s.BM25()
    ranking.index(documents, show_progress=False)
    return ranking


def _kinds(text: str) -> list[str]:
    return [kind for kind, pattern in _KINDS if pattern.search(text)]


_KINDS = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in ANSWER_KINDS.items()]


def _opening(text: str, language: str) -> list[str]:
    """The terms among the first five words."""
    return [term for word in words(text[:80])[:5] if (term := word_term(word, language))]


def _pairs(question: str, language: str) -> dict[tuple[str, str], float]:
    """Neighbouring words of a question, as an answer would have them, and what it says when a sentence shares them."""
    answered = ANSWERED_AS.get(language, {})
    said = [answered.get(word, word) for word in words(question[:500])]
    shared = dict.fromkeys(pairwise(said), _PAIR)
    if len(said) > 2 and said[1] in COPULAS:  # "What is a backup?"
        shared[said[-1], said[1]] = _DEFINES
    return shared


def _likeness(pairs: dict[tuple[str, str], float], unit: Unit) -> float:
    """A little for every pair of words, stop words included, that the question and the sentence share."""
    shared = pairs.keys() & set(pairwise(words(unit.text[:500])))
    return min(sum(pairs[pair] for pair in shared), _PAIRS_AT_MOST)


@cache
def synonyms(language: str) -> dict[str, tuple[str, ...]]:
    """Term -> the other terms of its groups."""
    groups: dict[str, dict[str, None]] = {}
    for group in SYNONYMS.get(language, ()):
        members = stemmed(group.split(), language)
        for member in members:
            groups.setdefault(member, {}).update(dict.fromkeys(members))
    return {term: tuple(other for other in others if other != term) for term, others in groups.items()}
