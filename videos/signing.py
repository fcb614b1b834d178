"""Signed, expiring URLs of media: path + expiry + HMAC, checked without a look-up."""

import hmac
import time

from django.conf import settings

ROUND_TO = 3_600  # seconds: URLs made within the same hour are equal, so that browsers may cache


def sign(path: str) -> str:
    """`path` with a signature that holds for MEDIA_URL_TTL seconds and up to an hour more."""
    expires = (int(time.time()) // ROUND_TO + 1) * ROUND_TO + settings.MEDIA_URL_TTL
    return f"{path}?expires={expires}&signature={_signature(path, expires)}"


def sign_outside(path: str) -> str:
    """The whole address of `sign`, for a vendor who fetches from us; "" while PUBLIC_URL does not tell where we are."""
    return f"{settings.PUBLIC_URL}{sign(path)}" if settings.PUBLIC_URL else ""


def holds(path: str, expires: str, signature: str) -> bool:
    """Whether the signature is ours, for this path, and not expired."""
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 12 and signature.isascii()):
        return False
    genuine = hmac.compare_digest(_signature(path, int(expires)), signature)
    return genuine and int(expires) > time.time()


def share_token(video_id: str) -> str:
    """What makes the address of a video's page one that cannot be guessed from its id."""
    return _mac(f"share:{video_id}")[:20]


def _signature(path: str, expires: int) -> str:
    return _mac(f"media:{path}:{expires}")[:40]


def _mac(text: str) -> str:
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode(), "sha256").hex()
