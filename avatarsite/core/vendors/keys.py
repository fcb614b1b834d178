"""Whose key a vendor is called with: the account's own, else the site's row, else the site's setting."""

from typing import Any

from django.conf import settings
from django.db.models import F, Q

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import ProviderKey
from avatarsite.core.vendors.catalog import vendor


def key_of(alias: str, owner_id: str | None) -> str:
    """The key of vendor `alias` for an account, or for the site (None); "" when there is none."""
    rows = ProviderKey.objects.filter(Q(owner=owner_id) | Q(owner=None), vendor=alias)
    first = rows.order_by(F("owner").asc(nulls_last=True)).first()
    return first.secret if first else vendor(alias).key


def engine_for(kind: str, alias: str, owner_id: str | None) -> Any:
    """The engine `alias` of settings.<kind>, with the key of the account that it works for.

    Raises EngineFailed: engine_unknown, vendor_not_configured.
    """
    name = getattr(settings, kind).get(alias, {}).get("VENDOR", "")
    if not name:
        return engines.load(kind, alias)
    key = key_of(name, owner_id)
    if not key:
        words = f"There is no key for {vendor(name).name}. Add one on the Providers page."
        raise EngineFailed(words, "vendor_not_configured")
    return engines.load_with_key(kind, alias, key)
