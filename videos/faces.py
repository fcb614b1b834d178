"""From a replica's row to the face that a renderer shows."""

import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.db.models.fields.files import FieldFile

from twins.models import Replica
from videos.renderers.base import FaceRef


def face_of(replica: Replica) -> FaceRef:
    """What a renderer's process needs to find the face; its files are brought to this machine if they are not here."""
    if replica.kind == Replica.Kind.DRAWN:
        return FaceRef(replica.kind, replica.portrait, replica.framing)
    return FaceRef(replica.kind, replica.pk, replica.framing, local_file(replica.package), local_file(replica.footage))


def local_file(stored: FieldFile) -> str:
    """The path of a stored file on this machine, fetched if it is not here; "" when there is none."""
    path = local_path(stored)
    if path is not None and not path.exists() and not _is_on_disk(stored):
        _fetch(stored, path)
    return str(path or "")


def local_path(stored: FieldFile) -> Path | None:
    """Where a stored file is on this machine, or will be kept as a copy, whose name never changes meaning."""
    if not stored:
        return None
    if _is_on_disk(stored):
        return Path(stored.path)
    return Path(settings.CACHE_DIR) / "stored" / (stored.name or "").replace("/", "_")


def _is_on_disk(stored: FieldFile) -> bool:
    """Whether the storage is a disk of ours."""
    try:
        return bool(stored.path)
    except NotImplementedError:
        return False


def _fetch(stored: FieldFile, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with stored.open("rb") as source, tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as target:
        shutil.copyfileobj(source, target)
    Path(target.name).rename(path)
