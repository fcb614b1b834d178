"""Pals and faces: what newer clients call personas and replicas. The same views, with other names for some fields."""

import copy
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.api_tavus.door import AnyJson, TavusView

NAMES = {
    "pal_id": "persona_id",
    "pal_name": "persona_name",
    "pal_type": "persona_type",
    "default_face_id": "default_replica_id",
    "face_id": "replica_id",
    "face_ids": "replica_ids",
    "face_name": "replica_name",
    "face_type": "replica_type",
}
OTHER_NAMES = {own: other for other, own in NAMES.items()}
PLACES = {"/v2/personas": "/v2/pals", "/v2/replicas": "/v2/faces"}
AS_IT_IS = "layers"  # the customer's own names stand in there
Json = Any


class RenamingJson(AnyJson):
    """JSON with the newer names in it."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Json:
        value = super().parse(stream, media_type, parser_context)
        if isinstance(value, list):
            return [_patch(item) for item in value]
        return renamed(value, NAMES)


def under_new_names(view: type[TavusView]) -> Callable[..., Any]:
    """The view, told and telling by the newer names. It is described by `add_routes`."""

    class Renamed(view):  # type: ignore[valid-type,misc]
        parser_classes = [RenamingJson]
        schema = None

        def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return super().dispatch(request, *args, **renamed(kwargs, NAMES))

        def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
            query = request.GET.copy()
            for other in NAMES.keys() & query.keys():
                query.setlist(NAMES[other], query.pop(other))
            request.GET = query  # type: ignore[assignment]
            told: Request = super().initialize_request(request, *args, **kwargs)
            return told

        def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(response, Response) and not response.is_rendered:
                response.data = _told(response.data)
            return super().finalize_response(request, response, *args, **kwargs)

    Renamed.__name__ = f"Renamed{view.__name__}"
    made: type[APIView] = Renamed
    return made.as_view()


def renamed(value: Json, names: dict[str, str]) -> Json:
    """The value with other names for keys, but for what is in `layers`."""
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        names.get(name, name): inner if name == AS_IT_IS else renamed(inner, names) for name, inner in value.items()
    }


def _told(data: Json) -> Json:
    """An answer by the newer names, in the words of a refusal too."""
    told = renamed(data, OTHER_NAMES)
    if isinstance(told, dict) and isinstance(told.get("message"), str):
        told = {name: _words(text) if name in ("error", "message") else text for name, text in told.items()}
    return told


def _words(text: Json) -> Json:
    for own, other in OTHER_NAMES.items() if isinstance(text, str) else ():
        text = text.replace(own, other)
    return text


def _patch(operation: Json) -> Json:
    """An operation of a JSON Patch: the first step of its paths is a field."""
    if not isinstance(operation, dict):
        return operation
    return operation | {name: _path(operation[name]) for name in ("path", "from") if name in operation}


def _path(pointer: Json) -> Json:
    if not isinstance(pointer, str) or not pointer.startswith("/"):
        return pointer
    first, slash, rest = pointer[1:].partition("/")
    return f"/{NAMES.get(first, first)}{slash}{rest}"


def add_routes(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's post-processing hook: each route of personas and replicas a second time, by the newer names."""
    components = result.get("components", {}).get("schemas", {})
    for path in list(result["paths"]):
        for own, other in PLACES.items():
            if path == own or path.startswith(f"{own}/"):
                described = {method: _described(facts, components) for method, facts in result["paths"][path].items()}
                result["paths"][_words(other + path[len(own) :])] = described
    return result


def _described(operation: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """An operation with its components written out, so that their fields can be renamed."""
    facts: dict[str, Any] = _renamed_schema(_written_out(copy.deepcopy(operation), components))
    return facts | {"operationId": f"{operation['operationId']}_by_newer_names"}


def _written_out(value: Json, components: dict[str, Any]) -> Json:
    if isinstance(value, list):
        return [_written_out(item, components) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return _written_out(copy.deepcopy(components[value["$ref"].rsplit("/", 1)[1]]), components)
    return {name: _written_out(inner, components) for name, inner in value.items()}


def _renamed_schema(value: Json) -> Json:
    if isinstance(value, list):
        return [_renamed_schema(item) for item in value]
    if isinstance(value, dict):
        return {OTHER_NAMES.get(name, name): _renamed_schema(inner) for name, inner in value.items()}
    return OTHER_NAMES.get(value, value) if isinstance(value, str) else value
