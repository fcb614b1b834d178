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
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from avatarsite.core.models import ApiKey, User
from avatarsite.core.rows import partly

PREFIX = "av_"
ALPHABET = string.digits + string.ascii_letters
RANDOM_LENGTH = 32
CHECK_LENGTH = 6
LAST_USED_EVERY = timedelta(minutes=1)
# What is read of the user beside the key; the rest when it is asked for.
OF_USER = ("email", "name", "is_active", "is_staff", "is_superuser")
# Every request begins with this query: written by hand, for Django takes ten times as long to compile it as to run it.
FIND = f"""
    SELECT core_apikey.*, {", ".join(f"core_user.{name} AS user_{name}" for name in OF_USER)}
    FROM core_apikey JOIN core_user ON core_user.id = core_apikey.user_id WHERE core_apikey.digest = %s
"""  # noqa: S608  the names are ours


def create(
    user: User, name: str = "default", *, allowed: Iterable[str] = (), expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A new key of `user`: its row, and the key itself, which cannot be had again.

    allowed: the addresses or networks that may use it; none: everybody. Raises ValueError for what is neither.
    """
    random = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    key = PREFIX + random + _checksum(random)
    fields = {"allowed_addresses": [network(text) for text in allowed], "expires_at": expires_at}
    row = ApiKey.objects.create(user=user, name=name, digest=_digest(key), hint=f"{key[:7]}…{key[-4:]}", **fields)
    return row, key


def network(text: str) -> str:
    """An address or a network as it is stored. Raises ValueError with a sentence."""
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError as error:
        words = f"“{text}” is no IP address and no network, e.g. 203.0.113.7 or 203.0.113.0/24."
        raise ValueError(words) from error


def find(key: str, address: str) -> ApiKey | None:
    """The living key that a caller at `address` presented, or None."""
    if not _well_formed(key):
        return None
    now, row = timezone.now(), next(iter(ApiKey.objects.raw(FIND, [_digest(key)])), None)
    if row is None or not _living(row, now) or not _allowed(row, address):
        return None
    row.user = partly(User, row._state.db, id=row.user_id, **{name: getattr(row, f"user_{name}") for name in OF_USER})
    if row.last_used_at is None or now - row.last_used_at > LAST_USED_EVERY:
        ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def _living(row: Any, now: datetime) -> bool:
    unexpired = row.expires_at is None or row.expires_at > now
    return bool(row.revoked_at is None and unexpired and row.user_is_active)


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
