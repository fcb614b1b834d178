"""Shapes of the avatar chat dialect: what comes in, what goes out."""

from typing import Any

from rest_framework import serializers

from conversations.models import ChatSession, Message
from twins.models import Twin
from videos import selectors as videos
from videos import services as clips
from videos.models import Video


class SessionIn(serializers.Serializer[Any]):
    twin_id = serializers.CharField(
        required=False, allow_null=True, max_length=40, help_text="Default: the first twin."
    )


class TwinOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    headline = serializers.CharField()
    language = serializers.CharField()


class SessionOut(serializers.Serializer[Any]):
    session_token = serializers.UUIDField()
    twin = TwinOut()
    welcome_video_url = serializers.URLField(allow_null=True)
    welcome_captions_url = serializers.URLField(allow_null=True, help_text="Once the welcome clip is whole.")
    idle_video_url = serializers.URLField(allow_null=True)
    state = serializers.ChoiceField(ChatSession.State.choices)


class PlayedOut(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    state = serializers.ChoiceField(ChatSession.State.choices)


class ChatIn(serializers.Serializer[Any]):
    session_token = serializers.UUIDField()
    message = serializers.CharField()


class ChatOut(serializers.Serializer[Any]):
    reply_text = serializers.CharField()
    video_url = serializers.URLField()
    video_id = serializers.CharField()
    duration = serializers.FloatField(help_text="Seconds.")
    captions_url = serializers.URLField(allow_null=True)
    engines = serializers.DictField(help_text="Which engine served each layer.")


class WaitingOut(serializers.Serializer[Any]):
    detail = serializers.CharField()
    video_id = serializers.CharField()
    status = serializers.CharField()
    status_url = serializers.URLField()


class VideoOut(serializers.Serializer[Any]):
    video_id = serializers.CharField()
    status = serializers.CharField()
    stage = serializers.CharField()
    progress = serializers.IntegerField()
    status_details = serializers.CharField()
    error_code = serializers.CharField()
    reply_text = serializers.CharField()
    stream_url = serializers.URLField()
    video_url = serializers.URLField(allow_null=True)
    duration = serializers.FloatField(allow_null=True)
    captions_url = serializers.URLField(allow_null=True)


class MessageOut(serializers.Serializer[Any]):
    role = serializers.CharField()
    text = serializers.CharField()
    created_at = serializers.DateTimeField()
    video_id = serializers.CharField(allow_null=True)
    video_url = serializers.URLField(allow_null=True)
    captions_url = serializers.URLField(allow_null=True)


class HistoryOut(serializers.Serializer[Any]):
    session_token = serializers.UUIDField()
    state = serializers.ChoiceField(ChatSession.State.choices)
    messages = MessageOut(many=True)


class ErrorOut(serializers.Serializer[Any]):
    detail = serializers.CharField()


def session_out(session: ChatSession, base: str) -> dict[str, Any]:
    twin = session.twin
    if twin is None:
        raise AssertionError("a visitor's session has a twin")
    welcome = clips.standing_clip(twin, Video.Purpose.WELCOME)
    idle = clips.standing_clip(twin, Video.Purpose.IDLE)
    return {
        "session_token": str(session.token),
        "twin": twin_out(twin),
        "welcome_video_url": videos.best_url(welcome, base) if welcome else None,
        "welcome_captions_url": videos.captions_url(welcome, base) if welcome else None,
        "idle_video_url": videos.best_url(idle, base) if idle else None,
        "state": session.state,
    }


def twin_out(twin: Twin) -> dict[str, str]:
    personality = twin.personality
    language = personality.language if personality else "en"
    return {"id": twin.pk, "name": twin.name, "headline": twin.headline, "language": language}


def ready_out(video: Video, base: str) -> dict[str, Any]:
    return {
        "video_id": video.pk,
        "video_url": videos.file_url(video, base),
        "duration": video.duration,
        "captions_url": videos.captions_url(video, base),
        # what was tried, and what it cost, is its owner's
        "engines": {name: alias for name, alias in video.engines.items() if name != "attempts"},
    }


def chat_out(video: Video, base: str) -> dict[str, Any]:
    return {"reply_text": video.script, **ready_out(video, base)}


def status_url(token: str, video_id: str, base: str) -> str:
    return f"{base}/api/session/{token}/videos/{video_id}"


def waiting_out(video: Video, look_at: str) -> dict[str, Any]:
    return {
        "detail": "The reply is still being made. Look at status_url.",
        "video_id": video.pk,
        "status": video.status,
        "status_url": look_at,
    }


def video_out(video: Video, base: str) -> dict[str, Any]:
    return {
        **ready_out(video, base),
        "status": video.status,
        "stage": video.stage,
        "progress": video.progress,
        "status_details": video.status_details,
        "error_code": video.error_code,
        "reply_text": video.script,
        "stream_url": videos.stream_url(video, base),
    }


def history_out(session: ChatSession, base: str) -> dict[str, Any]:
    said = session.messages.exclude(text="").select_related("video").order_by("pk")
    return {
        "session_token": str(session.token),
        "state": session.state,
        "messages": [message_out(message, base) for message in said],
    }


def message_out(message: Message, base: str) -> dict[str, Any]:
    return {
        "role": message.role,
        "text": message.text,
        "created_at": message.created_at,
        "video_id": message.video_id,
        "video_url": videos.file_url(message.video, base) if message.video else None,
        "captions_url": videos.captions_url(message.video, base) if message.video else None,
    }
