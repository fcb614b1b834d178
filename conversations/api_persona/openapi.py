"""How routes of this dialect stand in the OpenAPI document: every answer in its envelope, every refusal named."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from avatarsite.core.api.idempotency import PARAMETER
from conversations.api_persona.fields import Shape

F = TypeVar("F", bound=Callable[..., Any])

WORDS = {
    400: "The request is wrong; the message names the field and the fix.",
    401: "No key, or one that is not valid.",
    403: "Stock content is read-only.",
    404: "There is no such thing for this key.",
    409: "It does not fit what is there already.",
    411: "The body came without its Content-Length.",
    413: "The body is too large.",
    415: "The content type is not taken here.",
    422: "It cannot be done here, or the Idempotency-Key was used for another request.",
    429: "Too many requests; see Retry-After.",
    500: "Something went wrong on our side.",
    501: "This installation cannot do it yet.",
    502: "An engine failed; the message says why.",
}
PAGE = OpenApiParameter("page", OpenApiTypes.INT, description="From 1.", default=1)
LIMIT = OpenApiParameter("limit", OpenApiTypes.INT, description="How many to a page: 1 to 100.", default=10)
MINDS = OpenApiParameter("personalityId", str, description="Only what this one remembers.")
WAIT = OpenApiParameter(
    "wait", OpenApiTypes.NUMBER, description="Seconds, up to 300, to hold the request until the video is made."
)


class Refusal(Shape):
    success = serializers.BooleanField(default=False)
    message = serializers.CharField(help_text="What is wrong, in words.")
    data = serializers.JSONField(allow_null=True, default=None)  # type: ignore[assignment]
    code = serializers.CharField(help_text="Stable, to be acted on.")


def described(
    name: str,
    message: str,
    data: Any = None,
    *,
    request: Any = None,
    post: bool = False,
    status: Sequence[int] = (200,),
    refusals: Sequence[int] = (),
    parameters: Sequence[OpenApiParameter] = (),
    beside: dict[str, Any] | None = None,
    example: Any = None,
    other: dict[Any, Any] | None = None,
) -> Callable[[F], F]:
    """Describe an operation. data: a serializer or a field. request: a serializer, or several by their media types.

    post: a POST without a body. status: of the answers that have the envelope. beside: what stands next to `data`.
    """
    answer = inline_serializer(
        f"{name[0].upper()}{name[1:]}Answer",
        {
            "success": serializers.BooleanField(default=True),
            "message": serializers.CharField(default=message),
            "data": data if data is not None else serializers.ListField(child=serializers.JSONField(), max_length=0),
            **(beside or {}),
        },
    )
    codes = sorted({401, 429, 500, *refusals, *_of_body(request, post)})
    answers: dict[Any, Any] = {code: OpenApiResponse(answer, message) for code in status}
    answers |= {code: OpenApiResponse(Refusal, WORDS[code]) for code in codes}
    header = [PARAMETER] if request is not None or post else []
    return extend_schema(
        operation_id=name,
        tags=["v1"],
        request=request,
        responses=answers | (other or {}),
        parameters=[*parameters, *header],
        examples=[OpenApiExample("An example", example, request_only=True)] if example else None,
    )


def _of_body(request: Any, post: bool) -> tuple[int, ...]:
    if request is not None:
        return 400, 409, 411, 413, 415, 422
    return (400, 409, 411, 422) if post else ()


def form(shape: type[Shape]) -> dict[str, type[Shape]]:
    """A body that may be JSON or, with files, multipart/form-data."""
    return {"application/json": shape, "multipart/form-data": shape}
