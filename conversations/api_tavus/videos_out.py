"""Videos as this dialect shows them, in answers and in callbacks."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from avatarsite.core.jobs import Status
from conversations.api_tavus.door import iso, plain, rfc1123
from conversations.api_tavus.openapi import Shape
from videos import selectors
from videos.errors import STATUS_WORDS, WORDS
from videos.models import Video

STATUSES = {
    Status.QUEUED: "queued",
    Status.RUNNING: "generating",
    Status.READY: "ready",
    Status.ERROR: "error",
    Status.CANCELLED: "deleted",
}
TRAINING = (Status.QUEUED, Status.RUNNING)


class DataOut(Shape):
    script = serializers.CharField()


class NewVideoOut(Shape):
    video_id = serializers.CharField()
    video_name = serializers.CharField()
    status = serializers.CharField(default="queued")
    hosted_url = serializers.CharField(help_text="Its page; plays while it is being made.")
    created_at = serializers.CharField(help_text="As in RFC 1123.")


class VideoOut(Shape):
    video_id = serializers.CharField()
    video_name = serializers.CharField()
    replica_id = serializers.CharField()
    status = serializers.ChoiceField(list(STATUSES.values()))
    status_details = serializers.CharField(help_text="What there is to wait for, or what went wrong.")
    error_details = serializers.CharField(allow_null=True, help_text="What exactly went wrong, where that is known.")
    generation_progress = serializers.CharField(help_text="n/100")
    data = DataOut()  # type: ignore[assignment]
    download_url = serializers.CharField(allow_null=True, help_text="When it is ready; WebM with alpha or MP4.")
    stream_url = serializers.CharField(allow_null=True, help_text="HLS, when it is ready; never with `fast`.")
    hosted_url = serializers.CharField()
    background_url = serializers.CharField()
    background_source_url = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    still_image_thumbnail_url = serializers.CharField(
        allow_null=True, required=False, help_text="In lists, and with verbose=true."
    )
    gif_thumbnail_url = serializers.CharField(
        allow_null=True, required=False, help_text="An animated WebP; in lists, and with verbose=true."
    )


def created(video: Video, base: str) -> dict[str, Any]:
    """The answer to whoever asked for it."""
    return {
        "video_id": video.pk,
        "video_name": name_of(video),
        "status": "queued",
        "hosted_url": selectors.hosted_url(video, base),
        "created_at": rfc1123(video.created_at),
    }


def shown(video: Video, base: str, *, thumbnails: bool = False) -> dict[str, Any]:
    """A video with its replica, in answers."""
    pictures = {
        "still_image_thumbnail_url": selectors.poster_url(video, base),
        "gif_thumbnail_url": selectors.preview_url(video, base),
    }
    return {
        **_facts(video, base),
        "error_details": _error_details(video),
        "background_url": video.background_url,
        "background_source_url": video.background_source_url,
        "created_at": iso(video.created_at),
        "updated_at": iso(_changed(video)),
        **(pictures if thumbnails else {}),
    }


def webhook(video: Video) -> dict[str, Any]:
    """What a customer is told when their video is final."""
    failed = {"error_details": _error_details(video)} if video.status != Status.READY else {}
    moments = {"created_at": plain(video.created_at), "updated_at": plain(_changed(video))}
    return {**_facts(video, video.base_url), **failed, **moments}


def name_of(video: Video) -> str:
    """The customer's name for it, or the one that the platform gives."""
    day = f"{video.created_at:%B} {video.created_at.day}, {video.created_at.year}"
    return video.name or f"replica_id: {video.replica_id} - {day} - video: {video.pk}"


def _facts(video: Video, base: str) -> dict[str, Any]:
    ready, failed = video.status == Status.READY, video.status in (Status.ERROR, Status.CANCELLED)
    film = selectors.webm_url(video, base) or selectors.file_url(video, base)
    return {
        "video_id": video.pk,
        "video_name": name_of(video),
        "replica_id": video.replica_id,
        "status": STATUSES[Status(video.status)],
        "status_details": _details(video),
        "generation_progress": f"{0 if failed else video.progress}/100",
        "data": {"script": video.script},
        "download_url": film if ready else None,
        "stream_url": selectors.hls_url(video, base) if ready else None,
        "hosted_url": selectors.hosted_url(video, base),
    }


def _details(video: Video) -> str:
    """The platform's words for the state that it is in."""
    if video.status == Status.READY:
        return STATUS_WORDS["video_success"]
    if video.status == Status.QUEUED:
        training = video.replica.status in TRAINING
        kind = "replica_in_training" if training else "video_queued"
        return STATUS_WORDS[kind].format(video.replica_id)
    if video.status == Status.ERROR:
        return video.status_details if video.error_code in WORDS else WORDS["video_error"]
    return video.status_details if video.status == Status.CANCELLED else ""


def _error_details(video: Video) -> str | None:
    """Our own words for an error that the platform has no name for."""
    known = video.status != Status.ERROR or video.error_code in WORDS
    return None if known else video.status_details


def _changed(video: Video) -> datetime:
    moments: tuple[datetime | None, ...] = (video.finished_at, video.heartbeat_at)
    return next((moment for moment in moments if moment), video.created_at)
