"""What every route of this dialect shares: the key, the envelope of answers and of errors, limits, names in paths."""

import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from io import SEEK_END
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from avatarsite.core.api.auth import ApiKeyAuthentication
from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.handler import first_message
from avatarsite.core.api.idempotency import claim_of
from avatarsite.core.api.parsing import MAX_BYTES, StrictJSONParser
from avatarsite.core.api.throttles import hit
from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import ApiKey, User

logger = logging.getLogger(__name__)

NO_ROUTE = "There is nothing at this address."
OURS = "Something went wrong on our side."
# What an engine refuses because of what it was given; anything else an engine fails at is not the caller's fault.
CALLERS_FAULT = {
    "file_too_large",
    "model_unknown",
    "memory_invalid",
    "file_unsupported",
    "url_refused",
    "url_unreachable",
    "url_too_large",
    "url_timeout",
    "picture_unusable",
    "audio_unusable",
    "tts_unspeakable",
    "text_too_long",
    "language_unsupported",
    "voice_unknown",
}


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


def as_api_error(error: Exception) -> ApiError:
    """Any error as one with a status and a code; an unknown one is logged, and is ours."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, EngineFailed):
        status = HTTPStatus.BAD_REQUEST if error.code in CALLERS_FAULT else HTTPStatus.BAD_GATEWAY
        return ApiError(status, error.message, error.code)
    if isinstance(error, exceptions.ValidationError):
        return ApiError(HTTPStatus.BAD_REQUEST, first_message(error.detail), "invalid")
    if isinstance(error, exceptions.APIException):
        return ApiError(HTTPStatus(error.status_code), str(error.detail), error.default_code)
    return _of_django(error)


def _of_django(error: Exception) -> ApiError:
    if isinstance(error, RequestDataTooBig | TooManyFilesSent | TooManyFieldsSent):
        return ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body holds too much.", "body_too_large")
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return ApiError(HTTPStatus.BAD_REQUEST, "The body could not be read.", "body_unreadable")
    logger.error("v1.crashed", exc_info=error)
    return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, OURS, "internal_error")


class AlwaysJson(BaseContentNegotiation):
    """This dialect speaks JSON whatever `Accept` says."""

    def select_parser(self, request: Request, parsers: Sequence[BaseParser]) -> BaseParser | None:  # type: ignore[override]
        return next((parser for parser in parsers if _is(request.content_type, parser.media_type)), None)

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


def _is(content_type: str | None, media_type: str | None) -> bool:
    return (content_type or "").split(";")[0].strip().lower() == media_type


class JsonBody(StrictJSONParser):
    """JSON up to a limit."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        value = super().parse(stream, media_type, parser_context)
        if not isinstance(value, dict):
            raise exceptions.ParseError("The body must be a JSON object.")
        return value


class PersonaView(APIView):
    """A route of this dialect; `kwargs` of its path come as snake_case."""

    authentication_classes = [ApiKeyAuthentication]
    permission_classes = [IsAuthenticated]
    parser_classes = [JsonBody]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJson
    metadata_class = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return super().dispatch(request, *args, **{_snake(name): value for name, value in kwargs.items()})

    def get_exception_handler(self) -> Any:
        return handle

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        if isinstance(request, ASGIRequest) and _is_chunked(request):  # it is here as a whole, so its length is known
            length = request._stream.seek(0, SEEK_END)  # type: ignore[attr-defined]
            request._stream.seek(0)  # type: ignore[attr-defined]
            request.META["CONTENT_LENGTH"] = str(length)
        return super().initialize_request(request, *args, **kwargs)

    def check_throttles(self, request: Request) -> None:
        """Limits that count for each key: of requests, and of the size of one."""
        key = cast(ApiKey, request.auth)
        hit("v1", str(key.pk), settings.V1_PER_KEY)
        if _is_chunked(request._request):  # Django's WSGI would take it for empty
            raise ApiError(HTTPStatus.LENGTH_REQUIRED, "Send the body with a Content-Length.", "length_required")
        multipart = _is(request.content_type, "multipart/form-data")
        most = settings.UPLOAD_MAX_BYTES if multipart else MAX_BYTES
        if int(request.META.get("CONTENT_LENGTH") or 0) > most:
            words = f"The body is larger than {most} bytes."
            raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words, "body_too_large")

    @property
    def account(self) -> User:
        return cast(User, self.request.user)

    @property
    def made_before(self) -> str:
        """What an earlier try of this very request has made before it died, or ""; with an Idempotency-Key only."""
        claim = claim_of(self.request)
        return claim.made if claim else ""

    def remember(self, made: str) -> None:
        """Note what this request has made; call in the transaction that makes it."""
        claim = claim_of(self.request)
        if claim:
            claim.remember(made)

    def forget(self) -> None:
        """This request has failed: the same again is to be tried anew."""
        claim = claim_of(self.request)
        if claim:
            claim.release()

    def read(
        self, shape: type[Serializer[Any]], data: Mapping[str, Any] | None = None, **options: Any
    ) -> dict[str, Any]:
        """The request's body, or `data`, in `shape`; raises ValidationError with the field and the fix."""
        body = shape(data=self.request.data if data is None else data, **options)
        body.is_valid(raise_exception=True)
        return cast(dict[str, Any], body.validated_data)


class FormView(PersonaView):
    """A route that takes files too: multipart/form-data beside JSON."""

    parser_classes = [JsonBody, MultiPartParser]


def _is_chunked(request: HttpRequest) -> bool:
    return "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()


@csrf_exempt
def no_such_route(request: HttpRequest) -> JsonResponse:
    return JsonResponse(refusal(NO_ROUTE, "not_found"), status=HTTPStatus.NOT_FOUND)
