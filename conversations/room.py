"""The room of a call: its page `/c/<id>?t=<token>`, and the small API that this page speaks.

The token opens the room, and a participant's id, which joining gives, is who somebody is in it. Until live sound and
pictures are there, a room is a talk in writing that is answered by talking clips. Errors: {"detail", "code"}.
"""

import secrets
from collections.abc import Callable, Coroutine
from functools import wraps
from http import HTTPStatus
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.parsing import json_object
from avatarsite.core.api.threads import in_thread
from avatarsite.core.api.throttles import address, hit
from avatarsite.core.engines import EngineFailed
from conversations import calling, calls, guiding, presence, serializers, services, telling
from conversations.models import Conversation, Message
from videos import selectors as videos
from videos import services as clips
from videos.models import Video
from videos.renderers.local.encode import MSE_CODECS
from videos.signing import sign

LONGEST_NAME = 120
Body = dict[str, Any]
Answer = Callable[[Conversation, Body, str], dict[str, Any]]


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[untyped-decorator]
@require_safe
def page(request: HttpRequest, call_id: str) -> HttpResponse:
    """The room; or why one cannot come in."""
    call, token = _call(call_id), request.GET.get("t", "")
    if call is None or not (call.require_auth or _opens(call, token)):
        return _shut(request, "unknown", HTTPStatus.NOT_FOUND)
    if not _opens(call, token):
        return _shut(request, "refused" if token else "private", HTTPStatus.FORBIDDEN, call)
    if call.status != calls.ACTIVE:
        return _shut(request, "ended", HTTPStatus.GONE, call)
    response = render(request, "room.html", _room(call, videos.base_url(request)))
    response["Cache-Control"] = "no-store"
    return response


def _shut(request: HttpRequest, why: str, status: HTTPStatus, call: Conversation | None = None) -> HttpResponse:
    return render(request, "room_shut.html", {"why": why, "call": call}, status=status)


def _room(call: Conversation, base: str) -> dict[str, Any]:
    """What the page knows from the start: the twin moves and the greeting is made before anybody joins."""
    replica = call.replica
    shown = replica is not None and replica.usable and not call.audio_only
    idle = clips.idle_clip(replica) if replica and shown else None
    trouble, greeting = "", None
    try:
        greeting = calling.greeting(call)
    except (EngineFailed, ApiError) as error:
        trouble = error.message
    return {
        "call": call,
        "name": call.personality.name if call.personality else "The replica",
        "portrait": sign(f"/media/faces/{replica.pk}.jpg") if replica and shown else "",
        "idle_url": videos.best_url(idle, base) if idle else "",
        "greeting": greeting,
        "greeting_url": videos.best_url(greeting.video, base) if greeting and greeting.video else "",
        "captions_url": (videos.captions_url(greeting.video, base) if greeting and greeting.video else "") or "",
        "language": "" if call.language == calls.MULTILINGUAL else call.language,
        "trouble": trouble,
        "limit": settings.CHAT_MAX_CHARACTERS,
        "mse_codecs": MSE_CODECS,
    }


def route(answer: Answer) -> Any:
    """A POST of the room's API: JSON with the token `t`, answered with JSON."""

    @csrf_exempt
    @wraps(answer)
    def view(request: HttpRequest, call_id: str, **names: str) -> HttpResponse:
        try:
            call, body = _entered(request, call_id)
            return JsonResponse(answer(call, {**body, **names}, videos.base_url(request)))
        except ApiError as error:
            return _error(error)
        except EngineFailed as error:
            return _error(ApiError(HTTPStatus.CONFLICT, error.message, error.code))

    return view


@route
def join(call: Conversation, body: Body, base: str) -> dict[str, Any]:
    """Come in: {name} is optional. Gives the participant's id as a `session_token`, and the greeting's clip."""
    name = body.get("name") or ""
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        words = f"name: send a text of at most {LONGEST_NAME} characters."
        raise ApiError(HTTPStatus.BAD_REQUEST, words, "name_invalid")
    participant, greeting = presence.join(call, name.strip()), calling.greeting(call)
    clip = greeting.video if greeting else None
    return {
        "session_token": participant.pk,
        "welcome_video_url": videos.best_url(clip, base) if clip else None,
        "welcome_captions_url": videos.captions_url(clip, base) if clip else None,
    }


