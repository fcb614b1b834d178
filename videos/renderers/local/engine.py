"""The local renderer: a pool of processes that draw and encode, fed with speech as it comes."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from avatarsite.core.children import ChildPool
from avatarsite.core.diagnosis import Diagnosis, pace
from avatarsite.core.engines import EngineFailed
from twins.tts.base import AudioChunk
from videos.renderers.base import (
    OWN_SCENE,
    Check,
    FaceRef,
    Progress,
    Scene,
    StreamingRenderer,
    VideoFormat,
    never,
)
from videos.renderers.local.call import Call, Feeder
from videos.renderers.local.child import Request
from videos.renderers.local.ears import TRAIN_SECONDS, place
from videos.renderers.local.encode import MSE_CODECS, finish
from videos.renderers.local.neural import MouthModel
from videos.renderers.local.playlist import playlist_of

__all__ = ["MSE_CODECS", "LocalRenderer", "finish", "playlist_of"]

CHILD = "videos.renderers.local.child"
TRAINING = "videos.lip_training.child"
NICENESS = 15  # of processes that make clips nobody waits for: a chat's clip gets nine tenths of a contended core
SMALLEST, LARGEST = 64, 2048  # pixels of width and height
MOST_FPS = 60
EXAMPLE_FACE, EXAMPLE_SECONDS, EXAMPLE_RATE = FaceRef("drawn", "amara"), 4.0, 22_050


class LocalRenderer(StreamingRenderer):
    """Draws on this machine's processor. `cache_dir` holds baked faces, about 50 MB each at 512 x 512.

    processes: of each of two kinds, for clips that a person waits for and for others. They wait for each other only
    within their kind, and the others yield the processor; idle ones cost memory alone, and are started when needed.
    silence: seconds that a process may owe an answer before it is given up on.
    mouth_model, mouth_threads: a network of the operator's for the mouths of photo and video replicas, see `neural`.
    EngineFailed codes: face_unusable, format_unsupported, no_speech, disk_full, storage_failed, poster_format,
    engine_crashed, engine_timeout, no_matte, background_unusable, watermark_unusable,
    mouth_model_missing, mouth_model_broken.
    """

    def __init__(
        self,
        cache_dir: str | Path,
        processes: int = 1,
        silence: float = 60.0,
        mouth_model: str = "",
        mouth_threads: int = 1,
    ) -> None:
        self._cache_dir = str(cache_dir)
        self._mouth = MouthModel(mouth_model, mouth_threads)
        self._processes = processes
        self._silence = silence
        self._pool = ChildPool(CHILD, processes)
        self._patient = ChildPool(CHILD, processes, niceness=NICENESS)
        self._training = ChildPool(TRAINING, 1, niceness=19)

    def render(
        self,
        face: FaceRef,
        speech: Iterable[AudioChunk],
        path: Path,
        video_format: VideoFormat,
        scene: Scene = OWN_SCENE,
        *,
        check: Check = never,
        urgent: bool = True,
    ) -> Iterator[Progress]:
        """`speech` is iterated, and closed if it can be, in a thread of its own."""
        feeder = Feeder(speech)
        try:
            # a process is taken only once there is something to say: it does not stand idle while an LLM thinks
            if not feeder.wait(check):
                raise EngineFailed("There is nothing to say.", "no_speech")
            request = replace(self._request("render", face, video_format, path), scene=scene)
            yield from self._call(request, feeder, check, urgent)
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

    def stills(self, clip: Path, poster: Path, preview: Path | None) -> None:
        request = self._request("stills", FaceRef("", ""), VideoFormat(), poster)
        told = replace(request, clip=str(clip.absolute()), preview=str(preview.absolute()) if preview else "")
        for _ in self._call(told, urgent=preview is None):
            pass

    def warm(self, faces: Iterable[FaceRef], video_format: VideoFormat) -> None:
        """Start every process; bake the faces that are not in the cache yet; let the ear be trained meanwhile."""
        threading.Thread(target=self._train, name="train ear", daemon=True).start()
        requests = [self._request("warm", face, video_format) for face in faces]
        with ExitStack() as stack:
            for _ in range(self._processes):
                child = stack.enter_context(self._pool.child())
                for request in requests:
                    list(Call(child, request, self._silence).run())

    def diagnosis(self) -> Diagnosis:
        return Diagnosis(
            licence="this project's; FFmpeg with x264 (GPL), by PyAV, in processes of its own",
            cost="0.2 to 0.6 GB of memory for each process; 512 x 512 on a core 10 x real time, 1080 x 1080 2 x",
            used=True,
        )

    def measured(self) -> str:
        """A clip of the size that an avatar chat has by default."""
        with TemporaryDirectory() as folder:
            numbers = count()
            return pace(lambda: self._rehearsal(Path(folder, f"{next(numbers)}.mp4"))) + ", 512 x 512"

    def _rehearsal(self, path: Path) -> float:
        hum = np.sin(np.arange(round(EXAMPLE_SECONDS * EXAMPLE_RATE)) * 0.06) * 9_000
        speech = iter([AudioChunk(hum.astype(np.int16).tobytes(), EXAMPLE_RATE)])
        return [*self.render(EXAMPLE_FACE, speech, path, VideoFormat())][-1].seconds

    def close(self) -> None:
        self._pool.close()
        self._patient.close()
        self._training.close()

    def _train(self) -> None:
        """Some ten seconds of one core, once per cache; without it, speech without phonemes has rougher lips."""
        with suppress(EngineFailed), self._training.child() as child:
            child.send(place(Path(self._cache_dir)))
            child.receive(TRAIN_SECONDS)

    def _call(
        self, request: Request, feeder: Feeder | None = None, check: Check = never, urgent: bool = True
    ) -> Iterator[Progress]:
        """Run one call. What is not the process's fault is raised only after it went back to the pool, unharmed."""
        interrupted: BaseException | None = None
        with (self._pool if urgent else self._patient).child(check=check) as child:
            call = Call(child, request, self._silence, feeder, check)
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
        where = str(path.absolute()) if path else ""
        return Request(task, face, video_format, self._cache_dir, where, mouth=self._mouth)
