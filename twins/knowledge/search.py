"""Finds the passages of a personality that answer a question: by their words, and by their meaning when it can.

Words are looked up in the database's own full-text index (SQLite FTS5, PostgreSQL GIN over tsvector), which holds the
same stemmed terms in both. The few hundred passages that hold the rarest of the terms are then ranked here, by BM25
and by how much of the question they cover. Meaning is compared by vectors; reciprocal ranks join the two lists.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Sum

from twins.knowledge import fulltext, nearest
from twins.llm.retrieval import synonyms
from twins.llm.terms import generic_terms, primary, query_terms
from twins.models import Chunk, KnowledgeFile, Personality

MOST_TERMS = 16
COMMON = 400  # passages; a term that more of them hold is not looked up alone
CANDIDATES = 500  # passages that are ranked
LIKENESS = 0.5  # in letter pairs, from which a word counts as a misspelling
_K1, _B, _USUAL = 1.2, 0.6, 70  # BM25; the usual number of terms in a passage
_SYNONYM = 0.7
_GENERIC = 0.4  # weight of a word that says little
_COVERED = 1.5  # what covering the whole question counts, beside BM25
_RANKS = 60  # of reciprocal rank fusion, as usual


@dataclass(frozen=True)
class Found:
    """A passage that was found: `source` is its document's name, `location` where it stands there."""

    text: str
    source: str
    location: str
    score: float
    chunk_id: int
    file_id: str
    place: int


@dataclass(frozen=True)
class _Asked:
    """A term of the question with what may stand for it, and how rare it is among so many passages."""

    term: str
    others: tuple[str, ...]
    weight: float
    misspelt: bool  # it may be: nothing holds it


def search(personality: Personality, question: str, limit: int = 8) -> list[Found]:
    """The best passages first, at most `limit`. An empty list: nothing shares a word or a meaning with the question."""
    by_words = _by_words(personality, question, max(limit * 2, 30))
    by_meaning = nearest.search(personality.pk, question, max(limit * 2, 30), personality.owner_id)
    scores: dict[int, float] = {}
    for ranked in (by_words, by_meaning):
        for rank, chunk_id in enumerate(ranked):
            scores[chunk_id] = scores.get(chunk_id, 0.0) + 1 / (_RANKS + rank)
    best = sorted(scores, key=lambda chunk_id: -scores[chunk_id])[:limit]
    rows = Chunk.objects.filter(pk__in=best).select_related("file").defer("tokens", "vector", "file__text").in_bulk()
    return [_found(rows[chunk_id], scores[chunk_id]) for chunk_id in best if chunk_id in rows]


def _found(chunk: Chunk, score: float) -> Found:
    return Found(chunk.text, chunk.file.name, chunk.location, score, chunk.pk, chunk.file_id, chunk.place)


def _by_words(personality: Personality, question: str, limit: int) -> list[int]:
    """Ids of passages by their words, best first."""
    language = primary(personality.language)
    terms = query_terms(question[:4_000], language)[:MOST_TERMS]
    total = _passages(personality)
    if not terms or not total:
        return []
    known = synonyms(language)
    others = {term: [same for same in known.get(term, ()) if same not in terms][:8] for term in terms}
    held = fulltext.counts(personality.pk, {*terms, *(same for listed in others.values() for same in listed)}, COMMON)
    asked = [_asked(term, others[term], held, total, language) for term in terms]
    misspelt = [one.term for one in asked if one.misspelt]
    rows = _candidates(personality.pk, asked, held)
    rows |= fulltext.beginning(personality.pk, misspelt, limit)
    return _ranked(asked, rows, limit)


def _passages(personality: Personality) -> int:
    counted = KnowledgeFile.objects.filter(personality=personality).aggregate(total=Sum("chunk_count"))
    return counted["total"] or 0


def _asked(term: str, others: Sequence[str], held: dict[str, int], total: int, language: str) -> _Asked:
    known = tuple(same for same in others if held[same])
    most = max([held[term], *(held[same] for same in known)])
    rarity = math.log1p(total / max(most, 1))
    weight = rarity * (_GENERIC if term in generic_terms(language) else 1.0)
    return _Asked(term, known, weight, misspelt=not most and len(term) > 4)


def _candidates(personality_id: str, asked: Iterable[_Asked], held: dict[str, int]) -> dict[int, str]:
    """Tokens by passage, of the passages worth ranking: those with the rarest terms, and with several common ones."""
    terms = {one.term for one in asked if held[one.term]}
    terms |= {same for one in asked for same in one.others}
    listed = sorted(terms, key=lambda term: (held[term], term))
    any_of, room = [], CANDIDATES
    for term in listed:
        if held[term] > room or held[term] >= COMMON:
            break
        any_of.append(term)
        room -= held[term]
    rows = fulltext.holding_any(personality_id, any_of, CANDIDATES) if any_of else {}
    common = [one.term for one in asked if held[one.term] and one.term not in any_of]
    common.sort(key=lambda term: held[term])
    while common and len(rows) < CANDIDATES:
        rows |= fulltext.holding_all(personality_id, common, CANDIDATES - len(rows))
        if len(common) == 1 or len(rows) >= CANDIDATES // 2:
            break
        common.pop()
    return rows


def _ranked(asked: Sequence[_Asked], rows: dict[int, str], limit: int) -> list[int]:
    scored = [(_score(asked, f" {tokens} "), -chunk_id) for chunk_id, tokens in rows.items()]
    best = sorted((item for item in scored if item[0] > 0), reverse=True)[:limit]
    return [-negative for _, negative in best]


def _score(asked: Sequence[_Asked], tokens: str) -> float:
    """BM25 of a passage, and a share for how much of the question's weight it covers."""
    norm = _K1 * (1 - _B + _B * (tokens.count(" ") - 1) / _USUAL)
    score = covered = whole = 0.0
    for one in asked:
        whole += one.weight
        times: float = tokens.count(f" {one.term} ")
        if not times and one.others:
            times = _SYNONYM * any(f" {same} " in tokens for same in one.others)
        if not times and one.misspelt:
            times = 0.8 * _alike(one.term, tokens.split())
        if times:
            score += one.weight * times * (_K1 + 1) / (times + norm)
            covered += one.weight
    return score + _COVERED * covered * covered / max(whole, 1e-9)


def _alike(term: str, tokens: Iterable[str]) -> float:
    """The likeness of the most alike token with the same beginning, 0 when there is none."""
    pairs = _pairs(term)
    near = (token for token in tokens if token[:2] == term[:2] and abs(len(token) - len(term)) < 4)
    alike = max((2 * len(pairs & (other := _pairs(token))) / (len(pairs) + len(other)) for token in near), default=0.0)
    return alike if alike >= LIKENESS else 0.0


def _pairs(term: str) -> set[str]:
    return {term[i : i + 2] for i in range(len(term) - 1)}
