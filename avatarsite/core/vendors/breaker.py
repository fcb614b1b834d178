"""Circuit breakers: an engine that fails again and again, or refuses the key, is left alone for a while.

One circuit belongs to an engine and to the key it is called with, so accounts that share the site's key share its
circuit, and a key that was replaced begins with a closed one.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from avatarsite.core.engines import EngineFailed

logger = logging.getLogger(__name__)
T = TypeVar("T")

LAYERS = ("vendor", "llm", "stt", "embeddings", "tts")
PASSING = ("unavailable", "unreachable", "bad_answer", "rate_limited", "overloaded")
COUNTS = {f"{layer}_{what}" for layer in LAYERS for what in PASSING} | {"vendor_timeout", "llm_timeout"}
AT_ONCE = {f"{layer}_{what}" for layer in LAYERS for what in ("auth", "quota")}  # no further try can go better
OURS = frozenset({"vendor_resting", "vendor_not_configured", "vendor_unknown", "engine_unknown"})  # nobody was asked
TRIAL_SECONDS = 120.0  # after which a trial is taken for dead


@dataclass(frozen=True)
class State:
    """What is known of a circuit. state: "closed", "open", or "half_open" (the next caller tries the engine).

    seconds: until it may be tried, 0 when it may. code: of the failure that opened it. owner: the account whose key it
    is, None for the site's.
    """

    kind: str
    alias: str
    owner: str | None
    state: str
    seconds: float = 0.0
    code: str = ""


@dataclass(frozen=True)
class Circuit:
    """The circuit of one engine and key, kept in the cache: in production all processes share it.

    It opens after BREAKER_FAILURES in a row within BREAKER_WINDOW, for BREAKER_SECONDS; for BREAKER_KEY_SECONDS when a
    key is refused or its quota used up. Then ONE caller may try; others are refused until it is known how that ended.
    A cache out of reach lets everybody through.
    """

    name: str
    alias: str

    def check(self) -> None:
        """Raise EngineFailed vendor_resting while the circuit is open, with the seconds that are left."""
        opened = _reached(lambda: cache.get(self._key("open")))
        if not opened:
            return
        left = opened["until"] - time.time()
        if left <= 0 and _reached(lambda: cache.add(self._trial(opened), 1, TRIAL_SECONDS), True):
            return
        words = f"“{self.alias}” failed again and again and is left alone for a while."
        if opened["code"] in AT_ONCE:
            words = f"“{self.alias}” refused its key, or has no quota left, and is left alone for a while."
        passing = opened["code"] not in AT_ONCE
        raise EngineFailed(words, "vendor_resting", retryable=passing, retry_after=max(left, 0.0))

    def failed(self, error: EngineFailed) -> None:
        """Count a failure; one that says nothing about the engine's health shows that it answers."""
        if error.code in AT_ONCE:
            self._open(error, settings.BREAKER_KEY_SECONDS)
        elif error.code in COUNTS:
            if _reached(self._counted, 0) >= settings.BREAKER_FAILURES or _reached(self._is_open, False):
                self._open(error, settings.BREAKER_SECONDS)
        elif error.code not in OURS:
            self.succeeded()

    def succeeded(self) -> None:
        _reached(lambda: cache.delete_many([self._key("open"), self._key("failures")]))

    def left(self) -> None:
        """The caller went away before it was known how the engine does: if it was a trial, another may try."""
        if opened := _reached(lambda: cache.get(self._key("open"))):
            _reached(lambda: cache.delete(self._trial(opened)))

    def state(self, kind: str, owner: str | None) -> State:
        opened = _reached(lambda: cache.get(self._key("open")))
        if not opened:
            return State(kind, self.alias, owner, "closed")
        left = max(opened["until"] - time.time(), 0.0)
        return State(kind, self.alias, owner, "open" if left else "half_open", round(left, 1), opened["code"])

    def _counted(self) -> int:
        cache.add(self._key("failures"), 0, settings.BREAKER_WINDOW)
        try:
            return int(cache.incr(self._key("failures")))
        except ValueError:  # it was forgotten in this very moment
            return 1

    def _is_open(self) -> bool:
        return cache.get(self._key("open")) is not None

    def _open(self, error: EngineFailed, seconds: float) -> None:
        until = time.time() + max(seconds, error.retry_after)
        _reached(lambda: cache.set(self._key("open"), {"until": until, "code": error.code}, None))

    def _trial(self, opened: dict[str, Any]) -> str:
        """It belongs to one opening: whoever read an older one is not let through beside it."""
        return self._key(f"trial:{opened['until']}")

    def _key(self, what: str) -> str:
        return f"circuit:{self.name}:{what}"


def circuit(kind: str, alias: str, key: str) -> Circuit:
    """The circuit of the engine `alias` of settings.<kind> and the key that it is called with, "" for none."""
    print_of_key = salted_hmac("avatarsite.core.vendors.breaker", key).hexdigest()[:20] if key else "none"
    return Circuit(f"{kind}:{alias}:{print_of_key}", alias)


def _reached(ask: Callable[[], T], otherwise: Any = None) -> T:
    try:
        return ask()
    except RedisError:
        logger.debug("breaker.cache_unreachable")  # `resting` has told it, once
        return otherwise  # type: ignore[no-any-return]
