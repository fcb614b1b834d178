"""Whose key a vendor is called with: the account's own, else the site's row, else the site's setting."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import F, Q

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import ProviderKey
from avatarsite.core.vendors import breaker
from avatarsite.core.vendors.catalog import vendor

KINDS = ("LLM", "MODERATION", "EMBEDDINGS", "STT", "TTS", "RENDERERS")  # settings whose engines may have a VENDOR


def key_of(alias: str, owner_id: str | None) -> str:
    """The key of vendor `alias` for an account, or for the site (None); "" when there is none."""
    return keys_of([alias], owner_id)[alias]


def keys_of(aliases: Iterable[str], owner_id: str | None) -> dict[str, str]:
    """The same of several vendors, with one query."""
    found = {alias: vendor(alias).key for alias in aliases}
    if found:
        rows = ProviderKey.objects.filter(Q(owner=owner_id) | Q(owner=None), vendor__in=found)
        # The account's own comes last, and stays.
        found |= {row.vendor: row.secret for row in rows.order_by(F("owner").asc(nulls_first=True))}
    return found


def vendor_of(kind: str, alias: str) -> str:
    """The vendor whose key the engine is given; "" for one that needs none, or an unknown one."""
    return str(getattr(settings, kind).get(alias, {}).get("VENDOR", ""))


def usable(kind: str, aliases: Sequence[str], owner_id: str | None) -> tuple[str, ...]:
    """The engines of a chain without those whose vendor nobody gave a key for; all of them when none is left."""
    vendors = {alias: name for alias in aliases if (name := vendor_of(kind, alias))}
    keys = keys_of(set(vendors.values()), owner_id)
    left = [alias for alias in aliases if alias not in vendors or _served(vendors[alias], keys[vendors[alias]])]
    return tuple(left or aliases)


def engine_key(kind: str, alias: str, owner_id: str | None) -> str:
    """The key that the engine `alias` of settings.<kind> works with for an account; "" for engines without a vendor.

    Raises EngineFailed vendor_not_configured.
    """
    name = vendor_of(kind, alias)
    key = key_of(name, owner_id) if name else ""
    if name and not _served(name, key):
        words = f"There is no key for {vendor(name).name}. Add one on the Providers page."
        raise EngineFailed(words, "vendor_not_configured")
    return key


def engine_for(kind: str, alias: str, owner_id: str | None) -> Any:
    """The engine `alias` of settings.<kind>, with the key of the account that it works for.

    Raises EngineFailed: engine_unknown, vendor_not_configured.
    """
    return engine_with(kind, alias, engine_key(kind, alias, owner_id))


def engine_with(kind: str, alias: str, key: str) -> Any:
    """The engine with this key; without one, as the settings say. Raises EngineFailed engine_unknown."""
    return engines.load_with_key(kind, alias, key) if key else engines.load(kind, alias)


def engines_of(name: str) -> list[tuple[str, str]]:
    """(kind, alias) of all engines that work with the key of vendor `name`."""
    return [(kind, alias) for kind in KINDS for alias in getattr(settings, kind, {}) if vendor_of(kind, alias) == name]


def states() -> list[breaker.State]:
    """Every circuit of an engine with a vendor: for the site's keys, and for each account's own."""
    rows = [(row.vendor, row.owner_id, row.secret) for row in ProviderKey.objects.exclude(owner=None)]
    site = [(name, None, key) for name, key in keys_of(settings.VENDORS, None).items()]
    return [
        breaker.circuit(kind, alias, key).state(kind, owner)
        for name, owner, key in [*site, *rows]
        for kind, alias in (engines_of(name) if name in settings.VENDORS else ())
    ]


def _served(name: str, key: str) -> bool:
    return bool(key) or vendor(name).keyless
