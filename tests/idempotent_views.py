"""Views that may be asked twice, of every kind: short, waiting, streaming, open to visitors."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from avatarsite.core.api import idempotency
from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.api.parsing import StrictJSONParser
from tests.factories import make_twin
from twins.models import Twin


class Hook:
    """What the views of this file do beside their work, chosen by a test."""

    run: Callable[[Request], None] = staticmethod(lambda request: None)


class TwinsView(APIView):
    """Writes a row and answers."""

    parser_classes = [StrictJSONParser, MultiPartParser]

    @idempotent
    def post(self, request: Request) -> HttpResponse:
        if not request.data.get("name"):
            raise ApiError(HTTPStatus.BAD_REQUEST, "name: missing.", "invalid")
        twin = make_twin(name=request.data["name"], owner=request.user)
        Hook.run(request)
        return Response({"twinId": twin.pk}, status=HTTPStatus.CREATED, headers={"Location": f"/twins/{twin.pk}"})

    def get(self, request: Request) -> HttpResponse:
        return Response({"count": Twin.objects.count()})


class WaitingView(APIView):
    """Writes a row, then takes its time."""

    @idempotent(waits=60)
    def post(self, request: Request) -> HttpResponse:
        claim = idempotency.claim_of(request)
        twin = Twin.objects.filter(pk=claim.made).first() if claim and claim.made else None
        if twin is None:
            with transaction.atomic():
                twin = make_twin(name=request.data["name"], owner=request.user)
                if claim:
                    claim.remember(twin.pk)
        Hook.run(request)
        return Response({"twinId": twin.pk})


class StreamView(APIView):
    @idempotent(waits=60)
    def post(self, request: Request) -> StreamingHttpResponse:
        def pieces() -> Iterator[bytes]:
            twin = make_twin(name=request.data["name"], owner=request.user)
            yield f"data: {twin.pk}\n\n".encode()
            yield b"data: done\n\n"

        return StreamingHttpResponse(pieces(), content_type="text/event-stream")


class OpenView(APIView):
    permission_classes = [AllowAny]

    @idempotent
    def post(self, request: Request) -> HttpResponse:
        return Response({"twinId": make_twin().pk})


urlpatterns = [
    path("twins", TwinsView.as_view()),
    path("others", TwinsView.as_view()),
    path("waiting", WaitingView.as_view()),
    path("stream", StreamView.as_view()),
    path("open", OpenView.as_view()),
]


def handler500(request: Any) -> HttpResponse:
    return HttpResponse(status=500)
