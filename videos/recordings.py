"""Speech that a customer gives as a recording, uploaded or as a link: checked, fetched by the job, and played."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files import File

from avatarsite.core import fetch, media
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Ticket, TicketLost
from twins.tts.base import AudioChunk
from videos.errors import failed

MOST_SECONDS = 600.5  # the ten minutes allowed, and what coders add at the ends
LIMITS = media.Limits(bytes=750 * 1_048_576, seconds=MOST_SECONDS, least_seconds=2.95, needs_audio=True)
SAMPLE_RATE = 24_000
FETCH_SECONDS = 900.0
TELL_SECONDS = 1.0  # between two signs that a download goes on
TYPES = {
    "media_too_large": "audio_file_max_size",
    "url_too_large": "audio_file_max_size",
    "media_too_short": "audio_file_min_duration",
    "media_too_long": "audio_file_max_duration",
    **dict.fromkeys(("url_refused", "url_unreachable", "url_timeout", "url_bad_answer"), "audio_file_download_link"),
    **dict.fromkeys(("media_unsupported", "media_broken", "media_no_audio"), "audio_file_type"),
    **dict.fromkeys(("media_too_many_channels", "media_too_many_pixels", "media_too_fast"), "audio_file_type"),
}


def check(file: Any) -> float:
    """The seconds of an uploaded recording. Raises EngineFailed with an audio_… type of videos.errors."""
    with _in_known_words(), media.local(file) as path:
        return _check(path)


def bring(ticket: Ticket, folder: Path) -> None:
    """Fetch the recording of a Video's `audio_url` into its `audio`; a rerun finds it there.

    folder: where it may lie meanwhile. Raises EngineFailed with an audio_… type of videos.errors, disk_full or
    storage_failed.
    """
    video, path = ticket.job, folder / "speech"
    with _in_known_words():
        tell = _now_and_then(lambda: ticket.progress("fetching", 1))
        fetch.fetch_to(video.audio_url, path, max_bytes=LIMITS.bytes, seconds=FETCH_SECONDS, on_progress=tell)
        _check(path)
    storage = video.audio.storage
    with path.open("rb") as file:
        name = storage.save(f"videos/{video.pk}/{ticket.attempt}-speech", File(file))
    try:
        ticket.update(audio=name)
    except TicketLost:
        storage.delete(name)
        raise
    path.unlink()
    video.audio = name


def chunks(file: Any) -> Iterator[AudioChunk]:
    """A stored recording's sound, up to MOST_SECONDS. Raises EngineFailed("audio_file_type")."""
    with _in_known_words(), media.local(file) as path:
        for pcm in media.sound(path, SAMPLE_RATE, seconds=MOST_SECONDS):
            yield AudioChunk(pcm, SAMPLE_RATE)


def _check(path: Path) -> float:
    found = media.probe(path, LIMITS)
    if found.audio is None or not found.audio.decodable:
        raise failed("audio_file_type")
    return found.seconds


def _now_and_then(tell: Callable[[], None]) -> Callable[[int], None]:
    """For a download's progress: `tell`, but not with every piece."""
    last = 0.0

    def told(size: int) -> None:
        nonlocal last
        if time.monotonic() - last > TELL_SECONDS:
            last = time.monotonic()
            tell()

    return told


@contextmanager
def _in_known_words() -> Iterator[None]:
    try:
        yield
    except EngineFailed as error:
        if error.code in TYPES:
            raise failed(TYPES[error.code], retryable=error.retryable) from error
        raise
