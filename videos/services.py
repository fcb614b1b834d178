"""Writes of videos: asking for one, and what goes with erasing one."""

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction

from avatarsite.core import erasing, jobs
from avatarsite.core.jobs import Queue, Status
from twins import portraits
from twins.models import Replica, Twin, Voice
from videos import renderer_chain
from videos.faces import face_of
from videos.models import Video, new_video_id
from videos.options import check_face, read
from videos.workplace import forget

if TYPE_CHECKING:
    from avatarsite.core.models import User

RECIPE_VERSION = 1  # raise it when welcome and idle clips must be made anew


def ask(
    twin: Twin | None,
    *,
    source: str,
    replica: Replica | None = None,
    voice: Voice | None = None,
    script: str = "",
    video_id: str = "",
    owner: "User | None" = None,
    queue: Queue = Queue.BATCH,
    options: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Video:
    """Queue a clip of `twin`; call inside the transaction that belongs to it. Raises OptionRefused.

    replica, voice: who is seen and heard without a twin, or in place of what the twin has. script: the words, for the
    source "text". video_id: made beforehand by a caller that wants to watch the job from its first moment. options:
    how it is to look, by the names of `videos.options`. fields: further ones of the row, such as webhook_url, or
    options that a dialect has read.
    """
    replica = replica or (twin.replica if twin else None)
    voice = voice or (twin.voice if twin else None)
    looks = {**_looks(replica, voice), **fields, **(read(options) if options else {})}
    if replica:
        check_face(replica, looks)
    fields = {"script": script, "owner": owner, "queue": queue, **looks}
    video = Video(pk=video_id or new_video_id(), twin=twin, source=source, **fields)
    video.save(force_insert=True)
    jobs.enqueue(video)
    return video


def standing_clip(twin: Twin, purpose: Video.Purpose) -> Video | None:
    """The twin's welcome or idle clip, asked for if it was not made yet from what the twin is now.

    None when there is nothing to show: no usable face, or no greeting or voice for a welcome.
    """
    script = _greeting(twin) if purpose == Video.Purpose.WELCOME else ""
    if twin.replica is None or twin.replica.revoked_at:
        return None
    if purpose == Video.Purpose.WELCOME and not (script and twin.voice):
        return None
    looks = _looks(twin.replica, twin.voice)
    recipe = _recipe(twin.replica, twin.voice, script, twin)
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


def idle_clip(replica: Replica) -> Video | None:
    """The silent loop of a replica, of whichever twin it is, asked for if there is none; None when it is unusable."""
    if not replica.usable:
        return None
    recipe = _recipe(replica, None, "")
    found = Video.objects.filter(replica=replica, purpose=Video.Purpose.IDLE, recipe=recipe).first()
    if found is not None:
        return _revive(found)
    standing: dict[str, Any] = {"purpose": Video.Purpose.IDLE, "recipe": recipe, "queue": Queue.CHAT}
    return ask(None, source=Video.Source.TEXT, replica=replica, owner=replica.owner, **standing)


def erase(video: Video) -> None:
    """Delete a video with its files; a worker that is making it loses its ticket."""
    erasing.erase(Video.objects.filter(pk=video.pk))
    forget(video.pk)


def _revive(video: Video) -> Video:
    """A standing clip that failed is tried again when it is next wanted."""
    if video.status in (Status.ERROR, Status.CANCELLED):
        jobs.retry(video)
    return video


def _looks(replica: Replica | None, voice: Voice | None) -> dict[str, object]:
    size = settings.VIDEO_SIZE
    return {"replica": replica, "voice": voice, "width": size, "height": size, "fps": settings.VIDEO_FPS}


def _greeting(twin: Twin) -> str:
    personality = twin.personality
    return personality.greeting if personality else ""


def _recipe(replica: Replica, voice: Voice | None, script: str, twin: Twin | None = None) -> str:
    """A hash of all that decides how a standing clip looks and sounds."""
    renderers = list(twin.chains.get(renderer_chain.LAYER) or settings.RENDERER_CHAIN) if twin and script else []
    parts = [RECIPE_VERSION, portraits.VERSION, script, settings.VIDEO_SIZE, settings.VIDEO_FPS, face_of(replica).key]
    heard = [voice.engine, voice.engine_voice, voice.language, voice.rate, voice.pitch, voice.fit] if voice else []
    parts += heard if script else []
    parts += [renderers, replica.vendor_faces] if set(renderers) - {renderer_chain.LOCAL} else []
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
