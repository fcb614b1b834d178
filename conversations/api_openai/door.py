"""What the routes of this dialect share: the key, the methods, and errors in OpenAI's shape."""

from collections.abc import Callable, Coroutine
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from avatarsite.core.api import keys
from avatarsite.core.api.auth import presented_key
from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import Claim, begin, finish
from avatarsite.core.api.threads import in_thread
from avatarsite.core.api.throttles import address, hit
from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import User

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]
WAITS = 300.0  # seconds that a request with an Idempotency-Key is believed to be worked on
# What an engine refuses because of what was asked; everything else is the engine's own trouble.
ASKED_WRONGLY = {
    "llm_rejected": HTTPStatus.BAD_REQUEST,
    "llm_refused": HTTPStatus.BAD_REQUEST,
    "tts_unspeakable": HTTPStatus.BAD_REQUEST,
    "language_unsupported": HTTPStatus.BAD_REQUEST,
    "audio_format_unknown": HTTPStatus.BAD_REQUEST,
    "llm_rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
}


class Refused(ApiError):
    """A request that this dialect refuses; `param` is the field that is wrong."""

    def __init__(
        self, message: str, *, param: str | None = None, code: str = "", status: HTTPStatus = HTTPStatus.BAD_REQUEST
    ) -> None:
        super().__init__(status, message, code)
        self.param = param


def dialect(*methods: str) -> Callable[[View], View]:
    """A route for `methods`: `view(request, account, …)`. No CSRF token is needed, for there is no cookie."""

    def decorate(view: View) -> View:
        @wraps(view)
        async def answer(request: HttpRequest, **named: str) -> HttpResponseBase:
            try:
                if request.method not in methods:
                    words = f"Not allowed method: {request.method}. Use {' or '.join(methods)}."
                    return _not_allowed(methods, Refused(words, status=HTTPStatus.METHOD_NOT_ALLOWED))
                account = await _account(request)
                once = partial(view, request, account, **named)
                return await (_only_once(request, account, once) if request.method == "POST" else once())
            except (ApiError, EngineFailed) as error:
                return refusal(error)

        return csrf_exempt(answer)

    return decorate


async def _only_once(request: HttpRequest, account: User, view: View) -> HttpResponseBase:
    """A POST may be sent twice with the same `Idempotency-Key`: the second gets the first's answer."""
    claim = await in_thread(begin)(request, account, waits=WAITS)
    if claim is None:
        return await view()
    if not isinstance(claim, Claim):
        return claim
    request.idempotency_claim = claim  # type: ignore[attr-defined]
    try:
        response = await view()
    except BaseException:
        await in_thread(claim.release)()
        raise
    await in_thread(finish)(claim, response)
    return response


def refusal(error: ApiError | EngineFailed) -> JsonResponse:
    status = error.status if isinstance(error, ApiError) else _status(error)
    response = JsonResponse(body(error), status=status)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    if isinstance(error, EngineFailed) and not error.retryable:
        response["x-should-retry"] = "false"  # the SDK would try again, and again
    if isinstance(error, ApiError) and error.retry_after:
        response["Retry-After"] = str(error.retry_after)
    return response


def body(error: ApiError | EngineFailed) -> dict[str, Any]:
    """The error as OpenAI writes it, in an answer or in a stream."""
    status = error.status if isinstance(error, ApiError) else _status(error)
    kind = "invalid_request_error" if status < 500 else "server_error"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        kind = "requests"
    stated = {"message": error.message, "type": kind, "param": getattr(error, "param", None), "code": error.code}
    return {"error": {**stated, "code": error.code or None}}


def _status(error: EngineFailed) -> HTTPStatus:
    return ASKED_WRONGLY.get(error.code, HTTPStatus.SERVICE_UNAVAILABLE if error.retryable else HTTPStatus.BAD_GATEWAY)


def _not_allowed(methods: tuple[str, ...], error: Refused) -> JsonResponse:
    response = refusal(error)
    response["Allow"] = ", ".join(methods)
    return response


@in_thread
def _account(request: HttpRequest) -> User:
    """Who calls. Raises 401 with words that never repeat what was sent."""
    key = presented_key(request)
    if not key:
        words = (
            "You didn't provide an API key. Send it in the Authorization header: `Authorization: Bearer YOUR_KEY`. "
            "The administrator of this site makes keys."
        )
        raise Refused(words, status=HTTPStatus.UNAUTHORIZED)
    row = keys.find(key, address(request))
    if row is None:
        words = "Incorrect API key provided: it is unknown here, revoked, or not for your address."
        raise Refused(words, status=HTTPStatus.UNAUTHORIZED, code="invalid_api_key")
    hit("v1", str(row.pk), settings.V1_PER_KEY)  # one allowance for all routes of the account's key
    return row.user


@csrf_exempt
async def no_such_route(request: HttpRequest) -> HttpResponseBase:
    words = f"Unknown request URL: {request.method} {request.path[:200]}."
    return refusal(Refused(words, status=HTTPStatus.NOT_FOUND, code="unknown_url"))
