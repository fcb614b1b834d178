"""Renderers make the talking picture. The local one streams; remote ones are submitted to and looked at."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors.catalog import vendor
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

    kind "drawn": `name` is a portrait of `twins.portraits`, shown in `framing` ("close" or "seated").
    kind "photo": `package` is the path of a package of `twins.photos`. kind "video": of `twins.training`, and
    `footage` that of the film the face moves in. For both, `name` is the replica's id; a replica that is trained
    again has packages of other names.
    """

    kind: str
    name: str
    framing: str = "close"
    package: str = ""
    footage: str = ""

    @property
    def key(self) -> str:
        """A short name, fit for files, of exactly this face."""
        told = "/".join((self.kind, self.name, self.framing, Path(self.package).name, Path(self.footage).name))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Scroll:
    """How a page moves behind the person; the words are those of the Tavus dialect.

    moves: at all. human: in strokes with pauses to read, else at one speed. bottom: to the page's end, else to its
    middle. returns: back to the top afterwards, else it stays there.
    """

    moves: bool = True
    human: bool = True
    bottom: bool = False
    returns: bool = True


@dataclass(frozen=True)
class Scene:
    """What is around the person; by default their own background and nothing else.

    color: "#rrggbb" behind the person. file: path of a picture or a film behind the person, as a customer gave it.
    scroll: `file` is the picture of a long page; the person stands in its corner. webm: path of a VP9 WebM with alpha
    to write beside the MP4, which then shows `color`. watermark: path of a picture, as a customer gave it.
    """

    color: str = ""
    file: str = ""
    scroll: Scroll | None = None
    webm: str = ""
    watermark: str = ""

    @property
    def cuts_out(self) -> bool:
        """Whether the person is shown without their own background."""
        return bool(self.color or self.file)

    @property
    def parts(self) -> frozenset[str]:
        """What is asked for, as names of PARTS; what stands behind a transparent clip's MP4 is none of them."""
        asked = {
            "transparent": self.webm,
            "color": self.color and not self.webm,
            "page": self.scroll,
            "file": self.file and not self.scroll,
            "watermark": self.watermark,
        }
        return frozenset(name for name, value in asked.items() if value)


PARTS = {
    "transparent": "make a clip with a transparent background",
    "color": "put a color behind the person",
    "page": "put a web page behind the person",
    "file": "put a picture or a film behind the person",
    "watermark": "put a picture into the corner",
}
OWN_SCENE = Scene()
Check = Callable[[], None]  # called at least twice a second while a renderer works; what it raises ends the work


def never() -> None:
    """The Check of a caller that never changes its mind."""


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
        self,
        face: FaceRef,
        speech: Iterable[AudioChunk],
        path: Path,
        video_format: VideoFormat,
        scene: Scene = OWN_SCENE,
        *,
        check: Check = never,
        urgent: bool = True,
    ) -> Iterator[Progress]:
        """Write a talking clip to `path` (created, must not exist) and report after each fragment.

        urgent: a person waits for it; other clips give way.

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

    @abstractmethod
    def stills(self, clip: Path, poster: Path, preview: Path | None) -> None:
        """Write a JPEG of a finished clip's first picture, and a small animated WebP of its first seconds."""

    def warm(self, faces: Iterable[FaceRef], video_format: VideoFormat) -> None:  # noqa: B027
        """Get ready, so that the first clip of each face starts fast."""

    def close(self) -> None:  # noqa: B027
        """Let go of processes."""


@dataclass(frozen=True)
class Order:
    """What a vendor is asked to make.

    face: the vendor's own id of the face, "" where it takes `picture`. picture: path of a portrait. options: what else
    the replica says of the face at this vendor (the kind of D-ID's endpoint, for example).
    speech: path of the recording to be spoken, or None: then the vendor speaks `script` with `voice`, a vendor's
    ("provider:id") voice; "provider:own" is the one that the face itself has there. speech_url: where the vendor can
    fetch that recording, for vendors that take none; "" when nobody outside can reach us.
    reference: our name of this job, which the vendor keeps beside it: by it a job is found again whose id was lost.
    webhook: where the vendor may ring when it is done, "" when nobody outside can reach us.
    check: to be called right before the request that is paid for: a worker that was frozen meanwhile ends there.
    """

    reference: str
    face: str = ""
    picture: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    speech: Path | None = None
    speech_url: str = ""
    script: str = ""
    voice: str = ""
    voice_key: str = field(default="", repr=False)  # of the voice's own vendor, for whoever borrows it from there
    language: str = "en"
    size: VideoFormat = VideoFormat()
    scene: Scene = OWN_SCENE
    webhook: str = ""
    check: Check = field(default=never, repr=False, compare=False)


@dataclass(frozen=True)
class Question:
    """One HTTP GET by which a vendor is asked how a job stands; sent by whoever watches, in whatever loop."""

    url: str
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Look:
    """How a vendor's job stands. url: of the result when it is ready; it expires. progress: per cent, if it is told.

    trouble: why it failed, as EngineFailed, ready to be raised.
    """

    state: Literal["pending", "ready", "failed"]
    url: str = ""
    progress: int = 0
    trouble: EngineFailed | None = None


class RemoteRenderer(ABC):
    """A vendor that makes the whole clip. Raises EngineFailed with codes of `avatarsite.core.vendors.wire`.

    vendor: its alias in settings.VENDORS. speaks: whether it can speak a script with a voice of its own.
    fetches: whether it takes no file, but fetches the recording from `Order.speech_url`.
    scenes: which of PARTS it can show; others are refused before it is asked, by `check_scene`.
    voices: engines of TTS (aliases) whose voices it speaks itself, by their ids.
    poll_timeout: seconds that a result may take; delete_after: whether the vendor is told to forget what we have
    copied; stand_in: the face of replicas that are only drawn, "" for their picture. Options of the settings.
    """

    vendor: ClassVar[str]
    speaks: ClassVar[bool] = True
    fetches: ClassVar[bool] = False
    scenes: ClassVar[frozenset[str]] = frozenset()
    voices: frozenset[str] = frozenset()
    poll_timeout: float = 900.0
    delete_after: bool = False
    stand_in: str = ""

    def check_scene(self, scene: Scene) -> None:
        """Refuse what this vendor cannot show, with EngineFailed vendor_cannot."""
        for asked in sorted(scene.parts - self.scenes):
            raise EngineFailed(f"{vendor(self.vendor).name} cannot {PARTS[asked]}.", "vendor_cannot")

    @abstractmethod
    def submit(self, order: Order) -> str:
        """Ask for the clip once; the vendor's id of the job. vendor_timeout: it may have been taken, see `find`."""

    def find(self, reference: str) -> str:
        """The id of a job that was submitted under `reference` and whose answer was lost; "" when there is none."""
        return ""

    @abstractmethod
    def question(self, vendor_id: str) -> Question:
        """How to ask after a job."""

    @abstractmethod
    def look(self, status: int, headers: Mapping[str, str], content: bytes) -> Look:
        """What the answer to `question` says. Raises EngineFailed for an answer that says nothing about the job."""

    @abstractmethod
    def delete(self, vendor_id: str) -> None:
        """Forget the job and its result at the vendor; not an error when it is gone already."""

    @abstractmethod
    def test(self) -> str:
        """Use the key for something that costs nothing; one sentence on what it may do. Raises EngineFailed."""
