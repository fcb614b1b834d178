"""What a replica is trained from and what training makes of it, as files: brought, kept, forgotten."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from avatarsite.core import fetch
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Ticket, TicketLost
from twins.models import Replica

FILES = ("source_image", "source_video", "package", "footage")
FETCH_SECONDS = 1_800.0  # 750 MB at 3.5 Mbit/s
PAUSE = 1.0  # seconds after which progress is told anew though it is the same: a cancelled job notices by it


def paced(tell: Callable[[int], None]) -> Callable[[int], None]:
    """Tell per cent when it changed, or after a PAUSE."""
    last, next_time = -1, 0.0

    def told(share: int) -> None:
        nonlocal last, next_time
        if share != last or time.monotonic() >= next_time:
            last, next_time = share, time.monotonic() + PAUSE
            tell(share)

    return told


def bring(ticket: Ticket, field: str, url: str, most: int, progress: Callable[[int], None]) -> None:
    """Fetch the file behind `url` into a field of the replica, unless it is there.

    progress: per cent of `most` bytes. Raises EngineFailed as fetch.fetch_to does, and source_missing.
    """
    if getattr(ticket.job, field):
        return
    if not url:
        raise EngineFailed("What it was trained from is no longer kept. Create the replica anew.", "source_missing")
    with TemporaryDirectory(prefix="training-") as folder:
        path = Path(folder) / "source"
        told = paced(lambda share: progress(min(99, share)))
        fetch.fetch_to(
            url, path, max_bytes=most, seconds=FETCH_SECONDS, on_progress=lambda count: told(count * 100 // most)
        )
        keep(ticket, **{field: path})


def keep(ticket: Ticket, **paths: Path) -> None:
    """Store files in fields of the replica, all or none. Raises TicketLost, and then nothing of them stays."""
    stored: dict[str, str] = {}
    try:
        for field, path in paths.items():
            file = getattr(ticket.job, field)
            with path.open("rb") as content:
                name = file.field.generate_filename(ticket.job, path.name)
                stored[field] = file.storage.save(name, File(content))
        ticket.update(**stored)
    except OSError as error:
        _delete(stored.values())
        raise EngineFailed(
            "The server cannot store the files of the replica.", "storage_failed", retryable=True
        ) from error
    except TicketLost:
        _delete(stored.values())
        raise
    for field, name in stored.items():
        setattr(ticket.job, field, name)


def forget(replica: Replica) -> None:
    """Delete what the replica was trained from and what was made of it, once the transaction has committed."""
    names = [getattr(replica, field).name for field in FILES]
    Replica.objects.filter(pk=replica.pk).update(**dict.fromkeys(FILES, ""))
    transaction.on_commit(lambda: _delete([name for name in names if name]), robust=True)


def _delete(names: Iterable[str]) -> None:
    for name in names:
        default_storage.delete(name)
