"""What is forgotten in time: old clips of chats, leftovers of killed workers, cached faces of replicas that are gone.

Each step is short, and says whether there is more to do. Running one twice, or in two workers at once, does no harm.
"""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from avatarsite.core.erasing import erase
from avatarsite.core.jobs import FINAL, Status
from twins import portraits
from twins.models import Replica
from videos.faces import local_path
from videos.models import Video
from videos.renderers.base import FaceRef

STEP = 50  # clips of one step
YOUNG_SECONDS = 3_600.0  # what was touched that lately may be in use
KEYED = re.compile(r"\.?([0-9a-f]{16})\b")  # cached things begin with the key of their face


def forget_old_clips() -> bool:
    """Delete clips of chats that ended CHAT_CLIPS_KEPT_DAYS ago; what was said stays. Customers' own videos stay."""
    if not settings.CHAT_CLIPS_KEPT_DAYS:
        return False
    limit = timezone.now() - timedelta(days=settings.CHAT_CLIPS_KEPT_DAYS)
    old = Video.objects.filter(source=Video.Source.REPLY, dialect="", status__in=FINAL, finished_at__lt=limit)
    found = list(old.order_by("finished_at").values_list("pk", flat=True)[:STEP])
    erase(Video.objects.filter(pk__in=found))
    return len(found) == STEP


def forget_streams() -> bool:
    """Remove working folders of clips that nobody makes any more."""
    busy = set(Video.objects.filter(status__in=[Status.QUEUED, Status.RUNNING]).values_list("pk", flat=True))
    for path in _untouched(settings.STREAMS_DIR):
        if path.is_dir() and path.name not in busy:
            shutil.rmtree(path, ignore_errors=True)
    return False


def forget_faces() -> bool:
    """Remove cached pictures and files of replicas that are gone, or were trained anew: they show a person."""
    cache = Path(settings.CACHE_DIR)
    keys, stored = _known()
    for path in [*_untouched(cache / "faces"), *_untouched(cache / "portraits")]:
        match = KEYED.match(path.name)
        if match and match[1] not in keys:
            _remove(path)
    for path in _untouched(cache / "stored"):
        if path.name not in stored:
            _remove(path)
    return False


def limit_faces() -> bool:
    """Remove the cached faces that were opened longest ago, until the rest is within FACE_CACHE_MB. Any is baked again
    when it is next shown."""
    kept = 0
    for path in sorted(_faces(Path(settings.CACHE_DIR) / "faces"), key=_opened, reverse=True):
        kept += _size(path)
        if kept > settings.FACE_CACHE_MB * 1_048_576 and time.time() - _opened(path) > YOUNG_SECONDS:
            _remove(path)
    return False


def _faces(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def _opened(face: Path) -> float:
    """When a process last opened it: the time of its folder (videos.renderers.local.cache)."""
    with suppress(FileNotFoundError):  # somebody else was faster
        return face.stat().st_mtime
    return 0.0


def _size(face: Path) -> int:
    """Bytes of its files."""
    with suppress(FileNotFoundError):
        return sum(file.stat().st_size for file in face.iterdir())
    return 0


def _known() -> tuple[set[str], set[str]]:
    """The keys of all faces that there are, and the names of their files."""
    framings = Replica.Framing.values
    drawn = {FaceRef(Replica.Kind.DRAWN, name, framing).key for name in portraits.names() for framing in framings}
    keys, files = set(drawn), set()
    for replica in Replica.objects.exclude(kind=Replica.Kind.DRAWN):
        package, footage = local_path(replica.package), local_path(replica.footage)
        files |= {path.name for path in (package, footage) if path}
        own = (str(package or ""), str(footage or ""))
        keys |= {FaceRef(replica.kind, replica.pk, framing, *own).key for framing in framings}
    return keys, files


def _untouched(folder: Path) -> Iterator[Path]:
    limit = time.time() - YOUNG_SECONDS
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # somebody else was faster
            if path.lstat().st_mtime < limit:
                yield path


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
