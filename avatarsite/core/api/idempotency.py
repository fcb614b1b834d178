"""Requests that may be sent twice: `Idempotency-Key` on a POST, honoured for a day for each account.

The key is claimed by an INSERT. For a view that only writes rows and answers, claim, work and answer are one
transaction: there is no moment at which one exists without the others. A view that waits or streams cannot hold a
transaction that long: its claim is committed first and held for a time, and the view notes on it what it has made
(`Claim.remember`), in the transaction that makes it; a repetition after a crash is given that id.

A repetition gets the first answer with `Idempotent-Replayed: true`; with another method, path or body 422; while the
first still runs 409. Answers with an error are not kept: the repetition does the work.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, overload

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.parsing import raw_body
from avatarsite.core.api.threads import in_thread
from avatarsite.core.ids import new_id
from avatarsite.core.models import IdempotencyKey, User

SHAPE = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,255}")  # visible ASCII; a comma would join two headers
KEPT_BYTES = 1_000_000  # of an answer; a larger one is not kept, and a repetition does the work again
KEPT_HEADERS = ("Content-Type", "Location")
SHORT_SECONDS = 30.0  # that a view without `waits` may take
LOCK_WAIT = "3s"  # for a repetition behind a transaction that has not ended
View = TypeVar("View", bound=Callable[..., HttpResponseBase])
PARAMETER = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="1 to 255 visible ASCII characters. The same key and body within 24 hours get the same answer.",
)


@dataclass(frozen=True)
class Claim:
    """The right to do a request's work once. `made`: the id of what an earlier try, that died, has made, or ""."""

    pk: int
    token: str
    made: str = ""

    def remember(self, made: str) -> None:
        """Note the id of what was made; call in the transaction that makes it. Raises ApiError 409 when too late."""
        if not self._rows().update(made=made):
            raise _in_flight()

    def release(self) -> None:
        """Forget the request: nothing was done."""
        self._rows().delete()

    def keep(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self._rows().update(status=status, headers=headers, body=body)

    def _rows(self) -> Any:
        return IdempotencyKey.objects.filter(pk=self.pk, token=self.token)


@overload
def idempotent(method: View) -> View: ...
@overload
def idempotent(*, waits: float) -> Callable[[View], View]: ...
def idempotent(method: Any = None, *, waits: float = 0.0) -> Any:
    """Decorate a DRF view's `post`. waits: the seconds it may take at most when it waits, calls out or streams.

    Without `waits` the whole view runs in one transaction, which must be short: SQLite has one writer at a time.
    """

    def decorate(method: Callable[..., HttpResponseBase]) -> Any:
        @wraps(method)
        def post(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            def work() -> HttpResponseBase:
                answer = view.finalize_response(request, method(view, request, *args, **kwargs), *args, **kwargs)
                return answer.render() if hasattr(answer, "render") else answer  # type: ignore[no-any-return]

            if key_of(request._request) is None or not isinstance(request.user, User):
                return method(view, request, *args, **kwargs)
            _read_form(request)
            return _waiting(request, work, waits) if waits else _in_one_transaction(request, work)

        return extend_schema(parameters=[PARAMETER])(post)

    return decorate if method is None else decorate(method)


def claim_of(request: Request | HttpRequest) -> Claim | None:
    """The claim that the running `idempotent(waits=…)` view works under, or None without a key."""
    return getattr(getattr(request, "_request", request), "idempotency_claim", None)


def begin(request: HttpRequest, owner: User, *, waits: float = SHORT_SECONDS) -> Claim | HttpResponse | None:
    """For views without DRF: None without a key, the kept answer of a repetition, or a claim to `finish`.

    Raises ApiError 400 for a malformed key, 409 while the first request runs, 422 when it was another one.
    """
    key = key_of(request)
    return None if key is None else _claim(owner, key, fingerprint(request), waits)


def finish(claim: Claim, response: HttpResponseBase) -> None:
    """Keep a view's answer under its claim; a streamed one when it has been sent wholly."""
    if isinstance(response, StreamingHttpResponse):
        _keep_stream(claim, response)
    elif response.status_code >= HTTPStatus.BAD_REQUEST:
        claim.release()
    else:
        _keep(claim, response, getattr(response, "content", b""))


def key_of(request: HttpRequest) -> str | None:
    """The request's key. Raises ApiError 400 when it is malformed."""
    key: str | None = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is not None and not SHAPE.fullmatch(key):
        words = "Idempotency-Key: must be 1 to 255 visible ASCII characters without a comma."
        raise ApiError(HTTPStatus.BAD_REQUEST, words, "invalid_idempotency_key")
    return key


def fingerprint(request: HttpRequest) -> str:
    """What makes two requests the same. Of a form, its fields and files: clients draw a new boundary each time."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for name, values in request.POST.lists():
            digest.update(repr((name, values)).encode())
        for name, files in request.FILES.lists():
            for file in files:
                digest.update(repr((name, file.name, file.size)).encode())  # type: ignore[attr-defined]
                digest.update(_digest(file))
    else:
        digest.update(raw_body(request))
    return digest.hexdigest()


def forget_old() -> None:
    """Delete keys whose day is over."""
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - IdempotencyKey.KEPT_FOR).delete()


def _digest(file: Any) -> bytes:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.digest()


def _read_form(request: Request) -> None:
    """DRF reads a form with the view's parsers, and shows it to Django's request."""
    if request._request.content_type == "multipart/form-data":
        request.data  # noqa: B018


def _in_one_transaction(request: Request, work: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    with transaction.atomic():
        claim = begin(request._request, request.user)  # type: ignore[arg-type]
        if not isinstance(claim, Claim):
            return claim  # type: ignore[return-value]  # there is a key
        response = work()
        finish(claim, response)
    return response


def _waiting(request: Request, work: Callable[[], HttpResponseBase], waits: float) -> HttpResponseBase:
    claim = begin(request._request, request.user, waits=waits)  # type: ignore[arg-type]
    if not isinstance(claim, Claim):
        return claim  # type: ignore[return-value]  # there is a key
    request._request.idempotency_claim = claim  # type: ignore[attr-defined]
    try:
        response = work()
    except BaseException:
        claim.release()
        raise
    finish(claim, response)
    return response


def _claim(owner: User, key: str, mark: str, seconds: float) -> Claim | HttpResponse:
    now, token = timezone.now(), new_id("k")
    fields = {"fingerprint": mark, "token": token, "held_until": now + timedelta(seconds=seconds), "created_at": now}
    with _short_wait():
        row, created = IdempotencyKey.objects.get_or_create(owner=owner, key=key, defaults=fields)
    if created:
        return Claim(row.pk, token)
    expired = row.created_at < now - IdempotencyKey.KEPT_FOR
    if not expired and row.fingerprint != mark:
        words = "Idempotency-Key: this key was used for another request."
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, words, "idempotency_key_reused")
    if not expired and row.status is not None:
        return _replayed(row)
    if not expired and row.held_until > now:
        raise _in_flight()
    if expired:
        fields |= {"made": "", "status": None, "headers": {}, "body": b""}
    if not IdempotencyKey.objects.filter(pk=row.pk, token=row.token).update(**fields):
        raise _in_flight()
    return Claim(row.pk, token, "" if expired else row.made)


@contextmanager
def _short_wait() -> Iterator[None]:
    """PostgreSQL lets a second INSERT of a key wait for the first's transaction: not for long, then it is in flight."""
    if connection.vendor != "postgresql" or not connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
        try:
            yield
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != "55P03":
                raise
            raise _in_flight() from error
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")


def _in_flight() -> ApiError:
    words = "Idempotency-Key: the first request with this key is still being worked on."
    return ApiError(HTTPStatus.CONFLICT, words, "idempotency_key_in_use", retry_after=1)


def _replayed(row: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(bytes(row.body), status=row.status, headers=row.headers)
    response["Idempotent-Replayed"] = "true"
    return response


def _keep(claim: Claim, response: HttpResponseBase, body: bytes) -> None:
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    if len(body) > KEPT_BYTES:
        claim.release()
    else:
        claim.keep(response.status_code, headers, body)


def _keep_stream(claim: Claim, response: StreamingHttpResponse) -> None:
    if response.is_async:
        response.streaming_content = _async_kept(claim, response, response.streaming_content)  # type: ignore[arg-type]
    else:
        response.streaming_content = _kept(claim, response, response.streaming_content)  # type: ignore[arg-type]


def _kept(claim: Claim, response: StreamingHttpResponse, chunks: Iterator[bytes]) -> Iterator[bytes]:
    sent = bytearray()
    try:
        for chunk in chunks:
            sent += chunk[: KEPT_BYTES + 1 - len(sent)]
            yield chunk
    except BaseException:
        claim.release()
        raise
    _keep(claim, response, bytes(sent))


async def _async_kept(
    claim: Claim, response: StreamingHttpResponse, chunks: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    sent = bytearray()
    try:
        async for chunk in chunks:
            sent += chunk[: KEPT_BYTES + 1 - len(sent)]
            yield chunk
    except BaseException:
        await in_thread(claim.release)()
        raise
    await in_thread(_keep)(claim, response, bytes(sent))
