"""The media door: signed files with ranges, and clips that grow while they are read. An ASGI application of its own.

Media must not hold a thread per viewer nor pass Django's handlers: a page may keep a hundred slow readers.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage, default_storage
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from avatarsite.core.api.threads import in_thread
from avatarsite.core.jobs import Status
from twins.models import Replica
from videos.models import Video
from videos.signing import holds
from videos.stills import portrait_file

READ_BYTES = 65_536
LOOK_SECONDS = 0.03  # between two looks at a growing file
ROW_SECONDS = 1.0  # between two looks at the row while the file does not grow
PATIENCE = 90.0  # seconds without a new byte, or without a file, after which a reader is sent away
KINDS = {"video.mp4": "video/mp4", "captions.vtt": "text/vtt; charset=utf-8", "poster.jpg": "image/jpeg"}
FIELDS = {"video.mp4": "file", "captions.vtt": "captions", "poster.jpg": "poster"}


class Abandoned(Exception):  # noqa: N818  not an error: it cuts the connection, so that no half clip looks whole
    """The clip being read will never be finished."""


async def video_media(request: Request) -> Response:
    """`/media/videos/{id}/{name}`; 403 without a genuine signature, 404 when it is gone or failed."""
    refused = _unsigned(request)
    if refused:
        return refused
    video_id, name = request.path_params["video_id"], request.path_params["name"]
    if name == "stream.mp4":
        return await _stream(request, video_id)
    video = await _row(video_id)
    if name not in KINDS or video is None:
        return _plain("Not found.", 404)
    return _file(request, video, name)


def _file(request: Request, video: Video, name: str) -> Response:
    field = getattr(video, FIELDS[name])
    if not field:
        return _plain("Not found.", 404)
    path = _local_path(field.storage, field.name)
    if path is None:
        return RedirectResponse(field.url)
    if not path.is_file():
        return _plain("Not found.", 404)
    return FileResponse(path, media_type=KINDS[name], headers=_headers("private, max-age=3600"))


async def _stream(request: Request, video_id: str) -> Response:
    """The clip from its first byte: as it grows, or finished."""
    for _ in range(int(PATIENCE / 0.1)):
        video = await _row(video_id)
        if video is None or video.status in (Status.ERROR, Status.CANCELLED):
            return _plain("Not found.", 404)
        if video.status == Status.READY:
            return _file(request, video, "video.mp4")
        if video.status == Status.RUNNING and video.playable_at and video.stream_path.exists():
            headers = _headers("no-store") | {"Accept-Ranges": "none", "X-Accel-Buffering": "no"}
            return StreamingResponse(_grow(video), media_type="video/mp4", headers=headers)
        await asyncio.sleep(0.1)
    return Response("Not made yet.", 503, _headers("no-store") | {"Retry-After": "5"})


async def _grow(video: Video) -> AsyncIterator[bytes]:
    """Bytes of a growing file until its job is done; raises Abandoned when the job failed or was given to another."""
    try:
        file = video.stream_path.open("rb")
    except FileNotFoundError as error:
        raise Abandoned from error
    loop = asyncio.get_running_loop()
    last_byte = last_look = loop.time()
    done = False
    with file:
        while True:
            piece = file.read(READ_BYTES)
            now = loop.time()
            if piece:
                last_byte = now
                yield piece
                continue
            if done:
                return
            removed = os.fstat(file.fileno()).st_nlink == 0  # the maker removes the file when it is through with it
            if removed or now - last_look > ROW_SECONDS:
                last_look = now
                done = await _finished(video)
                if removed and not done:
                    raise Abandoned
            if now - last_byte > PATIENCE:
                raise Abandoned
            if not done:
                await asyncio.sleep(LOOK_SECONDS)


async def _finished(video: Video) -> bool:
    """Whether the attempt being read has finished; raises Abandoned when it never will."""
    row = await _row(video.pk)
    if row is None or row.attempt != video.attempt or row.status not in (Status.RUNNING, Status.READY):
        raise Abandoned
    return row.status == Status.READY


async def picture_media(request: Request) -> Response:
    """`/media/pictures/{name}`: a picture that a customer gave."""
    refused = _unsigned(request)
    if refused:
        return refused
    name = request.path_params["name"]
    path = _local_path(default_storage, f"pictures/{name}")
    if path is None:
        return RedirectResponse(default_storage.url(f"pictures/{name}"))
    return _picture(path if path.is_file() else None)


async def face_media(request: Request) -> Response:
    """`/media/faces/{replica}.jpg`: a drawn face."""
    return _unsigned(request) or _picture(await _face(request.path_params["replica_id"]))


def _picture(path: Path | None) -> Response:
    if path is None:
        return _plain("Not found.", 404)
    return FileResponse(path, media_type="image/jpeg", headers=_headers("private, max-age=3600"))


def _unsigned(request: Request) -> Response | None:
    """The answer to a link that is not ours, or has expired."""
    query = request.query_params
    if holds(request.url.path, query.get("expires", ""), query.get("signature", "")):
        return None
    return _plain("This link is not valid any more.", 403)


@in_thread
def _face(replica_id: str) -> Path | None:
    replica = Replica.objects.filter(pk=replica_id, status=Replica.Status.READY).first()
    return portrait_file(replica) if replica else None


@in_thread
def _row(video_id: str) -> Video | None:
    return Video.objects.filter(pk=video_id).first()


def _local_path(storage: Storage, name: str) -> Path | None:
    try:
        return Path(storage.path(name))
    except NotImplementedError:  # the storage is not a disk of ours
        return None


def _plain(words: str, status: int) -> Response:
    return PlainTextResponse(words, status, headers=_headers("no-store"))


def _headers(cache: str) -> dict[str, str]:
    headers = {
        "Cache-Control": cache,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Referrer-Policy": "no-referrer",
    }
    if settings.CORS_ALLOW_ALL_ORIGINS:
        headers["Access-Control-Allow-Origin"] = "*"
    return headers


application = Starlette(
    routes=[
        Route("/media/videos/{video_id}/{name}", video_media, methods=["GET"]),
        Route("/media/pictures/{name}", picture_media, methods=["GET"]),
        Route("/media/faces/{replica_id}.jpg", face_media, methods=["GET"]),
    ]
)
