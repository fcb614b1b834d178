"""Live conversations: begun, watched by three clocks, ended once; what happens in one is told to its customer."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.module_loading import import_string

from avatarsite.core import jobs, webhooks
from avatarsite.core.api.errors import ApiError
from avatarsite.core.models import Usage, User
from avatarsite.core.worker import watch
from conversations import people
from conversations.models import ChatSession, Conversation, ConversationEvent, Message, Participant
from twins.models import Document
from videos.models import Video

ACTIVE, ENDED = Conversation.Status.ACTIVE, Conversation.Status.ENDED
AT_ONCE = 100  # calls that one sweep ends
GREETING = "Hey there, how's it going? What can I do for you today?"
MULTILINGUAL = "multilingual"
ECHO = "echo"  # a persona's pipeline mode
TOO_MANY = "User has reached maximum concurrent conversations"
NO_CREDITS = "The user is out of conversational credits"
OVER = "The conversation has ended."


class Reason(StrEnum):
    """Why a call ended, in the words of the Tavus-compatible API."""

    MAX_DURATION = "max_call_duration reached"
    ALL_LEFT = "participant_left_timeout reached"
    NOBODY_CAME = "participant_absent_timeout reached"
    ASKED = "end_conversation_endpoint_hit"
    DELETED = "daily_room_has_been_deleted"


class Event(StrEnum):
    JOINED = "system.replica_joined"
    SHUTDOWN = "system.shutdown"
    TRANSCRIPT = "application.transcription_ready"


@transaction.atomic
def begin(owner: User, *, documents: Iterable[Document] = (), **fields: Any) -> Conversation:
    """Begin a call: its room is open, its clocks run, the replica is there. fields: of the row.

    In test mode it has ended before anybody comes. Raises ApiError when the account's limits are reached.
    """
    session = ChatSession(user=owner, personality=fields["personality"], state=ChatSession.State.IDLE)
    call = Conversation(owner=owner, session=session, room_token=token_urlsafe(24), **fields)
    if call.test_mode:
        call.status, call.ended_at = ENDED, call.created_at
    else:
        User.objects.select_for_update().get(pk=owner.pk)  # one at a time, so that the limits hold
        _check_limits(owner)
        call.due_at, call.due_reason = clock(call)
    session.save(force_insert=True)
    call.save(force_insert=True)
    call.documents.set(documents)
    if not call.test_mode:
        note(call, Event.JOINED)
    return call


def clock(call: Conversation) -> tuple[datetime, Reason]:
    """When the first of a call's clocks rings, and what it says."""
    clocks = [(call.created_at + timedelta(seconds=call.max_duration), Reason.MAX_DURATION)]
    if call.joined_at is None:
        clocks.append((call.created_at + timedelta(seconds=call.absent_timeout), Reason.NOBODY_CAME))
    if call.left_at is not None:
        clocks.append((call.left_at + timedelta(seconds=call.left_timeout), Reason.ALL_LEFT))
    return min(clocks)


def running(call: Conversation) -> Conversation:
    """The row as it is now, held until the transaction ends. Raises ApiError 409 for a call that is over."""
    held = Conversation.objects.select_for_update().get(pk=call.pk)
    if held.status != ACTIVE or (held.due_at is not None and held.due_at <= timezone.now()):
        raise ApiError(HTTPStatus.CONFLICT, OVER, "conversation_ended")
    return held


def spoke(held: Conversation) -> None:
    """Something is said in a call that `running` holds, be it by nobody who is in the room.

    It counts as somebody's coming; and a call that all have left waits anew, from now on, for somebody to come back.
    """
    if held.joined_at is None:
        came(held)
    elif held.left_at is not None:
        held.left_at = timezone.now()
        wind(held)


def came(held: Conversation) -> None:
    """Somebody takes part in a call that `running` holds."""
    held.joined_at, held.left_at = held.joined_at or timezone.now(), None
    wind(held)


def wind(held: Conversation) -> None:
    """Set a call's clocks by who came and left; the row is held."""
    held.due_at, held.due_reason = clock(held)
    held.save(update_fields=["joined_at", "left_at", "due_at", "due_reason", "updated_at"])


