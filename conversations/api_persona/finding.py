"""What a key may see. For a stranger a row does not exist: "unknown" and "somebody else's" are answered alike."""

import uuid
from http import HTTPStatus
from typing import NoReturn

from django.db.models import Q, QuerySet

from avatarsite.core.api.errors import ApiError
from avatarsite.core.models import User
from conversations.models import ChatSession, Person
from twins import selectors
from twins.models import Consent, Personality, Replica, Twin, Voice
from videos.models import Lipsync, Video


def not_found(kind: str) -> NoReturn:
    raise ApiError(HTTPStatus.NOT_FOUND, f"There is no such {kind}.", f"{kind}_not_found")


def seen_by(account: User) -> Q:
    """The account's own rows, and stock."""
    return Q(owner=account) | Q(owner=None)


def twins_of(account: User) -> QuerySet[Twin]:
    return Twin.objects.filter(seen_by(account)).select_related("replica", "voice").prefetch_related("personalities")


def twin_of(account: User, twin_id: str) -> Twin:
    return twins_of(account).filter(pk=twin_id).first() or not_found("twin")


def person_of(account: User, user_id: str) -> Person:
    return Person.objects.filter(owner=account, pk=user_id).first() or not_found("user")


def personality_of(account: User, personality_id: str) -> Personality:
    found = Personality.objects.filter(seen_by(account)).select_related("twin")
    return found.filter(pk=personality_id).first() or not_found("personality")


def replica_of(account: User, replica_id: str) -> Replica:
    return selectors.replica_for(account, replica_id) or not_found("replica")


def consents_of(account: User) -> QuerySet[Consent]:
    return Consent.objects.filter(owner=account).select_related("replica")


def consent_of(account: User, consent_id: str) -> Consent:
    return consents_of(account).filter(pk=consent_id).first() or not_found("consent")


def lipsyncs_of(account: User) -> QuerySet[Lipsync]:
    return Lipsync.objects.filter(owner=account)


def lipsync_of(account: User, lipsync_id: str) -> Lipsync:
    return lipsyncs_of(account).filter(pk=lipsync_id).first() or not_found("lipsync")


def voice_of(account: User, voice_id: str) -> Voice:
    return Voice.objects.filter(seen_by(account)).filter(pk=voice_id).first() or not_found("voice")


def session_of(account: User, session_id: str) -> ChatSession:
    """A session of one of the account's users."""
    try:
        token = uuid.UUID(session_id)
    except ValueError:
        not_found("session")
    found = ChatSession.objects.select_related("twin__replica", "twin__voice", "personality", "person", "user")
    return found.filter(user=account, person__isnull=False, pk=token).first() or not_found("session")


def videos_of(account: User) -> QuerySet[Video]:
    found = Video.objects.filter(owner=account, purpose=Video.Purpose.CLIP)
    return found.select_related("twin", "message", "message__session")


def video_of(account: User, video_id: str) -> Video:
    return videos_of(account).filter(pk=video_id).first() or not_found("video")


def own(row: Twin | Personality | Replica | Voice) -> None:
    """Refuse to change what belongs to the system."""
    if row.owner_id is None:
        words = f"{row} is stock and read-only; make your own."
        raise ApiError(HTTPStatus.FORBIDDEN, words, "read_only")
