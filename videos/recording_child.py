"""Decodes a customer's recording in a process of its own: `python -m videos.recording_child`.

What a file is, is told by its first bytes, and the decoder is named: FFmpeg's own guess opens playlists, which open
other files and addresses. Every other stream than the first sound is left alone.
"""

import io
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import av

from avatarsite.core.children import serve
from avatarsite.core.engines import EngineFailed

MOST_SECONDS = 600
SAMPLE_RATE = 24_000
MOST_MEMORY = 2_000 * 1_048_576
PIECE = SAMPLE_RATE * 2  # bytes: one second


@dataclass(frozen=True)
class Decode:
    """content: the file. first: only its first second, to see whether it can be decoded."""

    content: bytes
    first: bool = False


def pieces(request: Decode) -> Iterator[bytes]:
    """Mono 16-bit little-endian PCM at SAMPLE_RATE, a second at a time. Raises EngineFailed("audio_unusable")."""
    try:
        with av.open(io.BytesIO(request.content), format=kind_of(request.content)) as film:
            yield from _decoded(film, PIECE if request.first else MOST_SECONDS * PIECE)
    except (av.FFmpegError, ValueError, IndexError, OverflowError) as error:
        raise _unusable("The recording is broken.") from error


def kind_of(content: bytes) -> str:
    """FFmpeg's name of the container, by the first bytes; one of a few that hold nothing but their own media."""
    head = content[:16]
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return "mp3"
    for magic, name in ((b"OggS", "ogg"), (b"fLaC", "flac"), (b"\x1a\x45\xdf\xa3", "matroska")):
        if head.startswith(magic):
            return name
    if head[4:8] == b"ftyp":
        return "mp4"
    raise _unusable("Send a recording as WAV, MP3, OGG, FLAC, M4A or WebM.")


def _decoded(film: Any, most: int) -> Iterator[bytes]:
    if not film.streams.audio:
        raise _unusable("There is no sound in the recording.")
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    kept, sent = bytearray(), 0
    for frame in film.decode(film.streams.audio[0]):
        frame.pts = None  # gaps and jumps of broken clocks are no silence
        for sound in resampler.resample(frame):
            kept += sound.to_ndarray().tobytes()
        while len(kept) >= PIECE:
            yield bytes(kept[:PIECE])
            del kept[:PIECE]
            sent += PIECE
            if sent >= most:
                return
    if kept:
        yield bytes(kept)
    elif not sent:
        raise _unusable("There is no sound in the recording.")


def _unusable(words: str) -> EngineFailed:
    return EngineFailed(words, "audio_unusable")


def _handle(request: Decode, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    for piece in pieces(request):
        send(piece)
    send(None)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    serve(_handle)
