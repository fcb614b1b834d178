"""Who calls: an API key in `x-api-key` or as a Bearer token; the same for every dialect."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from avatarsite.core import logs
from avatarsite.core.api import keys
from avatarsite.core.api.throttles import address
from avatarsite.core.models import ApiKey, User


def presented_key(request: HttpRequest | Request) -> str:
    """The key in the request's headers, or ""."""
    bearer = request.META.get("HTTP_AUTHORIZATION", "")
    if bearer[:7].lower() == "bearer ":
        return str(bearer[7:].strip())
    return str(request.META.get("HTTP_X_API_KEY", "")).strip()


class ApiKeyAuthentication(BaseAuthentication):
    """DRF's door to `keys.find`. No key is anonymous; a wrong one is refused."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        key = presented_key(request)
        if not key:
            return None
        row = keys.find(key, address(request._request))
        if row is None:
            raise AuthenticationFailed("Invalid API key.")
        logs.bind(account=row.user_id)
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class LoginAuthentication(BaseAuthentication):
    """A browser's login on this site: the owner of a private twin talks to it on its page.

    It asks for no CSRF token, so it is only for routes that another site may call without harm.
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        user = request._request.user
        return (user, None) if isinstance(user, User) else None


class LoginScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document names the login."""

    target_class = LoginAuthentication
    name = "login"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document names the key."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "x-api-key"}
