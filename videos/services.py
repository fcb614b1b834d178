"""Writes of videos: asking for one, and what goes with erasing one."""

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction

from avatarsite.core import jobs
from avatarsite.core.jobs import Queue, Status
from twins import portraits
from twins.models import Twin
from videos.models import Video, new_video_id

if TYPE_CHECKING:
    from avatarsite.core.models import User

RECIPE_VERSION = 1  # raise it when welcome and idle clips must be made anew


def ask(
    twin: Twin,
    *,
    source: str,
    script: str = "",
    video_id: str = "",
    owner: "User | None" = None,
    queue: Queue = Queue.BATCH,
    **fields: Any,
) -> Video:
    """Queue a clip of `twin`; call inside the transaction that belongs to it.

    script: the words, for the source "text". video_id: made beforehand by a caller that wants to watch the job from
    its first moment. fields: further ones of the row, such as webhook_url.
    """
    fields |= {"script": script, "owner": owner, "queue": queue, **_looks(twin)}
    video = Video(pk=video_id or new_video_id(), twin=twin, source=source, **fields)
    video.save(force_insert=True)
    jobs.enqueue(video)
    return video


def standing_clip(twin: Twin, purpose: Video.Purpose) -> Video | None:
    """The twin's welcome or idle clip, asked for if it was not made yet from what the twin is now.

    None when there is nothing to show: no usable face, or no greeting or voice for a welcome.
    """
    script = _greeting(twin) if purpose == Video.Purpose.WELCOME else ""
    if twin.replica is None or (purpose == Video.Purpose.WELCOME and not (script and twin.voice)):
        return None
    looks = _looks(twin)
    recipe = _recipe(twin, script)
    found = Video.objects.filter(twin=twin, purpose=purpose, recipe=recipe).first()
    if found is not None:
        return _revive(found)
    try:
        with transaction.atomic():
            video = Video(twin=twin, purpose=purpose, recipe=recipe, script=script, queue=Queue.CHAT, **looks)
            video.save(force_insert=True)
            jobs.enqueue(video)
    except IntegrityError:  # somebody asked at the same moment
        return Video.objects.get(twin=twin, purpose=purpose, recipe=recipe)
    return video


def erase(video: Video) -> None:
    """Delete a video with its files; a worker that is making it loses its ticket."""
    for field in (video.file, video.captions, video.poster, video.audio):
        if field:
            field.delete(save=False)
    shutil.rmtree(video.stream_path.parent, ignore_errors=True)
    video.delete()


def _revive(video: Video) -> Video:
    """A standing clip that failed is tried again when it is next wanted."""
    if video.status in (Status.ERROR, Status.CANCELLED):
        jobs.retry(video)
    return video


def _looks(twin: Twin) -> dict[str, object]:
    size = settings.VIDEO_SIZE
    return {"replica": twin.replica, "voice": twin.voice, "width": size, "height": size, "fps": settings.VIDEO_FPS}


def _greeting(twin: Twin) -> str:
    personality = twin.personality
    return personality.greeting if personality else ""


def _recipe(twin: Twin, script: str) -> str:
    """A hash of all that decides how a standing clip looks and sounds."""
    voice, replica = twin.voice, twin.replica
    parts = [RECIPE_VERSION, portraits.VERSION, script, settings.VIDEO_SIZE, settings.VIDEO_FPS]
    parts += [replica.kind, replica.portrait] if replica else []
    parts += [voice.engine, voice.engine_voice, voice.language, voice.rate, voice.pitch] if voice and script else []
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
