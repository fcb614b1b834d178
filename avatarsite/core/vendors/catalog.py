"""The vendors there are, from settings.VENDORS."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from avatarsite.core.engines import EngineFailed


@dataclass(frozen=True)
class Vendor:
    """name: as people write it. key: the site's own, "" for none. base_url: of its API, without a slash at the end.

    keys_url: where a customer finds a key. keyless: its server wants none.
    """

    alias: str
    name: str
    base_url: str
    keys_url: str = ""
    key: str = field(default="", repr=False)
    keyless: bool = False

    @property
    def host(self) -> str:
        """Who a key is sent to, and nobody else."""
        return urlsplit(self.base_url).netloc


def vendor(alias: str) -> Vendor:
    """Raises EngineFailed vendor_unknown."""
    if alias not in settings.VENDORS:
        names = ", ".join(settings.VENDORS)
        raise EngineFailed(f"There is no vendor “{alias}”. There are: {names}.", "vendor_unknown")
    return _read(alias, settings.VENDORS[alias])


def vendors() -> list[Vendor]:
    return [_read(alias, entry) for alias, entry in settings.VENDORS.items()]


def _read(alias: str, entry: dict[str, Any]) -> Vendor:
    return Vendor(
        alias,
        entry["NAME"],
        entry["BASE_URL"].rstrip("/"),
        entry.get("KEYS_URL", ""),
        entry.get("KEY", "").strip(),
        entry.get("KEYLESS", False),
    )
