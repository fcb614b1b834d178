"""Which documents a reply was made from: the ones whose sentences it says."""

from collections.abc import Sequence

from twins.llm.base import Passage
from twins.llm.retrieval import index
from twins.llm.sentences import split
from twins.llm.terms import primary, query_terms

SAID = 0.6  # of a reply's sentence, weighed by rarity, that one sentence of a document must hold
FEWEST_TERMS = 2


def used(reply: str, knowledge: Sequence[Passage], language: str) -> list[str]:
    """The sources of a reply among `knowledge`, in the order in which it uses them."""
    known, found = index(tuple(knowledge), primary(language)), []
    for sentence in split(reply[:10_000]):
        if len(query_terms(sentence, primary(language))) < FEWEST_TERMS:
            continue
        hits = known.search(sentence, limit=1, threshold=SAID)
        found += [hit.unit.source for hit in hits if hit.unit.source]
    return list(dict.fromkeys(found))
