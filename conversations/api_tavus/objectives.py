"""Objectives: what conversations are to bring about."""

from typing import Any

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.idempotency import idempotent
from conversations.api_tavus import finding
from conversations.api_tavus.door import TavusView, iso, listed
from conversations.api_tavus.openapi import (
    ANY,
    MOMENT,
    PATCH,
    TEXT,
    TEXTS,
    described,
    nullable,
    page,
    paging,
    several,
    shape,
)
from conversations.api_tavus.patching import patched
from twins import guidance
from twins.models import Objectives

ITEM = shape(
    ("objective_name", "objective_prompt"),
    objective_name={**TEXT, "description": "Without spaces."},
    objective_prompt=TEXT,
    confirmation_mode={**TEXT, "enum": list(guidance.MODES)},
    output_variables=TEXTS,
    modality={**TEXT, "enum": list(guidance.MODALITIES)},
    next_conditional_objectives=ANY,
    next_required_objective=nullable(TEXT),
    callback_url=TEXT,
)
HEAD = {"objectives_id": TEXT, "objective_name": TEXT, "status": TEXT, "created_at": MOMENT}
SHOWN = shape((), **HEAD, updated_at=MOMENT, data=several(ITEM))


class ObjectivesListView(TavusView):
    @described("create_objectives", shape((), **HEAD), request=shape(("data",), data=several(ITEM)), post=True)
    @idempotent
    def post(self, request: Request) -> Response:
        """Create objectives: a list, of which the first is pursued first."""
        return Response(_head(guidance.save_objectives(Objectives(owner=self.account), self.body)))

    @described("list_objectives", page(SHOWN), refusals=(400,), parameters=paging(1))
    def get(self, request: Request) -> Response:
        """The account's objectives, the newest first."""
        return listed(Objectives.objects.filter(owner=self.account), request, shown)


class ObjectivesView(TavusView):
    @described("get_objectives", shape((), data=SHOWN), refusals=(404,))
    def get(self, request: Request, objectives_id: str) -> Response:
        """Objectives, under `data`."""
        return Response({"data": shown(self._found(objectives_id))})

    @described("patch_objectives", shape((), message=TEXT), request=PATCH, refusals=(304, 404))
    @transaction.atomic
    def patch(self, request: Request, objectives_id: str) -> Response:
        """Change objectives by a JSON Patch (RFC 6902) on {"data": […]}."""
        found = self._found(objectives_id, hold=True)
        changed = patched({"data": found.data}, request.data)
        if changed is None:
            return Response(status=304)
        guidance.save_objectives(found, changed)
        return Response({"message": "Objective updated successfully"})

    @described("delete_objectives", status=204, refusals=(404,))
    def delete(self, request: Request, objectives_id: str) -> Response:
        """Delete objectives; personas that had them have none."""
        self._found(objectives_id).delete()
        return Response(status=204)

    def _found(self, key: str, *, hold: bool = False) -> Objectives:
        return finding.own(Objectives.objects.all(), self.account, key, "Objective", hold=hold)


def shown(row: Objectives) -> dict[str, Any]:
    return {**_head(row), "updated_at": iso(row.updated_at), "data": row.data}


def _head(row: Objectives) -> dict[str, Any]:
    return {
        "objectives_id": row.pk,
        "objective_name": str(row),
        "status": "active",
        "created_at": iso(row.created_at),
    }
