"""The stock twins: from `twins/stock/*.toml`, one file per twin, to rows without an owner."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.db import models, transaction

from avatarsite.core.jobs import Status
from twins import stock_personas
from twins.knowledge import services as knowledge
from twins.models import KnowledgeFile, Personality, Replica, Twin, Voice

STOCK = Path(__file__).parent / "stock"
REPLICAS = Path(__file__).parent / "stock_replicas.toml"  # of stock people, under ids that existing clients know
MODEL = "phoenix-3"  # what stock replicas are said to be made with
Fields = Mapping[str, Any]
Row = TypeVar("Row", Replica, Voice, Twin, Personality)


@dataclass(frozen=True)
class StockTwin:
    """One shipped twin: its rows' primary keys and the fields they are to have."""

    replicas: tuple[tuple[str, Fields], ...]  # its own face, and the same person seated
    voice: tuple[str, Fields]
    twin: tuple[str, Fields]
    personality: tuple[str, Fields]
    knowledge: Mapping[str, str]  # title -> text


def shipped() -> list[StockTwin]:
    """The twins of this version. A key that is missing in a file raises KeyError."""
    return [_read(path) for path in sorted(STOCK.glob("*.toml"))]


def known_replicas() -> list[tuple[str, Fields]]:
    """The replicas of REPLICAS: their ids, and the fields that they are to have."""
    replicas = tomllib.loads(REPLICAS.read_text("utf-8"))
    return [(key, _face(facts["person"], facts["name"], facts["framing"])) for key, facts in replicas.items()]


def stock_keys() -> frozenset[str]:
    """The primary keys of the shipped rows."""
    names = [path.stem for path in STOCK.glob("*.toml")]
    known = frozenset(key for key, _ in known_replicas()) | stock_personas.keys()
    seated = frozenset(f"r-{name}-seated" for name in names)
    return known | seated | frozenset(f"{prefix}{name}" for name in names for prefix in ("", "r-", "v-", "p-"))


@transaction.atomic
def seed() -> int:
    """Bring the stock rows to what is shipped; returns how many rows were written.

    Running it again writes nothing. Rows that were given an owner are that owner's and stay as they are. Two
    processes may seed at once: the second waits for the first and then finds nothing to do.
    """
    twins = shipped()
    written = _bring(Voice, (stock.voice for stock in twins))
    written += _bring(Replica, (replica for stock in twins for replica in stock.replicas))
    written += _bring(Replica, known_replicas())
    written += _bring(Twin, (stock.twin for stock in twins))
    written += _bring(Personality, (stock.personality for stock in twins))
    personas = stock_personas.shipped()
    written += _bring(Personality, ((key, fields) for key, fields, _ in personas))
    known = {key: texts for key, _, texts in personas}
    return written + _bring_knowledge({stock.personality[0]: stock.knowledge for stock in twins} | known)


def _read(path: Path) -> StockTwin:
    facts = tomllib.loads(path.read_text("utf-8"))
    key, name, mind = path.stem, facts["name"], facts["personality"]
    voice = {"name": name, "engine": "local", "rate": 1.0, "pitch": 1.0, **facts["voice"]}
    twin = {"name": name, "headline": facts["headline"], "position": facts["position"], "is_public": True}
    mind = {"name": name, "word_limit": 60, "llm_model": "", **mind, "system_prompt": mind["system_prompt"].strip()}
    return StockTwin(
        replicas=(
            (f"r-{key}", _face(facts["portrait"], name, Replica.Framing.CLOSE)),
            (f"r-{key}-seated", _face(facts["portrait"], f"{name}, seated", Replica.Framing.SEATED)),
        ),
        voice=(f"v-{key}", voice),
        twin=(key, {**twin, "replica_id": f"r-{key}", "voice_id": f"v-{key}"}),
        personality=(f"p-{key}", {**mind, "twin_id": key}),
        knowledge={document["title"]: document["text"].strip() for document in facts["knowledge"]},
    )


def _face(person: str, name: str, framing: str) -> Fields:
    """A drawn face with the voice of the same person."""
    return {
        "kind": Replica.Kind.DRAWN,
        "portrait": person,
        "voice_id": f"v-{person}",
        "name": name,
        "framing": framing,
        "model_name": MODEL,
        "status": Status.READY,
        "progress": 100,
        "status_details": "",
    }


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
