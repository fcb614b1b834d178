"""Memories: what personas remember in the stores that conversations name."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from conversations import memory, stores
from conversations.api_tavus.door import TavusView, iso, listed
from conversations.api_tavus.finding import not_found
from conversations.api_tavus.openapi import MOMENT, TEXT, described, page, paging, shape
from conversations.models import Memory

SHOWN = shape((), memory_id=TEXT, persona_id=TEXT, text=TEXT, created_at=MOMENT, updated_at=MOMENT)


class MemoryStoreView(TavusView):
    @described("list_memories", page(SHOWN), refusals=(400,), parameters=paging(1))
    def get(self, request: Request, store: str) -> Response:
        """What is remembered in a store, oldest first."""
        person = stores.person_in(self.account, store)
        rows = memory.of(person) if person else Memory.objects.none()
        return listed(rows, request, _shown)

    @described("delete_memory_store", status=204)
    def delete(self, request: Request, store: str) -> Response:
        """Forget everything in a store."""
        stores.forget_all(self.account, store)
        return Response(status=204)


class MemoryView(TavusView):
    @described("delete_memory", status=204, refusals=(404,))
    def delete(self, request: Request, store: str, memory_id: str) -> Response:
        """Forget one thing."""
        return Response(status=204) if stores.forget(self.account, store, memory_id) else not_found("Memory")


def _shown(row: Memory) -> dict[str, Any]:
    made = {"created_at": iso(row.created_at), "updated_at": iso(row.updated_at)}
    return {"memory_id": row.pk, "persona_id": row.personality_id, "text": row.text, **made}
