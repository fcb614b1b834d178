"""Writes of conversations: opening a session, saying something, having seen a clip."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from avatarsite.core.api.errors import ApiError
from avatarsite.core.jobs import Queue
from conversations.models import ChatSession, Message
from twins import selectors as twins
from twins.models import Twin
from videos import services as videos
from videos.models import Video

if TYPE_CHECKING:
    from avatarsite.core.models import User


def open_session(user: "User | None", twin_id: str | None = None) -> ChatSession:
    """A new session with a twin that `user` may talk to; without `twin_id`, with the first public one."""
    twin = twins.twin_for(user, twin_id) if twin_id is not None else twins.default_twin()
    if twin is None:
        words = "twin_id: there is no such twin." if twin_id is not None else "There is no public twin to talk to."
        raise ApiError(HTTPStatus.NOT_FOUND, words, "twin_not_found")
    if twin.trouble:
        raise ApiError(HTTPStatus.CONFLICT, twin.trouble, "twin_unusable")
    return ChatSession.objects.create(twin=twin, personality=twin.personality, user=user)


def say(
    session: ChatSession,
    text: str,
    video_id: str,
    *,
    twin: Twin | None = None,
    options: dict[str, Any] | None = None,
    clip: dict[str, Any] | None = None,
) -> Video:
    """A person's message: stored together with the clip `video_id` that will answer it, which is queued.

    twin: who answers; default: the session's. options: how the answer is wanted, kept on its message. clip: further
    fields of the video.
    """
    twin = twin or session.twin
    if twin is None:
        raise ApiError(HTTPStatus.CONFLICT, "This session has no twin to answer.", "twin_missing")
    if twin.trouble:
        raise ApiError(HTTPStatus.CONFLICT, twin.trouble, "twin_unusable")
    asked = Message(session=session, role=Message.Role.USER, text=text)
    answer = Message(session=session, role=Message.Role.ASSISTANT, options=options or {})
    return store_turn(asked, answer, twin, video_id=video_id, **clip or {})


@transaction.atomic
def store_turn(asked: Message, answer: Message, twin: Twin | None, **clip: Any) -> Video:
    """Store what a person said, and the still empty message that will answer it, whose clip is queued.

    clip: fields of the video; without a twin, its replica and its voice.
    """
    session = asked.session
    asked.save(force_insert=True)
    video = videos.ask(twin, source=Video.Source.REPLY, owner=session.user, queue=Queue.CHAT, **clip)
    answer.answers, answer.video = asked, video
    answer.save(force_insert=True)
    ChatSession.objects.filter(pk=session.pk).update(state=ChatSession.State.THINKING, last_active_at=timezone.now())
    return video


def played(session: ChatSession) -> ChatSession.State:
    """The page has played the latest clip: the twin is idle, unless another reply is on its way."""
    resting = ChatSession.objects.filter(pk=session.pk).exclude(state=ChatSession.State.THINKING)
    if resting.update(state=ChatSession.State.IDLE, last_active_at=timezone.now()):
        return ChatSession.State.IDLE
    session.refresh_from_db(fields=["state"])
    return ChatSession.State(session.state)


def check_message(text: object, field: str = "message") -> str:
    """The words of a message as they will be stored. Raises ApiError 400 with the field and the fix."""
    if not isinstance(text, str):
        raise ApiError(HTTPStatus.BAD_REQUEST, f"{field}: send a text.", "message_missing")
    if len(text) > settings.CHAT_MAX_CHARACTERS:
        words = f"{field}: {len(text)} characters; at most {settings.CHAT_MAX_CHARACTERS} are allowed."
        raise ApiError(HTTPStatus.BAD_REQUEST, words, "message_too_long")
    return check_words(text, field)


def check_words(text: str, field: str) -> str:
    """A text in which there is something to say or to speak."""
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise ApiError(HTTPStatus.BAD_REQUEST, f"{field}: write something; it is empty.", "message_empty")
    return text.strip()
