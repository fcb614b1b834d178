"""Speech that a customer gives as a recording."""

from collections.abc import Iterator

from avatarsite.core.children import ChildPool
from avatarsite.core.engines import EngineFailed
from twins.tts.base import AudioChunk
from videos.recording_child import MOST_SECONDS, SAMPLE_RATE, Decode

__all__ = ["MOST_BYTES", "MOST_SECONDS", "check", "chunks"]

MOST_BYTES = 50 * 1_048_576
SECONDS = 20.0  # that decoding one second of sound may take
_pool = ChildPool("videos.recording_child", 2)


def check(content: bytes) -> None:
    """Refuse what is no recording. Raises EngineFailed("audio_unusable")."""
    if len(content) > MOST_BYTES:
        raise EngineFailed(f"The recording is larger than {MOST_BYTES} bytes.", "audio_unusable")
    for _ in _decode(Decode(content, first=True)):
        pass


def chunks(content: bytes) -> Iterator[AudioChunk]:
    """The recording's sound, up to MOST_SECONDS. Raises EngineFailed("audio_unusable")."""
    for pcm in _decode(Decode(content)):
        yield AudioChunk(pcm, SAMPLE_RATE)


def _decode(request: Decode) -> Iterator[bytes]:
    try:
        with _pool.child() as child:
            child.send(request)
            while (piece := child.receive(SECONDS)) is not None:
                yield bytes(piece)
    except EngineFailed as error:
        if error.code in ("engine_crashed", "engine_timeout"):  # the recording did it, not we
            raise EngineFailed("The recording cannot be opened.", "audio_unusable") from error
        raise
