"""The renderer's own process: `python -m videos.renderers.local.child FD`, driven by engine.py.

A call is a request, then (for a talking clip) chunks and End, then always STOP; the answer is Progress, the last one
final, or in its place an EngineFailed; after STOP, DONE.
"""

import contextlib
import queue
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2

from avatarsite.core.children import serve
from avatarsite.core.engines import EngineFailed
from twins.tts.base import AudioChunk
from videos.renderers.base import FaceRef, Progress, VideoFormat
from videos.renderers.local.cache import FaceCache
from videos.renderers.local.clip import End, Inbox, Item, Late, Stopped, idling, talking
from videos.renderers.local.compose import FRAMES_IN_FLIGHT
from videos.renderers.local.encode import GrowingFile, SoundEncoder, storage_failure

STOP, DONE = "stop", "done"
QUEUED = FRAMES_IN_FLIGHT // 2  # frames drawn ahead of the encoder
Send = Callable[[Any], None]


@dataclass(frozen=True)
class Request:
    """task: "render", "idle", "poster" or "warm"; `path` is empty for "warm"."""

    task: str
    face: FaceRef
    video_format: VideoFormat
    cache_dir: str
    path: str = ""


class Ahead:
    """Draws frames in a thread of its own, a few ahead of who takes them: drawing and encoding overlap."""

    def __init__(self, items: Iterator[Item], inbox: Inbox) -> None:
        self._items = items
        self._inbox = inbox
        self._queue: queue.Queue[Item | BaseException | None] = queue.Queue(QUEUED)
        self._abandoned = threading.Event()
        self._thread = threading.Thread(target=self._draw, name="draw", daemon=True)

    def __enter__(self) -> Iterator[Item]:
        self._thread.start()
        return self._take()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._abandoned.set()
        self._inbox.stop()  # it may be waiting there
        with contextlib.suppress(queue.Empty):
            while True:
                self._queue.get_nowait()
        self._thread.join()

    def _take(self) -> Iterator[Item]:
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def _draw(self) -> None:
        try:
            for item in self._items:
                self._queue.put(item)
                if self._abandoned.is_set():
                    return
            self._queue.put(None)
        except BaseException as error:  # noqa: BLE001  it is raised again where the frames are taken
            self._queue.put(error)


def handle(request: Request, receive: Callable[[], Any], send: Send) -> None:
    inbox = Inbox()
    reader = threading.Thread(target=_read, args=(receive, inbox), daemon=True)
    reader.start()
    try:
        _TASKS[request.task](request, _faces(request.cache_dir), inbox, send)
    except Stopped:
        pass
    except EngineFailed as error:
        send(error)
    reader.join()
    send(DONE)


def _read(receive: Callable[[], Any], inbox: Inbox) -> None:
    """Take the caller's messages as they come, so that it never waits for the drawing."""
    with contextlib.suppress(EOFError, OSError):  # the caller is gone: the same as STOP
        while (message := receive()) != STOP:
            inbox.put(message)
    inbox.stop()


_caches: dict[str, FaceCache] = {}


def _faces(folder: str) -> FaceCache:
    return _caches.setdefault(folder, FaceCache(Path(folder)))


def _render(request: Request, faces: FaceCache, inbox: Inbox, send: Send) -> None:
    face = faces.get(request.face, request.video_format)
    sound = SoundEncoder()
    items = talking(face, request.video_format, inbox)
    with GrowingFile(Path(request.path), request.video_format, sound) as file, Ahead(items, inbox) as drawn:
        for item in drawn:
            progress = write(item, file, sound)
            if progress:
                send(progress)
        send(file.finish())


def write(item: Item, file: GrowingFile, sound: SoundEncoder) -> Progress | None:
    """Do what the clip's next item asks for; Progress when that completed a fragment."""
    if isinstance(item, Late):
        return file.flush()
    if isinstance(item, AudioChunk):
        sound.add(item)
        return None
    return file.add(item)


def _idle(request: Request, faces: FaceCache, inbox: Inbox, send: Send) -> None:
    face = faces.get(request.face, request.video_format)
    with GrowingFile(Path(request.path), request.video_format, None) as file:
        for frame in idling(face, request.video_format):
            inbox.check()
            if progress := file.add(frame):
                send(progress)
        send(file.finish())


def _poster(request: Request, faces: FaceCache, inbox: Inbox, send: Send) -> None:
    still = faces.get(request.face, request.video_format).still
    suffix = Path(request.path).suffix.lower()
    options = [cv2.IMWRITE_JPEG_QUALITY, 90] if suffix in (".jpg", ".jpeg") else []
    if suffix not in (".jpg", ".jpeg", ".png"):
        raise EngineFailed("A poster is a JPEG or a PNG.", "poster_format")
    _, data = cv2.imencode(suffix, cv2.cvtColor(still, cv2.COLOR_RGB2BGR), options)
    try:
        Path(request.path).write_bytes(data.tobytes())
    except OSError as error:
        raise storage_failure(error) from error
    send(Progress(0.0, len(data), final=True))


def _warm(request: Request, faces: FaceCache, inbox: Inbox, send: Send) -> None:
    """Bake the face, and let every library do once what it does slowly the first time."""
    faces.get(request.face, request.video_format)
    rehearsal = Inbox()
    rehearsal.put(AudioChunk(bytes(22050), 22050))
    rehearsal.put(End())
    with tempfile.TemporaryDirectory(dir=request.cache_dir) as folder:
        _render(replace(request, path=f"{folder}/rehearsal.mp4"), faces, rehearsal, lambda _: None)
    send(Progress(0.0, 0, final=True))


_TASKS = {"render": _render, "idle": _idle, "poster": _poster, "warm": _warm}


if __name__ == "__main__":
    cv2.setNumThreads(1)
    sys.setswitchinterval(0.0005)  # two threads hand frames to each other; the default lets one wait for 5 ms
    serve(handle)
