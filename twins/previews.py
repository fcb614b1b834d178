"""Small pictures of the drawn portraits, for lists and forms; drawn once, then kept in the cache folder."""

import tempfile
from pathlib import Path

import cv2
from django.conf import settings

from twins import portraits

PIXELS = 256
QUALITY = 88


def preview(portrait: str) -> Path:
    """A square JPEG of the portrait. KeyError for a name that is not in `portraits.names()`."""
    if portrait not in portraits.names():
        raise KeyError(portrait)
    path = Path(settings.CACHE_DIR) / "previews" / f"{portrait}-{portraits.VERSION}-{PIXELS}.jpg"
    if not path.exists():
        _draw(portrait, path)
    return path


def _draw(portrait: str, path: Path) -> None:
    """Written beside its place and moved there whole: another request may be reading."""
    image = portraits.draw(portrait, PIXELS, PIXELS).image
    _, encoded = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        file.write(encoded.tobytes())
    Path(file.name).replace(path)
