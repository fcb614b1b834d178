"""What every route of this dialect shares: the key, the envelope of answers and of errors, limits, names in paths."""

import re
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.response import Response

from avatarsite.core.api.parsing import FormParser
from avatarsite.core.api.view import DialectView, JsonBody, as_api_error

NO_ROUTE = "There is nothing at this address."


def success(message: str, data: Any, status: HTTPStatus = HTTPStatus.OK, **beside: Any) -> Response:
    """An answer in the envelope; `beside` stands next to `data`, where the dialect's data is a bare text."""
    return Response({"success": True, "message": message, "data": data, **beside}, status=status)


def refusal(message: str, code: str) -> dict[str, Any]:
    return {"success": False, "message": message, "data": None, "code": code}


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler of this dialect: any error in the envelope, with its HTTP status."""
    known = as_api_error(error)
    headers = {"Retry-After": str(known.retry_after)} if known.retry_after else {}
    headers |= {"WWW-Authenticate": 'Bearer realm="api"'} if known.status == HTTPStatus.UNAUTHORIZED else {}
    return Response(refusal(known.message, known.code), status=known.status, headers=headers)


class PersonaView(DialectView):
    """A route of this dialect; `kwargs` of its path come as snake_case."""

    dialect = "v1"
    rate = "V1_PER_KEY"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return super().dispatch(request, *args, **{_snake(name): value for name, value in kwargs.items()})

    def get_exception_handler(self) -> Any:
        return handle


class FormView(PersonaView):
    """A route that takes files too: multipart/form-data beside JSON."""

    parser_classes = [JsonBody, FormParser]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()


@csrf_exempt
def no_such_route(request: HttpRequest) -> JsonResponse:
    return JsonResponse(refusal(NO_ROUTE, "not_found"), status=HTTPStatus.NOT_FOUND)