@transaction.atomic
def end(call: Conversation, reason: str, *, at: datetime | None = None, **still: Any) -> bool:
    """End a call, once; False when it has ended, or is not any more as `still` says. at: when, default now."""
    now = timezone.now()
    rows = Conversation.objects.filter(pk=call.pk, status=ACTIVE, **still)
    ending = {"status": ENDED, "ended_at": at or now, "shutdown_reason": reason, "due_at": None, "due_reason": ""}
    if not rows.update(**ending, updated_at=now):
        return False
    call.refresh_from_db()
    Participant.objects.filter(conversation=call, left_at=None).update(left_at=call.ended_at)
    note(call, Event.SHUTDOWN, shutdown_reason=reason)
    note(call, Event.TRANSCRIPT, transcript=transcript(call))
    Usage.objects.create(
        owner=call.owner, api_key_id=call.api_key_id, kind=Usage.Kind.CONVERSATION, of=call.pk, seconds=seconds(call)
    )
    # What stands in the transcript may be watched to its end; an answer without words yet is not wanted any more.
    wordless = Video.objects.filter(message__session=call.session_id, message__text="")
    for video in wordless.exclude(status__in=jobs.FINAL):
        jobs.cancel(video)
    return True


def end_if_due(call: Conversation) -> bool:
    """End a call whose clock has rung; it ends at the time at which it rang."""
    if call.due_at is None or call.due_at > timezone.now():
        return False
    return end(call, call.due_reason, at=call.due_at, due_at=call.due_at)


@watch
def end_due() -> None:
    """End every call whose clock has rung."""
    rang = Conversation.objects.filter(status=ACTIVE, due_at__lte=timezone.now()).select_related("owner")
    for call in rang.order_by("due_at")[:AT_ONCE]:
        end_if_due(call)


@transaction.atomic
def erase(call: Conversation) -> None:
    """Delete a call with all that was said in it; one that still runs ends."""
    end(call, Reason.DELETED)
    people.erase_session(call.session)


def seconds(call: Conversation) -> float:
    """How long a call has lasted, from its making."""
    return ((call.ended_at or timezone.now()) - call.created_at).total_seconds()


def note(call: Conversation, event: Event, **properties: Any) -> None:
    """Something happened in a call: kept, and told to the customer, in one transaction; each kind once."""
    kept = {"replica_id": call.replica_id, **properties}
    kind = event.partition(".")[0]
    row = ConversationEvent.objects.create(conversation=call, event_type=event, message_type=kind, properties=kept)
    if call.webhook_url:
        payload = import_string(settings.CALL_WEBHOOKS[call.dialect])(row)
        webhooks.send(call.owner, call.webhook_url, payload, event, about=call.pk)


def prompt(call: Conversation) -> str:
    """What the mind of a call is told of itself: the persona's prompt and context, and the call's context."""
    own = call.personality
    parts = [own.system_prompt, own.context] if own else []
    return "\n\n".join(part.strip() for part in [*parts, call.context] if part.strip())


def greeting_of(call: Conversation) -> str:
    """The first words: the call's, the persona's, or the usual ones; an echo persona has none of its own."""
    own = call.personality
    usual = "" if own and own.pipeline_mode == ECHO else GREETING
    return call.greeting.strip() or (own.greeting.strip() if own else "") or usual


def transcript(call: Conversation) -> list[dict[str, str]]:
    """The prompt, then what was said, oldest first. A greeting that nobody came to hear was not said."""
    said = Message.objects.filter(session=call.session_id).exclude(text="").order_by("pk")
    if call.joined_at is None:
        said = said.exclude(role=Message.Role.ASSISTANT, answers=None)
    turns = [{"role": role, "content": text} for role, text in said.values_list("role", "text")]
    return [{"role": "system", "content": prompt(call)}, *turns]


def _check_limits(owner: User) -> None:
    most = settings.CALLS_AT_ONCE
    if most and Conversation.objects.filter(owner=owner, status=ACTIVE).count() >= most:
        raise ApiError(HTTPStatus.BAD_REQUEST, TOO_MANY, "too_many_conversations")
    month = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    rows = Usage.objects.filter(owner=owner, kind=Usage.Kind.CONVERSATION, at__gte=month)
    minutes = settings.CALL_MINUTES_A_MONTH
    if minutes and (rows.aggregate(total=Sum("seconds"))["total"] or 0) >= 60 * minutes:
        raise ApiError(HTTPStatus.PAYMENT_REQUIRED, NO_CREDITS, "out_of_credits")
