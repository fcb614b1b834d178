"""`manage.py doctor`: every engine of every layer: in use, usable, what is missing, whose licence, how fast it is."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from avatarsite.core import engines
from avatarsite.core.diagnosis import Diagnosis
from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors import keys, probes
from avatarsite.core.vendors.catalog import vendor

LAYERS = {  # setting -> what it is called, and the setting that says which engines are in use
    "LLM": ("language model", "LLM_CHAIN"),
    "TTS": ("voice", ""),
    "STT": ("hearing", "STT_CHAIN"),
    "RENDERERS": ("face", ""),
    "PARTS": ("part", ""),
    "EMBEDDINGS": ("search by meaning", "EMBEDDINGS_ENGINE"),
    "MODERATION": ("moderation", "MODERATION_ENGINE"),
    "VENDORS": ("key at", ""),
}
TITLES = {
    "missing": "missing",
    "said": "it says",
    "source": "from",
    "licence": "licence",
    "cost": "expected cost",
    "measured": "measured here",
}
UNADDRESSED = "A key for OpenAI, or the address of a compatible server: see OPENAI_API_KEY and OPENAI_BASE_URL in .env."


class Command(BaseCommand):
    help = (
        "Tell of every engine whether it can be used, what is missing, where to get it, and its licence. "
        "The exit code is 1 when something lacks that is in use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument(
            "--measure", action="store_true", help="also try how fast each is that works on this machine (a minute)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = (
            _finding(setting, alias, options["measure"]) for setting in LAYERS for alias in getattr(settings, setting)
        )
        lacking = self._tell_json([*found]) if options["json"] else self._tell_all(found)
        if lacking:
            raise CommandError(f"In use, and cannot be used: {', '.join(lacking)}.")

    def _tell_json(self, found: "list[Finding]") -> list[str]:
        self.stdout.write(json.dumps([asdict(one) for one in found], indent=2))
        return [one.name for one in found if one.lacks]

    def _tell_all(self, found: Any) -> list[str]:
        """Each as soon as it is known."""
        self.stdout.write(f"This machine: {os.cpu_count()} processor cores, Python {platform.python_version()}")
        lacking = []
        for one in found:
            self._tell(one)
            lacking += [one.name] if one.lacks else []
        return lacking

    def _tell(self, one: "Finding") -> None:
        state = "needs something" if one.missing else "usable"
        self.stdout.write(f"{one.name}: {state}{', in use' if one.used else ''}")
        for name, title in TITLES.items():
            if words := getattr(one, name):
                self.stdout.write(f"    {title}: {words}")


@dataclass(frozen=True)
class Finding(Diagnosis):
    """What is told of one engine. layer: its setting. measured: its speed here, "" when that was not tried.

    said: what a vendor answered to the site's key.
    """

    layer: str = ""
    engine: str = ""
    measured: str = ""
    said: str = ""

    @property
    def name(self) -> str:
        return f"{LAYERS[self.layer][0]}: {self.engine}"

    @property
    def lacks(self) -> bool:
        return self.used and bool(self.missing)


def _finding(setting: str, alias: str, measure: bool) -> Finding:
    if setting == "VENDORS":
        return _tested(alias)
    diagnosis = _diagnosis(setting, alias)
    facts = asdict(diagnosis) | {"used": diagnosis.used or _chosen(setting, alias)}
    measured = _measured(setting, alias) if measure and not diagnosis.missing else ""
    return Finding(**facts, layer=setting, engine=alias, measured=measured)


def _tested(alias: str) -> Finding:
    """Whether a vendor takes the site's key, in its own words."""
    key, found = _site_key(alias), vendor(alias)
    if not key and not found.keyless:
        words = f"The site's own key: {alias.upper()}_API_KEY, or the Providers page."
        return Finding(words, source=found.keys_url, layer="VENDORS", engine=alias)
    try:
        said = probes.probe(alias, key) or "It takes the key."
    except EngineFailed as error:
        return Finding(error.message, source=found.keys_url, used=True, layer="VENDORS", engine=alias)
    return Finding(used=True, layer="VENDORS", engine=alias, said=said)


def _site_key(alias: str) -> str:
    """Without a database, what the settings say."""
    try:
        return keys.key_of(alias, None)
    except DatabaseError:
        return vendor(alias).key


def _chosen(setting: str, alias: str) -> bool:
    """Whether the chain of the settings comes to it: engines that nobody gave a key for are passed over."""
    chosen = getattr(settings, LAYERS[setting][1]) if LAYERS[setting][1] else ()
    chain = [chosen] if isinstance(chosen, str) else chosen
    return alias in chain and (not _keyless(setting, alias) or all(_keyless(setting, each) for each in chain))


def _keyless(setting: str, alias: str) -> bool:
    """Whether it lacks the key that it needs."""
    name = keys.vendor_of(setting, alias)
    return bool(name) and not _site_key(name) and not vendor(name).keyless


def _diagnosis(setting: str, alias: str) -> Diagnosis:
    """What the engine tells of itself; of one that says nothing, whether it can be loaded and has an address."""
    name = keys.vendor_of(setting, alias)
    if name and _keyless(setting, alias):
        words = f"A key for {vendor(name).name}: {name.upper()}_API_KEY, or the Providers page."
        return Diagnosis(words, "the vendor's own", vendor(name).keys_url, "the vendor's")
    try:
        engine = keys.engine_with(setting, alias, _site_key(name) if name else "")
    except EngineFailed as error:
        return Diagnosis(missing=error.message)
    if hasattr(engine, "diagnosis"):
        told: Diagnosis = engine.diagnosis()
        return told
    options = getattr(settings, setting)[alias].get("OPTIONS", {})
    if "api_key" not in options or name:
        return Diagnosis(licence="the vendor's own" if name else "this project's")
    missing = "" if options["api_key"] or options.get("base_url") else UNADDRESSED
    return Diagnosis(missing, "the server's own", "OpenAI, or a server that is compatible with it", "the server's")


def _measured(setting: str, alias: str) -> str:
    """ "" for engines that work elsewhere, or have nothing worth measuring."""
    engine = engines.load(setting, alias)
    if not hasattr(engine, "measured"):
        return ""
    try:
        return str(engine.measured())
    except EngineFailed as error:
        return f"it failed: {error.message}"
