"""Writes of twins and personalities with consequences: pictures, and what goes with deleting one."""

from django.core.files.base import ContentFile
from django.db import transaction

from twins.models import Personality, Twin


def set_picture(row: Twin | Personality, picture: bytes) -> None:
    """Keep a clean JPEG (see twins.pictures) as the row's picture, in place of the one before."""
    storage, before = row.image.storage, row.image.name
    row.image.save("picture.jpg", ContentFile(picture), save=False)
    row.save(update_fields=["image", "updated_at"])
    if before:
        transaction.on_commit(lambda: storage.delete(before), robust=True)


def drop_picture(row: Twin | Personality) -> None:
    """Delete the picture's file once the row is really gone."""
    storage, name = row.image.storage, row.image.name
    if name:
        transaction.on_commit(lambda: storage.delete(name), robust=True)
