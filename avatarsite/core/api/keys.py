"""API keys: made once, shown once, kept as a keyed hash.

A key is `av_` + 32 random base62 characters + 6 of a CRC-32: a mistyped key is refused without a look-up, and
secret scanners can recognise one. The hash is HMAC-SHA256 under SECRET_KEY: random keys need no slow hash.
"""

import hashlib
import hmac
import ipaddress
import secrets
import string
import zlib
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from avatarsite.core.models import ApiKey, User

PREFIX = "av_"
ALPHABET = string.digits + string.ascii_letters
RANDOM_LENGTH = 32
CHECK_LENGTH = 6
LAST_USED_EVERY = timedelta(minutes=1)


def create(user: User, name: str = "default") -> tuple[ApiKey, str]:
    """A new key of `user`: its row, and the key itself, which cannot be had again."""
    random = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    key = PREFIX + random + _checksum(random)
    row = ApiKey.objects.create(user=user, name=name, digest=_digest(key), hint=f"{key[:7]}…{key[-4:]}")
    return row, key


def find(key: str, address: str) -> ApiKey | None:
    """The living key that a caller at `address` presented, or None."""
    if not _well_formed(key):
        return None
    now = timezone.now()
    living = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now)) & Q(user__is_active=True)
    row = ApiKey.objects.select_related("user").filter(living, digest=_digest(key)).first()
    if row is None or not _allowed(row, address):
        return None
    if row.last_used_at is None or now - row.last_used_at > LAST_USED_EVERY:
        ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def _allowed(row: ApiKey, address: str) -> bool:
    if not row.allowed_addresses:
        return True
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(caller in ipaddress.ip_network(network, strict=False) for network in row.allowed_addresses)


def _well_formed(key: str) -> bool:
    random, check = key[len(PREFIX) : -CHECK_LENGTH], key[-CHECK_LENGTH:]
    shaped = key.startswith(PREFIX) and len(key) == len(PREFIX) + RANDOM_LENGTH + CHECK_LENGTH and key.isascii()
    return shaped and hmac.compare_digest(_checksum(random), check)


def _checksum(random: str) -> str:
    number, digits = zlib.crc32(random.encode()), ""
    for _ in range(CHECK_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def _digest(key: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), b"api-key:" + key.encode(), hashlib.sha256).hexdigest()
