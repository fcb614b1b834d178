"""Tools: functions that the language models of personas may ask for."""

from typing import Any

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.idempotency import idempotent
from conversations.api_tavus import fields, finding
from conversations.api_tavus.door import TavusView, bad_request, iso, listed
from conversations.api_tavus.lists import NAMED, SORTED, chosen
from conversations.api_tavus.openapi import ANY, MOMENT, TEXT, TEXTS, described, page, paging, shape
from twins import guidance
from twins.models import Personality, Tool

FUNCTION = {"name": TEXT, "description": TEXT, "parameters": {**ANY, "description": "A JSON Schema."}}
ASKED = shape((), type={**TEXT, "enum": ["function"]}, function=shape((), **FUNCTION), **FUNCTION)
SHOWN = shape((), tool_id=TEXT, created_at=MOMENT, updated_at=MOMENT, **ASKED["properties"])
IDS = shape((), tool_ids=TEXTS, tool_id=TEXT)


class ToolsView(TavusView):
    @described("create_tool", SHOWN, request=ASKED, post=True)
    @idempotent
    def post(self, request: Request) -> Response:
        """Create a tool, in OpenAI's form, or from the fields of the function alone."""
        return Response(shown(guidance.save_tool(Tool(owner=self.account), self.body)))

    @described("list_tools", page(SHOWN), refusals=(400,), parameters=[*paging(1), SORTED, NAMED])
    def get(self, request: Request) -> Response:
        """The account's tools."""
        return listed(chosen(Tool.objects.filter(owner=self.account), request), request, shown)


class ToolView(TavusView):
    @described("get_tool", SHOWN, refusals=(404,))
    def get(self, request: Request, tool_id: str) -> Response:
        """A tool."""
        return Response(shown(self._found(tool_id)))

    @described("patch_tool", SHOWN, request=ASKED, refusals=(404,))
    @transaction.atomic
    def patch(self, request: Request, tool_id: str) -> Response:
        """Change what is sent of a tool's function."""
        found = self._found(tool_id, hold=True)
        sent = {**self.body, **fields.mapping(self.body, "function")}
        changed = {name: sent[name] for name in FUNCTION if sent.get(name) is not None}
        return Response(shown(guidance.save_tool(found, {**found.definition["function"], **changed})))

    @described("delete_tool", status=204, refusals=(404,))
    def delete(self, request: Request, tool_id: str) -> Response:
        """Delete a tool; personas lose it."""
        self._found(tool_id).delete()
        return Response(status=204)

    def _found(self, key: str, *, hold: bool = False) -> Tool:
        return finding.own(Tool.objects.all(), self.account, key, "Tool", hold=hold)


class PersonaToolsView(TavusView):
    @described("list_persona_tools", page(SHOWN), refusals=(400,), parameters=paging(1))
    def get(self, request: Request, persona_id: str) -> Response:
        """The tools that a persona was given."""
        return listed(finding.persona(self.account, persona_id).tools.all(), request, shown)

    @described("add_persona_tools", page(SHOWN), request=IDS, post=True, refusals=(403,))
    @idempotent
    def post(self, request: Request, persona_id: str) -> Response:
        """Give a persona tools by their ids."""
        found = finding.own_persona(self.account, persona_id)
        found.tools.add(*self._named(required=True))
        return _told(found)

    @described("remove_persona_tools", status=204, request=IDS, refusals=(403,))
    def delete(self, request: Request, persona_id: str) -> Response:
        """Take tools from a persona: those that are named, or all."""
        found = finding.own_persona(self.account, persona_id)
        named = self._named(required=False)
        found.tools.remove(*(named or found.tools.all()))
        return Response(status=204)

    def _named(self, *, required: bool) -> list[Tool]:
        ids = {*fields.texts(self.body, "tool_ids"), *filter(None, [fields.text(self.body, "tool_id")])}
        if required and not ids:
            raise bad_request("tool_ids is required")
        found = list(Tool.objects.filter(owner=self.account, pk__in=ids))
        if len(found) < len(ids):
            raise bad_request("Invalid tool_id")
        return found


class PersonaToolView(TavusView):
    @described("remove_persona_tool", status=204, refusals=(400, 403, 404))
    def delete(self, request: Request, persona_id: str, tool_id: str) -> Response:
        """Take one tool from a persona."""
        found = finding.own_persona(self.account, persona_id)
        found.tools.remove(finding.own(found.tools.all(), self.account, tool_id, "Tool"))
        return Response(status=204)


def shown(row: Tool) -> dict[str, Any]:
    function = row.definition.get("function", {})
    plain = {name: function.get(name) for name in FUNCTION if function.get(name) is not None}
    made = {"created_at": iso(row.created_at), "updated_at": iso(row.updated_at)}
    return {"tool_id": row.pk, "type": "function", "function": function, **plain, **made}


def _told(persona: Personality) -> Response:
    rows = [shown(row) for row in persona.tools.all()]
    return Response({"data": rows, "total_count": len(rows)})
