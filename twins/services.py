"""Writes of twins and personalities with consequences: pictures, and what goes with deleting one."""

from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from avatarsite.core.models import User
from twins.models import Personality, Replica, Twin, Voice


def create_twin(
    owner: User, name: str, replica: Replica, voice: Voice | None, *, greeting: str, **profile: Any
) -> Twin:
    """A twin with a personality that greets. Without a voice it gets that of its replica, once that is trained."""
    with transaction.atomic():
        twin = Twin.objects.create(owner=owner, name=name, replica=replica, voice=voice, **profile)
        Personality.objects.create(owner=owner, twin=twin, name=name, greeting=greeting)
    return twin


def set_picture(row: Twin | Personality, picture: bytes) -> None:
    """Keep a clean JPEG (see twins.pictures) as the row's picture, in place of the one before."""
    storage, before = row.image.storage, row.image.name
    row.image.save("picture.jpg", ContentFile(picture), save=False)
    row.save(update_fields=["image", "updated_at"])
    if before:
        transaction.on_commit(lambda: storage.delete(before), robust=True)
