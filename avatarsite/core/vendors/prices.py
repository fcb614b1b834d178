"""What an engine's work costs, from settings.PRICES."""

from django.conf import settings


def cost(alias: str, units: float) -> float | None:
    """Of `units` (characters, seconds, tokens: what the entry of PRICES counts); None when no price is known."""
    price = settings.PRICES.get(alias)
    return None if price is None else round(price * units, 6)
