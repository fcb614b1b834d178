"""How routes of this dialect stand in the OpenAPI document: plain JSON Schemas of bodies and answers."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from avatarsite.core.api.idempotency import PARAMETER
from conversations.api_tavus.openapi import WORDS as OTHERS_WORDS
from conversations.api_tavus.openapi import NoKey, Refusal

F = TypeVar("F", bound=Callable[..., Any])
Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
TRUTH: Schema = {"type": "boolean"}
ANY: Schema = {"type": "object", "additionalProperties": True}
TEXTS: Schema = {"type": "array", "items": TEXT}
MOMENT: Schema = {"type": "string", "format": "date-time"}

WORDS = OTHERS_WORDS | {
    304: "Nothing changed.",
    403: "Stock content is read-only.",
    404: "There is no such thing for this key, or nothing at this address.",
}


def shape(required: Sequence[str] = (), **properties: Schema) -> Schema:
    """An object; other properties are ignored when they are sent."""
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def several(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def nullable(of: Schema) -> Schema:
    return {**of, "nullable": True}


def page(of: Schema, **more: Schema) -> Schema:
    """The envelope of lists."""
    return shape(("data", "total_count"), data=several(of), total_count=WHOLE, **more)


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
    return [
        query("page", f"The first page is {first}.", int),
        query("limit", "How many on a page: 1 to 1000, 10 by default.", int),
    ]


def described(
    name: str,
    answer: Schema | None = None,
    *,
    request: Schema | None = None,
    status: int = 200,
    refusals: Sequence[int] = (),
    parameters: Sequence[OpenApiParameter] = (),
    post: bool = False,
) -> Callable[[F], F]:
    """Describe an operation. answer: None for an answer without a body. post: a POST, with or without a body."""
    codes = {401, 404, 429, 500, *refusals, *((400, 409, 411, 413, 415, 422) if request is not None or post else ())}
    answers: dict[Any, Any] = {status: OpenApiResponse(answer, "Done.")}
    if 304 in codes:
        answers[304] = OpenApiResponse(None, WORDS[304])
    for code in sorted(codes - {304}):
        answers[code] = OpenApiResponse(NoKey if code == 401 else Refusal, WORDS[code])
    return extend_schema(
        operation_id=f"v2_{name}",
        tags=["v2"],
        request={"application/json": request} if request is not None else None,
        responses=answers,
        parameters=[*parameters, *([PARAMETER] if post else [])],
    )