@route
def seen(call: Conversation, body: Body, base: str) -> dict[str, Any]:
    """A sign of life: {participant, after}. Tells what others said since the turn `after`, what the page is to pass on
    to the site that shows it (`app_messages`), or that the call is over."""
    if call.status != calls.ACTIVE:
        return {"ended": True}
    presence.seen(call, _participant(body))
    after = body.get("after")
    if isinstance(after, bool) or not isinstance(after, int) or not 0 <= after < 2**63:
        raise ApiError(HTTPStatus.BAD_REQUEST, "after: send the number of a turn, or 0.", "after_invalid")
    turns, last = calling.turns_of_others(call, _participant(body), after)
    return {
        "ended": False,
        "last": last,
        "turns": [{"name": name, **_turn(answer, base)} for name, answer in turns],
        "app_messages": guiding.app_messages(call, calling.judged(call, after, last)) if last > after else [],
    }


@route
def leave(call: Conversation, body: Body, base: str) -> dict[str, Any]:
    """Leave: {participant}; with {away: true} only if this page does not come back in a moment."""
    (presence.away if body.get("away") is True else presence.leave)(call, _participant(body))
    return {"active": Conversation.objects.filter(pk=call.pk, status=calls.ACTIVE).exists()}


@route
def history(call: Conversation, body: Body, base: str) -> dict[str, Any]:
    """What was said so far, without the greeting."""
    presence.seen(call, _participant(body))
    turns = Message.objects.filter(session=call.session_id).exclude(text="").select_related("video", "answers")
    said = [row for row in turns.order_by("pk") if row.role == Message.Role.USER or row.answers_id]
    newest = Message.objects.filter(session=call.session_id).order_by("-pk").first()
    return {
        "state": call.session.state,
        "last": newest.pk if newest else 0,
        "messages": [serializers.message_out(row, base) for row in said],
    }


@route
def clip(call: Conversation, body: Body, base: str) -> dict[str, Any]:
    """How a clip of this call stands."""
    found = Video.objects.filter(pk=body["video_id"], message__session=call.session_id).first()
    if found is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "There is no such video in this call.", "video_not_found")
    return serializers.video_out(found, base)


def streamed(view: Callable[..., Coroutine[Any, Any, HttpResponseBase]]) -> Any:
    """An async POST of the room's API."""

    @wraps(view)
    async def answer(request: HttpRequest, call_id: str) -> HttpResponseBase:
        try:
            return await view(request, call_id)
        except ApiError as error:
            return _error(error)

    return csrf_exempt(answer)


@streamed
async def say(request: HttpRequest, call_id: str) -> HttpResponseBase:
    """Say something: {participant, message}; Server-Sent Events as of /api/chat/stream."""
    base = videos.base_url(request)

    async def store(video_id: str) -> str:
        await _say(request, call_id, video_id)
        return f"{base}/c/{call_id}/clips/{video_id}"

    return await telling.stream(store, base)


@in_thread
def _say(request: HttpRequest, call_id: str, video_id: str) -> None:
    call, body = _entered(request, call_id)
    text = services.check_message(body.get("message"))
    hit("chat-session", str(call.session_id), settings.CHAT_PER_SESSION)
    participant = presence.seen(call, _participant(body))
    try:
        calling.say(call, text, video_id=video_id, participant=participant.pk)
    except EngineFailed as error:
        raise ApiError(HTTPStatus.CONFLICT, error.message, error.code) from error


def _entered(request: HttpRequest, call_id: str) -> tuple[Conversation, Body]:
    """The call that a request's token opens, and the request's body."""
    if request.method != "POST":
        raise ApiError(HTTPStatus.METHOD_NOT_ALLOWED, "Send a POST.", "method")
    hit("room-address", address(request), settings.CHAT_PER_ADDRESS)
    body, call = json_object(request), _call(call_id)
    if call is None or not _opens(call, body.get("t")):
        raise ApiError(HTTPStatus.NOT_FOUND, "There is no such room.", "room_unknown")
    return call, body


def _call(call_id: str) -> Conversation | None:
    whole = Conversation.objects.select_related("owner", "session", "personality__twin", "replica__voice")
    return whole.filter(pk=call_id).first()


def _opens(call: Conversation, token: object) -> bool:
    return isinstance(token, str) and secrets.compare_digest(call.room_token.encode(), token.encode())


def _participant(body: Body) -> str:
    value = body.get("participant")
    return value if isinstance(value, str) else ""


def _turn(answer: Message, base: str) -> dict[str, Any]:
    question = answer.answers
    return {"asked": question.text if question else "", **serializers.message_out(answer, base)}


def _error(error: ApiError) -> JsonResponse:
    response = JsonResponse({"detail": error.message, "code": error.code}, status=error.status)
    if error.retry_after:
        response["Retry-After"] = str(error.retry_after)
    return response
