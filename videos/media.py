"""The media door: signed files with ranges, and clips that grow while they are read. An ASGI application of its own.

Media must not hold a thread per viewer nor pass Django's handlers: a page may keep a hundred slow readers.
"""

import asyncio
from collections.abc import Callable
from mimetypes import guess_type
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage, default_storage
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from avatarsite.core.api.threads import in_thread
from avatarsite.core.jobs import Status
from twins.models import Replica
from videos import growing
from videos.answers import headers, plain
from videos.models import Speech, Video
from videos.renderers.local.playlist import FRAGMENTS
from videos.signing import holds
from videos.stills import moving_file, portrait_file

PATIENCE = 60.0  # seconds that a reader waits for a speech
LOOK_SECONDS = 0.2  # between two looks at whether it is ready

READ_BY_PAGES = frozenset({"captions.vtt", "timings.json"})  # small, and browsers want them from our own origin
FILES = {  # name: the row's field, and what it holds
    "video.mp4": ("file", "video/mp4"),
    "video.webm": ("webm", "video/webm"),
    "captions.vtt": ("captions", "text/vtt; charset=utf-8"),
    "poster.jpg": ("poster", "image/jpeg"),
    "preview.webp": ("preview", "image/webp"),
    "timings.json": ("timings", "application/json"),
}


async def video_media(request: Request) -> Response:
    """`/media/videos/{id}/{name}`; 403 without a genuine signature, 404 when it is gone or failed."""
    refused = _unsigned(request)
    if refused:
        return refused
    video_id, name = request.path_params["video_id"], request.path_params["name"]
    if name in GROWING:
        return await growing.answer(request, video_id, *GROWING[name])
    video = await growing.row(video_id)
    if name not in FILES or video is None:
        return plain("Not found.", 404)
    return await _file(video, name)


async def _finished_stream(request: Request, video: Video) -> Response:
    return await _file(video, "video.mp4")


GROWING = {  # name: who answers while it is being made, and who afterwards
    "stream.mp4": (growing.stream, _finished_stream),
    "playlist.m3u8": (growing.growing_playlist, growing.finished_playlist),
    FRAGMENTS: (growing.growing_fragments, growing.finished_fragments),
}


async def _file(video: Video, name: str) -> Response:
    field_name, kind = FILES[name]
    field = getattr(video, field_name)
    if not field:
        return plain("Not found.", 404)
    if name in READ_BY_PAGES and _local_path(field.storage, field.name) is None:
        return await _brought(field.storage, field.name, kind)
    return _answer(field.storage, field.name, kind)


def _answer(storage: Storage, name: str, kind: str) -> Response:
    """A file of our disk, or where browsers find it."""
    path = _local_path(storage, name)
    if path is None:
        return RedirectResponse(storage.url(name), headers=headers(f"private, max-age={_kept_seconds()}"))
    if not path.is_file():
        return plain("Not found.", 404)
    return FileResponse(path, media_type=kind, headers=headers("private, max-age=3600"))


def _kept_seconds() -> int:
    """How long browsers may remember an address: it must still be valid when they use it last."""
    return int(min(3_600, settings.MEDIA_URL_TTL // 2))


async def _brought(storage: Storage, name: str, kind: str) -> Response:
    try:
        content = await in_thread(_read)(storage, name)
    except FileNotFoundError:
        return plain("Not found.", 404)
    return Response(content, media_type=kind, headers=headers("private, max-age=3600"))


def _read(storage: Storage, name: str) -> bytes:
    with storage.open(name) as file:
        return bytes(file.read())


async def picture_media(request: Request) -> Response:
    """`/media/pictures/{name}`: a picture that a customer gave."""
    refused = _unsigned(request)
    if refused:
        return refused
    return _answer(default_storage, f"pictures/{request.path_params['name']}", "image/jpeg")


async def stored_media(request: Request) -> Response:
    """`/media/stored/{name}`: a file of the storage that we have signed a link to, e.g. a lipsync's film."""
    return _unsigned(request) or _stored(request.path_params["name"])


def _stored(name: str) -> Response:
    return _answer(default_storage, name, guess_type(name)[0] or "application/octet-stream")


async def speech_media(request: Request) -> Response:
    """`/media/speeches/{id}/speech.mp3`: waits for a speech that is still being spoken."""
    refused = _unsigned(request)
    if refused:
        return refused
    for _ in range(int(PATIENCE / LOOK_SECONDS)):
        speech = await _speech(request.path_params["speech_id"])
        if speech is None or speech.status in (Status.ERROR, Status.CANCELLED):
            return plain("Not found.", 404)
        if speech.status == Status.READY:
            return _stored(speech.file.name or "")
        await asyncio.sleep(LOOK_SECONDS)
    return Response("Not made yet.", 503, headers("no-store") | {"Retry-After": "5"})


@in_thread
def _speech(speech_id: str) -> Speech | None:
    return Speech.objects.filter(pk=speech_id, replica__revoked_at=None).first()


async def face_media(request: Request) -> Response:
    """`/media/faces/{replica}.jpg`: a face."""
    return _unsigned(request) or _picture(await _face(request.path_params["replica_id"], portrait_file))


async def moving_face_media(request: Request) -> Response:
    """`/media/faces/{replica}.mp4`: a face in a silent loop."""
    return _unsigned(request) or _picture(await _face(request.path_params["replica_id"], moving_file), "video/mp4")


def _picture(path: Path | None, kind: str = "image/jpeg") -> Response:
    if path is None:
        return plain("Not found.", 404)
    return FileResponse(path, media_type=kind, headers=headers("private, max-age=3600"))


def _unsigned(request: Request) -> Response | None:
    """The answer to a link that is not ours, or has expired."""
    query = request.query_params
    if holds(request.url.path, query.get("expires", ""), query.get("signature", "")):
        return None
    return plain("This link is not valid any more.", 403)


@in_thread
def _face(replica_id: str, made: Callable[[Replica], Path]) -> Path | None:
    replica = Replica.objects.filter(pk=replica_id).first()
    return made(replica) if replica and replica.usable else None


def _local_path(storage: Storage, name: str) -> Path | None:
    try:
        return Path(storage.path(name))
    except NotImplementedError:  # the storage is not a disk of ours
        return None


application = Starlette(
    routes=[
        Route("/media/videos/{video_id}/{name}", video_media, methods=["GET"]),
        Route("/media/pictures/{name}", picture_media, methods=["GET"]),
        Route("/media/stored/{name:path}", stored_media, methods=["GET"]),
        Route("/media/speeches/{speech_id}/speech.mp3", speech_media, methods=["GET"]),
        Route("/media/faces/{replica_id}.jpg", face_media, methods=["GET"]),
        Route("/media/faces/{replica_id}.mp4", moving_face_media, methods=["GET"]),
    ]
)
