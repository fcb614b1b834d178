"""Writes of lipsyncs: asked for, deleted. How one is made is in `videos.lipsyncing`."""

from typing import Any

from django.core.files.base import File
from django.db import transaction

from avatarsite.core import erasing, fetch, jobs
from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import User
from videos.lipsyncing import MOST_FILM, MOST_SOUND
from videos.models import Lipsync
from videos.workplace import forget


def create(owner: User, name: str, *, film: "str | File[Any]", sound: "str | File[Any]", **told: Any) -> Lipsync:
    """A Lipsync that a worker will make of a film and a sound, each given as a file or by its address.

    told: webhook_url, dialect, base_url, api_key. Raises EngineFailed before anything is stored: url_refused,
    media_too_large. What is wrong with the files themselves is found by the worker, and said on the row.
    """
    if told.get("webhook_url"):
        fetch.check(told["webhook_url"])
    lipsync = Lipsync(owner=owner, name=name, **told)
    files = {"original_video": (film, MOST_FILM), "source_audio": (sound, MOST_SOUND)}
    for source, most in files.values():
        _check(source, most)
    for field, (source, _) in files.items():
        _give(lipsync, field, source)
    try:
        with transaction.atomic():
            lipsync.save(force_insert=True)
            jobs.enqueue(lipsync)
    except BaseException:
        for field in files:
            getattr(lipsync, field).delete(save=False)
        raise
    return lipsync


def erase(lipsync: Lipsync) -> None:
    """Delete a lipsync with its files; a worker that is making it loses its ticket."""
    erasing.erase(Lipsync.objects.filter(pk=lipsync.pk))
    forget(lipsync.pk)


def _check(source: "str | File[Any]", most: int) -> None:
    if isinstance(source, str):
        fetch.check(source)
    elif (source.size or 0) > most:
        raise EngineFailed(f"The file is larger than {most // 1_000_000} MB.", "media_too_large")


def _give(lipsync: Lipsync, field: str, source: "str | File[Any]") -> None:
    if isinstance(source, str):
        setattr(lipsync, f"{field}_url", source)
    else:
        getattr(lipsync, field).save("source", source, save=False)  # never what the customer called it
