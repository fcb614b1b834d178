"""The page of a video, for whoever is given its address: plays while it is being made, and may stand in other sites."""

from typing import Any

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_POST, require_safe

from avatarsite.core.jobs import Status
from videos import selectors, services
from videos.models import Video
from videos.sharing import key_of, shared

STATES = {
    Status.QUEUED: "queued",
    Status.RUNNING: "making",
    Status.READY: "ready",
    Status.ERROR: "error",
    Status.CANCELLED: "gone",
}
WORDS = {
    "queued": "This video is waiting for its turn. It will start here by itself.",
    "training": "The face of this video is still being trained. It will start here by itself.",
    "making": "This video is still being made. You can watch what there is of it.",
    "ready": "",
    "error": "This video could not be made.",
    "gone": "This video is not here. It may have been deleted, or the link is not complete.",
}
EVERYWHERE = {"frame-ancestors": ["*"]}


@require_safe
@never_cache
def page(request: HttpRequest, key: str) -> HttpResponse:
    """A page of its own."""
    return _shown(request, key, "hosted.html")


@require_safe
@never_cache
@xframe_options_exempt
@csp_replace(EVERYWHERE)  # type: ignore[untyped-decorator]
def embed(request: HttpRequest, key: str) -> HttpResponse:
    """The player alone, to stand in a frame of any site."""
    return _shown(request, key, "hosted_embed.html")


@require_safe
@never_cache
def state(request: HttpRequest, key: str) -> JsonResponse:
    """How far the video is, for its page: asked again and again until it is final."""
    return JsonResponse(_facts(shared(key)))


@require_safe
@never_cache
def poster(request: HttpRequest, key: str) -> HttpResponseBase:
    """An address of its picture that does not expire."""
    return _away(selectors.poster_url(_final(key), ""))


@require_safe
@never_cache
def film(request: HttpRequest, key: str) -> HttpResponseBase:
    """An address of its film that does not expire."""
    return _away(selectors.file_url(_final(key), ""))


@require_POST
def delete(request: HttpRequest, key: str) -> HttpResponseBase:
    """Delete it with its files; only its owner can."""
    video = shared(key)
    if video is None or not _owns(request, video):
        raise Http404
    services.erase(video)
    return redirect("hosted", key)


def _shown(request: HttpRequest, key: str, template: str) -> HttpResponse:
    video, base = shared(key), selectors.base_url(request)
    facts = _facts(video)
    context: dict[str, Any] = {"facts": facts, "key": key}
    if video is not None and facts["state"] != "gone":
        address = f"{base}/video/{key_of(video)}"
        owned = _owns(request, video)
        context |= {"video": video, "title": _title(video), "base": base, "address": address, "owned": owned}
    return render(request, template, context, status=200 if "video" in context else 404)


def _facts(video: Video | None) -> dict[str, Any]:
    """What the page shows: the state in words, and addresses on this very site."""
    name = STATES[Status(video.status)] if video else "gone"
    words = WORDS[name]
    if video is None or name in ("gone", "error"):
        return {"state": name, "words": words}
    if name == "queued" and video.replica.status in (Status.QUEUED, Status.RUNNING):
        words = WORDS["training"]
    playable = name == "ready" or bool(video.playable_at and name == "making")
    return {
        "state": name,
        "words": words,
        "progress": video.progress,
        "source": selectors.best_url(video, "") if playable else None,
        "captions": selectors.captions_url(video, ""),
        "poster": selectors.poster_url(video, ""),
    }


def _title(video: Video) -> str:
    return video.name or (f"A video with {video.replica.name}" if video.replica.name else "A video")


def _owns(request: HttpRequest, video: Video) -> bool:
    return request.user.is_authenticated and request.user.pk == video.owner_id


def _final(key: str) -> Video:
    video = shared(key)
    if video is None or video.status != Status.READY:
        raise Http404
    return video


def _away(url: str | None) -> HttpResponseBase:
    if url is None:
        raise Http404
    return redirect(url)
