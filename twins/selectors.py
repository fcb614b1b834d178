"""Reads of twins, each scoped to who asks. For a stranger a row does not exist."""

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from twins.models import Twin

if TYPE_CHECKING:
    from avatarsite.core.models import User


def twins_for(user: "User | None") -> QuerySet[Twin]:
    """Twins that `user` may talk to: public ones, stock ones and their own."""
    seen = Q(is_public=True) | Q(owner=None)
    if user is not None:
        seen |= Q(owner=user)
    return Twin.objects.filter(seen).select_related("replica", "voice")


def twin_for(user: "User | None", twin_id: str) -> Twin | None:
    return twins_for(user).filter(pk=twin_id).first()


def default_twin() -> Twin | None:
    """The twin that answers when a caller names none: the first public one."""
    return twins_for(None).first()
