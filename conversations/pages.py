"""Server-rendered pages: the home page, the chat page of a twin, its portrait."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from avatarsite.core.models import User
from twins import selectors as twins
from twins.models import Replica, Twin
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
        "thinks_here": settings.LLM_CHAIN[0] == "local",
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
        "engines": {"llm": settings.LLM_CHAIN[0], "tts": twin.voice.engine if twin.voice else "", "renderer": "local"},
        "mse_codecs": MSE_CODECS,
    }
    return render(request, "chat.html", context)


@require_safe
def portrait(request: HttpRequest, twin_id: str) -> FileResponse:
    """The twin's face as a picture, drawn at the first request."""
    replica = _twin_or_404(request, twin_id).replica
    if replica is None or replica.status != Replica.Status.READY:
        raise Http404
    response = FileResponse(portrait_file(replica).open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    words = "There is nothing at this address."
    if _wants_json(request):
        return JsonResponse({"detail": words}, status=404)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    words = "Something went wrong on our side."
    if _wants_json(request):
        return JsonResponse({"detail": words}, status=500)
    return render(request, "500.html", status=500)


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or not request.accepts("text/html")


def _twin_or_404(request: HttpRequest, twin_id: str) -> Twin:
    twin = twins.twin_for(_visitor(request), twin_id)
    if twin is None:
        raise Http404
    return twin


def _visitor(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
