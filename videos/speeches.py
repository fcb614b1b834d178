"""Writes of speeches: asked for, deleted. How one is made is in `videos.speaking`."""

from typing import Any

from django.db import transaction

from avatarsite.core import erasing, fetch, jobs
from avatarsite.core.models import User
from twins.models import Replica
from videos.models import Speech


def ask(owner: User, replica: Replica, script: str, **fields: Any) -> Speech:
    """A Speech that a worker will make. fields: name, webhook_url, dialect, base_url, api_key.

    Raises EngineFailed("url_refused") before anything is stored.
    """
    if fields.get("webhook_url"):
        fetch.check(fields["webhook_url"])
    speech = Speech(owner=owner, replica=replica, voice=replica.voice, script=script, **fields)
    with transaction.atomic():
        speech.save(force_insert=True)
        jobs.enqueue(speech)
    return speech


def erase(speech: Speech) -> None:
    """Delete a speech with its file; a worker that is making it loses its ticket."""
    erasing.erase(Speech.objects.filter(pk=speech.pk))
