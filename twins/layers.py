"""The layers of a persona: what a customer sets for hearing, thinking, speaking, seeing and transport.

They are stored and given back as they came, except for secrets (API keys and the like): these are kept encrypted, apart
from the rest, and shown by their last four characters. A masked secret that comes back stands for the stored one.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from avatarsite.core import fetch
from avatarsite.core.engines import EngineFailed

Layers = dict[str, Any]
Path = tuple[str, ...]

MOST_CHARACTERS = 200_000  # of all layers together, as JSON
MOST_DEPTH = 12
MOST_TOOLS = 128
LONGEST_MODEL = 80
SHOWN = 4  # characters of a secret
FEWEST_HIDDEN = 8  # of a shorter secret nothing is shown
MASK = "…"

_SECRET = re.compile(r"api_?key|apikey|secret|token|password|authorization|cookie|(?:^|[-_])key$", re.IGNORECASE)
_SENSITIVITIES = ("superlow", "verylow", "low", "medium", "high", "auto")
_CHOICES: dict[str, tuple[str, ...]] = {
    "tts.tts_engine": ("cartesia", "elevenlabs", "playht", "local"),
    "stt.participant_pause_sensitivity": _SENSITIVITIES,
    "stt.participant_interrupt_sensitivity": _SENSITIVITIES,
    "perception.perception_model": ("raven-0", "raven-1", "basic", "off"),
    "transport.transport_type": ("daily", "livekit"),
}
_KINDS: dict[type, tuple[str, ...]] = {
    str: (
        *("llm.model", "llm.base_url", "llm.api_key", "stt.stt_engine", "stt.hotwords"),
        *("tts.api_key", "tts.external_voice_id", "tts.playht_user_id", "tts.tts_model_name"),
        *("tts.pronunciation_dictionary_id", "perception.perception_tool_prompt"),
        *_CHOICES,
    ),
    bool: ("llm.speculative_inference", "tts.tts_emotion_control", "stt.smart_turn_detection", "vqa.enabled"),
    dict: (
        *("llm.headers", "llm.extra_body", "llm.default_query", "tts.voice_settings"),
        *("transport.input_settings", "transport.output_settings", "transport.room_settings"),
    ),
    list: ("llm.tools", "perception.perception_tools", "perception.ambient_awareness_queries"),
}
_NAMES = {str: "a string", bool: "true or false", dict: "an object", list: "a list"}


def checked(layers: object) -> Layers:
    """Layers as they may be stored. Raises EngineFailed option_invalid that names the field."""
    if layers is None:
        return {}
    if not isinstance(layers, dict):
        raise _wrong("layers", "must be an object")
    _check_size(layers)
    for name, layer in layers.items():
        if layer is not None and not isinstance(layer, dict):
            raise _wrong(f"layers.{name}", "must be an object")
    for kind, fields in _KINDS.items():
        for field in fields:
            _check_kind(layers, field, kind)
    _check_llm(layers.get("llm") or {})
    for field in ("llm.tools", "perception.perception_tools"):
        _check_tools(_at(layers, field), f"layers.{field}")
    return layers


def parted(layers: Layers, known: Mapping[str, str]) -> tuple[Layers, dict[str, str]]:
    """(the layers without their secrets, the secrets by the paths they stood at).

    known: the secrets so far; a mask of one stands for it, at its own place first. Another mask is refused.
    """
    secrets: dict[str, str] = {}
    for path, value in _secrets(layers):
        secrets[_pointer(path)] = _unmasked(value, path, known) if value.startswith(MASK) else value
    return _without(layers, ()), secrets


def shown(layers: Layers, secrets: Mapping[str, str]) -> Layers:
    """The layers with every secret masked."""
    return _with(layers, {pointer: masked(secret) for pointer, secret in secrets.items()})


def whole(layers: Layers, secrets: Mapping[str, str]) -> Layers:
    """The layers with their secrets: for whoever calls the services they name."""
    return _with(layers, secrets)


def masked(secret: str) -> str:
    return MASK + (secret[-SHOWN:] if len(secret) >= SHOWN + FEWEST_HIDDEN else "")


def _check_size(layers: Layers) -> None:
    try:
        size = len(json.dumps(layers))
    except RecursionError:
        size = MOST_CHARACTERS + 1
    if size > MOST_CHARACTERS or _depth(layers) > MOST_DEPTH:
        raise _wrong("layers", f"at most {MOST_CHARACTERS} characters of JSON, {MOST_DEPTH} levels deep, are allowed")


def _depth(value: Any, so_far: int = 0) -> int:
    if so_far > MOST_DEPTH or not isinstance(value, dict | list):
        return so_far
    children = value.values() if isinstance(value, dict) else value
    return max((_depth(child, so_far + 1) for child in children), default=so_far + 1)


def _check_kind(layers: Layers, field: str, kind: type) -> None:
    value = _at(layers, field)
    if value is None:
        return
    if kind is bool and isinstance(value, str) and value.lower() in ("true", "false"):
        return  # as some clients send it
    if not isinstance(value, kind):
        raise _wrong(f"layers.{field}", f"must be {_NAMES[kind]}")
    choices = _CHOICES.get(field)
    if choices and value and value not in choices:
        raise _wrong(f"layers.{field}", f"must be one of {', '.join(choices)}")


def _check_llm(llm: Layers) -> None:
    if len(llm.get("model") or "") > LONGEST_MODEL:
        raise _wrong("layers.llm.model", f"at most {LONGEST_MODEL} characters are allowed")
    for name, value in (llm.get("headers") or {}).items():
        if not isinstance(value, str) or not re.fullmatch(r"[!-9;-~]{1,100}", name) or not _is_header(value):
            raise _wrong(f"layers.llm.headers.{name[:100]}", "must be a header's name and a string of visible ASCII")
    if llm.get("base_url"):
        try:
            fetch.check(llm["base_url"])
        except EngineFailed as error:
            raise _wrong("layers.llm.base_url", error.message) from error


def _is_header(value: str) -> bool:
    return len(value) <= 4_000 and (value.startswith(MASK) or bool(re.fullmatch(r"[ -~]*", value)))


def _check_tools(tools: Any, field: str) -> None:
    if tools is None:
        return
    if len(tools) > MOST_TOOLS:
        raise _wrong(field, f"at most {MOST_TOOLS} tools are allowed")
    for number, tool in enumerate(tools):
        check_tool(tool, f"{field}.{number}")


def check_tool(tool: Any, field: str) -> None:
    """Refuse what is no function in OpenAI's form. Raises EngineFailed option_invalid that names the field."""
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or tool.get("type", "function") != "function":
        raise _wrong(field, 'must be {"type": "function", "function": {"name", "description", "parameters"}}')
    name = function.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", name):
        raise _wrong(f"{field}.function.name", "must be 1 to 64 letters, digits, underscores or hyphens")
    if not isinstance(function.get("parameters", {}), dict):
        raise _wrong(f"{field}.function.parameters", "must be a JSON Schema object")


