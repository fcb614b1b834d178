"""Which passages a mind is given: all of a small personality's, the found ones of a large one's."""

from django.db.models import Sum

from twins.knowledge.search import search
from twins.llm.base import Passage
from twins.models import Chunk, Personality

SMALL = 1_500  # passages; with so many the mind itself can judge what it does not know
FOUND = 50


def passages_for(personality: Personality, question: str) -> tuple[Passage, ...]:
    """In the order of their documents, so that neighbours stay neighbours."""
    rows = Chunk.objects.filter(personality=personality)
    total = personality.knowledge.aggregate(total=Sum("chunk_count"))["total"] or 0
    if total > SMALL:
        rows = rows.filter(pk__in=[found.chunk_id for found in search(personality, question, FOUND)])
    listed = rows.order_by("file__created_at", "file_id", "place").values_list(
        "text", "file__name", "location", "place"
    )
    return tuple(Passage(*facts) for facts in listed)
