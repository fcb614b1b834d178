"""What a customer's film or sound really is, and the sound in it. The file is opened in a confined child process.

probe(path, Limits(seconds=600, needs_audio=True))    facts that were counted, not those that the file claims
for pcm in sound(path, rate=16_000): ...               any audio, streamed
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avatarsite.core.children import ChildPool
from avatarsite.core.engines import EngineFailed

__all__ = ["AudioFacts", "Limits", "Probe", "VideoFacts", "local", "probe", "sound"]

PROBE_SECONDS = 30.0  # on the clock; of processor time a probe gets less, see media_child
PIECE_SECONDS = 20.0  # until the next piece of decoded sound
_pool = ChildPool("avatarsite.core.media_child", 2)
_players = ChildPool("avatarsite.core.media_child", 16)  # held for as long as a clip of the sound is being made


@dataclass(frozen=True)
class Limits:
    """What a purpose allows; None is no limit of its own. Sizes in bytes, lengths in seconds."""

    bytes: int = 1_000_000_000
    seconds: float = 4 * 3_600.0
    least_seconds: float = 0.0
    pixels: int = 8_294_400  # width × height of a frame: 4K
    fps: float = 121.0
    channels: int = 8
    needs_video: bool = False
    needs_audio: bool = False


@dataclass(frozen=True)
class VideoFacts:
    """width, height: of a frame as it is stored; shown turned by `rotation` degrees clockwise (0, 90, 180, 270).

    fps: counted from the times of the frames; 0.0 for a single frame. decodable: a first frame was decoded; without
    it the codec is none that is opened here, or "" when nobody knows it, and pixel_format is "". streams: how many
    videos the file holds; the facts are of the first.
    """

    codec: str
    width: int
    height: int
    fps: float
    frames: int
    rotation: int
    pixel_format: str
    streams: int
    decodable: bool


@dataclass(frozen=True)
class AudioFacts:
    """Of the first of `streams` sounds; decodable as in VideoFacts."""

    codec: str
    rate: int
    channels: int
    streams: int
    decodable: bool


@dataclass(frozen=True)
class Probe:
    """container: mp4, mov, webm, matroska, wav, mp3, ogg or flac; an .m4a is mp4. seconds: of the longest stream."""

    container: str
    bytes: int
    seconds: float
    video: VideoFacts | None
    audio: AudioFacts | None


@dataclass(frozen=True)
class ProbeRequest:
    path: Path
    limits: Limits


@dataclass(frozen=True)
class SoundRequest:
    path: Path
    rate: int
    seconds: float


def probe(path: Path, limits: Limits | None = None) -> Probe:
    """What is in a file, walked through to its end (or to the limit).

    Raises EngineFailed: media_unsupported, media_broken, media_too_large, media_too_long, media_too_short,
    media_too_many_pixels, media_too_fast, media_too_many_channels, media_no_video, media_no_audio.
    """
    with _blamed_on_the_file(), _pool.child() as child:
        child.send(ProbeRequest(path.resolve(), limits or Limits()))
        found: Probe = child.receive(PROBE_SECONDS)
    return found


def sound(path: Path, rate: int, *, seconds: float = 600.0) -> Iterator[bytes]:
    """The first sound of a file as mono 16-bit little-endian PCM at `rate`, a second or less at a time.

    It ends after `seconds` even when the file goes on. Close the iterator when it is left early.
    Raises EngineFailed: media_unsupported, media_broken, media_no_audio.
    """
    with _blamed_on_the_file(), _players.child() as child:
        child.send(SoundRequest(path.resolve(), rate, seconds))
        while (piece := child.receive(PIECE_SECONDS)) is not None:
            yield bytes(piece)


@contextmanager
def local(file: Any) -> Iterator[Path]:
    """The path of a stored or uploaded file (of Django) on this machine's disk: its own, or that of a copy."""
    own = _own_path(file)
    if own is not None:
        yield own
        return
    with tempfile.TemporaryDirectory(prefix="media-") as folder:
        copy = Path(folder) / "file"
        with copy.open("wb") as target:
            target.writelines(file.chunks())
        yield copy


def _own_path(file: Any) -> Path | None:
    if hasattr(file, "temporary_file_path"):  # an upload that is on disk already
        return Path(file.temporary_file_path())
    try:
        return Path(file.path)
    except (AttributeError, NotImplementedError):  # an upload in memory; a storage that is no disk of ours
        return None


@contextmanager
def _blamed_on_the_file() -> Iterator[None]:
    """A child that died or ran out of time did so because of the file: an error of the file, and a new child."""
    try:
        yield
    except EngineFailed as error:
        if error.code in ("engine_crashed", "engine_timeout"):
            raise broken() from error
        raise


def unsupported() -> EngineFailed:
    words = "The file is none of MP4, MOV, WebM, M4A, WAV, MP3, OGG and FLAC."
    return EngineFailed(words, "media_unsupported")


def broken() -> EngineFailed:
    return EngineFailed("The file is broken or protected: it cannot be decoded.", "media_broken")
