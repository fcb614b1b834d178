"""Renderers make the talking picture. The local one streams; remote ones are submitted to and looked at."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from twins.tts.base import AudioChunk


@dataclass(frozen=True)
class VideoFormat:
    """Picture size in pixels (even) and frames per second."""

    width: int = 512
    height: int = 512
    fps: int = 25


@dataclass(frozen=True)
class FaceRef:
    """Which face, in words that a renderer's own process can resolve.

    kind "drawn": `name` is a portrait of `twins.portraits`. Further kinds (photo, video) name a stored package.
    """

    kind: str
    name: str


@dataclass(frozen=True)
class Progress:
    """The file holds `seconds` of finished video in `size` bytes, and can be played that far."""

    seconds: float
    size: int
    final: bool = False


class StreamingRenderer(ABC):
    """Audio in, fragmented MP4 out, while the audio is still being made. Raises EngineFailed."""

    @abstractmethod
    def render(
        self, face: FaceRef, speech: Iterable[AudioChunk], path: Path, video_format: VideoFormat
    ) -> Iterator[Progress]:
        """Write a talking clip to `path` (created, must not exist) and report after each fragment.

        The last Progress has final=True and comes after the file is complete and flushed to disk. When `speech`
        raises, or the caller closes the iterator, rendering stops and the exception goes on; the partial file is
        the caller's to remove.
        """

    @abstractmethod
    def idle(self, face: FaceRef, path: Path, video_format: VideoFormat) -> Iterator[Progress]:
        """Write a silent idle loop (breathing, blinks, small head motion) whose end joins its beginning."""

    @abstractmethod
    def poster(self, face: FaceRef, path: Path, video_format: VideoFormat) -> None:
        """Write a still of the face (first frame of the idle loop) as JPEG or PNG, by the suffix of `path`."""

    def warm(self, faces: Iterable[FaceRef], video_format: VideoFormat) -> None:  # noqa: B027
        """Get ready, so that the first clip of each face starts fast."""

    def close(self) -> None:  # noqa: B027
        """Let go of processes."""
