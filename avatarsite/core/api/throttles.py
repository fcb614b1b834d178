"""Throttles: one counter per caller and window, in the cache that all processes share (Redis where there is one)."""

import logging
import time
from http import HTTPStatus

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from avatarsite.core.api.errors import ApiError

logger = logging.getLogger(__name__)

WINDOWS = {"s": 1, "m": 60, "h": 3_600}


def hit(name: str, caller: str, rate: str) -> None:
    """Count one request of `caller`; raises ApiError 429 with Retry-After past `rate` ("30/m"; "0/m" switches off).

    Should the cache be out of reach, requests are let through: throttling must not take the site down.
    """
    allowed, window = int(rate.split("/")[0]), WINDOWS[rate.split("/")[1]]
    if not allowed:
        return
    now = time.time()
    key = f"throttle:{name}:{caller}:{int(now // window)}"
    try:
        cache.add(key, 0, timeout=window + 1)
        count = cache.incr(key)
    except ValueError:  # expired between the two calls: a new window
        return
    except RedisError:
        logger.debug("throttle.cache_unreachable")  # `resting` has told it, once
        return
    if count > allowed:
        wait = max(1, round(window - now % window))
        words = f"Too many requests: {allowed} per {window} s are allowed. Try again in {wait} s."
        raise ApiError(HTTPStatus.TOO_MANY_REQUESTS, words, "throttled", retry_after=wait)


def address(request: HttpRequest) -> str:
    """The caller's address; X-Forwarded-For counts only for as many hops as TRUSTED_PROXIES names."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    return hops[-trusted] if trusted and len(hops) >= trusted else peer
