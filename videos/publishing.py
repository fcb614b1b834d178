"""From a finished rendering to the files of a video: stored first, then told of by the row."""

from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.files import File

from avatarsite.core import engines
from avatarsite.core.jobs import Queue, Status, Ticket, move
from videos.captions import Captioner
from videos.models import Video
from videos.renderers.base import Scene, StreamingRenderer
from videos.timings import Timings

RENDERER = "local"


def publish(
    ticket: Ticket,
    fragmented: Path,
    scene: Scene,
    captioner: Captioner,
    timings: Timings,
    *,
    renderer: str = RENDERER,
    **more: Any,
) -> None:
    """Move what was made into the storage and end the job, in that order.

    renderer: the alias of whoever made it. more: further fields of the video.
    """
    from videos.renderers.local.engine import finish, playlist_of

    video: Video = ticket.job
    ticket.progress("saving", 95)
    final = fragmented.with_suffix(".final.mp4")
    duration = finish(fragmented, final)
    poster, preview = fragmented.with_name("poster.jpg"), _preview(video, fragmented)
    painter: StreamingRenderer = engines.load("RENDERERS", RENDERER)
    painter.stills(final, poster, preview)
    made: dict[str, Path | bytes | None] = {
        "file": final,
        "poster": poster,
        "captions": captioner.vtt().encode(),
        "timings": timings.json(duration).encode(),
        "preview": preview,
        "playlist": None if video.fast else playlist_of(fragmented),
        "webm": Path(scene.webm) if scene.webm else None,
    }
    files = _store(video, {field: content for field, content in made.items() if content is not None})
    replaced = {field: name for field in files if (name := getattr(video, field).name)}  # timings of a stored recording
    facts = {"duration": duration, "engines": {**video.engines, "renderer": renderer}, **more, **files}
    moved = move(video, Status.READY, ticket=ticket.attempt, stage="", progress=100, **facts)
    for name in (replaced if moved else files).values():
        video.file.storage.delete(name)


def _preview(video: Video, fragmented: Path) -> Path | None:
    """Where to make the preview; a chat's clips have none: they are shown at once, and somebody waits for them."""
    return None if video.fast or video.queue == Queue.CHAT else fragmented.with_name("preview.webp")


SUFFIXES = {
    "file": "mp4",
    "poster": "jpg",
    "captions": "vtt",
    "timings": "json",
    "preview": "webp",
    "playlist": "m3u8",
    "webm": "webm",
}


def _store(video: Video, made: dict[str, Path | bytes]) -> dict[str, str]:
    """Save files under names of this attempt; returns the fields that name them."""
    storage, names = video.file.storage, dict[str, str]()
    with ExitStack() as stack:
        for field, content in made.items():
            opened = BytesIO(content) if isinstance(content, bytes) else stack.enter_context(content.open("rb"))
            names[field] = storage.save(f"videos/{video.pk}/{video.attempt}.{SUFFIXES[field]}", File(opened))
    return names
