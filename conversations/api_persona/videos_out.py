"""A video as this dialect shows it, in answers and in webhooks."""

from typing import Any

from rest_framework import serializers

from avatarsite.core.jobs import Status
from conversations.api_persona.fields import Shape
from conversations.api_persona.sessions import sources_of
from conversations.models import Message
from videos import selectors as videos
from videos.models import Video


class VideoOut(Shape):
    videoId = serializers.CharField()
    video_id = serializers.CharField(help_text="The same, as the SDK of this dialect reads it.")
    status = serializers.ChoiceField(Status.choices)
    stage = serializers.CharField()
    progress = serializers.IntegerField(help_text="Per cent.")
    videoUrl = serializers.URLField(allow_null=True, help_text="Once it is ready.")
    streamUrl = serializers.URLField(help_text="Plays while it is being made.")
    duration = serializers.CharField(allow_null=True, help_text="Seconds, as text.")
    hlsUrl = serializers.URLField(allow_null=True, help_text="HLS; plays while it is being made, and afterwards.")
    webmUrl = serializers.URLField(allow_null=True, help_text="VP9 with alpha, when transparent was asked for.")
    captionsUrl = serializers.URLField(allow_null=True)
    posterUrl = serializers.URLField(allow_null=True)
    previewUrl = serializers.URLField(allow_null=True, help_text="A small animated WebP.")
    timingsUrl = serializers.URLField(allow_null=True, help_text="JSON: times of words, phonemes and visemes.")
    width = serializers.IntegerField(help_text="Pixels.")
    height = serializers.IntegerField()
    llmResponse = serializers.CharField(allow_null=True, help_text="What the LLM answered; null without one.")
    sources = serializers.ListField(child=serializers.CharField(), help_text="Files that the answer was made from.")
    modelName = serializers.CharField(allow_null=True, help_text="The model that answered.")
    input = serializers.CharField(allow_null=True, help_text="The words that were given; null for a reply.")
    twinId = serializers.CharField(allow_null=True)
    sessionId = serializers.CharField(allow_null=True)
    engines = serializers.DictField(
        child=serializers.JSONField(), help_text="Which engine served each layer; attempts: every one that was tried."
    )
    errorCode = serializers.CharField(help_text="Empty: no error.")
    statusDetails = serializers.CharField()
    createdAt = serializers.DateTimeField()


class VideosOut(Shape):
    videos = VideoOut(many=True)
    totalRecords = serializers.IntegerField()
    currentPage = serializers.IntegerField()
    totalPages = serializers.IntegerField()


def shown(video: Video, base: str) -> dict[str, Any]:
    """A video's facts; of a reply also the words and their sources."""
    message: Message | None = getattr(video, "message", None)
    reply = video.source == Video.Source.REPLY
    return {
        "videoId": video.pk,
        "video_id": video.pk,
        "status": video.status,
        "stage": video.stage,
        "progress": video.progress,
        "videoUrl": videos.file_url(video, base),
        "streamUrl": videos.stream_url(video, base),
        "duration": None if video.duration is None else f"{video.duration:.2f}",
        "hlsUrl": videos.hls_url(video, base),
        "webmUrl": videos.webm_url(video, base),
        "captionsUrl": videos.captions_url(video, base),
        "posterUrl": videos.poster_url(video, base),
        "previewUrl": videos.preview_url(video, base),
        "timingsUrl": videos.timings_url(video, base),
        "width": video.width,
        "height": video.height,
        "llmResponse": video.script or None if reply else None,
        "sources": sources_of(message) if message else [],
        "modelName": message.options.get("servedBy", {}).get("model") if message else None,
        "input": video.script if video.source == Video.Source.TEXT else None,
        "twinId": video.twin_id,
        "sessionId": str(message.session_id) if message else None,
        "engines": video.engines,
        "errorCode": video.error_code,
        "statusDetails": video.status_details,
        "createdAt": video.created_at.isoformat().replace("+00:00", "Z"),
    }


def webhook(video: Video) -> dict[str, Any]:
    """What a customer is told when their video is final."""
    return {"success": video.status == Status.READY, **shown(video, video.base_url)}
