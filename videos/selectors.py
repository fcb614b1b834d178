"""Reads of videos: their public addresses and their state as dialects show it."""

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest

from avatarsite.core.jobs import Status
from twins.models import Voice
from videos.models import Speech, Video
from videos.sharing import key_of
from videos.signing import sign


def base_url(request: HttpRequest) -> str:
    """How the caller reaches us: PUBLIC_URL, or what the request says."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


def voice_of(job: Video | Speech) -> Voice | None:
    """Who is heard: the job's voice, else its replica's, which training may have made meanwhile.

    A replica without a voice and without a twin speaks with a stock one.
    """
    found = job.voice or job.replica.voice
    if found or (isinstance(job, Video) and job.twin_id):
        return found
    return Voice.objects.filter(owner=None).order_by("pk").first()


def hosted_url(video: Video, base: str) -> str:
    """The page that shows it, for whoever is given this address."""
    return f"{base}/video/{key_of(video)}"


def stream_url(video: Video, base: str) -> str:
    """A fragmented MP4 that plays while it is being made, and the finished file afterwards."""
    return base + sign(f"/media/videos/{video.pk}/stream.mp4")


def file_url(video: Video, base: str) -> str | None:
    return _url(video, base, "video.mp4", video.file)


def webm_url(video: Video, base: str) -> str | None:
    """VP9 with alpha, of a video with a transparent background."""
    return _url(video, base, "video.webm", video.webm)


def captions_url(video: Video, base: str) -> str | None:
    return _url(video, base, "captions.vtt", video.captions)


def poster_url(video: Video, base: str) -> str | None:
    return _url(video, base, "poster.jpg", video.poster)


def preview_url(video: Video, base: str) -> str | None:
    """A small animated WebP that loops."""
    return _url(video, base, "preview.webp", video.preview)


def timings_url(video: Video, base: str) -> str | None:
    """JSON, as in `videos.timings`."""
    return _url(video, base, "timings.json", video.timings)


def hls_url(video: Video, base: str) -> str | None:
    """A playlist that plays while the video is being made, and afterwards; None when it never will."""
    never = video.status in (Status.ERROR, Status.CANCELLED) or (video.status == Status.READY and not video.playlist)
    return None if never or video.fast else base + sign(f"/media/videos/{video.pk}/playlist.m3u8")


def speech_url(speech: Speech, base: str) -> str:
    """Its MP3; whoever is early waits there until it is spoken."""
    return base + sign(f"/media/speeches/{speech.pk}/speech.mp3")


def stored_url(stored: FieldFile, base: str) -> str | None:
    """A link to any file of the storage, such as a lipsync's film or a voice's sample; None when there is none."""
    return base + sign(f"/media/stored/{stored.name}") if stored else None


def _url(video: Video, base: str, name: str, stored: FieldFile) -> str | None:
    return base + sign(f"/media/videos/{video.pk}/{name}") if stored else None


def best_url(video: Video, base: str) -> str:
    """The finished file when there is one, else the growing one."""
    return file_url(video, base) or stream_url(video, base)
