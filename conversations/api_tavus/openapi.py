"""How routes of this dialect stand in the OpenAPI document."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_serializer,
    inline_serializer,
)
from rest_framework import serializers

from avatarsite.core.api.idempotency import PARAMETER

F = TypeVar("F", bound=Callable[..., Any])

WORDS = {
    400: "The request is wrong, or an id in it is not known to this key; the words name the field and the fix.",
    401: "No key, or one that is not valid.",
    402: "The account has no credits left.",
    403: "Stock content is read-only.",
    404: "There is nothing at this address.",
    409: "It does not fit what is there already.",
    411: "The body came without its Content-Length.",
    413: "The body is too large.",
    415: "The content type is not taken here.",
    422: "The JSON Patch cannot be applied, or the Idempotency-Key was used for another request.",
    429: "Too many requests; see Retry-After.",
    500: "Something went wrong on our side.",
    502: "An engine failed; the words say why.",
}
LIMIT = OpenApiParameter("limit", OpenApiTypes.INT, description="How many to a page: 1 to 1000.", default=10)
FROM_0 = OpenApiParameter("page", OpenApiTypes.INT, description="The first page is 0.", default=0)
FROM_1 = OpenApiParameter("page", OpenApiTypes.INT, description="The first page is 1; 0 is taken for 1.", default=1)
HARD = OpenApiParameter("hard", OpenApiTypes.BOOL, description="Accepted: deleting removes the files in any case.")
ALWAYS, OF_ID, OF_BODY = (401, 404, 429, 500), (400, 404), (400, 409, 411, 413, 415, 422)


class Shape(serializers.Serializer[Any]):
    """A body of this dialect; its name in the OpenAPI document tells the dialect too."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        extend_schema_serializer(component_name=f"Tavus{cls.__name__}")(cls)


class NoKey(Shape):
    message = serializers.CharField()


class Refusal(NoKey):
    error = serializers.CharField(help_text="The same words.")


def described(
    name: str,
    answer: Any = None,
    *,
    request: Any = None,
    post: bool = False,
    status: int = HTTPStatus.OK,
    refusals: Sequence[int] = (),
    parameters: Sequence[OpenApiParameter] = (),
    example: Any = None,
) -> Callable[[F], F]:
    """Describe an operation. answer: a serializer or a field, None for an empty body. post: a POST without a body.

    refusals: codes beside those that every route, and every route with a body, may answer.
    """
    body = request is not None or post
    codes = sorted({*ALWAYS, *refusals, *(OF_BODY if body else ())})
    answers: dict[Any, Any] = {status: OpenApiResponse(answer) if answer else OpenApiResponse(description="Done.")}
    answers |= {code: OpenApiResponse(NoKey if code == 401 else Refusal, WORDS[code]) for code in codes}
    return extend_schema(
        operation_id=f"v2_{name}",
        tags=["v2"],
        request=request,
        responses=answers,
        parameters=[*parameters, *([PARAMETER] if post or request is not None else [])],
        examples=[OpenApiExample("An example", example, request_only=True)] if example else None,
    )


def page(item: type[Shape], **beside: Any) -> Any:
    """The envelope of a list."""
    fields = {"data": item(many=True), "total_count": serializers.IntegerField(), **beside}
    return inline_serializer(f"Tavus{item.__name__}Page", fields)
