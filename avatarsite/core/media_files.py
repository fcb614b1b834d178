"""How a customer's media file is opened: by what its first bytes say it is, and by nothing else.

FFmpeg's own guess takes texts for playlists, and playlists open other files and addresses. So the demuxer is always
named, the file has no name that could be guessed from, and whatever it refers to is not opened. Use it only in a
confined child process (see avatarsite.core.confinement): decoders crash on broken files.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import av

from avatarsite.core.media import broken, unsupported

HEAD = 64  # bytes that tell what a file is
DEMUXERS = {"mp4": "mp4", "mov": "mov", "webm": "matroska", "matroska": "matroska"} | {
    name: name for name in ("wav", "mp3", "ogg", "flac")
}
PICTURES = frozenset({"jpeg", "png", "gif", "webp"})  # told apart, but opened elsewhere
# What is decoded; a codec outside the list is named, and left alone.
VIDEO_CODECS = frozenset({"h264", "hevc", "vp8", "vp9", "av1", "mpeg4"})
PCM_CODECS = frozenset({"pcm_u8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"})
AUDIO_CODECS = frozenset({"aac", "mp3", "mp2", "opus", "vorbis", "flac", "alac", "pcm_mulaw", "pcm_alaw"}) | PCM_CODECS
BROKEN = (av.FFmpegError, ValueError, IndexError, OverflowError, MemoryError)  # what broken files raise in PyAV
_MAGIC = (
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"ID3", "mp3"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)


def container_of(head: bytes) -> str:
    """The container by a file's first HEAD bytes: a key of DEMUXERS, one of PICTURES, or "" for anything else."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF":
        return {b"WAVE": "wav", b"WEBP": "webp"}.get(head[8:12], "")
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "webm" if b"webm" in head else "matroska"
    if head[4:8] == b"ftyp":
        return "mov" if head[8:12] == b"qt  " else "mp4"
    layer_three = len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
    return "mp3" if layer_three and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C else ""


@contextmanager
def opened(path: Path) -> Iterator[tuple[str, Any]]:
    """The container's name and the open PyAV container of a film or sound.

    Raises EngineFailed: media_unsupported for anything else, media_broken for what goes wrong in the block too.
    """
    with path.open("rb") as file:
        name = container_of(file.read(HEAD))
        file.seek(0)
        if name not in DEMUXERS:
            raise unsupported()
        try:
            with av.open(_Nameless(file), format=DEMUXERS[name], metadata_errors="replace", io_open=_refuse) as film:
                yield name, film
        except BROKEN as error:
            raise broken() from error


def is_cover(stream: Any) -> bool:
    """Whether a stream of video is a picture that belongs to a sound."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def import_all() -> None:
    """Import what PyAV would import when it is first used: a confined process cannot open modules any more."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    importlib.import_module("numpy")


class _Nameless:
    """A file to read, without the name that FFmpeg would guess by."""

    def __init__(self, file: IO[bytes]) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


def _refuse(url: str, flags: int, options: dict[str, str]) -> Any:
    raise ValueError("a customer's file may not open others")
