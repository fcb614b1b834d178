"""Writes of what guides personalities: guardrails, objectives, tools and pronunciations, each checked as a whole.

All raise EngineFailed option_invalid with words that name the field.
"""

import re
from typing import Any

from django.db import transaction

from avatarsite.core import fetch
from avatarsite.core.engines import EngineFailed
from twins.layers import check_tool
from twins.models import Guardrail, GuardrailSet, Objectives, PronunciationDictionary, Tool

Facts = dict[str, Any]

MOST_GUARDRAILS, MOST_OBJECTIVES, MOST_VARIABLES = 50, 50, 50
MOST_RULES = 1_000
MODALITIES = ("verbal", "visual")
MODES = ("auto", "manual")
_NAME = re.compile(r"[A-Za-z0-9_]{1,100}")


def save_guardrail(row: Guardrail, facts: Facts, where: str = "") -> Guardrail:
    """facts: guardrail_name, guardrail_prompt, modality, callback_url, tags, app_message."""
    name = _text(facts, "guardrail_name", 100, where, required=True)
    if not _NAME.fullmatch(name):
        raise _wrong(f"{where}guardrail_name", "only letters, digits and underscores are allowed, at most 100")
    tags = facts.get("tags") or []
    if not _is_texts(tags, 32, 64):
        raise _wrong(f"{where}tags", "must be at most 32 strings of at most 64 characters")
    app_message = facts.get("app_message")
    if not isinstance(app_message, bool | None):
        raise _wrong(f"{where}app_message", "must be true or false")
    row.name, row.prompt = name, _text(facts, "guardrail_prompt", 1_000, where, required=True)
    row.modality = _choice(facts, "modality", MODALITIES, where)
    row.webhook_url = _url(facts, "callback_url", where)
    row.tags, row.app_message = list(dict.fromkeys(tags)), app_message is not False
    row.save()
    return row


@transaction.atomic
def save_guardrail_set(row: GuardrailSet, facts: Facts) -> GuardrailSet:
    """facts: name, data: a list of guardrails; those of the set are replaced, one of the same name stays the same."""
    listed = _objects(facts.get("data"), "data", MOST_GUARDRAILS)
    row.name = _text(facts, "name", 200)
    row.save()
    before = {guardrail.name: guardrail for guardrail in row.guardrails.all()} if row.pk else {}
    kept = []
    for number, item in enumerate(listed):
        known = before.pop(str(item.get("guardrail_name")), None) or Guardrail(owner=row.owner, set=row)
        kept.append(save_guardrail(known, item, f"data.{number}.").pk)
    row.guardrails.exclude(pk__in=kept).delete()
    return row


def save_objectives(row: Objectives, facts: Facts) -> Objectives:
    """facts: data: the list of objectives (see `Objectives.data`)."""
    listed = _objects(facts.get("data"), "data", MOST_OBJECTIVES, required=True)
    data = [_objective(item, f"data.{number}.") for number, item in enumerate(listed)]
    names = [item["objective_name"] for item in data]
    if len(set(names)) < len(names):
        raise _wrong("data", "each objective_name may stand there once")
    row.data = data
    row.save()
    return row


def _objective(item: Facts, where: str) -> Facts:
    name = item.get("objective_name")
    if not isinstance(name, str) or not name.strip():
        raise EngineFailed("objective_name is required", "option_invalid")
    if re.search(r"\s", name) or len(name) > 200:
        raise _wrong(f"{where}objective_name", "must be at most 200 characters without spaces")
    variables = item.get("output_variables") or []
    if not _is_texts(variables, MOST_VARIABLES, 200):
        raise _wrong(f"{where}output_variables", f"must be at most {MOST_VARIABLES} strings")
    conditional = item.get("next_conditional_objectives") or {}
    if not isinstance(conditional, dict) or not all(isinstance(value, str) for value in conditional.values()):
        raise _wrong(f"{where}next_conditional_objectives", "must be an object of names and conditions")
    return {
        "objective_name": name,
        "objective_prompt": _text(item, "objective_prompt", 4_000, where, required=True),
        "confirmation_mode": _choice(item, "confirmation_mode", MODES, where),
        "output_variables": variables,
        "modality": _choice(item, "modality", MODALITIES, where),
        "next_conditional_objectives": conditional,
        "next_required_objective": _next(item, where),
        "callback_url": _url(item, "callback_url", where),
    }


