"""Personas."""

from typing import Any

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.idempotency import idempotent
from conversations import people
from conversations.api_tavus import fields, finding
from conversations.api_tavus.door import TavusView, iso, listed
from conversations.api_tavus.fields import Body
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
    query,
    shape,
)
from conversations.api_tavus.patching import patched
from twins import personas
from twins.manners import served_instead
from twins.models import Guardrail, Personality
from twins.personas import MODES, Wanted

LONGEST_NAME, LONGEST_GREETING = 120, 400
MOST_IDS = 50
EDITABLE = (
    *("persona_name", "pipeline_mode", "system_prompt", "context", "default_replica_id", "layers", "greeting"),
    *("document_ids", "document_tags", "objectives_id", "guardrail_ids", "guardrail_tags", "tool_ids"),
)
ASKED = shape(
    (),
    persona_name=TEXT,
    pipeline_mode={**TEXT, "enum": list(MODES), "default": "full"},
    system_prompt={**TEXT, "description": "Required when pipeline_mode is full."},
    context=TEXT,
    default_replica_id=TEXT,
    layers={**ANY, "description": "llm, tts, stt, perception, transport, vqa, conversational_flow."},
    greeting=TEXT,
    document_ids=TEXTS,
    document_tags=TEXTS,
    objectives_id=TEXT,
    guardrail_ids=TEXTS,
    guardrail_tags=TEXTS,
    guardrails_id={**TEXT, "description": "A set of guardrails, as older clients make them."},
    tool_ids=TEXTS,
)
MADE = shape((), persona_id=TEXT, persona_name=TEXT, created_at=MOMENT)
SHOWN = shape(
    (),
    persona_id=TEXT,
    persona_type={**TEXT, "enum": ["user", "system"]},
    notes={**TEXTS, "description": "What of the layers is kept but served by something else."},
    created_at=MOMENT,
    updated_at=MOMENT,
    **ASKED["properties"],
)
SHOWN["properties"] |= {name: nullable(TEXT) for name in ("default_replica_id", "objectives_id", "guardrails_id")}


class PersonasView(TavusView):
    @described("create_persona", MADE, request=ASKED, post=True)
    @idempotent
    def post(self, request: Request) -> Response:
        """Create a persona."""
        made = personas.save(Personality(owner=self.account), wanted(self.body, self.account))
        return Response({"persona_id": made.pk, "persona_name": made.name, "created_at": iso(made.created_at)})

    @described(
        "list_personas",
        page(SHOWN),
        refusals=(400,),
        parameters=[*paging(1), query("persona_type", "user: your own (default); system: the stock ones.")],
    )
    def get(self, request: Request) -> Response:
        """The account's personas, or the stock ones; the newest first."""
        kind = fields.choice(request.query_params.dict(), "persona_type", ("user", "system"), default="user")
        rows = personas.personas_of(self.account).filter(owner=self.account if kind == "user" else None)
        return listed(rows.order_by("-created_at", "pk"), request, shown)


class PersonaView(TavusView):
    @described("get_persona", SHOWN, refusals=(400,))
    def get(self, request: Request, persona_id: str) -> Response:
        """A persona; older clients read it under `data`."""
        told = shown(finding.persona(self.account, persona_id))
        return Response({**told, "data": [told]})

    @described("patch_persona", SHOWN, request=PATCH, refusals=(304, 403))
    @transaction.atomic
    def patch(self, request: Request, persona_id: str) -> Response:
        """Change a persona by a JSON Patch (RFC 6902); secrets may stay masked, as they are shown."""
        found = finding.own_persona(self.account, persona_id, hold=True)
        changed = patched({name: value for name, value in shown(found).items() if name in EDITABLE}, request.data)
        if changed is None:
            return Response(status=304)
        personas.save(found, wanted(changed, self.account))
        return Response(shown(finding.persona(self.account, persona_id)))

    @described("delete_persona", status=204, refusals=(400, 403))
    def delete(self, request: Request, persona_id: str) -> Response:
        """Delete a persona with what it was trained from; what was said with it stays readable."""
        people.erase_personality(finding.own_persona(self.account, persona_id))
        return Response(status=204)


class PersonaContextView(TavusView):
    @described("patch_persona_context", SHOWN, request=shape(("context",), context=TEXT), refusals=(403,))
    def patch(self, request: Request, persona_id: str) -> Response:
        """Put another context in the place of the persona's."""
        found = finding.own_persona(self.account, persona_id)
        found.context = fields.text(self.body, "context", required="context" not in self.body)
        found.save(update_fields=["context", "updated_at"])
        return Response(shown(found))


def wanted(body: Body, account: Any) -> Wanted:
    """A persona out of a body. Raises ApiError 400 that names the field."""
    guardrail_ids = fields.texts(body, "guardrail_ids", most=MOST_IDS)
    return Wanted(
        name=fields.text(body, "persona_name", most=LONGEST_NAME),
        pipeline_mode=fields.choice(body, "pipeline_mode", MODES) or "full",
        system_prompt=fields.text(body, "system_prompt"),
        context=fields.text(body, "context"),
        greeting=fields.text(body, "greeting", most=LONGEST_GREETING),
        default_replica_id=fields.text(body, "default_replica_id"),
        objectives_id=fields.text(body, "objectives_id"),
        layers=fields.mapping(body, "layers"),
        document_ids=tuple(fields.texts(body, "document_ids")),
        document_tags=tuple(fields.texts(body, "document_tags")),
        guardrail_ids=(*guardrail_ids, *_of_set(fields.text(body, "guardrails_id"), account)),
        guardrail_tags=tuple(fields.texts(body, "guardrail_tags", most=MOST_IDS)),
        tool_ids=tuple(fields.texts(body, "tool_ids", most=MOST_IDS)),
    )


def _of_set(set_id: str, account: Any) -> list[str]:
    if not set_id:
        return []
    found = list(Guardrail.objects.filter(owner=account, set=set_id).values_list("pk", flat=True))
    return found or [set_id]  # which is refused as an unknown id


def shown(persona: Personality) -> dict[str, Any]:
    """The wire's object of a persona."""
    guardrails = list(persona.guardrails.all())
    return {
        "persona_id": persona.pk,
        "persona_name": persona.name,
        "persona_type": "user" if persona.owner_id else "system",
        "pipeline_mode": persona.pipeline_mode,
        "system_prompt": persona.system_prompt,
        "context": persona.context,
        "greeting": persona.greeting,
        "default_replica_id": persona.default_replica_id,
        "layers": personas.layers_shown(persona),
        "document_ids": sorted(row.pk for row in persona.documents.all()),
        "document_tags": persona.document_tags,
        "objectives_id": persona.objectives_id,
        "guardrail_ids": [row.pk for row in guardrails],
        "guardrail_tags": persona.guardrail_tags,
        "guardrails_id": next((row.set_id for row in guardrails if row.set_id), None),
        "tool_ids": sorted(row.pk for row in persona.tools.all()),
        "notes": list(filter(None, [served_instead(persona)])),
        "created_at": iso(persona.created_at),
        "updated_at": iso(persona.updated_at),
    }
