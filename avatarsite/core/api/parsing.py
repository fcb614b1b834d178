"""One strict JSON parser for every dialect, so that SQLite and PostgreSQL answer alike.

Python's own parser lets through what a database, a template or a log cannot hold: NUL characters, lone surrogates,
NaN, numbers of thousands of digits, nesting that exhausts the stack.
"""

import json
import math
import re
from http import HTTPStatus
from typing import IO, Any, NoReturn

from django.http import HttpRequest
from django.http.request import RawPostDataException, UnreadablePostError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser

from avatarsite.core.api.errors import ApiError

MAX_BYTES = 1_048_576
MAX_DEPTH = 32
MAX_DIGITS = 40
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def parse(body: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises ValueError with a sentence that says what is wrong."""
    if len(body) > MAX_BYTES:
        raise ValueError(f"The body is larger than {MAX_BYTES} bytes.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("The body is not valid UTF-8.") from error
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_number)
    except RecursionError as error:
        raise ValueError(f"The JSON is nested deeper than {MAX_DEPTH} levels.") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"Malformed JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    _check(value, MAX_DEPTH)
    return value


def json_object(request: HttpRequest, *, optional: bool = False) -> dict[str, Any]:
    """The JSON object in a request's body. Raises ApiError 400, 413 or 415.

    optional: an empty body, whatever its type, counts as {}.
    """
    body = raw_body(request)
    if optional and not body:
        return {}
    if request.content_type != "application/json":
        raise ApiError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send Content-Type: application/json.", "content_type")
    try:
        value = parse(body)
    except ValueError as error:
        raise ApiError(HTTPStatus.BAD_REQUEST, str(error), "malformed_json") from error
    if not isinstance(value, dict):
        raise ApiError(HTTPStatus.BAD_REQUEST, "The body must be a JSON object.", "malformed_json")
    return value


def raw_body(request: HttpRequest) -> bytes:
    """The body as it was sent. Raises ApiError 400 or 413."""
    from django.core.exceptions import RequestDataTooBig

    try:
        return request.body
    except RequestDataTooBig as error:
        words = f"The body is larger than {MAX_BYTES} bytes."
        raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words, "body_too_large") from error
    except (RawPostDataException, UnreadablePostError) as error:
        raise ApiError(HTTPStatus.BAD_REQUEST, "The body could not be read.", "body_unreadable") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"A number has more than {MAX_DIGITS} digits.")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError("A number is too large.")
    return value


def _check(value: Any, depth: int) -> None:
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise ValueError("A text holds a NUL character or half of a surrogate pair.")
    if isinstance(value, dict | list):
        if depth == 0:
            raise ValueError(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
        for item in [*value.keys(), *value.values()] if isinstance(value, dict) else value:
            _check(item, depth - 1)


class FormParser(MultiPartParser):
    """multipart/form-data. A form that breaks off leaves no file: Django itself closes only files it has read whole."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except Exception:
            for handler in parser_context["request"].upload_handlers:
                if (half_read := getattr(handler, "file", None)) is not None:
                    half_read.close()
            raise


class StrictJSONParser(BaseParser):
    """DRF's door to `parse`."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(MAX_BYTES + 1)
        try:
            return parse(body) if body.strip() else {}
        except ValueError as error:
            raise ParseError(str(error)) from error
