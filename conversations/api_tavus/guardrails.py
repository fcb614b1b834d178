"""Guardrails: each a resource of its own, or in sets under one name, as older clients make them."""

from collections import defaultdict
from typing import Any

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.idempotency import idempotent
from conversations.api_tavus import fields, finding
from conversations.api_tavus.door import TavusView, bad_request, iso, listed
from conversations.api_tavus.lists import NAMED, SORTED, TAGGED, chosen
from conversations.api_tavus.openapi import (
    ANY,
    MOMENT,
    PATCH,
    TEXT,
    TEXTS,
    TRUTH,
    described,
    page,
    paging,
    query,
    several,
    shape,
)
from conversations.api_tavus.patching import patched
from twins import guidance
from twins.models import Guardrail, GuardrailSet

ITEM = {
    "guardrail_name": {**TEXT, "description": "Up to 100 letters, digits and underscores."},
    "guardrail_prompt": TEXT,
    "modality": {**TEXT, "enum": list(guidance.MODALITIES)},
    "callback_url": TEXT,
}
FLAT = {**ITEM, "tags": TEXTS, "app_message": TRUTH}
ASKED = shape((), **FLAT, name={**TEXT, "description": "Of a set."}, data=several(shape((), **ITEM)))
SHOWN = shape((), uuid=TEXT, **FLAT, created_at=MOMENT, updated_at=MOMENT)
SET = {"guardrails_id": TEXT, "guardrails_name": TEXT, "status": TEXT, "created_at": MOMENT}
EITHER = shape((), **SHOWN["properties"], **{key: value for key, value in SET.items() if key != "created_at"}, data=ANY)
EITHER["properties"]["data"] = {}


class GuardrailsView(TavusView):
    @described("create_guardrail", EITHER, request=ASKED, post=True)
    @idempotent
    def post(self, request: Request) -> Response:
        """Create a guardrail; with `data`, a set of them."""
        if "data" in self.body:
            made = guidance.save_guardrail_set(GuardrailSet(owner=self.account), self.body)
            return Response(_set_head(made))
        return Response(shown(guidance.save_guardrail(Guardrail(owner=self.account), self.body)))

    @described(
        "list_guardrails",
        page(EITHER),
        refusals=(400,),
        parameters=[
            *paging(1),
            query("legacy", "true (the default): sets, from page 1; false: guardrails, from page 0.", bool),
            SORTED,
            NAMED,
            TAGGED,
        ],
    )
    def get(self, request: Request) -> Response:
        """Sets of guardrails; with legacy=false, guardrails."""
        if fields.truth(request.query_params.dict(), "legacy", default=True):
            sets = GuardrailSet.objects.filter(owner=self.account).prefetch_related("guardrails")
            return listed(sets.order_by("-created_at", "pk"), request, _set)
        rows = chosen(Guardrail.objects.filter(owner=self.account), request)
        return listed(rows, request, shown, first=0, numbered=True)


class GuardrailTagsView(TavusView):
    @described("list_guardrail_tags", shape((), tags=several(shape((), tag=TEXT, guardrail_ids=TEXTS))))
    def get(self, request: Request) -> Response:
        """Every tag, and the guardrails that bear it."""
        bearing: dict[str, list[str]] = defaultdict(list)
        for key, tags in Guardrail.objects.filter(owner=self.account).values_list("pk", "tags"):
            for tag in tags:
                bearing[tag].append(key)
        tags = [{"tag": tag, "guardrail_ids": bearing[tag]} for tag in sorted(bearing)]
        return Response({"tags": tags, "total_count": len(tags)})


class GuardrailView(TavusView):
    @described("get_guardrail", EITHER, refusals=(400,))
    def get(self, request: Request, guardrail_id: str) -> Response:
        """A guardrail, or a set of them under `data`."""
        found = self._found(guardrail_id)
        return Response({"data": _set(found)} if isinstance(found, GuardrailSet) else shown(found))

    @described("patch_guardrail", EITHER, request=PATCH, refusals=(304,))
    @transaction.atomic
    def patch(self, request: Request, guardrail_id: str) -> Response:
        """Change a guardrail, or the `name` and `data` of a set, by a JSON Patch (RFC 6902)."""
        found = self._found(guardrail_id, hold=True)
        if isinstance(found, GuardrailSet):
            changed = patched(
                {"name": found.name, "data": [_item(row) for row in found.guardrails.all()]}, request.data
            )
            if changed is None:
                return Response(status=304)
            return Response({"data": _set(guidance.save_guardrail_set(found, changed))})
        changed = patched({name: value for name, value in shown(found).items() if name in FLAT}, request.data)
        return Response(status=304) if changed is None else Response(shown(guidance.save_guardrail(found, changed)))

    @described("delete_guardrail", status=204, refusals=(400,))
    def delete(self, request: Request, guardrail_id: str) -> Response:
        """Delete a guardrail, or a set with its guardrails."""
        self._found(guardrail_id).delete()
        return Response(status=204)

    def _found(self, key: str, *, hold: bool = False) -> Guardrail | GuardrailSet:
        for rows in (Guardrail.objects.all(), GuardrailSet.objects.all()):
            found = (finding.held(rows) if hold else rows).filter(owner=self.account, pk=key).first()
            if found is not None:
                return found
        raise bad_request("Guardrail not found")


def shown(row: Guardrail) -> dict[str, Any]:
    more = {"tags": row.tags, "app_message": row.app_message}
    return {"uuid": row.pk, **_item(row), **more, "created_at": iso(row.created_at), "updated_at": iso(row.updated_at)}


def _item(row: Guardrail) -> dict[str, Any]:
    return {
        "guardrail_name": row.name,
        "guardrail_prompt": row.prompt,
        "modality": row.modality,
        "callback_url": row.webhook_url,
    }


def _set_head(row: GuardrailSet) -> dict[str, Any]:
    head = {"guardrails_id": row.pk, "guardrails_name": row.name, "status": "active"}
    return {**head, "created_at": iso(row.created_at)}


def _set(row: GuardrailSet) -> dict[str, Any]:
    data = [{"uuid": guardrail.pk, **_item(guardrail)} for guardrail in row.guardrails.all()]
    return {**_set_head(row), "updated_at": iso(row.updated_at), "data": data}