def _next(item: Facts, where: str) -> str | None:
    """Some clients name it in a list."""
    listed = item.get("next_required_objectives")
    value = item.get("next_required_objective") or (listed[0] if isinstance(listed, list) and listed else None)
    if value is not None and not isinstance(value, str):
        raise _wrong(f"{where}next_required_objective", "must be the name of an objective")
    return value


def save_tool(row: Tool, facts: Facts) -> Tool:
    """facts: {type, function: {name, description, parameters}}, or the function's fields alone."""
    function = facts.get("function") or {
        name: facts[name] for name in ("name", "description", "parameters") if facts.get(name) is not None
    }
    delivery = facts.get("delivery")
    if isinstance(delivery, dict) and delivery.get("api"):
        raise _wrong("delivery.api", "calls of tools are told as events only; leave it out")
    definition = {"type": "function", "function": function}
    check_tool(definition, "tool")
    row.name, row.definition = function["name"], definition
    row.save()
    return row


def save_dictionary(row: PronunciationDictionary, facts: Facts) -> PronunciationDictionary:
    """facts: name, rules: [{text, pronunciation, type, case_sensitive, word_boundaries}]."""
    rules = _objects(facts.get("rules"), "rules", MOST_RULES)
    row.name = _text(facts, "name", 255, required=True)
    row.rules = [_rule(rule, f"rules.{number}.") for number, rule in enumerate(rules)]
    if len({rule["text"] for rule in row.rules}) < len(rules):
        raise _wrong("rules", "each text may stand there once")
    row.save()
    return row


@transaction.atomic
def delete_dictionary(row: PronunciationDictionary) -> None:
    """Delete it, and its name in the layers of the personalities that had it."""
    for personality in row.personalities.all():
        (personality.layers.get("tts") or {}).pop("pronunciation_dictionary_id", None)
        personality.save(update_fields=["layers", "updated_at"])
    row.delete()


def _rule(rule: Facts, where: str) -> Facts:
    for name in ("case_sensitive", "word_boundaries"):
        if not isinstance(rule.get(name), bool | None):
            raise _wrong(f"{where}{name}", "must be true or false")
    return {
        "text": _text(rule, "text", 200, where, required=True),
        "pronunciation": _text(rule, "pronunciation", 500, where, required=True),
        "type": _choice(rule, "type", ("alias", "ipa"), where),
        "case_sensitive": bool(rule.get("case_sensitive")),
        "word_boundaries": rule.get("word_boundaries") is not False,
    }


def _objects(value: Any, field: str, most: int, *, required: bool = False) -> list[Facts]:
    listed = [] if value is None and not required else value
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed) or (required and not listed):
        raise _wrong(field, "must be a list of objects")
    if len(listed) > most:
        raise _wrong(field, f"at most {most} are allowed")
    return listed


def _text(facts: Facts, name: str, most: int, where: str = "", *, required: bool = False) -> str:
    value = facts.get(name)
    if value is None or value == "":
        if required:
            raise EngineFailed(f"{where}{name} is required", "option_invalid")
        return ""
    if not isinstance(value, str) or len(value) > most or (required and not value.strip()):
        raise _wrong(f"{where}{name}", f"must be a string of 1 to {most} characters")
    return value


def _choice(facts: Facts, name: str, choices: tuple[str, ...], where: str) -> str:
    """The first choice is the default."""
    value = facts.get(name) or choices[0]
    if value not in choices:
        raise _wrong(f"{where}{name}", f"must be one of {', '.join(choices)}")
    return str(value)


def _url(facts: Facts, name: str, where: str) -> str:
    value = _text(facts, name, 2_048, where).strip()
    if value:
        try:
            fetch.check(value)
        except EngineFailed as error:
            raise _wrong(f"{where}{name}", error.message) from error
    return value


def _is_texts(value: Any, most: int, longest: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= most
        and all(isinstance(item, str) and 0 < len(item) <= longest for item in value)
    )


def _wrong(field: str, words: str) -> EngineFailed:
    return EngineFailed(f"{field}: {words}", "option_invalid")
