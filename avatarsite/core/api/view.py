"""What the views of every dialect with DRF share: the key, strict bodies, limits, and one reading of all errors.

A dialect subclasses `DialectView` and renders errors in its own shape (`refusal`).
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from io import SEEK_END
from typing import Any, ClassVar, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from avatarsite.core import disk
from avatarsite.core.api.auth import ApiKeyAuthentication
from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.handler import first_message
from avatarsite.core.api.idempotency import claim_of
from avatarsite.core.api.parsing import MAX_BYTES, StrictJSONParser
from avatarsite.core.api.throttles import hit
from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import ApiKey, User

logger = logging.getLogger(__name__)

OURS = "Something went wrong on our side."
# What an engine refuses because of what it was given; anything else an engine fails at is not the caller's fault.
CALLERS_FAULT = {
    "file_too_large",
    "model_unknown",
    "memory_invalid",
    "option_invalid",
    "file_unsupported",
    "url_refused",
    "url_unreachable",
    "url_too_large",
    "url_timeout",
    "picture_unusable",
    "tts_unspeakable",
    "text_too_long",
    "language_unsupported",
    "voice_unknown",
    "file_size",
    "photo_too_large",
    "replica_invalid",
    "sample_unusable",
    "sample_too_short",
    "sample_not_speech",
    "sample_noisy",
    "consent_incomplete",
    "consent_name_needed",
    "key_invalid",
    "stt_too_short",
    *(f"media_{fault}" for fault in ("unsupported", "broken", "too_large", "too_long", "too_short", "no_audio")),
    *(f"media_{fault}" for fault in ("too_many_pixels", "too_many_channels", "too_fast", "no_video")),
}
# What does not fit what is there already.
CONFLICTS = {
    "vendor_not_configured",
    "vendor_retired",
    "replica_in_use",
    "voice_in_use",
    "consent_given",
    "consent_not_given",
    "consent_revoked",
    "consent_used",
}


def as_api_error(error: Exception) -> ApiError:
    """Any error as one with a status and a code; an unknown one is logged, and is ours."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, EngineFailed):
        return ApiError(_status_of(error.code), error.message, error.code)
    if isinstance(error, exceptions.ValidationError):
        return ApiError(HTTPStatus.BAD_REQUEST, first_message(error.detail), "invalid")
    if isinstance(error, exceptions.APIException):
        return ApiError(HTTPStatus(error.status_code), str(error.detail), error.default_code)
    return _of_django(error)


def _status_of(code: str) -> HTTPStatus:
    if code in CALLERS_FAULT:
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.CONFLICT if code in CONFLICTS else HTTPStatus.BAD_GATEWAY


def _of_django(error: Exception) -> ApiError:
    if isinstance(error, RequestDataTooBig | TooManyFilesSent | TooManyFieldsSent):
        return ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body holds too much.", "body_too_large")
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return ApiError(HTTPStatus.BAD_REQUEST, "The body could not be read.", "body_unreadable")
    if isinstance(error, OSError) and error.errno in disk.TROUBLES:
        logger.error("api.storage_failed errno=%d", error.errno)
        told = disk.trouble(error)
        full = told.code == "disk_full"
        status = HTTPStatus.INSUFFICIENT_STORAGE if full else HTTPStatus.SERVICE_UNAVAILABLE
        return ApiError(status, told.message, told.code)
    logger.error("api.crashed", exc_info=error)
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


class DialectView(APIView):
    """A route that is called with an API key.

    dialect: names the counter of its throttle. rate: names the setting of how often a key may call.
    """

    dialect: ClassVar[str]
    rate: ClassVar[str]

    authentication_classes = [ApiKeyAuthentication]
    permission_classes = [IsAuthenticated]
    parser_classes = [JsonBody]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJson
    metadata_class = None

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        if isinstance(request, ASGIRequest) and _is_chunked(request):  # it is here as a whole, so its length is known
            length = request._stream.seek(0, SEEK_END)  # type: ignore[attr-defined]
            request._stream.seek(0)  # type: ignore[attr-defined]
            request.META["CONTENT_LENGTH"] = str(length)
        return super().initialize_request(request, *args, **kwargs)

    def check_throttles(self, request: Request) -> None:
        """Limits that count for each key: of requests, and of the size of one."""
        key = cast(ApiKey, request.auth)
        hit(self.dialect, str(key.pk), getattr(settings, self.rate))
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


def _is_chunked(request: HttpRequest) -> bool:
    return "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH")
