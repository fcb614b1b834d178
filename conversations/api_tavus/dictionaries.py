"""Pronunciation dictionaries: how a persona's voice says certain words."""

from http import HTTPStatus
from typing import Any

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.idempotency import idempotent
from conversations.api_tavus import finding
from conversations.api_tavus.door import TavusView, iso, listed
from conversations.api_tavus.lists import NAMED, SORTED, chosen
from conversations.api_tavus.openapi import (
    MOMENT,
    PATCH,
    TEXT,
    TRUTH,
    WHOLE,
    described,
    page,
    paging,
    several,
    shape,
)
from conversations.api_tavus.patching import patched
from twins import guidance
from twins.models import PronunciationDictionary

MOST = 100  # on a page
RULE = shape(
    ("text", "pronunciation"),
    text=TEXT,
    pronunciation=TEXT,
    type={**TEXT, "enum": ["alias", "ipa"]},
    case_sensitive=TRUTH,
    word_boundaries=TRUTH,
)
HEAD = {"pronunciation_dictionary_id": TEXT, "name": TEXT, "rules_count": WHOLE, "created_at": MOMENT}
LISTED = shape((), **HEAD, updated_at=MOMENT)
SHOWN = shape((), **LISTED["properties"], rules=several(RULE))


class DictionariesView(TavusView):
    @described(
        "create_pronunciation_dictionary",
        SHOWN,
        request=shape(("name",), name=TEXT, rules=several(RULE)),
        status=201,
        post=True,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Create a dictionary. Rules of type ipa are followed by the local voice."""
        made = guidance.save_dictionary(PronunciationDictionary(owner=self.account), self.body)
        return Response(shown(made), status=HTTPStatus.CREATED)

    @described(
        "list_pronunciation_dictionaries",
        page(LISTED, page=WHOLE, limit=WHOLE),
        refusals=(400,),
        parameters=[*paging(0), SORTED, NAMED],
    )
    def get(self, request: Request) -> Response:
        """The account's dictionaries, without their rules."""
        rows = chosen(PronunciationDictionary.objects.filter(owner=self.account), request)
        return listed(rows, request, _head, first=0, most=MOST, numbered=True)


class DictionaryView(TavusView):
    @described("get_pronunciation_dictionary", SHOWN, refusals=(404,))
    def get(self, request: Request, dictionary_id: str) -> Response:
        """A dictionary with its rules."""
        return Response(shown(self._found(dictionary_id)))

    @described("patch_pronunciation_dictionary", SHOWN, request=PATCH, refusals=(304, 404))
    @transaction.atomic
    def patch(self, request: Request, dictionary_id: str) -> Response:
        """Change /name and /rules by a JSON Patch (RFC 6902)."""
        found = self._found(dictionary_id, hold=True)
        changed = patched({"name": found.name, "rules": found.rules}, request.data)
        return Response(status=304) if changed is None else Response(shown(guidance.save_dictionary(found, changed)))

    @described("delete_pronunciation_dictionary", status=204, refusals=(404,))
    def delete(self, request: Request, dictionary_id: str) -> Response:
        """Delete a dictionary; personas that used it speak as before."""
        guidance.delete_dictionary(self._found(dictionary_id))
        return Response(status=204)

    def _found(self, key: str, *, hold: bool = False) -> PronunciationDictionary:
        return finding.own(
            PronunciationDictionary.objects.all(), self.account, key, "Pronunciation dictionary", hold=hold
        )


def shown(row: PronunciationDictionary) -> dict[str, Any]:
    return {**_head(row), "rules": row.rules}


def _head(row: PronunciationDictionary) -> dict[str, Any]:
    return {
        "pronunciation_dictionary_id": row.pk,
        "name": row.name,
        "rules_count": len(row.rules),
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
    }
