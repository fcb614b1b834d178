"""The keys of an account, or of the site, at vendors: kept, replaced, forgotten, tested; never shown again."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import ProviderKey
from avatarsite.core.vendors import breaker, keys, probes
from avatarsite.core.vendors.breaker import State
from avatarsite.core.vendors.catalog import Vendor, vendor, vendors

LONGEST_KEY = 500  # characters
SHOWN = 4  # of its last characters
TESTS = "20/m"  # of one account: each is a request to a vendor
LEAST_SHOWN = 16  # a shorter key is not shown even in part


@dataclass(frozen=True)
class Provider:
    """A vendor as one account, or the site, sees it.

    source: whose key works: "own", "site", "keyless" (its server wants none) or "none". key: the row with the own key.
    circuits: of the engines that work with it. prices: in words.
    """

    vendor: Vendor
    source: str
    key: ProviderKey | None
    circuits: list[State]
    prices: list[str]


@dataclass(frozen=True)
class Tested:
    """What the vendor said to a key. code: "" when it takes it, else EngineFailed's."""

    words: str
    code: str = ""


def providers(owner_id: str | None) -> list[Provider]:
    """Every vendor, for an account or for the site (None)."""
    rows = {row.vendor: row for row in ProviderKey.objects.filter(owner=owner_id)}
    used = keys.keys_of(settings.VENDORS, owner_id)
    return [_provider(each, rows.get(each.alias), used[each.alias], owner_id) for each in vendors()]


def provider(alias: str, owner_id: str | None) -> Provider:
    """Raises EngineFailed vendor_unknown."""
    row = ProviderKey.objects.filter(owner=owner_id, vendor=alias).first()
    return _provider(vendor(alias), row, keys.key_of(alias, owner_id), owner_id)


def keep(alias: str, secret: str, owner_id: str | None) -> ProviderKey:
    """Take a key, in the place of the one before. Raises EngineFailed: vendor_unknown, key_invalid."""
    secret = checked(alias, secret)
    hint = secret[-SHOWN:] if len(secret) >= LEAST_SHOWN else ""
    facts = {"secret": secret, "hint": hint, "created_at": timezone.now(), "tested_at": None, "trouble": ""}
    row, _ = ProviderKey.objects.update_or_create(owner_id=owner_id, vendor=alias, defaults=facts)
    return row


def checked(alias: str, secret: str) -> str:
    """A key without the white space around it. Raises EngineFailed: vendor_unknown, key_invalid."""
    found, secret = vendor(alias), secret.strip()
    if not secret:
        raise EngineFailed(f"key: paste the {found.name} key.", "key_invalid")
    if len(secret) > LONGEST_KEY or not secret.isascii() or not secret.isprintable() or " " in secret:
        words = f"key: this is no {found.name} key: a key is one word of ASCII letters, digits and signs."
        raise EngineFailed(words, "key_invalid")
    return secret


def forget(alias: str, owner_id: str | None) -> bool:
    """False when there was none. What is under way with it is not stopped."""
    return bool(ProviderKey.objects.filter(owner=owner_id, vendor=alias).delete()[0])


def test(alias: str, owner_id: str | None) -> Tested:
    """Ask the vendor whether it takes an account's own key, or the site's (None); the answer stands on the key's row.

    What the vendor tells of the site's key (credits, say) is not for accounts. A key that is taken closes its circuits.
    Raises EngineFailed: vendor_unknown, vendor_not_configured.
    """
    asked = vendor(alias)
    row = ProviderKey.objects.filter(owner=owner_id, vendor=alias).first()
    key = row.secret if row else asked.key if owner_id is None else ""
    if not key and not (asked.keyless and owner_id is None):
        words = f"There is no own key for {asked.name} to test. Add one first."
        raise EngineFailed(words, "vendor_not_configured")
    try:
        told = Tested(f"{asked.name} takes the key. {probes.probe(alias, key)}".strip())
    except EngineFailed as error:
        told = Tested(error.message, error.code)
    if not told.code:
        for kind, engine in keys.engines_of(alias):
            breaker.circuit(kind, engine, key).succeeded()
    _note(alias, owner_id, key, told)
    return told


def _note(alias: str, owner_id: str | None, key: str, told: Tested) -> None:
    """On the row of the key that was tested, unless it was replaced meanwhile."""
    row = ProviderKey.objects.filter(owner=owner_id, vendor=alias).first()
    if row is not None and row.secret == key:
        trouble = told.words if told.code else ""
        ProviderKey.objects.filter(pk=row.pk, created_at=row.created_at).update(
            tested_at=timezone.now(), trouble=trouble
        )


def _provider(found: Vendor, row: ProviderKey | None, key: str, owner_id: str | None) -> Provider:
    source = "own" if row else "site" if key else "keyless" if found.keyless else "none"
    used = keys.engines_of(found.alias) if key or found.keyless else []
    circuits = [breaker.circuit(kind, alias, key).state(kind, owner_id if row else None) for kind, alias in used]
    return Provider(found, source, row, circuits, _prices(found.alias))


def _prices(alias: str) -> list[str]:
    engines = keys.engines_of(alias)
    units = {"TTS": "character", "RENDERERS": "second of video"}
    told = [
        f"${settings.PRICES[engine]:g} for a {units[kind]}"
        for kind, engine in engines
        if engine in settings.PRICES and kind in units
    ]
    configured: dict[str, Any] = settings.LLM
    models = [configured[engine].get("OPTIONS", {}).get("model", "") for kind, engine in engines if kind == "LLM"]
    return told + [
        f"{model}: ${price[0]:g} in, ${price[1]:g} out for a million tokens"
        for model in models
        if (price := settings.LLM_PRICES.get(model))
    ]
