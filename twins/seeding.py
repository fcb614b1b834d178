"""The stock twins: from `twins/stock/*.toml`, one file per twin, to rows without an owner."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.db import models, transaction

from twins.knowledge import services as knowledge
from twins.models import KnowledgeFile, Personality, Replica, Twin, Voice

STOCK = Path(__file__).parent / "stock"
Fields = Mapping[str, Any]
Row = TypeVar("Row", Replica, Voice, Twin, Personality)


@dataclass(frozen=True)
class StockTwin:
    """One shipped twin: its rows' primary keys and the fields they are to have."""

    replica: tuple[str, Fields]
    voice: tuple[str, Fields]
    twin: tuple[str, Fields]
    personality: tuple[str, Fields]
    knowledge: Mapping[str, str]  # title -> text


def shipped() -> list[StockTwin]:
    """The twins of this version. A key that is missing in a file raises KeyError."""
    return [_read(path) for path in sorted(STOCK.glob("*.toml"))]


def stock_keys() -> frozenset[str]:
    """The primary keys of the shipped rows."""
    names = [path.stem for path in STOCK.glob("*.toml")]
    return frozenset(f"{prefix}{name}" for name in names for prefix in ("", "r-", "v-", "p-"))


@transaction.atomic
def seed() -> int:
    """Bring the stock rows to what is shipped; returns how many rows were written.

    Running it again writes nothing. Rows that were given an owner are that owner's and stay as they are. Two
    processes may seed at once: the second waits for the first and then finds nothing to do.
    """
    twins = shipped()
    written = _bring(Replica, (stock.replica for stock in twins))
    written += _bring(Voice, (stock.voice for stock in twins))
    written += _bring(Twin, (stock.twin for stock in twins))
    written += _bring(Personality, (stock.personality for stock in twins))
    return written + _bring_knowledge({stock.personality[0]: stock.knowledge for stock in twins})


def _read(path: Path) -> StockTwin:
    facts = tomllib.loads(path.read_text("utf-8"))
    key, name, mind = path.stem, facts["name"], facts["personality"]
    voice = {"name": name, "engine": "local", "rate": 1.0, "pitch": 1.0, **facts["voice"]}
    replica = {"name": name, "kind": Replica.Kind.DRAWN, "portrait": facts["portrait"]}
    twin = {"name": name, "headline": facts["headline"], "position": facts["position"], "is_public": True}
    mind = {"name": name, "word_limit": 60, "llm_model": "", **mind, "system_prompt": mind["system_prompt"].strip()}
    return StockTwin(
        replica=(f"r-{key}", {**replica, "status": Replica.Status.READY, "status_details": ""}),
        voice=(f"v-{key}", voice),
        twin=(key, {**twin, "replica_id": f"r-{key}", "voice_id": f"v-{key}"}),
        personality=(f"p-{key}", {**mind, "twin_id": key}),
        knowledge={document["title"]: document["text"].strip() for document in facts["knowledge"]},
    )


def _bring(model: type[Row], rows: Iterable[tuple[str, Fields]]) -> int:
    """Make the rows that are missing, and set the fields of stock rows that differ."""
    wanted = dict(rows)
    found = model.objects.in_bulk(wanted)
    missing = [model(pk=key, **fields) for key, fields in wanted.items() if key not in found]
    model.objects.bulk_create(missing, ignore_conflicts=True)  # another process may be seeding too
    stock = [row for row in found.values() if row.owner_id is None]
    return len(missing) + sum(_set(row, wanted[row.pk]) for row in stock)


def _bring_knowledge(wanted: Mapping[str, Mapping[str, str]]) -> int:
    """Give each stock personality exactly the documents that are shipped for it, in their order."""
    minds = Personality.objects.select_for_update().filter(pk__in=wanted, owner=None).order_by("pk")
    found: dict[str, list[KnowledgeFile]] = {mind.pk: [] for mind in minds}
    for document in KnowledgeFile.objects.filter(personality__in=found):
        found[document.personality_id].append(document)
    return sum(_bring_documents(mind, found[mind.pk], wanted[mind.pk]) for mind in minds)


def _bring_documents(mind: Personality, found: list[KnowledgeFile], wanted: Mapping[str, str]) -> int:
    """All anew when anything differs: their order counts too, and nothing refers to them."""
    if [(document.name, document.text) for document in found] == list(wanted.items()):
        return 0
    for document in found:
        knowledge.delete(document)
    for title, text in wanted.items():
        knowledge.add_text(mind, title, text)
    return len(wanted)


def _set(row: models.Model, fields: Fields) -> bool:
    """Save the fields that differ; False when none does."""
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, fields[name])
    if changed:
        row.save(update_fields=[*changed, "updated_at"])
    return bool(changed)
