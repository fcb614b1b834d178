"""Pictures of twins as files and as signed addresses: what was given for them, or the drawn face."""

import secrets
from pathlib import Path

from django.conf import settings

from avatarsite.core import engines
from twins import portraits
from twins.models import Personality, Replica, Twin
from videos.faces import face_of
from videos.renderers.base import VideoFormat
from videos.signing import sign

PORTRAIT_PIXELS = 512
MOVING_PIXELS = 256


def portrait_file(replica: Replica) -> Path:
    """The replica's face as a JPEG, drawn at the first request."""
    face = face_of(replica)
    path = Path(settings.CACHE_DIR) / "portraits" / f"{face.key}-{portraits.VERSION}.jpg"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        drawn = path.with_suffix(".new.jpg")
        renderer = engines.load("RENDERERS", "local")
        renderer.poster(face, drawn, VideoFormat(PORTRAIT_PIXELS, PORTRAIT_PIXELS))
        drawn.rename(path)
    return path


def moving_file(replica: Replica) -> Path:
    """The replica, silent and alive, as a small loop in MP4, drawn at the first request."""
    face = face_of(replica)
    path = Path(settings.CACHE_DIR) / "portraits" / f"{face.key}-{portraits.VERSION}.mp4"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        drawn = path.with_suffix(f".{secrets.token_hex(4)}.mp4")  # two may ask at once
        small = VideoFormat(MOVING_PIXELS, MOVING_PIXELS, settings.VIDEO_FPS)
        for _ in engines.load("RENDERERS", "local").idle(face, drawn, small):
            pass
        drawn.rename(path)
    return path


def picture_url(row: Twin | Personality, base: str) -> str | None:
    """Where the picture of a twin or a personality can be had without a key; a twin's drawn face stands in for it."""
    if row.image:
        return base + sign(f"/media/{row.image.name}")
    return face_url(row.replica, base) if isinstance(row, Twin) and row.replica else None


def face_url(replica: Replica, base: str) -> str | None:
    """Where a face can be seen without a key; None while it cannot be shown."""
    return base + sign(f"/media/faces/{replica.pk}.jpg") if replica.usable else None


def moving_url(replica: Replica, base: str) -> str | None:
    """Where its silent loop can be seen without a key; None while it cannot be shown."""
    return base + sign(f"/media/faces/{replica.pk}.mp4") if replica.usable else None
