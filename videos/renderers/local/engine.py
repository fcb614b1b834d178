"""The local renderer: a pool of processes that draw and encode, fed with speech as it comes."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from avatarsite.core.children import ChildPool
from avatarsite.core.engines import EngineFailed
from twins.tts.base import AudioChunk
from videos.renderers.base import FaceRef, Progress, StreamingRenderer, VideoFormat
from videos.renderers.local.call import Call, Feeder
from videos.renderers.local.child import Request
from videos.renderers.local.encode import MSE_CODECS, finish

__all__ = ["MSE_CODECS", "LocalRenderer", "finish"]

SMALLEST, LARGEST = 64, 2048  # pixels of width and height
MOST_FPS = 60


class LocalRenderer(StreamingRenderer):
    """Draws on this machine's processor. `cache_dir` holds baked faces, about 50 MB each at 512 x 512.

    silence: seconds that a process may owe an answer before it is given up on.
    EngineFailed codes: face_unusable, format_unsupported, no_speech, disk_full, storage_failed, poster_format,
    engine_crashed, engine_timeout, engine_busy.
    """

    def __init__(self, cache_dir: str | Path, processes: int = 1, silence: float = 60.0) -> None:
        self._cache_dir = str(cache_dir)
        self._processes = processes
        self._silence = silence
        self._pool = ChildPool("videos.renderers.local.child", processes)

    def render(
        self, face: FaceRef, speech: Iterable[AudioChunk], path: Path, video_format: VideoFormat
    ) -> Iterator[Progress]:
        """`speech` is iterated, and closed if it can be, in a thread of its own."""
        feeder = Feeder(speech)
        try:
            # a process is taken only once there is something to say: it does not stand idle while an LLM thinks
            if not feeder.wait():
                raise EngineFailed("There is nothing to say.", "no_speech")
            yield from self._call(self._request("render", face, video_format, path), feeder)
        finally:
            feeder.stop()

    def idle(self, face: FaceRef, path: Path, video_format: VideoFormat) -> Iterator[Progress]:
        """A loop without a sound track.

        Its length is then that of its pictures to the tick, so that <video loop> has nothing to pad or wait for, and
        browsers let it play without asking for permission.
        """
        yield from self._call(self._request("idle", face, video_format, path))

    def poster(self, face: FaceRef, path: Path, video_format: VideoFormat) -> None:
        for _ in self._call(self._request("poster", face, video_format, path)):
            pass

    def warm(self, faces: Iterable[FaceRef], video_format: VideoFormat) -> None:
        """Start every process; bake the faces that are not in the cache yet."""
        requests = [self._request("warm", face, video_format) for face in faces]
        with ExitStack() as stack:
            for _ in range(self._processes):
                child = stack.enter_context(self._pool.child())
                for request in requests:
                    list(Call(child, request, self._silence).run())

    def close(self) -> None:
        self._pool.close()

    def _call(self, request: Request, feeder: Feeder | None = None) -> Iterator[Progress]:
        """Run one call. What is not the process's fault is raised only after it went back to the pool, unharmed."""
        interrupted: BaseException | None = None
        with self._pool.child() as child:
            call = Call(child, request, self._silence, feeder)
            try:
                yield from call.run()
            except BaseException as error:  # noqa: BLE001  the caller's own, or what `speech` raised
                if call.broken:
                    raise
                interrupted = error
        if interrupted:
            raise interrupted

    def _request(self, task: str, face: FaceRef, video_format: VideoFormat, path: Path | None = None) -> Request:
        sizes = (video_format.width, video_format.height)
        if any(size % 2 or not SMALLEST <= size <= LARGEST for size in sizes) or not 1 <= video_format.fps <= MOST_FPS:
            raise EngineFailed("This picture size or frame rate cannot be made.", "format_unsupported")
        return Request(task, face, video_format, self._cache_dir, str(path.absolute()) if path else "")
