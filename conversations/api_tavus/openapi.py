"""How routes of this dialect stand in the OpenAPI document.

A body or an answer is a `Shape`, which becomes a component of the document, or a plain JSON Schema (`shape`).
"""

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
Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
TRUTH: Schema = {"type": "boolean"}
ANY: Schema = {"type": "object", "additionalProperties": True}
TEXTS: Schema = {"type": "array", "items": TEXT}
MOMENT: Schema = {"type": "string", "format": "date-time"}

WORDS = {
    304: "Nothing changed.",
    400: "The request is wrong, or an id in it is not known to this key; the words name the field and the fix.",
    401: "No key, or one that is not valid.",
    402: "The account has no credits left.",
    403: "Stock content is read-only.",
    404: "There is no such thing for this key, or nothing at this address.",
    409: "It does not fit what is there already.",
    411: "The body came without its Content-Length.",
    413: "The body is too large.",
    415: "The content type is not taken here.",
    422: "The JSON Patch cannot be applied, or the Idempotency-Key was used for another request.",
    429: "Too many requests; see Retry-After.",
    500: "Something went wrong on our side.",
    502: "An engine failed; the words say why.",
}
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


def shape(required: Sequence[str] = (), **properties: Schema) -> Schema:
    """An object; other properties are ignored when they are sent."""
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def several(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def nullable(of: Schema) -> Schema:
    return {**of, "nullable": True}


PATCH: Schema = several(
    shape(
        ("op", "path"),
        op={**TEXT, "enum": ["add", "remove", "replace", "move", "copy", "test"]},
        path=TEXT,
        value={},
        **{"from": TEXT},
    )
)


def query(name: str, words: str, kind: type = str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=words, **more)


def paging(first: int) -> list[OpenApiParameter]:
    """The parameters of a list. first: the number of its first page, 0 or 1."""
    begins = f"The first page is {first}" + ("; 0 is taken for 1." if first else ".")
    return [
        query("page", begins, int, default=first),
        query("limit", "How many on a page: 1 to 1000.", int, default=10),
    ]


def page(of: Any, **beside: Any) -> Any:
    """The envelope of a list of a Shape or a schema. beside: further fields, of the same kind."""
    if isinstance(of, dict):
        return shape(("data", "total_count"), data=several(of), total_count=WHOLE, **beside)
    fields = {"data": of(many=True), "total_count": serializers.IntegerField(), **beside}
    return inline_serializer(f"Tavus{of.__name__}Page", fields)


def described(
    name: str,
    answer: Any = None,
    *,
    request: Any = None,
    status: int = HTTPStatus.OK,
    refusals: Sequence[int] = (),
    parameters: Sequence[OpenApiParameter] = (),
    post: bool = False,
    example: Any = None,
) -> Callable[[F], F]:
    """Describe an operation. answer: a Shape or a schema, None for an answer without a body.

    request: the same, or one for each content type. post: an operation that honours an Idempotency-Key.
    refusals: codes beside those that every route, and every route with a body, may answer.
    """
    codes = {*ALWAYS, *refusals, *(OF_BODY if post or request is not None else ())}
    if isinstance(request, dict) and "type" in request:
        request = {"application/json": request}
    answers: dict[Any, Any] = {status: OpenApiResponse(answer, "Done.")}
    answers |= {code: OpenApiResponse(_refusal(code), WORDS[code]) for code in sorted(codes)}
    return extend_schema(
        operation_id=f"v2_{name}",
        tags=["v2"],
        request=request,
        responses=answers,
        parameters=[*parameters, *([PARAMETER] if post else [])],
        examples=[OpenApiExample("An example", example, request_only=True)] if example else None,
    )


def _refusal(code: int) -> Any:
    return {304: None, 401: NoKey}.get(code, Refusal)
