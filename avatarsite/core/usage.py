"""What accounts used, added up: minutes made (videos, speeches) and minutes talked (conversations), for each key."""

from datetime import datetime
from typing import Any

from django.db.models import FloatField, Q, Sum, Value
from django.db.models.functions import Coalesce

from avatarsite.core.models import Usage, User

TALKED = Usage.Kind.CONVERSATION


def of_account(owner: User, since: datetime | None = None, until: datetime | None = None) -> list[dict[str, Any]]:
    """Seconds `generated` and `talked` from `since` to before `until`, one dict for each key that used any.

    What was asked for without a key, or with one that was deleted, has None for `api_key`.
    """
    rows = Usage.objects.filter(owner=owner)
    rows = rows.filter(at__gte=since) if since else rows
    rows = rows.filter(at__lt=until) if until else rows
    names = ("api_key", "api_key__name", "api_key__hint")
    return list(rows.order_by().values(*names).annotate(**_sums("kind", "seconds")).order_by("api_key"))


def of_each_key() -> dict[str, Any]:
    """The same two sums as annotations of a queryset of keys."""
    return _sums("usage__kind", "usage__seconds")


def _sums(kind: str, seconds: str) -> dict[str, Any]:
    talked, nothing = Q(**{kind: TALKED}), Value(0.0)
    return {
        "generated": Coalesce(Sum(seconds, filter=~talked), nothing, output_field=FloatField()),
        "talked": Coalesce(Sum(seconds, filter=talked), nothing, output_field=FloatField()),
    }
