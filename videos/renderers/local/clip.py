"""The frames of a clip, made while its speech comes in: what the encoder is to do next, in order."""

import queue
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from twins.tts.base import AudioChunk
from videos.renderers.base import VideoFormat
from videos.renderers.local.cache import BakedFace, Picture
from videos.renderers.local.compose import Composer, Shot
from videos.renderers.local.eyes import EyeMotion
from videos.renderers.local.motion import LOOP_SECONDS, POSES, Pose, Walk
from videos.renderers.local.mouth import REST, MouthFrames

GRACE = 0.06  # seconds to wait for the next chunk before the last LOOK_AHEAD of this one is shown without it
TAIL = 0.6  # seconds after the speech in which mouth and head come to rest
LIVELINESS = 0.8
IDLE_LOOPS = 2  # of the pose loop: 10.24 s, long enough that its blinks do not look regular


class Late:
    """The next chunk is late: what is there so far should be playable."""


class Stopped(Exception):
    """The caller wants no more of this clip."""


@dataclass(frozen=True)
class End:
    """No chunk follows."""


Message = AudioChunk | End
Item = AudioChunk | Shot | Late


class Inbox:
    """What the caller sends: chunks, then End; Stopped once it wants no more."""

    def __init__(self) -> None:
        self._messages: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._stopped = False

    def put(self, message: Message) -> None:
        self._messages.put(message)

    def stop(self) -> None:
        self._stopped = True
        self._messages.put(None)

    def get(self, timeout: float | None) -> Message | None:
        """The next message; None when there is none within `timeout` seconds."""
        try:
            message = self._messages.get(timeout=timeout)
        except queue.Empty:
            return None
        self.check()
        return message

    def check(self) -> None:
        if self._stopped:
            raise Stopped


class Director(Protocol):
    """Makes the frames of a talking clip from the speech that it hears, at rest in the first and in the last one."""

    def hear(self, chunk: AudioChunk) -> None: ...

    def frames(self, last: bool) -> Iterator[Shot]:
        """Those for the speech heard so far; last: no more follows."""
        ...

    def tail(self) -> Iterator[Shot]:
        """Those after the speech, which lead back to where the clip began."""
        ...


class Stage(Protocol):
    """A face at one picture size, ready to be shown."""

    def director(self, mouth: MouthFrames | None = None) -> Director:
        """mouth: what chooses the mouth picture of each frame, when it is not to be MouthFrames."""
        ...

    def loop(self) -> Iterator[Shot]:
        """Frames of the idle loop."""
        ...

    def still(self) -> Picture:
        """The first frame of the idle loop in RGB."""
        ...


def talking(director: Director, inbox: Inbox) -> Iterator[Item]:
    """Sound and frames of a talking clip."""
    while not isinstance(message := inbox.get(GRACE), End):
        if message is not None:
            director.hear(message)
            yield message
            yield from _checked(inbox, director.frames(last=False))
            continue
        yield from _checked(inbox, director.frames(last=True))
        yield Late()
        if isinstance(message := inbox.get(None), End):
            break
        if message is not None:
            director.hear(message)
            yield message
            yield from _checked(inbox, director.frames(last=False))
    yield from _checked(inbox, director.frames(last=True))
    yield from director.tail()


def _checked(inbox: Inbox, frames: Iterator[Shot]) -> Iterator[Shot]:
    for frame in frames:
        inbox.check()
        yield frame


@dataclass(frozen=True)
class FaceStage:
    """A face that is put together from baked pictures."""

    face: BakedFace
    video_format: VideoFormat

    def director(self, mouth: MouthFrames | None = None) -> Director:
        return FaceDirector(self.face, self.video_format, mouth)

    def loop(self) -> Iterator[Shot]:
        """Whole rounds of the pose loop, eyes at rest at both ends."""
        fps = self.video_format.fps
        composer, walk = Composer(self.face), Walk(self.face.loop, fps)
        eyes = EyeMotion(self.face.name + " idle", fps)
        count = round(IDLE_LOOPS * LOOP_SECONDS * fps)
        for number in range(count):
            left = (count - 1 - number) / fps
            yield composer.frame(walk.step(), REST, eyes.next(calm_after=left))

    def still(self) -> Picture:
        return self.face.still


class FaceDirector:
    """Brings lips, eyes and head of a talking face together. A clip begins in pose 0 and leads back there."""

    def __init__(self, face: BakedFace, video_format: VideoFormat, mouth: MouthFrames | None = None) -> None:
        self._fps = video_format.fps
        self._composer = Composer(face)
        self._walk = Walk(face.loop, self._fps)
        self._eyes = EyeMotion(face.name + " talking", self._fps)
        self._mouth = mouth or MouthFrames(self._fps)

    def hear(self, chunk: AudioChunk) -> None:
        self._mouth.add(chunk)

    def frames(self, last: bool) -> Iterator[Shot]:
        for shape, lips in self._mouth.ready(last):
            pose = self._walk.step(lips.loudness, LIVELINESS)
            yield self._composer.frame(pose, shape, self._eyes.next(lips.loudness))

    def tail(self) -> Iterator[Shot]:
        """Frames from the last whole frame of speech until everything rests; covers the speech's last part frame."""
        steps = round(TAIL * self._fps)
        poses: list[int | Pose] = [*self._walk.home(steps)[:-1], POSES - 1]
        for number, pose in enumerate(poses, 1):
            eyes = self._eyes.next(calm_after=(steps - number) / self._fps)
            yield self._composer.frame(pose, self._mouth.relax(number, steps), eyes)
