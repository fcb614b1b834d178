"""The stock personas: one file each under the id that existing clients know; see `twins.seeding`."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
Fields = Mapping[str, Any]


def shipped() -> list[tuple[str, Fields, Mapping[str, str]]]:
    """(id, fields of the personality, its knowledge: title -> text) of each. A missing key raises KeyError."""
    return [_read(path) for path in sorted(FOLDER.glob("*.toml"))]


def keys() -> frozenset[str]:
    return frozenset(path.stem for path in FOLDER.glob("*.toml"))


def _read(path: Path) -> tuple[str, Fields, Mapping[str, str]]:
    facts = tomllib.loads(path.read_text("utf-8"))
    fields = {
        "name": facts["name"],
        "default_replica_id": facts["replica"],
        "pipeline_mode": facts.get("mode", "full"),
        "system_prompt": facts.get("system_prompt", "").strip(),
        "greeting": facts.get("greeting", ""),
        "word_limit": 60,
        "max_sentences": 3,
    }
    return path.stem, fields, {item["title"]: item["text"].strip() for item in facts.get("knowledge", [])}
