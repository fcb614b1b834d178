"""What is around a video's person: fetched by the job, kept with the video, and told to the renderer."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files import File

from avatarsite.core import fetch, media
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Ticket, TicketLost
from avatarsite.core.media_files import HEAD, PICTURES, container_of
from videos import browsing
from videos.faces import local_file
from videos.models import Video
from videos.options import scroll_of
from videos.renderers.base import Scene, VideoFormat

GREEN = "#00ff9b"  # what a chroma key takes out; also behind a person whose transparent form is the WebM
PICTURE_BYTES, FILM_BYTES = 30 * 1_048_576, 500 * 1_048_576
FETCH_SECONDS = 300.0
FILM = media.Limits(bytes=FILM_BYTES, seconds=3_600.0, needs_video=True)
SHOWN_AS_PICTURE = PICTURES - {"gif"}


def prepare(ticket: Ticket, folder: Path) -> Scene:
    """The scene of a Video ticket; what must be fetched is checked and stored on the row first.

    folder: where files may lie while the job runs. Raises EngineFailed: background_unusable, watermark_unusable,
    page_unusable, browser_missing, or why an address could not be fetched; its words name the option.
    """
    video: Video = ticket.job
    _bring(ticket, folder)
    kind = Video.Background
    return Scene(
        color={kind.COLOR: video.background_color, kind.GREEN: GREEN, kind.TRANSPARENT: GREEN}.get(
            kind(video.background), ""
        ),
        file=local_file(video.background_file),
        scroll=scroll_of(video) if video.background == kind.PAGE else None,
        webm=str(folder / "alpha.webm") if video.background == kind.TRANSPARENT else "",
        watermark=local_file(video.watermark_file),
    )


def _bring(ticket: Ticket, folder: Path) -> None:
    video: Video = ticket.job
    if video.background == Video.Background.MEDIA and not video.background_file:
        with _named("background_source_url"):
            _fetch(ticket, video.background_source_url, folder / "background", FILM_BYTES)
            _check_media(folder / "background", "background_unusable")
        _keep(ticket, "background_file", folder / "background")
    if video.background == Video.Background.PAGE and not video.background_file:
        with _named("background_url"):
            size = VideoFormat(video.width, video.height, video.fps)
            browsing.photograph(video.background_url, folder / "page.png", size, every(ticket, "fetching"))
        _keep(ticket, "background_file", folder / "page.png")
    if video.watermark_url and not video.watermark_file:
        with _named("watermark_url"):
            _fetch(ticket, video.watermark_url, folder / "watermark", PICTURE_BYTES)
            if _container(folder / "watermark") not in SHOWN_AS_PICTURE:
                raise EngineFailed("Give a PNG, JPEG or WebP picture.", "watermark_unusable")
        _keep(ticket, "watermark_file", folder / "watermark")


def every(ticket: Ticket, stage: str, seconds: float = 0.5, *, percent: int = 1) -> Callable[[], None]:
    """Tells that the job goes on, but not more often than that; raises TicketLost once it may not."""
    last = 0.0

    def told() -> None:
        nonlocal last
        if time.monotonic() - last > seconds:
            last = time.monotonic()
            ticket.progress(stage, percent)

    return told


def _fetch(ticket: Ticket, url: str, path: Path, most: int) -> None:
    tell = every(ticket, "fetching")
    fetch.fetch_to(url, path, max_bytes=most, seconds=FETCH_SECONDS, on_progress=lambda size: tell())


def _container(path: Path) -> str:
    with path.open("rb") as file:
        return container_of(file.read(HEAD))


def _check_media(path: Path, code: str) -> None:
    """Refuse what is neither a picture nor a film; pictures are opened by the renderer's own child process."""
    if _container(path) in SHOWN_AS_PICTURE:
        if path.stat().st_size > PICTURE_BYTES:
            raise EngineFailed(f"The picture is larger than {PICTURE_BYTES // 1_048_576} MB.", code)
        return
    try:
        media.probe(path, FILM)
    except EngineFailed as error:
        words = "Give a JPEG, PNG or WebP picture, or an MP4, MOV or WebM film."
        raise EngineFailed(f"{error.message} {words}", code) from error


def _keep(ticket: Ticket, field: str, path: Path) -> None:
    """Store a file on the row, so that a rerun finds it there."""
    video: Video = ticket.job
    storage = getattr(video, field).storage
    with path.open("rb") as file:
        name = storage.save(f"videos/{video.pk}/{ticket.attempt}-{path.name}", File(file))
    try:
        ticket.update(**{field: name})
    except TicketLost:
        storage.delete(name)
        raise
    path.unlink()
    setattr(video, field, name)


@contextmanager
def _named(option: str) -> Iterator[None]:
    """Errors in the block tell which option they are about."""
    try:
        yield
    except EngineFailed as error:
        raise EngineFailed(f"{option}: {error.message}", error.code, retryable=error.retryable) from error
