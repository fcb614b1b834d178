"""The doors to a login: how often one address may try, and how often anybody may try one account."""

import hashlib
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.throttles import address, hit

View = Callable[..., HttpResponseBase]
MINUTE = 60


def limited(view: View) -> View:
    """A login's view that is not asked any more once LOGIN_PER_ADDRESS or LOGIN_PER_ACCOUNT is reached.

    Every attempt counts, whether it succeeds or not: a right guess must not be told from a wrong one by the limit.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            try:
                _count(request)
            except ApiError as error:
                return _too_many(request, error.retry_after or 1)
        return view(request, *args, **kwargs)

    return answer


def _count(request: HttpRequest) -> None:
    """Raises ApiError 429. What was typed as a name is kept as a hash only."""
    hit("login-address", address(request), settings.LOGIN_PER_ADDRESS)
    name = request.POST.get("username", "").strip().lower()
    if name:
        hit("login-account", hashlib.sha256(name.encode()).hexdigest()[:32], settings.LOGIN_PER_ACCOUNT)


def _too_many(request: HttpRequest, seconds: int) -> HttpResponseBase:
    minutes = -(-seconds // MINUTE)
    response = render(request, "429.html", {"minutes": minutes}, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(seconds)
    return response
