"""What an engine's work costs, from settings.PRICES and settings.LLM_PRICES."""

from django.conf import settings


def cost(alias: str, units: float) -> float | None:
    """Of `units` (characters, seconds, tokens: what the entry of PRICES counts); None when no price is known."""
    price = settings.PRICES.get(alias)
    return None if price is None else round(price * units, 6)


def of_tokens(model: str, tokens_in: int, tokens_out: int) -> float | None:
    """Of a language model's work, from settings.LLM_PRICES (US dollars for a million tokens, in and out)."""
    price = settings.LLM_PRICES.get(model)
    return None if price is None else round((price[0] * tokens_in + price[1] * tokens_out) / 1_000_000, 8)
