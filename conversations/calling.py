"""What is said in a call: a person's turn and the clip that answers it, and the greeting."""

from typing import Any

from django.db import transaction
from django.db.models import Q

from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Queue, Status
from avatarsite.core.models import User
from conversations import calls, services
from conversations.context import Wishes
from conversations.models import Conversation, Message
from twins.models import Personality, Replica, Voice
from videos import services as clips
from videos.models import Video, new_video_id

MOST_TURNS = 20  # of others, that one sign of life is told


def voice_of(owner: User, replica: Replica, personality: Personality | None = None) -> Voice | None:
    """How a replica sounds: its own voice, its persona's twin's, or that of a twin with this face."""
    if replica.voice:
        return replica.voice
    if personality and personality.twin and personality.twin.voice:
        return personality.twin.voice
    twins = replica.twins.filter(Q(owner=owner) | Q(owner=None)).exclude(voice=None).select_related("voice")
    twin = twins.order_by("created_at", "pk").first()
    return twin.voice if twin else None


@transaction.atomic
def say(call: Conversation, text: str, *, video_id: str = "", participant: str = "") -> Video:
    """A person's turn in a call, and the clip that will answer it. Raises ApiError 409 when the call is over.

    An echo persona says what it is given. participant: the id of who says it, "" for the API.
    """
    held = calls.running(call)
    calls.spoke(held)
    asked = Message(session=held.session, role=Message.Role.USER, text=text, options={"participant": participant})
    answer = Message(session=held.session, role=Message.Role.ASSISTANT, options=_wishes(held).options)
    clip = _clip(held)
    if held.personality and held.personality.pipeline_mode == calls.ECHO:
        answer.text = clip["script"] = text
    return services.store_turn(asked, answer, None, video_id=video_id or new_video_id(), **clip)


@transaction.atomic
def greeting(call: Conversation) -> Message | None:
    """The greeting and its clip, asked for when the room is first opened; None without one."""
    held = calls.running(call)
    found = Message.objects.filter(session=held.session_id, role=Message.Role.ASSISTANT, answers=None)
    kept = found.select_related("video").first()
    if kept is not None:
        return kept
    words = calls.greeting_of(held)
    if not words:
        return None
    clip = {**_clip(held), "script": words}
    video = clips.ask(None, source=Video.Source.REPLY, owner=held.owner, queue=Queue.CHAT, **clip)
    options = _wishes(held).options
    return Message.objects.create(
        session=held.session, role=Message.Role.ASSISTANT, text=words, video=video, options=options
    )


def turns_of_others(call: Conversation, participant: str, after: int) -> tuple[list[tuple[str, Message]], int]:
    """What others in the room were answered since the message `after`: (name, answer) each, and where to go on.

    It stops before an answer that is still being made, so that none is missed.
    """
    answers = Message.objects.filter(session=call.session_id, answers__isnull=False, pk__gt=after)
    names = dict(call.participants.values_list("pk", "name"))
    found: list[tuple[str, Message]] = []
    for answer in answers.select_related("video", "answers").order_by("pk")[:MOST_TURNS]:
        asker = answer.answers.options.get("participant", "") if answer.answers else ""
        if asker != participant:
            if answer.video and not answer.video.is_final:
                break
            if answer.text:
                found.append((names.get(asker, ""), answer))
        after = answer.pk
    return found, after


def judged(call: Conversation, after: int, last: int) -> list[Message]:
    """The answers after one turn and up to another of which something was judged; oldest first."""
    answers = Message.objects.filter(session=call.session_id, pk__gt=after, pk__lte=last)
    return list(answers.filter(options__has_key="guardrails").order_by("pk"))


def latest_answer(call: Conversation) -> Message | None:
    """The answer to the turn that was taken last; its text is empty while it is being written."""
    answers = Message.objects.filter(session=call.session_id, answers__isnull=False)
    return answers.select_related("video").order_by("-pk").first()


def failure(answer: Message) -> str:
    """Why an answer will never come, in words; "" while it may."""
    video = answer.video
    if answer.text or (video is not None and video.status not in (Status.ERROR, Status.CANCELLED)):
        return ""
    return (video.status_details if video else "") or "There is no answer."


def _wishes(call: Conversation) -> Wishes:
    return Wishes(language="" if call.language == calls.MULTILINGUAL else call.language)


def _clip(call: Conversation) -> dict[str, Any]:
    """Fields of every clip of a call. Raises EngineFailed when its replica cannot speak any more."""
    replica = call.replica
    if replica is None or not replica.usable:
        words = replica.trouble if replica else "It was deleted."
        raise EngineFailed(f"The replica of this conversation cannot be used: {words}", "replica_unusable")
    voice = voice_of(call.owner, replica, call.personality)
    if voice is None:
        raise EngineFailed("The replica of this conversation has no voice.", "voice_missing")
    green = bool(call.properties.get("apply_greenscreen"))
    return {
        "replica": replica,
        "voice": voice,
        "background": Video.Background.GREEN if green else Video.Background.OWN,
    }
