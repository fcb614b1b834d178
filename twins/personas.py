"""Personas of accounts: a personality with its layers, its guidance and the documents it knows."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import User
from twins import layers
from twins.models import Document, Guardrail, Objectives, Personality, PronunciationDictionary, Replica, Tool
from twins.models.owned import Owned

MODES = ("full", "echo", "speech-to-speech")
UNNAMED = "New Persona"
Row = TypeVar("Row", bound=Owned)


@dataclass(frozen=True)
class Wanted:
    """A persona as its owner wants it; ids name rows of the owner's, layers may hold masked secrets."""

    name: str = ""
    pipeline_mode: str = "full"
    system_prompt: str = ""
    context: str = ""
    greeting: str = ""
    default_replica_id: str = ""
    objectives_id: str = ""
    layers: dict[str, Any] = field(default_factory=dict)
    document_ids: tuple[str, ...] = ()
    document_tags: tuple[str, ...] = ()
    guardrail_ids: tuple[str, ...] = ()
    guardrail_tags: tuple[str, ...] = ()
    tool_ids: tuple[str, ...] = ()


def personas_of(account: User) -> QuerySet[Personality]:
    """The account's own and the stock ones, with what an answer tells of them."""
    seen = Personality.objects.filter(Q(owner=account) | Q(owner=None)).select_related("objectives", "dictionary")
    return seen.prefetch_related("documents", "guardrails", "tools")


@transaction.atomic
def save(persona: Personality, wanted: Wanted) -> Personality:
    """Make `persona`, a new row or a stored one, what is wanted. Raises EngineFailed option_invalid."""
    _check_mode(wanted)
    plain, secrets = layers.parted(layers.checked(wanted.layers), secrets_of(persona))
    found = _rows_named_by(persona, wanted, plain)
    persona.name = wanted.name.strip() or UNNAMED
    for name in ("pipeline_mode", "system_prompt", "context", "greeting"):
        setattr(persona, name, getattr(wanted, name))
    persona.document_tags, persona.guardrail_tags = list(wanted.document_tags), list(wanted.guardrail_tags)
    persona.layers, persona.layer_keys = plain, json.dumps(secrets) if secrets else ""
    llm = plain.get("llm") or {}
    persona.llm_model = "" if llm.get("base_url") else llm.get("model") or ""
    for name in ("default_replica", "objectives", "dictionary"):
        setattr(persona, name, found[name])
    persona.save()
    for name in ("documents", "guardrails", "tools"):
        getattr(persona, name).set(found[name])
    return persona


def secrets_of(persona: Personality) -> dict[str, str]:
    """The secrets of its layers, by their places there."""
    known: dict[str, str] = json.loads(persona.layer_keys) if persona.layer_keys else {}
    return known


def layers_shown(persona: Personality) -> dict[str, Any]:
    """Its layers, secrets masked."""
    return layers.shown(persona.layers or {}, secrets_of(persona))


def guardrails_of(persona: Personality) -> list[Guardrail]:
    """Those it was given by id, and those of its account that bear one of its tags."""
    rows = {row.pk: row for row in persona.guardrails.all()}
    if persona.guardrail_tags and persona.owner_id:
        tags = set(persona.guardrail_tags)
        own = Guardrail.objects.filter(owner=persona.owner_id)
        rows |= {row.pk: row for row in own if tags & set(row.tags)}
    return list(rows.values())


def tools_of(persona: Personality) -> list[dict[str, Any]]:
    """The functions that its LLM may ask for, in OpenAI's form; of several with one name the first."""
    own = ((persona.layers or {}).get("llm") or {}).get("tools") or []
    listed = [*own, *(tool.definition for tool in persona.tools.all())]
    by_name: dict[str, dict[str, Any]] = {}
    for tool in listed:
        by_name.setdefault(tool["function"]["name"], {"type": "function", "function": tool["function"]})
    return list(by_name.values())


def _check_mode(wanted: Wanted) -> None:
    if wanted.pipeline_mode == "full":
        if not wanted.system_prompt.strip():
            raise _wrong("system_prompt is required when pipeline_mode is full")
        return
    for name in ("system_prompt", "context"):
        if getattr(wanted, name).strip():
            raise _wrong(f"{name}: must be absent when pipeline_mode is {wanted.pipeline_mode}")


def _rows_named_by(persona: Personality, wanted: Wanted, plain: dict[str, Any]) -> dict[str, Any]:
    own = Q(owner=persona.owner_id)
    dictionary_id = (plain.get("tts") or {}).get("pronunciation_dictionary_id") or ""
    replicas = Replica.objects.filter(own | Q(owner=None))
    return {
        "default_replica": _one(replicas, wanted.default_replica_id, "Invalid replica_uuid"),
        "objectives": _one(Objectives.objects.filter(own), wanted.objectives_id, "Invalid objectives_id"),
        "dictionary": _one(
            PronunciationDictionary.objects.filter(own),
            dictionary_id,
            "layers.tts.pronunciation_dictionary_id: there is no such dictionary",
        ),
        "documents": _all(Document.objects.filter(own), wanted.document_ids, "Invalid document_id"),
        "guardrails": _all(Guardrail.objects.filter(own), wanted.guardrail_ids, "Invalid guardrail_id"),
        "tools": _all(Tool.objects.filter(own), wanted.tool_ids, "Invalid tool_id"),
    }


def _one(rows: QuerySet[Row, Any], key: str, words: str) -> Row | None:
    found = rows.filter(pk=key).first() if key else None
    if key and found is None:
        raise _wrong(words)
    return found


def _all(rows: QuerySet[Row, Any], keys: Iterable[str], words: str) -> list[Row]:
    wanted = set(keys)
    found = list(rows.filter(pk__in=wanted)) if wanted else []
    missing = wanted - {row.pk for row in found}
    if missing:
        raise _wrong(f"{words} {min(missing)[:60]}")
    return found


def _wrong(words: str) -> EngineFailed:
    return EngineFailed(words, "option_invalid")
