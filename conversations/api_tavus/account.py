"""What an account used, for each of its keys: our own addition."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core import usage
from conversations.api_tavus.door import TavusView, bad_request
from conversations.api_tavus.openapi import Shape, described

WHEN = "A day (2026-11-01, from midnight UTC) or a moment in ISO 8601."
SINCE = OpenApiParameter("since", OpenApiTypes.STR, description=f"{WHEN} Default: everything.")
UNTIL = OpenApiParameter("until", OpenApiTypes.STR, description=f"{WHEN} What was used at that moment does not count.")


class Minutes(Shape):
    minutes_generated = serializers.FloatField(help_text="Of video and speech.")
    minutes_talked = serializers.FloatField(help_text="Of conversations.")


class KeyUsage(Minutes):
    api_key = serializers.CharField(allow_null=True, help_text="How the key begins and ends; null: without one.")
    name = serializers.CharField(allow_null=True)


class Used(Minutes):
    data = KeyUsage(many=True)  # type: ignore[assignment]  # the platform calls every list so


class UsageView(TavusView):
    @described("get_usage", Used, parameters=[SINCE, UNTIL], refusals=(400,))
    def get(self, request: Request) -> Response:
        """Minutes made and talked, in all and for each key that used any."""
        since, until = (_moment(request.query_params, name) for name in ("since", "until"))
        rows = usage.of_account(self.account, since, until)
        total = {name: sum(row[name] for row in rows) for name in ("generated", "talked")}
        keys = [{"api_key": row["api_key__hint"], "name": row["api_key__name"], **_minutes(row)} for row in rows]
        return Response({**_minutes(total), "data": keys})


def _minutes(seconds: dict[str, Any]) -> dict[str, float]:
    return {f"minutes_{name}": round(seconds[name] / 60, 3) for name in ("generated", "talked")}


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    """A day or a moment out of a query; without a zone it is UTC."""
    text = query.get(name)
    if not text:
        return None
    try:
        day = parse_date(text)
        found = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else parse_datetime(text)
    except ValueError:  # well formed, and no such day
        found = None
    if found is None:
        raise bad_request(f"Invalid request: {name} must be a day like 2026-11-01 or a moment in ISO 8601")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
