"""System checks: a configuration that cannot work is refused at start, with words."""

import re
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import Error, Warning, register


@register()
def chains_name_configured_engines(**_: Any) -> list[Error]:
    unknown = [alias for alias in settings.LLM_CHAIN if alias not in settings.LLM]
    if not settings.LLM_CHAIN:
        return [Error("LLM_CHAIN is empty.", hint="Name at least one of: " + ", ".join(settings.LLM), id="core.E001")]
    hint = "Known engines: " + ", ".join(settings.LLM)
    return [
        Error(f"LLM_CHAIN names “{alias}”, which is not configured.", hint=hint, id="core.E002") for alias in unknown
    ]


@register()
def some_engine_can_answer_everybody(**_: Any) -> list[Warning]:
    """Not an error: accounts may bring keys, and the staff may give one on the Providers page."""
    if settings.LLM_CHAIN == ["openai"] and not (settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL):
        hint = "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own, or add “local” to LLM_CHAIN."
        words = "LLM_CHAIN names “openai” alone, without key and address: accounts without a key get no answers."
        return [Warning(words, hint=hint, id="core.W003")]
    return []


@register()
def log_format_is_known(**_: Any) -> list[Error]:
    known = settings.LOG_FORMAT in ("json", "console")
    return [] if known else [Error("LOG_FORMAT must be json or console.", id="core.E012")]


@register()
def picture_size_is_even(**_: Any) -> list[Error]:
    if settings.VIDEO_SIZE % 2 or not 128 <= settings.VIDEO_SIZE <= 1080:
        return [Error("VIDEO_SIZE must be an even number from 128 to 1080.", id="core.E004")]
    return []


@register()
def rates_are_readable(**_: Any) -> list[Error]:
    names = ("CHAT_PER_SESSION", "CHAT_PER_ADDRESS", "SESSIONS_PER_ADDRESS")
    wrong = [name for name in names if not re.fullmatch(r"[0-9]+/[smh]", getattr(settings, name))]
    return [Error(f"{name} must look like 30/m: a number per s, m or h.", id="core.E005") for name in wrong]


@register()
def field_keys_are_keys(**_: Any) -> list[Error]:
    hint = "Make one: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
    for key in settings.FIELD_KEYS:
        try:
            Fernet(key)
        except ValueError:
            return [Error("FIELD_KEYS holds something that is no Fernet key.", hint=hint, id="core.E006")]
    return []


@register()
def names_of_models_lead_to_configured_engines(**_: Any) -> list[Error]:
    unknown = [name for name, to in settings.LLM_MODELS.items() if to and to.partition(":")[0] not in settings.LLM]
    hint = "Write NAME=, NAME=ENGINE or NAME=ENGINE:MODEL with one of the engines: " + ", ".join(settings.LLM)
    return [
        Error(f"LLM_MODELS: “{name}” leads to no configured engine.", hint=hint, id="core.E007") for name in unknown
    ]


@register()
def moderation_names_a_configured_engine(**_: Any) -> list[Error]:
    if not settings.MODERATION_ENGINE or settings.MODERATION_ENGINE in settings.MODERATION:
        return []
    hint = "Leave it empty, or name one of: " + ", ".join(settings.MODERATION)
    return [Error(f"MODERATION_ENGINE “{settings.MODERATION_ENGINE}” is not configured.", hint=hint, id="core.E008")]


@register()
def listeners_are_configured(**_: Any) -> list[Error]:
    hint = "Name at least one of: " + ", ".join(settings.STT)
    wrong = [alias for alias in settings.STT_CHAIN if alias not in settings.STT]
    if wrong or not settings.STT_CHAIN:
        words = f"STT_CHAIN names no configured engine: {', '.join(wrong) or 'it is empty'}."
        return [Error(words, hint=hint, id="core.E009")]
    return []


@register()
def consent_can_be_asked(**_: Any) -> list[Error]:
    hint = "Write {name} and {words}, and {operator} where the site is named; no other braces."
    try:
        settings.CONSENT_PHRASE.format(name="", operator="", words="")
    except (LookupError, ValueError, AttributeError):
        return [Error("CONSENT_PHRASE cannot be filled in.", hint=hint, id="core.E010")]
    missing = [place for place in ("{name}", "{words}") if place not in settings.CONSENT_PHRASE]
    if missing:
        return [Error(f"CONSENT_PHRASE lacks {' and '.join(missing)}.", hint=hint, id="core.E010")]
    if not 0.3 <= settings.CONSENT_THRESHOLD <= 1:
        return [
            Error("CONSENT_THRESHOLD must be from 0.3 to 1.", hint="Another text reaches up to 0.28.", id="core.E011")
        ]
    return []
