"""Which passages a mind is given: all of a small personality's, the found ones of a large one's."""

from collections.abc import Sequence
from itertools import islice, zip_longest

from django.db.models import Sum

from twins.knowledge.search import search
from twins.llm.base import Passage
from twins.models import Chunk, KnowledgeFile, Personality

SMALL = 1_500  # passages; with so many the mind itself can judge what it does not know
FOUND = 50


def passages_for(personality: Personality, question: str, shelves: Sequence[str] = ()) -> tuple[Passage, ...]:
    """In the order of their documents, so that neighbours stay neighbours.

    shelves: ids of further personalities whose knowledge counts as this one's: those of its documents.
    """
    sources = (personality.pk, *shelves)
    rows = Chunk.objects.filter(personality__in=sources)
    files = KnowledgeFile.objects.filter(personality__in=sources, chunk_count__gt=0)
    if (files.aggregate(total=Sum("chunk_count"))["total"] or 0) > SMALL:
        holding = Personality.with_shelves.filter(pk__in=files.values("personality"))
        rows = rows.filter(pk__in=_found(list(holding), question))
    listed = rows.order_by("file__created_at", "file_id", "place").values_list(
        "text", "file__name", "location", "place"
    )
    return tuple(Passage(*facts) for facts in listed)


def _found(sources: Sequence[Personality], question: str) -> list[int]:
    """The best passages of all sources: each one's first, then each one's second, and so on."""
    ranked = [[found.chunk_id for found in search(source, question, FOUND)] for source in sources]
    in_turn = (chunk_id for row in zip_longest(*ranked) for chunk_id in row if chunk_id is not None)
    return list(islice(in_turn, FOUND))
