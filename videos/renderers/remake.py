"""A vendor's film as one of ours: the same pictures and sound, in fragments that can be played as they are written.

What is asked of the process that does it is apart from how it does so, which needs more libraries.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from videos.renderers.base import Progress, VideoFormat

SOUND_RATE = 48_000
SIDE = 2_048  # pixels at most, and both even


@dataclass(frozen=True)
class Remake:
    """film: of so many `seconds` and of `size`. path: of the growing file to write, which must not exist."""

    film: Path
    seconds: float
    size: VideoFormat
    path: Path


def remake(request: Remake, say: Callable[[Progress], None]) -> None:
    """Write the growing file, telling each fragment; the last Progress is final.

    It opens a stranger's file: call it in a child process with limits. Raises EngineFailed: media_broken,
    media_no_video, disk_full, storage_failed.
    """
    from avatarsite.core.media_child import pieces
    from twins.footage.films import frames
    from twins.tts.base import AudioChunk
    from videos.renderers.local.encode import GrowingFile, SoundEncoder

    sound = SoundEncoder()
    heard = pieces(request.film, SOUND_RATE, request.seconds)
    fps = request.size.fps
    with GrowingFile(request.path, request.size, sound) as grown:
        for number, picture in enumerate(frames(request.film, 0.0, request.seconds, fps=fps, full_size=True), 1):
            while sound.seconds < number / fps and (piece := next(heard, None)):
                sound.add(AudioChunk(piece, SOUND_RATE))
            if progress := grown.add(picture):
                say(progress)
        say(grown.finish())