def _at(layers: Layers, field: str) -> Any:
    layer, _, name = field.partition(".")
    return (layers.get(layer) or {}).get(name)


def _secrets(value: Layers, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Secrets with the paths that they stand at; lists (tools, questions) hold none."""
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _secrets(inner, (*path, name))
        elif _is_secret(name, inner):
            yield (*path, name), inner


def _is_secret(name: str, value: Any) -> bool:
    return isinstance(value, str) and bool(value) and bool(_SECRET.search(name))


def _without(value: Layers, path: Path) -> Layers:
    return {
        name: _without(inner, (*path, name)) if isinstance(inner, dict) else inner
        for name, inner in value.items()
        if not _is_secret(name, inner)
    }


def _with(layers: Layers, secrets: Mapping[str, str]) -> Layers:
    result: Layers = json.loads(json.dumps(layers))
    for pointer, secret in secrets.items():
        *parents, name = (part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))
        here = result
        for parent in parents:
            here = here.setdefault(parent, {})
        here[name] = secret
    return result


def _unmasked(mask: str, path: Path, known: Mapping[str, str]) -> str:
    own = known.get(_pointer(path))
    if own is not None and masked(own) == mask:
        return own
    meant = {secret for secret in known.values() if masked(secret) == mask}
    if len(meant) != 1:
        raise _wrong(f"layers.{'.'.join(path)}", "is masked: send the whole secret, or leave it as it is shown")
    return meant.pop()


def _pointer(path: Path) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def _wrong(field: str, words: str) -> EngineFailed:
    return EngineFailed(f"{field}: {words}", "option_invalid")
