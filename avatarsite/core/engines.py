"""Engines by alias, like Django's caches: settings name a dotted path and options, callers name the alias.

An engine is an LLM, a TTS, an STT or a renderer. Engines import no Django models; what they need arrives as
arguments. The only error that leaves an engine is `EngineFailed`.
"""

from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


class EngineFailed(Exception):
    """An engine could not do its work.

    message: a sentence a customer may read; it never holds a key, a script or a path.
    code: stable, lower_snake_case, e.g. "llm_timeout".
    retryable: whether the same call may succeed later. retry_after: seconds before which it surely will not.
    """

    def __init__(self, message: str, code: str, *, retryable: bool = False, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (self.message, self.code, self.retryable, self.retry_after))


def _rebuild(message: str, code: str, retryable: bool, retry_after: float) -> EngineFailed:
    return EngineFailed(message, code, retryable=retryable, retry_after=retry_after)


@cache
def load(kind: str, alias: str) -> Any:
    """The engine object of `settings.<kind>[alias]`, one per process; `kind` is "LLM", "TTS" or "RENDERERS"."""
    return _made(kind, alias)


@lru_cache(maxsize=256)
def load_with_key(kind: str, alias: str, key: str) -> Any:
    """The same for the vendor's `key` of one account: an engine object of its own."""
    return _made(kind, alias, api_key=key)


def _made(kind: str, alias: str, **options: str) -> Any:
    configured = getattr(settings, kind)
    if alias not in configured:
        raise EngineFailed(f"{kind} engine “{alias}” is not configured.", "engine_unknown")
    entry = configured[alias]
    return import_string(entry["BACKEND"])(**entry.get("OPTIONS", {}) | options)
