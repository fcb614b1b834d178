"""Server-rendered pages: the home page, the chat page of a twin, its portrait."""

from http import HTTPStatus

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from avatarsite.core.models import User
from avatarsite.core.vendors import keys
from conversations.dialects import CHAT, dialect_of
from twins import selectors as twins
from twins.models import Twin
from videos import selectors as videos
from videos import services as clips
from videos.models import Video
from videos.renderers.local.encode import MSE_CODECS
from videos.stills import portrait_file


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The home page for browsers, the seed's health check for everybody else."""
    if not request.accepts("text/html") or request.headers.get("Accept", "*/*") == "*/*":
        return JsonResponse({"status": "running"})
    context = {
        "twins": twins.twins_for(_visitor(request)),
        "base": videos.base_url(request),
        "thinks_here": keys.usable("LLM", settings.LLM_CHAIN, None)[0] == "local",
    }
    response = render(request, "home.html", context)
    response["Vary"] = "Accept"
    return response


@require_safe
def chat(request: HttpRequest, twin_id: str) -> HttpResponse:
    """The page of a twin; it knows its clips from the start, so that the twin moves before any call of the API."""
    twin, base = _twin_or_404(request, twin_id), videos.base_url(request)
    idle, welcome = (clips.standing_clip(twin, purpose) for purpose in (Video.Purpose.IDLE, Video.Purpose.WELCOME))
    context = {
        "twin": twin,
        "personality": twin.personality,
        "limit": settings.CHAT_MAX_CHARACTERS,
        "idle_url": videos.best_url(idle, base) if idle else None,
        "welcome_url": videos.best_url(welcome, base) if welcome else None,
        "welcome_captions_url": videos.captions_url(welcome, base) if welcome else None,
        "engines": _engines(twin),
        "mse_codecs": MSE_CODECS,
    }
    return render(request, "chat.html", context)


def _engines(twin: Twin) -> dict[str, str]:
    """Who answers, speaks and draws, as long as nobody fails."""
    answers = keys.usable("LLM", twin.chains.get("llm") or settings.LLM_CHAIN, twin.owner_id)
    draws = keys.usable("RENDERERS", twin.chains.get("renderer") or settings.RENDERER_CHAIN, twin.owner_id)
    return {"llm": answers[0], "tts": twin.voice.engine if twin.voice else "", "renderer": draws[0]}


@require_safe
def portrait(request: HttpRequest, twin_id: str) -> FileResponse:
    """The twin's face as a picture, drawn at the first request."""
    replica = _twin_or_404(request, twin_id).replica
    if replica is None or not replica.usable:
        raise Http404
    response = FileResponse(portrait_file(replica).open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _refused(request, HTTPStatus.NOT_FOUND, "There is nothing at this address.", "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    return _refused(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side.", "internal_error")


def _refused(request: HttpRequest, status: HTTPStatus, words: str, code: str) -> HttpResponse:
    """A page for a person, and for a program the shape of errors of its dialect."""
    dialect = dialect_of(request.path) or (None if request.accepts("text/html") else CHAT)
    if dialect is None:
        return render(request, f"{status.value}.html", status=status)
    return JsonResponse(dialect.body(status, words, code), status=status)


def _twin_or_404(request: HttpRequest, twin_id: str) -> Twin:
    twin = twins.twin_for(_visitor(request), twin_id)
    if twin is None:
        raise Http404
    return twin


def _visitor(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
