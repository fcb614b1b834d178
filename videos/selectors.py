"""Reads of videos: their public addresses and their state as dialects show it."""

from django.conf import settings
from django.http import HttpRequest

from videos.models import Video
from videos.signing import sign


def base_url(request: HttpRequest) -> str:
    """How the caller reaches us: PUBLIC_URL, or what the request says."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


def stream_url(video: Video, base: str) -> str:
    """A fragmented MP4 that plays while it is being made, and the finished file afterwards."""
    return base + sign(f"/media/videos/{video.pk}/stream.mp4")


def file_url(video: Video, base: str) -> str | None:
    return base + sign(f"/media/videos/{video.pk}/video.mp4") if video.file else None


def captions_url(video: Video, base: str) -> str | None:
    return base + sign(f"/media/videos/{video.pk}/captions.vtt") if video.captions else None


def poster_url(video: Video, base: str) -> str | None:
    return base + sign(f"/media/videos/{video.pk}/poster.jpg") if video.poster else None


def best_url(video: Video, base: str) -> str:
    """The finished file when there is one, else the growing one."""
    return file_url(video, base) or stream_url(video, base)
