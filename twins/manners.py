"""How a personality speaks with whatever voice it has: tempo and pitch from its layers, words by its dictionary."""

from dataclasses import replace
from typing import Any

from django.conf import settings

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors import keys
from twins.models import Personality
from twins.personas import secrets_of
from twins.speech import Route
from twins.tts.base import Pronunciation, VoiceSettings
from twins.tts.playht import GONE

SLOWEST, FASTEST = 0.5, 2.0
_SPEEDS = {"slowest": 0.7, "slow": 0.85, "normal": 1.0, "fast": 1.15, "fastest": 1.3}
_RELATIVE = 0.3  # how much of the tempo a speed of 1 adds, where speeds go from -1 to 1
_OWN_ENGINE = "local"
_KEY = "/tts/api_key"  # where a layer's key stands
_TOLD_OTHERWISE = ("speed", "rate", "pitch")


def mannered(personality: Personality | None, voice: VoiceSettings) -> VoiceSettings:
    """The voice's settings with what the personality adds."""
    if personality is None:
        return voice
    tts = (personality.layers or {}).get("tts") or {}
    wanted = tts.get("voice_settings") or {}
    return replace(
        voice,
        rate=_within(voice.rate * _rate(wanted, tts.get("tts_engine") or "")),
        pitch=_within(voice.pitch * _factor(wanted.get("pitch"))),
        pronunciations=pronunciations(personality),
    )


def pronunciations(personality: Personality) -> tuple[Pronunciation, ...]:
    """The rules of its dictionary."""
    rules = personality.dictionary.rules if personality.dictionary else []
    return tuple(
        Pronunciation(
            rule["text"], rule["pronunciation"], rule["type"] == "ipa", rule["case_sensitive"], rule["word_boundaries"]
        )
        for rule in rules
    )


def service_of(personality: Personality | None, language: str) -> Route | None:
    """The voice service that a persona's layers name: with their key, else the account's; None when they name none."""
    tts = ((personality.layers or {}).get("tts") or {}) if personality else {}
    alias = tts.get("tts_engine") or ""
    if personality is None or not alias or alias == _OWN_ENGINE or alias not in settings.TTS:
        return None
    bare = VoiceSettings(tts.get("external_voice_id") or "", language=language, options=_options(tts))
    return Route(alias, mannered(personality, bare), key=secrets_of(personality).get(_KEY, "").strip())


def served_instead(personality: Personality) -> str:
    """Of a persona that names a voice service which cannot be called: who speaks in its place; "" when it can."""
    route = service_of(personality, "")
    if route is None:
        return ""
    words = GONE if route.alias == "playht" else ""
    if not words and not route.key:
        words = _without_key(route.alias, personality.owner_id)
    return f"layers.tts: {words} Until then the replica's own voice speaks." if words else ""


def _options(tts: dict[str, Any]) -> dict[str, Any]:
    """What the service is told beyond tempo and pitch, which `mannered` tells; emotions unless switched off."""
    told = {name: value for name, value in (tts.get("voice_settings") or {}).items() if name not in _TOLD_OTHERWISE}
    if str(tts.get("tts_emotion_control", True)).lower() == "false":
        told.pop("emotion", None)
    return told | ({"model": tts["tts_model_name"]} if tts.get("tts_model_name") else {})


def _without_key(alias: str, owner_id: Any) -> str:
    try:
        keys.engine_key("TTS", alias, owner_id)
    except EngineFailed as error:
        return error.message
    return ""


def _rate(wanted: dict[str, Any], engine: str) -> float:
    speed = wanted.get("speed", wanted.get("rate"))
    if isinstance(speed, str):
        return _SPEEDS.get(speed.lower(), 1.0)
    if engine == "cartesia" and isinstance(speed, int | float) and not isinstance(speed, bool) and -1 <= speed <= 1:
        return 1.0 + _RELATIVE * speed
    return _factor(speed)


def _factor(value: Any) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 100
    return float(value) if usable else 1.0


def _within(value: float) -> float:
    return min(max(value, SLOWEST), FASTEST)
