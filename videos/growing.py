"""Clips that are read while they are being made: as one stream that grows, or as an HLS playlist over its fragments."""

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from avatarsite.core.api.threads import in_thread
from avatarsite.core.jobs import Status
from videos.answers import headers, plain
from videos.models import Video
from videos.renderers.local.index import start_of_fragments
from videos.renderers.local.playlist import FRAGMENTS, addressed, playlist_of, whole_entries
from videos.signing import sign

READ_BYTES = 65_536
LOOK_SECONDS = 0.03  # between two looks at a growing file
ROW_SECONDS = 1.0  # between two looks at the row while the file does not grow
PATIENCE = 90.0  # seconds without a new byte, or without a file, after which a reader is sent away
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

Finished = Callable[[Request, Video], Awaitable[Response]]


class Abandoned(Exception):  # noqa: N818  not an error: it cuts the connection, so that no half clip looks whole
    """The clip being read will never be finished."""


async def answer(request: Request, video_id: str, growing: Finished, finished: Finished) -> Response:
    """`growing`'s answer once a fragment can be played, or `finished`'s; waits for the first fragment."""
    for _ in range(int(PATIENCE / 0.1)):
        video = await row(video_id)
        if video is None or video.status in (Status.ERROR, Status.CANCELLED):
            return plain("Not found.", 404)
        if video.status == Status.READY:
            return await finished(request, video)
        if video.status == Status.RUNNING and video.playable_at:
            with contextlib.suppress(FileNotFoundError):  # it is being stored: a moment later it is finished
                return await growing(request, video)
        await asyncio.sleep(0.1)
    return Response("Not made yet.", 503, headers("no-store") | {"Retry-After": "5"})


async def stream(request: Request, video: Video) -> Response:
    """The clip from its first byte, as it grows."""
    video.stream_path.stat()
    fields = headers("no-store") | {"Accept-Ranges": "none", "X-Accel-Buffering": "no"}
    return StreamingResponse(_grow(video), media_type="video/mp4", headers=fields)


async def growing_playlist(request: Request, video: Video) -> Response:
    text = playlist_of(video.stream_path).read_text("ascii")
    return _playlist(video, whole_entries(text), "no-store")


async def finished_playlist(request: Request, video: Video) -> Response:
    if not video.playlist:
        return plain("Not found.", 404)
    return _playlist(video, await _stored_playlist(video), "private, max-age=3600")


def _playlist(video: Video, text: str, cache: str) -> Response:
    address = sign(f"/media/videos/{video.pk}/{FRAGMENTS}").rpartition("/")[2]
    return Response(addressed(text, address), headers=headers(cache), media_type=PLAYLIST_TYPE)


async def growing_fragments(request: Request, video: Video) -> Response:
    """Ranges of the growing file, below its present size."""
    path = video.stream_path
    return await _part(request, path.stat().st_size, _local_reader(path, 0))


async def finished_fragments(request: Request, video: Video) -> Response:
    """The same ranges of the same bytes, wherever they lie now."""
    place = await _place(video)
    if place is None:
        return plain("Not found.", 404)
    start, size, path = place
    return await _part(request, size, _local_reader(path, start) if path else _stored_reader(video, start))


Reader = Callable[[int, int], AsyncIterator[bytes]]  # first byte and count


async def _part(request: Request, size: int, read: Reader) -> Response:
    """What the Range header asks for of `size` bytes (RFC 9110, 14); several ranges at once are answered with all."""
    first, last, status = 0, size - 1, 200
    fields = headers("no-store") | {"Accept-Ranges": "bytes"}
    wanted = RANGE.fullmatch(request.headers.get("range", ""))
    if wanted and any(wanted.groups()):
        start, end = wanted.groups()
        first = int(start) if start else max(size - int(end), 0)
        last = min(int(end), size - 1) if start and end else size - 1
        if first > last:
            return Response(status_code=416, headers=fields | {"Content-Range": f"bytes */{size}"})
        fields["Content-Range"], status = f"bytes {first}-{last}/{size}", 206
    fields["Content-Length"] = str(last + 1 - first)
    return StreamingResponse(read(first, last + 1 - first), status, fields, "video/mp4")


def _local_reader(path: Path, start: int) -> Reader:
    async def read(first: int, count: int) -> AsyncIterator[bytes]:
        with path.open("rb") as file:
            file.seek(start + first)
            while count and (piece := file.read(min(READ_BYTES, count))):
                count -= len(piece)
                yield piece

    return read


def _stored_reader(video: Video, start: int) -> Reader:
    """From a bucket."""

    @in_thread
    def piece(first: int, count: int) -> bytes:
        bucket: Any = video.file.storage
        return bytes(bucket.part(video.file.name, start + first, count))

    async def read(first: int, count: int) -> AsyncIterator[bytes]:
        while count and (content := await piece(first, min(count, 16 * READ_BYTES))):
            first, count = first + len(content), count - len(content)
            yield content

    return read


@in_thread
def _place(video: Video) -> tuple[int, int, Path | None] | None:
    """Where the fragments begin in the finished file, how many bytes they are, and its path on this machine."""
    if not (video.playlist and video.file):
        return None
    bucket: Any = video.file.storage
    try:
        path: Path | None = Path(video.file.path)
    except NotImplementedError:
        path = None
    with path.open("rb") if path else bucket.reader(video.file.name) as file:
        start = start_of_fragments(file)
        size = file.seek(0, os.SEEK_END)
    return None if start is None else (start, size - start, path)


@in_thread
def _stored_playlist(video: Video) -> str:
    with video.playlist.storage.open(video.playlist.name or "") as file:
        return bytes(file.read()).decode("ascii")


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
    found = await row(video.pk)
    if found is None or found.attempt != video.attempt or found.status not in (Status.RUNNING, Status.READY):
        raise Abandoned
    return found.status == Status.READY


@in_thread
def row(video_id: str) -> Video | None:
    """The video; None when it is gone, or the person shown has taken back the consent."""
    return Video.objects.filter(pk=video_id, replica__revoked_at=None).first()
