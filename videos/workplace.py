"""Where one attempt at a job works: a folder of its own, so that a worker that was given up on spoils no other's."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from avatarsite.core.jobs import Ticket


def folder_of(pk: str, attempt: int) -> Path:
    """Which folder that is; it is there while the attempt runs."""
    return Path(settings.STREAMS_DIR) / pk / str(attempt)


@contextmanager
def workplace(ticket: Ticket) -> Iterator[Path]:
    """The folder, empty at first unless something was put there; removed in the end, with those of earlier attempts.

    Never that of a later one: a worker that was frozen may wake up while another works. Raises OSError.
    """
    folder = folder_of(ticket.job.pk, ticket.attempt)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        forget(ticket.job.pk, ticket.attempt)


def forget(pk: str, attempt: int | None = None) -> None:
    """Remove what this attempt and those before it have left; by default, what any has."""
    place = Path(settings.STREAMS_DIR) / pk
    for path in place.iterdir() if place.is_dir() else ():
        if attempt is None or not path.name.isdecimal() or int(path.name) <= attempt:
            shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):  # a later attempt works there, or another process was faster
        place.rmdir()
