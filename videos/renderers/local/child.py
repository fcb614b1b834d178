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
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2

from avatarsite.core.children import serve
from avatarsite.core.engines import EngineFailed
from twins.tts.base import AudioChunk
from videos.renderers.base import OWN_SCENE, FaceRef, Progress, Scene, VideoFormat
from videos.renderers.local import hearing, stills
from videos.renderers.local.cache import FaceCache, Picture
from videos.renderers.local.clip import End, FaceStage, Inbox, Item, Late, Stage, Stopped, talking
from videos.renderers.local.compose import FRAMES_IN_FLIGHT, Cutout, Shot
from videos.renderers.local.compositor import Compositor, person_format
from videos.renderers.local.cutout import no_matte
from videos.renderers.local.encode import GrowingFile, SoundEncoder, storage_failure
from videos.renderers.local.neural import NO_MODEL, MouthModel
from videos.renderers.local.plates import backdrop, watermark
from videos.renderers.local.webm import AlphaFile

STOP, DONE = "stop", "done"
QUEUED = FRAMES_IN_FLIGHT // 2  # frames drawn ahead of the encoder
Send = Callable[[Any], None]


@dataclass(frozen=True)
class Request:
    """task: "render", "idle", "poster", "stills" or "warm"; `path` is empty for "warm".

    clip: for "stills" the film that they are taken from; `path` is then the poster's, `preview` the preview's or "".
    mouth: the network that draws the mouths of photo and video replicas, if one does.
    """

    task: str
    face: FaceRef
    video_format: VideoFormat
    cache_dir: str
    path: str = ""
    scene: Scene = OWN_SCENE
    clip: str = ""
    preview: str = ""
    mouth: MouthModel = NO_MODEL


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
    hearing.use(Path(request.cache_dir))
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
    sound, scene, video_format = SoundEncoder(), request.scene, request.video_format
    stage = _stage(request, faces)
    with ExitStack() as stack:
        compositor = _compositor(stack, scene, video_format)
        alpha = stack.enter_context(AlphaFile(Path(scene.webm), video_format)) if scene.webm else None
        file = stack.enter_context(GrowingFile(Path(request.path), video_format, sound))
        output = Output(file, sound, compositor, alpha)
        for item in stack.enter_context(Ahead(output.drawn(talking(stage.director(), inbox)), inbox)):
            if progress := output.write(item):
                send(progress)
        send(output.finish())


def _stage(request: Request, faces: FaceCache) -> Stage:
    """What is filmed: the libraries for a network are only loaded where there is one."""
    stage = _own_stage(request, faces)
    if not request.mouth or request.face.kind == "drawn":
        return stage
    from videos.renderers.local.neural_clip import NeuralStage

    return NeuralStage(stage, request.mouth, request.video_format.fps)


def _own_stage(request: Request, faces: FaceCache) -> Stage:
    """The libraries for footage are only loaded where there is some."""
    shown = person_format(request.scene, request.video_format)
    if request.face.kind == "video":
        from videos.renderers.local.footage_clip import FilmedStage

        if request.scene.cuts_out:
            raise no_matte()
        return FilmedStage(request.face, shown, Path(request.cache_dir))
    # in the corner of a page a desk would be cut off at both ends
    face = replace(request.face, framing="close") if request.scene.scroll else request.face
    return FaceStage(faces.get(face, shown, request.scene.cuts_out), shown)


def _compositor(stack: ExitStack, scene: Scene, video_format: VideoFormat) -> Compositor | None:
    """None where a frame is shown as it was drawn."""
    if scene == OWN_SCENE:
        return None
    behind = stack.enter_context(backdrop(scene, video_format))
    return Compositor(video_format, behind, watermark(scene, video_format))


@dataclass(frozen=True)
class Output:
    """Where a talking clip's sound and frames go. alpha: the person alone, beside the MP4."""

    file: GrowingFile
    sound: SoundEncoder
    compositor: Compositor | None = None
    alpha: AlphaFile | None = None

    def drawn(self, items: Iterator[Item]) -> Iterator[Item]:
        """Items as they are to be written; frames are put together where they are drawn, beside the encoding."""
        if self.alpha is not None:
            return items
        return (item if isinstance(item, AudioChunk | Late) else self._shown(item) for item in items)

    def write(self, item: Item) -> Progress | None:
        """Do what the clip's next item asks for; Progress when that completed a fragment."""
        if isinstance(item, Late):
            return self.file.flush()
        if isinstance(item, AudioChunk):
            self.sound.add(item)
            if self.alpha:
                self.alpha.hear(item)
            return None
        if isinstance(item, Cutout):
            if self.alpha:
                self.alpha.add(item)
            item = self._shown(item)
        return self.file.add(item)

    def finish(self) -> Progress:
        if self.alpha:
            self.alpha.finish()
        return self.file.finish()

    def _shown(self, shot: Shot) -> Picture:
        if self.compositor is not None:
            return self.compositor.frame(shot)
        return shot.picture if isinstance(shot, Cutout) else shot


def _idle(request: Request, faces: FaceCache, inbox: Inbox, send: Send) -> None:
    with GrowingFile(Path(request.path), request.video_format, None) as file:
        output = Output(file, SoundEncoder())
        for frame in _stage(request, faces).loop():
            inbox.check()
            if progress := output.write(frame):
                send(progress)
        send(file.finish())


def _poster(request: Request, faces: FaceCache, inbox: Inbox, send: Send) -> None:
    still = _stage(request, faces).still()
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


def _stills(request: Request, faces: FaceCache, inbox: Inbox, send: Send) -> None:
    size = stills.poster(Path(request.clip), Path(request.path))
    if request.preview:
        size += stills.preview(Path(request.clip), Path(request.preview))
    send(Progress(0.0, size, final=True))


def _warm(request: Request, faces: FaceCache, inbox: Inbox, send: Send) -> None:
    """Bake the face, and let every library do once what it does slowly the first time."""
    _stage(request, faces)
    rehearsal = Inbox()
    rehearsal.put(AudioChunk(bytes(22050), 22050))
    rehearsal.put(End())
    with tempfile.TemporaryDirectory(dir=request.cache_dir) as folder:
        _render(replace(request, path=f"{folder}/rehearsal.mp4"), faces, rehearsal, lambda _: None)
    send(Progress(0.0, 0, final=True))


_TASKS = {"render": _render, "idle": _idle, "poster": _poster, "stills": _stills, "warm": _warm}


if __name__ == "__main__":
    cv2.setNumThreads(1)
    sys.setswitchinterval(0.0005)  # two threads hand frames to each other; the default lets one wait for 5 ms
    serve(handle)
