"""What every route of this dialect shares: the key, the shape of errors, times, pages, what clients are forgiven.

Errors carry the same words under `error` and `message`: clients of this wire read either. Unknown JSON fields are
ignored, and an empty body may come with a JSON content type.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, JsonResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.parsing import StrictJSONParser
from avatarsite.core.api.view import DialectView, as_api_error

NO_KEY = "Invalid access token"
NO_ROUTE = "There is nothing at this address."
DEFAULT_LIMIT = 10
MOST_LIMIT = 1_000  # current clients ask for that many
MOST_PAGE = 10_000_000
DEEP = 1_000  # rows before a page
Row = TypeVar("Row", bound=Model)


class AnyJson(StrictJSONParser):
    """JSON of any kind: a JSON Patch is a list. An empty body is {}."""


class TavusView(DialectView):
    """A route of this dialect."""

    dialect = "v2"
    rate = "V2_PER_KEY"
    parser_classes = [AnyJson]

    def get_exception_handler(self) -> Any:
        return handle

    @property
    def body(self) -> dict[str, Any]:
        """The request's JSON object, or the fields of its form. Raises ApiError 400."""
        if isinstance(self.request.data, QueryDict):
            return self.request.data.dict()
        if not isinstance(self.request.data, dict):
            raise bad_request("The body must be a JSON object.")
        return dict(self.request.data)


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler of this dialect."""
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Response({"message": NO_KEY}, status=HTTPStatus.UNAUTHORIZED)
    known = as_api_error(error)
    headers = {"Retry-After": str(known.retry_after)} if known.retry_after else {}
    return Response(refusal(known.message), status=known.status, headers=headers)


def refusal(words: str) -> dict[str, str]:
    return {"error": words, "message": words}


def bad_request(words: str) -> ApiError:
    return ApiError(HTTPStatus.BAD_REQUEST, words, "invalid")


def unknown(thing: str) -> NoReturn:
    """An id that this key may not know; the platform answers 400, not 404."""
    raise bad_request(f"Invalid {thing}")


def listed(
    rows: QuerySet[Row, Any], request: Request, out: Callable[[Row], dict[str, Any]], *, first: int = 1, **more: Any
) -> Response:
    """`page_in` as an answer."""
    return Response(page_in(rows, request.query_params, out, first=first, **more))


def page_in(
    rows: QuerySet[Row, Any],
    query: Mapping[str, str],
    out: Callable[[Row], dict[str, Any]],
    *,
    first: int = 1,
    most: int | None = None,
    numbered: bool = False,
    read: Callable[[QuerySet[Row, Any]], Iterable[Any]] = list,
) -> dict[str, Any]:
    """A page of ordered rows as {"data", "total_count"}. first: the number of the first page, 0 or 1.

    On lists that begin at 1, page 0 is the first page too. most: a larger limit is refused; by default it is lowered
    to MOST_LIMIT. numbered: the answer has page and limit too. read: how the rows of the page are read for `out`.
    """
    page = max(_number(query, "page", first, MOST_PAGE), first)
    limit = _number(query, "limit", DEFAULT_LIMIT, MOST_PAGE if most else MOST_LIMIT, least=1)
    if most and limit > most:
        raise bad_request(f"Invalid request: limit must be 1 to {most}")
    start = (page - first) * limit
    total = rows.count()
    found = list(read(_part(rows, start, min(start + limit, total), total))) if start < total else []
    where = {"page": page, "limit": limit} if numbered else {}
    return {"data": [out(row) for row in found], "total_count": total, **where}


def _part(rows: QuerySet[Row, Any], start: int, end: int, total: int) -> QuerySet[Row, Any]:
    """Rows from `start` to before `end`; for a deep page, what lies before or behind it is counted off in the index."""
    if start < DEEP:
        return rows[start:end]
    keys = rows.values("pk")
    near = keys[start:end] if end <= total / 2 else keys.reverse()[total - end : total - start]
    return rows.filter(pk__in=near)


def flag(query: Mapping[str, str], name: str) -> bool:
    """Whether a query says `?name=true`."""
    return query.get(name, "").lower() in ("true", "1")


def _number(query: Mapping[str, str], name: str, default: int, most: int, least: int = 0) -> int:
    text = query.get(name)
    if text is None or text == "":
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < least:
        kind = "a positive integer" if least else "a whole number from 0"
        raise bad_request(f"Invalid request: {name} must be {kind}")
    return min(int(text), most)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds and Z, as REST answers have it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def rfc1123(moment: datetime) -> str:
    """As the answer to a new video has it: Mon, 14 Jul 2025 09:14:24 GMT."""
    return moment.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


def plain(moment: datetime) -> str:
    """As callbacks about videos have it: 2024-08-28 15:27:40.824457."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


@csrf_exempt
def no_such_route(request: HttpRequest) -> JsonResponse:
    return JsonResponse(refusal(NO_ROUTE), status=HTTPStatus.NOT_FOUND)
