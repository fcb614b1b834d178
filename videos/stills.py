"""Pictures of twins as files and as signed addresses: what was given for them, or the drawn face."""

from pathlib import Path

from django.conf import settings

from avatarsite.core import engines
from twins import portraits
from twins.models import Personality, Replica, Twin
from videos.renderers.base import FaceRef, VideoFormat
from videos.signing import sign

PORTRAIT_PIXELS = 512


def portrait_file(replica: Replica) -> Path:
    """The replica's face as a JPEG, drawn at the first request."""
    path = Path(settings.CACHE_DIR) / "portraits" / f"{replica.kind}-{replica.portrait}-{portraits.VERSION}.jpg"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        drawn = path.with_suffix(".new.jpg")
        renderer = engines.load("RENDERERS", "local")
        renderer.poster(FaceRef(replica.kind, replica.portrait), drawn, VideoFormat(PORTRAIT_PIXELS, PORTRAIT_PIXELS))
        drawn.rename(path)
    return path


def picture_url(row: Twin | Personality, base: str) -> str | None:
    """Where the picture of a twin or a personality can be had without a key; a twin's drawn face stands in for it."""
    if row.image:
        return base + sign(f"/media/{row.image.name}")
    if isinstance(row, Twin) and row.replica and row.replica.status == Replica.Status.READY:
        return base + sign(f"/media/faces/{row.replica.pk}.jpg")
    return None
