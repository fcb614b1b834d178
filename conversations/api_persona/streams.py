"""The stream package: a twin in a live WebRTC stream. Not here yet: every route says so."""

from http import HTTPStatus
from typing import Any, ClassVar, NoReturn

from rest_framework.request import Request

from avatarsite.core.api.errors import ApiError
from conversations.api_persona.envelope import PersonaView
from conversations.api_persona.fields import Shape
from conversations.api_persona.openapi import described

WORDS = "Live WebRTC streams are not supported by this installation yet. Use POST /v1/videos or POST /v1/videos/llm."


class AnyIn(Shape):
    """Whatever is sent; nothing of it is read yet."""


def stream_view(name: str) -> Any:
    """The view of one operation of the package."""

    class StreamView(PersonaView):
        operation: ClassVar[str] = name

        @described(name, WORDS, request=AnyIn, status=(), refusals=(501,))
        def post(self, request: Request) -> NoReturn:
            """Not supported yet."""
            raise ApiError(HTTPStatus.NOT_IMPLEMENTED, WORDS, "not_supported_yet")

    return StreamView.as_view()
