"""Writes of an account's people: their sessions, and erasing what belongs to whom."""

from datetime import timedelta
from http import HTTPStatus

from django.db import transaction
from django.db.models import Avg, ExpressionWrapper, F, fields

from avatarsite.core.api.errors import ApiError
from avatarsite.core.erasing import erase
from avatarsite.core.models import User
from conversations.models import ChatSession, Digest, Message, Person, Summary
from twins import replicas, voices
from twins.models import Personality, Twin
from videos.models import Video


def open_session(person: Person, personality: Personality, title: str = "") -> ChatSession:
    """A session of a person with a personality."""
    return ChatSession.objects.create(
        user=person.owner,
        person=person,
        personality=personality,
        twin=personality.twin,
        title=title or f"Chat with {personality.name}",
        title_edited=bool(title),
        state=ChatSession.State.IDLE,
    )


def personality_in(session: ChatSession) -> Personality:
    """Who answers in a session; raises ApiError 409 once that personality was deleted."""
    if session.personality is None:
        words = "sessionId: the personality of this session was deleted; create a new session."
        raise ApiError(HTTPStatus.CONFLICT, words, "personality_deleted")
    return session.personality


def average_time(account: User) -> timedelta:
    """From a session's beginning to the last message in it, on average; zero without sessions."""
    lasted = ExpressionWrapper(F("last_active_at") - F("created_at"), output_field=fields.DurationField())
    found = ChatSession.objects.filter(user=account, person__isnull=False).aggregate(average=Avg(lasted))
    return found["average"] or timedelta()


def clear_history(session: ChatSession) -> None:
    """Delete what was said in a session, with the videos that speak it."""
    erase(Video.objects.filter(message__session=session))
    Message.objects.filter(session=session).delete()
    Summary.objects.filter(session=session).delete()
    Digest.objects.filter(session=session).delete()


def erase_session(session: ChatSession) -> None:
    clear_history(session)
    session.delete()


def erase_person(person: Person) -> None:
    """Erase a person with everything that belongs to them."""
    erase(Video.objects.filter(message__session__person=person))
    person.delete()


@transaction.atomic
def erase_twin(twin: Twin) -> None:
    """Erase a twin with its videos and visitors' sessions; personalities stay, and so do sessions of people."""
    Personality.objects.filter(twin=twin).update(twin=None)
    ChatSession.objects.filter(twin=twin, person__isnull=False).update(twin=None)
    erase(Twin.objects.filter(pk=twin.pk))


def erase_personality(personality: Personality) -> None:
    """Erase a personality with its picture and its documents."""
    erase(Personality.objects.filter(pk=personality.pk))


@transaction.atomic
def erase_twin_with_its_face(twin: Twin) -> None:
    """Erase a twin that never came to be: with its personalities, its face, its consent, and a voice made for it."""
    replica, voice = twin.replica, twin.voice
    erase(Personality.objects.filter(twin=twin))
    erase(Twin.objects.filter(pk=twin.pk))
    if replica is not None and replica.owner_id and not replica.twins.exists():
        replicas.delete(replica)
    if voice is not None and voice.fit and voice.owner_id and not voice.twins.exists():
        voices.delete(voice)
