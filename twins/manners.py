"""How a personality speaks with whatever voice it has: tempo and pitch from its layers, words by its dictionary."""

from dataclasses import replace
from typing import Any

from twins.models import Personality
from twins.tts.base import Pronunciation, VoiceSettings

SLOWEST, FASTEST = 0.5, 2.0
_SPEEDS = {"slowest": 0.7, "slow": 0.85, "normal": 1.0, "fast": 1.15, "fastest": 1.3}
_RELATIVE = 0.3  # how much of the tempo a speed of 1 adds, where speeds go from -1 to 1
_OWN_ENGINE = "local"


def mannered(personality: Personality | None, settings: VoiceSettings) -> VoiceSettings:
    """The voice's settings with what the personality adds."""
    if personality is None:
        return settings
    tts = (personality.layers or {}).get("tts") or {}
    wanted = tts.get("voice_settings") or {}
    return replace(
        settings,
        rate=_within(settings.rate * _rate(wanted, tts.get("tts_engine") or "")),
        pitch=_within(settings.pitch * _factor(wanted.get("pitch"))),
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


def served_instead(personality: Personality) -> str:
    """Of a persona that names a voice service: the words that say who speaks in its place; "" when nobody does."""
    named = ((personality.layers or {}).get("tts") or {}).get("tts_engine") or ""
    if not named or named == _OWN_ENGINE:
        return ""
    return f"layers.tts: {named} is not called; the replica's own voice speaks, with the tempo of voice_settings."


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
