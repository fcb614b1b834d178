"""The frames of a clip, made while its speech comes in: what the encoder is to do next, in order."""

import queue
from collections.abc import Iterator
from dataclasses import dataclass

from twins.tts.base import AudioChunk
from videos.renderers.base import VideoFormat
from videos.renderers.local.cache import BakedFace, Picture
from videos.renderers.local.compose import Composer
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
Item = AudioChunk | Picture | Late


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


def talking(face: BakedFace, video_format: VideoFormat, inbox: Inbox) -> Iterator[Item]:
    """Sound and frames of a talking clip. It begins in pose 0 with the face at rest and leads back there."""
    director = _Director(face, video_format)
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


def idling(face: BakedFace, video_format: VideoFormat) -> Iterator[Picture]:
    """Frames of the idle loop: whole rounds of the pose loop, eyes at rest at both ends."""
    composer, walk = Composer(face), Walk(face.loop, video_format.fps)
    eyes = EyeMotion(face.name + " idle", video_format.fps)
    count = round(IDLE_LOOPS * LOOP_SECONDS * video_format.fps)
    for number in range(count):
        left = (count - 1 - number) / video_format.fps
        yield composer.frame(walk.step(), REST, eyes.next(calm_after=left))


def _checked(inbox: Inbox, frames: Iterator[Picture]) -> Iterator[Picture]:
    for frame in frames:
        inbox.check()
        yield frame


class _Director:
    """Brings lips, eyes and head of a talking face together."""

    def __init__(self, face: BakedFace, video_format: VideoFormat) -> None:
        self._fps = video_format.fps
        self._composer = Composer(face)
        self._walk = Walk(face.loop, self._fps)
        self._eyes = EyeMotion(face.name + " talking", self._fps)
        self._mouth = MouthFrames(self._fps)

    def hear(self, chunk: AudioChunk) -> None:
        self._mouth.add(chunk)

    def frames(self, last: bool) -> Iterator[Picture]:
        for shape, lips in self._mouth.ready(last):
            pose = self._walk.step(lips.loudness, LIVELINESS)
            yield self._composer.frame(pose, shape, self._eyes.next(lips.loudness))

    def tail(self) -> Iterator[Picture]:
        """Frames from the last whole frame of speech until everything rests; covers the speech's last part frame."""
        steps = round(TAIL * self._fps)
        poses: list[int | Pose] = [*self._walk.home(steps)[:-1], POSES - 1]
        for number, pose in enumerate(poses, 1):
            eyes = self._eyes.next(calm_after=(steps - number) / self._fps)
            yield self._composer.frame(pose, self._mouth.relax(number, steps), eyes)
