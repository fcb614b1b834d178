"""Reads that clients poll, answered by plain functions: DRF's machinery would cost more than their query."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import NotAuthenticated

from avatarsite.core.api import keys
from avatarsite.core.api.auth import presented_key
from avatarsite.core.api.throttles import address, hit
from avatarsite.core.models import ApiKey
from conversations.api_tavus.door import TavusView, handle

Reader = Callable[..., dict[str, Any]]


def polled(view: Callable[..., Any], read: Reader) -> Callable[..., HttpResponseBase]:
    """`view`, a DRF view, whose GET is answered with what `read(request, account, **ids)` returns."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, **ids: str) -> HttpResponseBase:
        if request.method != "GET":
            response: HttpResponseBase = view(request, **ids)
            return response
        try:
            key = _caller(request)
            return JsonResponse(read(request, key.user, **ids))
        except Exception as error:  # noqa: BLE001  the edge, as DRF's handler is for other views
            refused = handle(error, {})
            again = refused.headers.get("Retry-After")
            headers = {"Retry-After": again} if again else {}
            return JsonResponse(refused.data, status=refused.status_code, headers=headers)

    answer.direct = True  # type: ignore[attr-defined]  # avatarsite.direct finds it by this
    return answer


def _caller(request: HttpRequest) -> ApiKey:
    """The key that calls, counted. Raises NotAuthenticated, ApiError 429."""
    key = keys.find(presented_key(request), address(request))
    if key is None:
        raise NotAuthenticated
    hit(TavusView.dialect, str(key.pk), getattr(settings, TavusView.rate))
    return key
