"""Writes of an account's people: their sessions, and erasing what belongs to whom."""

from datetime import timedelta
from http import HTTPStatus

from django.db import transaction
from django.db.models import Avg, ExpressionWrapper, F, QuerySet, fields

from avatarsite.core.api.errors import ApiError
from avatarsite.core.models import User
from conversations.models import ChatSession, Digest, Message, Person, Summary
from twins.knowledge import services as knowledge
from twins.models import Personality, Twin
from twins.services import drop_picture
from videos import services as videos
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
    _erase_videos(Video.objects.filter(message__session=session))
    Message.objects.filter(session=session).delete()
    Summary.objects.filter(session=session).delete()
    Digest.objects.filter(session=session).delete()


def erase_session(session: ChatSession) -> None:
    clear_history(session)
    session.delete()


def erase_person(person: Person) -> None:
    """Erase a person with everything that belongs to them."""
    _erase_videos(Video.objects.filter(message__session__person=person))
    person.delete()


@transaction.atomic
def erase_twin(twin: Twin) -> None:
    """Erase a twin with its videos and visitors' sessions; personalities stay, and so do sessions of people."""
    _erase_videos(Video.objects.filter(twin=twin))
    Personality.objects.filter(twin=twin).update(twin=None)
    ChatSession.objects.filter(twin=twin, person__isnull=False).update(twin=None)
    drop_picture(twin)
    twin.delete()


@transaction.atomic
def erase_personality(personality: Personality) -> None:
    for name in list(personality.knowledge.values_list("name", flat=True)):
        knowledge.remove(personality, name)
    drop_picture(personality)
    personality.delete()


def _erase_videos(found: QuerySet[Video]) -> None:
    for video in list(found):
        videos.erase(video)
