"""Reads of twins, each scoped to who asks. For a stranger a row does not exist."""

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from twins.models import Replica, Twin

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


def seen_by(user: "User") -> Q:
    """The user's own rows, and stock."""
    return Q(owner=None) | Q(owner=user)


def replicas_for(user: "User") -> QuerySet[Replica]:
    """Faces that `user` may give a twin: stock ones and their own."""
    return Replica.objects.filter(seen_by(user))


def replica_for(user: "User", replica_id: str) -> Replica | None:
    return replicas_for(user).filter(pk=replica_id).first()


def own_replica(user: "User", replica_id: str) -> Replica | None:
    """One that `user` may rename and delete."""
    return Replica.objects.filter(owner=user, pk=replica_id).first()
