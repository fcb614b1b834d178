"""How the lists of the newer resources are sorted and narrowed."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.request import Request

from conversations.api_tavus import fields
from conversations.api_tavus.finding import Row
from conversations.api_tavus.openapi import query

SORTS = ("ascending", "descending", "asc", "desc")
SORTED = query("sort", "By the time it was made: ascending or descending (the default).")
NAMED = query("name_or_uuid", "Only those with this in their name, or of this id.")
TAGGED = query("tags", "Only those with one of these tags, separated by commas.")


def chosen(rows: QuerySet[Row, Any], request: Request, name_field: str = "name") -> QuerySet[Row, Any]:
    """The rows that `name_or_uuid` and `tags` leave, in the order of `sort`."""
    asked = request.query_params.dict()
    wanted = fields.text(asked, "name_or_uuid", most=500).strip()
    if wanted:
        rows = rows.filter(Q(**{f"{name_field}__icontains": wanted}) | Q(pk=wanted))
    tags = {tag.strip() for tag in fields.text(asked, "tags", most=4_000).split(",") if tag.strip()}
    if tags:
        rows = rows.filter(pk__in=_tagged(rows.values_list("pk", "tags"), tags))
    rising = fields.choice(asked, "sort", SORTS, default="descending").startswith("asc")
    return rows.order_by("created_at", "pk") if rising else rows.order_by("-created_at", "pk")


def _tagged(rows: "Iterable[tuple[str, list[str]]]", tags: set[str]) -> list[str]:
    """Compared here: SQLite cannot look into a list."""
    return [key for key, own in rows if tags & set(own)]
