"""The avatar chat dialect: `/api/…`. Open to visitors; the session token is the key. Errors: `{"detail": "..."}`."""

from collections.abc import Callable, Coroutine
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from avatarsite.core.api.auth import ApiKeyAuthentication, LoginAuthentication
from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.parsing import json_object
from avatarsite.core.api.threads import in_thread
from avatarsite.core.api.throttles import address, hit
from avatarsite.core.jobs import Status
from avatarsite.core.models import User
from conversations import serializers, services, telling
from conversations.selectors import session_by_token
from conversations.turns import CLIPS, Turn, TurnEvent
from videos.models import Video, new_video_id
from videos.selectors import base_url

AsyncView = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


class SessionCreateView(APIView):
    """Open a session with a twin."""

    authentication_classes = [ApiKeyAuthentication, LoginAuthentication]
    permission_classes = [AllowAny]

    @extend_schema(
        request=serializers.SessionIn, responses={200: serializers.SessionOut}, operation_id="session_create"
    )
    def post(self, request: Request) -> Response:
        hit("session", address(request._request), settings.SESSIONS_PER_ADDRESS)
        body = serializers.SessionIn(data=json_object(request._request, optional=True))
        body.is_valid(raise_exception=True)
        user = request.user if isinstance(request.user, User) else None
        session = services.open_session(user, body.validated_data.get("twin_id"))
        return Response(serializers.session_out(session, base_url(request._request)))


class PlayedView(APIView):
    """The latest clip was played to its end."""

    permission_classes = [AllowAny]

    @extend_schema(request=None, responses={200: serializers.PlayedOut}, operation_id="session_played")
    def post(self, request: Request, token: str) -> Response:
        return Response({"ok": True, "state": services.played(session_by_token(token))})


class SessionVideoView(APIView):
    """The state of one of a session's clips: where a caller looks after a 202."""

    permission_classes = [AllowAny]

    @extend_schema(responses={200: serializers.VideoOut}, operation_id="session_video")
    def get(self, request: Request, token: str, video_id: str) -> Response:
        session = session_by_token(token)
        video = Video.objects.filter(message__session=session, pk=video_id).first()
        if video is None:
            raise ApiError(HTTPStatus.NOT_FOUND, "There is no such video in this session.", "video_not_found")
        return Response(serializers.video_out(video, base_url(request._request)))


class HistoryView(APIView):
    """What was said in a session, oldest first."""

    permission_classes = [AllowAny]

    @extend_schema(responses={200: serializers.HistoryOut}, operation_id="session_history")
    def get(self, request: Request, token: str) -> Response:
        return Response(serializers.history_out(session_by_token(token), base_url(request._request)))


def dialect(view: AsyncView) -> AsyncView:
    """An async POST route of this dialect: no CSRF (there is no cookie), its errors, its 405."""

    @wraps(view)
    async def answer(request: HttpRequest, *args: Any) -> HttpResponseBase:
        if request.method != "POST":
            return _error(ApiError(HTTPStatus.METHOD_NOT_ALLOWED, f'Method "{request.method}" not allowed.', "method"))
        try:
            return await view(request, *args)
        except ApiError as error:
            return _error(error)

    return csrf_exempt(answer)


@dialect
async def chat(request: HttpRequest) -> HttpResponseBase:
    """Say something; answers when the clip is whole, or 202 with the address of its status after CHAT_WAIT_SECONDS."""
    video_id = new_video_id()
    async with CLIPS.watch(video_id) as signals:
        token = await _say(request, video_id)
        async for event in Turn(video_id, signals).events():
            if event.kind in ("ended", "timeout"):
                return _outcome(event, token, base_url(request))
    raise AssertionError("a turn ends with an event that says so")


@dialect
async def chat_stream(request: HttpRequest) -> HttpResponseBase:
    """Say something; answers with Server-Sent Events while the reply is being written, spoken and shown."""
    base = base_url(request)

    async def say(video_id: str) -> str:
        return serializers.status_url(await _say(request, video_id), video_id, base)

    return await telling.stream(say, base)


@in_thread
def _say(request: HttpRequest, video_id: str) -> str:
    """Check the request, store the message, queue its clip; returns the session's token."""
    hit("chat-address", address(request), settings.CHAT_PER_ADDRESS)
    body = json_object(request)
    text = services.check_message(body.get("message"))
    session = session_by_token(body.get("session_token"))
    hit("chat-session", str(session.token), settings.CHAT_PER_SESSION)
    services.say(session, text, video_id)
    return str(session.token)


def _outcome(event: TurnEvent, token: str, base: str) -> HttpResponse:
    video = event.video
    if video is not None and video.status == Status.READY:
        return JsonResponse(serializers.chat_out(video, base))
    if event.kind == "timeout" and video is not None:
        status_url = serializers.status_url(token, video.pk, base)
        return JsonResponse(serializers.waiting_out(video, status_url), status=HTTPStatus.ACCEPTED)
    return _error(ApiError(HTTPStatus.BAD_GATEWAY, telling.why(video), video.error_code if video else "gone"))


def _error(error: ApiError) -> HttpResponse:
    response = JsonResponse({"detail": error.message}, status=error.status)
    if error.retry_after:
        response["Retry-After"] = str(error.retry_after)
    if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = "POST, OPTIONS"
    return response
