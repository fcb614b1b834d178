"""Who is in a call: people join, are seen, and leave; whoever is silent for CALL_UNSEEN_SECONDS has left."""

from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from avatarsite.core.api.errors import ApiError
from avatarsite.core.worker import watch
from conversations import calls
from conversations.models import Conversation, Participant

BACK_SECONDS = 5.0  # in which a page that was closed may come back: it was only reloaded
AT_ONCE = 100  # participants that one sweep looks at


@transaction.atomic
def join(call: Conversation, name: str = "") -> Participant:
    """Somebody comes. Raises ApiError 409 when the room is full or the call is over."""
    held = calls.running(call)
    _check_room(held)
    calls.came(held)
    return Participant.objects.create(conversation=held, name=name)


def seen(call: Conversation, participant_id: str) -> Participant:
    """A sign of life; who had been silent for too long comes back. Raises ApiError as `join`, 404 for a stranger."""
    now = timezone.now()
    rows = Participant.objects.filter(pk=participant_id, conversation=call)
    if not rows.filter(left_at=None, conversation__status=calls.ACTIVE).update(seen_at=now):
        with transaction.atomic():
            held = calls.running(call)
            if not rows.exists():
                raise ApiError(HTTPStatus.NOT_FOUND, "You are not in this call: join it.", "participant_unknown")
            _check_room(held)
            rows.update(seen_at=now, left_at=None)
            calls.came(held)
    return rows.get()


def leave(call: Conversation, participant_id: str) -> None:
    """Somebody leaves; when nobody is left, that clock starts."""
    _leave(call, Participant.objects.filter(pk=participant_id, conversation=call))


def away(call: Conversation, participant_id: str) -> None:
    """Somebody's page was closed: they leave in a moment, unless they are seen again."""
    silent = timedelta(seconds=settings.CALL_UNSEEN_SECONDS - BACK_SECONDS)
    rows = Participant.objects.filter(pk=participant_id, conversation=call, left_at=None)
    rows.update(seen_at=timezone.now() - silent)


@watch
def leave_unseen() -> None:
    """Whoever was not seen for too long leaves."""
    limit = timezone.now() - timedelta(seconds=settings.CALL_UNSEEN_SECONDS)
    silent = Participant.objects.filter(left_at=None, seen_at__lt=limit).select_related("conversation__owner")
    for participant in silent[:AT_ONCE]:
        _leave(participant.conversation, Participant.objects.filter(pk=participant.pk, seen_at__lt=limit))


def present(call: Conversation) -> int:
    """How many people are in a call, without the replica."""
    return Participant.objects.filter(conversation=call, left_at=None).count()


def _leave(call: Conversation, rows: QuerySet[Participant]) -> None:
    with transaction.atomic():
        held = Conversation.objects.select_for_update().filter(pk=call.pk).first()
        if held is None:  # deleted just now
            return
        now = timezone.now()
        gone = rows.filter(left_at=None).update(left_at=now)
        if gone and held.status == calls.ACTIVE and not present(held):
            held.left_at = now
            calls.wind(held)
    calls.end_if_due(held)


def _check_room(held: Conversation) -> None:
    if held.max_participants and present(held) + 2 > held.max_participants:  # with the replica and the newcomer
        words = f"The room is full: {held.max_participants - 1} people are in it already."
        raise ApiError(HTTPStatus.CONFLICT, words, "conversation_full")
