"""Pictures of twins and personalities: whatever a customer sends, a clean JPEG is what is kept."""

import base64
import binascii

from avatarsite.core import fetch
from avatarsite.core.children import ChildPool
from avatarsite.core.engines import EngineFailed

MOST_BYTES = 10 * 1_048_576
SECONDS = 10.0
_pool = ChildPool("twins.picture_child", 1)


def clean(content: bytes) -> bytes:
    """A picture as a new JPEG of at most 1024 pixels a side. Raises EngineFailed("picture_unusable")."""
    if len(content) > MOST_BYTES:
        raise EngineFailed(f"The picture is larger than {MOST_BYTES} bytes.", "picture_unusable")
    try:
        with _pool.child() as child:
            child.send(content)
            return bytes(child.receive(SECONDS))
    except EngineFailed as error:
        if error.code in ("engine_crashed", "engine_timeout"):  # the picture did it, not we
            raise EngineFailed("The picture cannot be opened.", "picture_unusable") from error
        raise


def from_words(words: str) -> bytes:
    """A clean picture from a URL, a data URL or base64, as APIs send them."""
    return clean(content_of(words))


def content_of(words: str, most: int = MOST_BYTES) -> bytes:
    """The file itself, of `most` bytes, from a URL, a data URL or base64; nobody has looked at what it is."""
    if words.startswith(("http://", "https://")):
        return fetch.fetch(words, max_bytes=most).content
    encoded = words.partition(",")[2] if words.startswith("data:") else words
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise EngineFailed("The picture is neither a URL nor base64.", "picture_unusable") from error
