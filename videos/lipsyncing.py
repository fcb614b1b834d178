"""How a Lipsync is made: both files are brought and checked, then a process of its own re-makes the lips."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db.models.fields.files import FieldFile

from avatarsite.core import fetch, media
from avatarsite.core.children import ChildPool
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status, Ticket, move
from avatarsite.core.media import Limits
from videos.models import Lipsync
from videos.renderers.local.footage_relip import Relip
from videos.renderers.local.neural import MouthModel
from videos.workplace import workplace

MOST_SECONDS, LEAST_SECONDS = 300.0, 3.0
MOST_FILM, MOST_SOUND = 1_000_000_000, 250_000_000  # bytes
FETCH_SECONDS = 600.0
MOST_FPS = 60
LOOK_EVERY = 0.4  # seconds between two looks at whether the job was cancelled
SILENCE = 120.0  # seconds that the process may take for one step
FETCHED, CHECKED, DRAWN = 8, 10, 95  # per cent

# What the Tavus dialect calls each failure, and its words.
ERRORS = {
    "download_link": "There was an issue downloading your file. Please ensure that the link you provided is correct "
    "and try again",
    "media_duration_too_short": "There was an issue generating your video. The duration of the media file does not "
    "reach the minimum duration requirement of 3 seconds.",
    "media_duration_too_long": "There was an issue generating your video. The duration of the media file exceeds the "
    "maximum duration of 5 minutes.",
    "video_format": "There was an issue processing your video. Please ensure that the video format is supported and "
    "is listed in our documentation",
    "audio_format": "There was an issue processing your audio. Please ensure that the audio format is supported and "
    "is listed in our documentation",
    "video_error": "An error occurred while generating this request. Please check your inputs or try your request "
    "again",
}
NO_FACE = "No face was found in the video: it must show the speaker's face."
_LENGTHS = {"media_too_short": "media_duration_too_short", "media_too_long": "media_duration_too_long"}

_pool = ChildPool("videos.lipsync_child", 1)


def failed(kind: str, more: str = "", *, retryable: bool = False) -> EngineFailed:
    """The error of that type, in its words; `more` is a sentence that says what was wrong."""
    words = f"{ERRORS[kind]}. {more}" if more else ERRORS[kind]
    return EngineFailed(words, kind, retryable=retryable)


def lipsync(ticket: Ticket) -> None:
    """Make the film of a Lipsync ticket; the row ends READY, or EngineFailed is raised and nothing half-made stays."""
    job: Lipsync = ticket.job
    try:
        with workplace(ticket) as work:
            _fetch(ticket, "original_video", job.original_video_url, work, MOST_FILM)
            _fetch(ticket, "source_audio", job.source_audio_url, work, MOST_SOUND)
            ticket.progress("checking", FETCHED)
            with media.local(job.original_video) as film, media.local(job.source_audio) as sound:
                request = _checked(film, sound, work)
                seconds = _made(ticket, request)
            _publish(ticket, request.result, seconds)
    except OSError as error:
        raise EngineFailed("The storage could not be written.", "storage_failed", retryable=True) from error


def _fetch(ticket: Ticket, field: str, url: str, work: Path, most: int) -> None:
    """Bring a linked file into the storage, once: a rerun finds it there."""
    stored: FieldFile = getattr(ticket.job, field)
    if stored:
        return
    path = work / field
    try:
        fetch.fetch_to(url, path, max_bytes=most, seconds=FETCH_SECONDS, on_progress=_Looks(ticket, "fetching", 1))
    except EngineFailed as error:
        if error.code.startswith("url_"):
            raise failed("download_link", retryable=error.retryable) from error
        raise
    with path.open("rb") as file:
        name = stored.storage.save(stored.field.generate_filename(ticket.job, field), File(file))
    ticket.update(**{field: name})
    setattr(ticket.job, field, name)
    path.unlink()


class _Looks:
    """Tells progress no more often than needed to notice within a second that the job was cancelled."""

    def __init__(self, ticket: Ticket, stage: str, percent: int) -> None:
        self._ticket, self._stage, self.percent = ticket, stage, percent
        self._told = 0.0

    def __call__(self, _: int = 0) -> None:
        if time.monotonic() - self._told >= LOOK_EVERY:
            self._told = time.monotonic()
            self._ticket.progress(self._stage, self.percent)


def _checked(film: Path, sound: Path, work: Path) -> Relip:
    limits = Limits(seconds=MOST_SECONDS, least_seconds=LEAST_SECONDS)
    with _called("video_format"):
        seen = media.probe(film, replace(limits, bytes=MOST_FILM, needs_video=True))
    with _called("audio_format"):
        heard = media.probe(sound, replace(limits, bytes=MOST_SOUND, needs_audio=True))
    if seen.container != "mp4" or seen.video is None or not seen.video.decodable:
        raise failed("video_format")
    if heard.container not in ("mp3", "wav") or heard.audio is None or not heard.audio.decodable:
        raise failed("audio_format")
    fps = min(max(round(seen.video.fps), 1), MOST_FPS)
    return Relip(
        film,
        seen.seconds,
        sound,
        heard.seconds,
        fps,
        work / "result.mp4",
        Path(settings.CACHE_DIR) / "faces",
        MouthModel(settings.MOUTH_MODEL, settings.MOUTH_THREADS),
    )


@contextmanager
def _called(otherwise: str) -> Iterator[None]:
    """Media errors by the names of the dialect."""
    try:
        yield
    except EngineFailed as error:
        if not error.code.startswith("media_"):
            raise
        raise failed(_LENGTHS.get(error.code, otherwise)) from error


def _made(ticket: Ticket, request: Relip) -> float:
    """Have the film made; a lost ticket ends the process that makes it."""
    try:
        return _answers(ticket, request)
    except EngineFailed as error:
        if error.code == "face_not_found":
            raise failed("video_error", NO_FACE) from error
        if error.code.startswith("media_") or error.code in ("engine_crashed", "engine_timeout"):  # the files did it
            raise failed("video_error") from error
        raise


def _answers(ticket: Ticket, request: Relip) -> float:
    looks = _Looks(ticket, "drawing", CHECKED)
    with _pool.child() as child:
        child.send(request)
        heard = time.monotonic()
        while True:
            looks()
            if not child.connection.poll(LOOK_EVERY) and time.monotonic() - heard < SILENCE:
                continue
            answer = child.receive(0.0)
            heard = time.monotonic()
            if isinstance(answer, float):
                return answer
            looks.percent = CHECKED + (DRAWN - CHECKED) * int(answer) // 100


def _publish(ticket: Ticket, result: Path, seconds: float) -> None:
    job: Lipsync = ticket.job
    ticket.progress("saving", DRAWN)
    storage = job.file.storage
    with result.open("rb") as film:
        name = storage.save(job.file.field.generate_filename(job, "lipsync.mp4"), File(film))
    if not move(job, Status.READY, ticket=ticket.attempt, stage="", progress=100, file=name, duration=seconds):
        storage.delete(name)
