"""DRF's exception handler: every error as `{"detail": "..."}`, one sentence that names the field."""

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from avatarsite.core.api.errors import ApiError


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, ApiError):
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
        return Response({"detail": error.message}, status=error.status, headers=headers)
    response = exception_handler(error, context)
    if response is not None and isinstance(error, exceptions.ValidationError):
        response.data = {"detail": first_message(error.detail)}
    return response


def first_message(detail: Any, field: str = "") -> str:
    """The first sentence of a validation error, led by the field it speaks of."""
    if isinstance(detail, dict):
        name, inner = next(iter(detail.items()))
        return first_message(inner, field if name == "non_field_errors" else str(name))
    if isinstance(detail, list):
        return first_message(detail[0], field)
    return f"{field}: {detail}" if field else str(detail)
