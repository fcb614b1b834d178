"""Circuit breakers: an engine that fails again and again is left alone for a while, for each account's key."""

from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

from avatarsite.core.engines import EngineFailed

COUNTS = frozenset(
    {
        *("vendor_unavailable", "vendor_unreachable", "vendor_timeout", "vendor_bad_answer", "vendor_rate_limited"),
        *("vendor_auth", "vendor_quota"),
    }
)


@dataclass(frozen=True)
class Circuit:
    """The circuit of one engine and key; open after BREAKER_FAILURES in a row, for BREAKER_SECONDS.

    It is kept in the cache: in production all processes share it.
    """

    name: str
    alias: str

    def check(self) -> None:
        """Raise EngineFailed vendor_resting while the circuit is open; then one caller may try."""
        if cache.get(self._key("open")) and not cache.add(self._key("trial"), 1, settings.BREAKER_SECONDS):
            words = f"“{self.alias}” failed again and again and is left alone for a while."
            raise EngineFailed(words, "vendor_resting")

    def failed(self, error: EngineFailed) -> None:
        if error.code not in COUNTS:
            return
        cache.add(self._key("failures"), 0, settings.BREAKER_WINDOW)
        try:
            failures = cache.incr(self._key("failures"))
        except ValueError:  # it was forgotten in this very moment
            return
        if failures >= settings.BREAKER_FAILURES:
            cache.set(self._key("trial"), 1, max(settings.BREAKER_SECONDS, error.retry_after))
            cache.set(self._key("open"), 1, None)

    def succeeded(self) -> None:
        cache.delete_many([self._key("open"), self._key("failures"), self._key("trial")])

    def _key(self, what: str) -> str:
        return f"circuit:{self.name}:{what}"


def circuit(kind: str, alias: str, owner_id: str | None) -> Circuit:
    return Circuit(f"{kind}:{alias}:{owner_id or 'site'}", alias)
