"""What went wrong between us and an OpenAI-compatible server, as EngineFailed: one code, words for a person."""

import math
import time
from email.utils import parsedate_to_datetime

import openai

from avatarsite.core.engines import EngineFailed

_REFUSALS = ("content_filter", "content_policy_violation", "moderation_blocked")


def failed(error: Exception, model: str, *, expired: bool) -> EngineFailed:
    """The failure to report. Its words are ours alone: the server's may hold a key, or somebody's message."""
    if expired or isinstance(error, openai.APITimeoutError):
        return EngineFailed("The language model took too long.", "llm_timeout", retryable=True)
    if isinstance(error, EngineFailed):
        return error
    if isinstance(error, openai.APIConnectionError):
        return EngineFailed("The language model cannot be reached.", "llm_unreachable", retryable=True)
    if isinstance(error, openai.APIStatusError):
        return _status_failed(error, model)
    if type(error) is openai.APIError:  # an error event inside the stream
        return _stated(error) or EngineFailed(
            "The language model reported an error while answering.", "llm_overloaded", retryable=True
        )
    return EngineFailed("The language model's answer cannot be read.", "llm_bad_answer", retryable=True)


def may_succeed_now(error: openai.APIError) -> bool:
    """Whether the same request is worth another try at once. A timeout is not: it has used the time up."""
    if isinstance(error, openai.APITimeoutError) or _has(error, "insufficient_quota"):
        return False
    if isinstance(error, openai.APIStatusError):
        return error.status_code in (408, 409, 429) or error.status_code >= 500
    return isinstance(error, openai.APIConnectionError)


def retry_after(error: openai.APIError) -> float | None:
    """Seconds the server asks to wait: `retry-after-ms`, or `retry-after` as seconds or a date."""
    if not isinstance(error, openai.APIStatusError):
        return None
    headers = error.response.headers
    if (seconds := _number(headers.get("retry-after-ms"))) is not None:
        return seconds / 1000
    stated = headers.get("retry-after")
    if (seconds := _number(stated)) is not None:
        return seconds
    try:
        return max(parsedate_to_datetime(stated).timestamp() - time.time(), 0.0) if stated else None
    except (ValueError, OverflowError):
        return None


def _status_failed(error: openai.APIStatusError, model: str) -> EngineFailed:
    status = error.status_code
    if status in (401, 403):
        return EngineFailed("The language model does not accept our key.", "llm_auth")
    if status == 404:
        return EngineFailed(
            f"The language model “{model[:100]}” does not exist there, or the address is wrong.", "llm_model_not_found"
        )
    if stated := _stated(error):
        return stated
    if status == 429:
        return EngineFailed("The language model has too many requests.", "llm_rate_limited", retryable=True)
    if status >= 500 or status in (408, 409):
        return EngineFailed("The language model is overloaded or starting.", "llm_overloaded", retryable=True)
    return EngineFailed(f"The language model rejected the request (HTTP {status}).", "llm_rejected")


def _stated(error: openai.APIError) -> EngineFailed | None:
    """The failure that the error's own code names, wherever it was found."""
    if _has(error, "insufficient_quota") or getattr(error, "status_code", None) == 402:
        return EngineFailed("The language model's account has no quota left.", "llm_quota")
    if any(_has(error, code) for code in _REFUSALS):
        return EngineFailed("The language model refused to answer.", "llm_refused")
    if _has(error, "context_length_exceeded"):
        return EngineFailed("The conversation is too long for the language model.", "llm_rejected")
    if _has(error, "rate_limit_exceeded"):
        return EngineFailed("The language model has too many requests.", "llm_rate_limited", retryable=True)
    return None


def _has(error: openai.APIError, code: str) -> bool:
    return code in (error.code, error.type)


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else math.nan
    except ValueError:
        return None
    return max(number, 0.0) if math.isfinite(number) else None
