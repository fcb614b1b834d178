"""Reading videos, which clients do all the time: only the columns that are shown."""

from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest

from avatarsite.core.models import User
from avatarsite.core.rows import partly
from conversations.api_tavus.door import flag, page_in, unknown
from conversations.api_tavus.videos_out import shown
from twins.models import Replica
from videos.models import Video
from videos.selectors import base_url

SHOWN = (
    *("id", "name", "replica_id", "script", "status", "status_details", "error_code", "progress", "dialect", "fast"),
    *("file", "webm", "poster", "preview", "playlist", "background_url", "background_source_url"),
    *("created_at", "finished_at", "heartbeat_at"),
)
# The hottest read of all; written by hand, for Django takes ten times as long to compile it as to run it.
ONE = f"""
    SELECT {", ".join(f"videos_video.{name}" for name in SHOWN)}, twins_replica.status AS status_of_replica
    FROM videos_video JOIN twins_replica ON twins_replica.id = videos_video.replica_id
    WHERE videos_video.id = %s AND videos_video.owner_id = %s AND videos_video.purpose = %s
"""  # noqa: S608  the names are ours


def videos_of(account: User) -> QuerySet[Video]:
    """What an account has asked for, with the replicas."""
    return Video.objects.filter(owner=account, purpose=Video.Purpose.CLIP).select_related("replica")


def read_videos(request: HttpRequest, account: User) -> dict[str, Any]:
    """A page of the account's videos."""
    base = base_url(request)
    rows = Video.objects.filter(owner=account, purpose=Video.Purpose.CLIP).order_by("-created_at", "-pk")

    def read(part: QuerySet[Video]) -> list[Video]:  # after the count, which would join the replicas too
        return [_video(row, part.db) for row in part.values(*SHOWN, status_of_replica=F("replica__status"))]

    return page_in(rows, request.GET, lambda video: shown(video, base, thumbnails=True), first=0, read=read)


def read_video(request: HttpRequest, account: User, video_id: str) -> dict[str, Any]:
    """One video of the account. Raises ApiError 400 for an unknown one."""
    found: Any = next(iter(Video.objects.raw(ONE, [video_id, account.pk, Video.Purpose.CLIP.value])), None)
    if found is None:
        unknown("video_id")
    found.replica = partly(Replica, found._state.db, id=found.replica_id, status=found.status_of_replica)
    return shown(found, base_url(request), thumbnails=flag(request.GET, "verbose"))


def _video(row: dict[str, Any], using: str) -> Video:
    """A row of the list, which many rows make worth it to read as columns."""
    video = partly(Video, using, **row)
    video.replica = partly(Replica, using, id=video.replica_id, status=row["status_of_replica"])
    return video
