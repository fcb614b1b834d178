"""What every answer of the media door has in common."""

from django.conf import settings
from starlette.responses import PlainTextResponse, Response


def headers(cache: str) -> dict[str, str]:
    fields = {
        "Cache-Control": cache,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Referrer-Policy": "no-referrer",
    }
    if settings.CORS_ALLOW_ALL_ORIGINS:
        fields["Access-Control-Allow-Origin"] = "*"
    return fields


def plain(words: str, status: int) -> Response:
    return PlainTextResponse(words, status, headers=headers("no-store"))
