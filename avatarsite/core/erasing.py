"""Erasing rows so that nothing of them stays: neither what the database deletes with them, nor anybody's files.

Which rows have which files is read from the models, so a new field of files needs no entry here. The files go when
the transaction has committed: a deletion that is rolled back has lost nothing.
"""

import logging
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from django.core.files.storage import FileSystemStorage, Storage
from django.db import models, transaction
from django.db.models.deletion import Collector
from django.http import HttpRequest

logger = logging.getLogger(__name__)

AT_ONCE = 500  # rows whose files are looked up with one query
StoredFile = tuple[Storage, str]


def erase(rows: models.QuerySet[Any]) -> None:
    """Delete rows, the rows that go with them, and the files of all of them.

    Raises RestrictedError when a row of somebody else still needs one of them; then nothing was deleted.
    """
    with transaction.atomic(using=rows.db):
        collector = Collector(using=rows.db, origin=rows)
        collector.collect(rows)
        files = list(_files(collector))
        _announce(collector)
        collector.delete()
        transaction.on_commit(lambda: _delete(files), using=rows.db, robust=True)


class ErasingAdmin:
    """For the admin of a model: deleting takes the files along."""

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        erase(type(obj)._default_manager.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        erase(queryset)


def _announce(collector: Collector) -> None:
    """A model with `before_erasing(rows)` sees to what its rows have outside of the database and the storage."""
    for model, found in collector.data.items():
        if hasattr(model, "before_erasing"):
            model.before_erasing(list(found))
    for rows in collector.fast_deletes:
        if hasattr(rows.model, "before_erasing"):
            rows.model.before_erasing(list(rows))


def _files(collector: Collector) -> Iterator[StoredFile]:
    """The files of all rows that a collector is about to delete."""
    for model, found in collector.data.items():
        keys = [row.pk for row in found]
        for start in range(0, len(keys), AT_ONCE):
            yield from _files_of(model._base_manager.filter(pk__in=keys[start : start + AT_ONCE]))
    for rows in collector.fast_deletes:
        yield from _files_of(rows)


def _files_of(rows: models.QuerySet[Any]) -> Iterator[StoredFile]:
    fields = [field for field in rows.model._meta.concrete_fields if isinstance(field, models.FileField)]
    if not fields:
        return
    for names in rows.order_by().values_list(*(field.name for field in fields)):
        yield from ((field.storage, name) for field, name in zip(fields, names, strict=True) if name)


def _delete(files: list[StoredFile]) -> None:
    left = 0
    for storage, name in files:
        try:
            storage.delete(name)
        except OSError:
            left += 1
    for storage, name in files:
        _leave_no_folder(storage, PurePosixPath(name).parent)
    if left:
        logger.error("erase.files_left count=%d", left)


def _leave_no_folder(storage: Storage, folder: PurePosixPath) -> None:
    """Remove the folder that one row had for its files, unless something is in it."""
    if isinstance(storage, FileSystemStorage) and len(folder.parts) > 1:
        try:
            storage.delete(str(folder))
        except OSError:  # not empty
            return
