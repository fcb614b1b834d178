"""Clips of a person's own footage: its loop is played on and on, and while there is speech the mouth is painted in."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from avatarsite.core.engines import EngineFailed
from twins.faces import Box
from twins.footage.films import FPS, Film, rgb
from twins.footage.package import REST
from twins.footage.track import affine
from twins.tts.base import AudioChunk
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local import nv12
from videos.renderers.local.compose import FRAMES_IN_FLIGHT
from videos.renderers.local.encode import storage_failure
from videos.renderers.local.footage import Filmed, filmed
from videos.renderers.local.footage_mouth import Picture
from videos.renderers.local.mouth import MouthFrames

SCALED_VERSION, SCALED_CRF = 1, 15
HOME = 0.6  # seconds after the speech in which the picture is led over into the loop's end
HEAD = 2.2  # how far what moves with the head reaches, in distances from the eyes to the chin

Field = NDArray[np.float32]


class Reader:
    """Frames of the loop as NV12 pictures, from `start` on, endlessly; the file is decoded as it is read.

    A picture stays valid until FRAMES_IN_FLIGHT further ones were taken, and may be painted on.
    """

    def __init__(self, face: Filmed, start: int = 0) -> None:
        self._face = face
        width, height = face.size
        self._buffers = [np.empty((height * 3 // 2, width), np.uint8) for _ in range(FRAMES_IN_FLIGHT)]
        self._taken = 0
        self._decoded = self._decode(start)
        self._number = start - 1

    def take(self, number: int) -> Picture:
        """Frame `number` of the loop; numbers must go up, or around."""
        frame: Any = None
        while frame is None or self._number != number % self._face.frames:
            frame = next(self._decoded)
            self._number = (self._number + 1) % self._face.frames
        picture = self._buffers[self._taken % FRAMES_IN_FLIGHT]
        self._taken += 1
        self._show(frame, picture)
        return picture

    def _decode(self, start: int) -> Iterator[Any]:
        try:
            with av.open(str(self._face.film), format="mp4") as film:
                stream = film.streams.video[0]
                stream.thread_type = "AUTO"
                while True:
                    film.seek(int(start / FPS / stream.time_base), stream=stream)
                    for frame in film.decode(stream):
                        if round(frame.time * FPS) >= start:
                            yield frame
                    start = 0
        except (av.FFmpegError, OSError) as error:
            raise EngineFailed("The footage of this replica is missing or damaged.", "face_unusable") from error

    def _show(self, frame: Any, picture: Picture) -> None:
        luma, chroma = nv12.split(picture)
        shown = self._face.shown
        planes = [np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size) for plane in frame.planes]
        luma[:] = _fitted(_part(planes[0], shown, 1), luma)
        for channel in (0, 1):
            chroma[..., channel] = _fitted(_part(planes[1 + channel], shown, 2), chroma)


def _part(plane: Picture, shown: Box, scale: int) -> Picture:
    x, y = shown.x // scale, shown.y // scale
    return plane[y : y + shown.height // scale, x : x + shown.width // scale]


def _fitted(part: Picture, target: Picture) -> Picture:
    """The picture in the target's size."""
    if part.shape == target.shape[:2]:
        return part
    smaller = target.shape[1] < part.shape[1]
    taps = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (target.shape[1], target.shape[0]), interpolation=taps))


class FilmedStage:
    """A person's own footage at one picture size."""

    def __init__(self, face: FaceRef, video_format: VideoFormat, cache: Path) -> None:
        self._face, self._fps = filmed(face, video_format), video_format.fps
        width, height = self._face.size
        self._scaled = cache / f"{face.key}-footage{SCALED_VERSION}-{width}x{height}.mp4"

    def director(self, mouth: MouthFrames | None = None) -> "FilmedDirector":
        return FilmedDirector(self._ready(), mouth or MouthFrames(self._fps), self._fps)

    def loop(self) -> Iterator[Picture]:
        """The whole loop once."""
        if self._ready() is self._face and self._face.is_scaled:
            self._scale()
        face = self._ready()
        reader = Reader(face)
        for count in range(face.frames * self._fps // FPS):
            number = count * FPS // self._fps
            picture = reader.take(number)
            face.paint(picture, number, REST)
            yield picture

    def _ready(self) -> Filmed:
        """With the film in the size it is shown in, if it was made already: to decode a large one costs the most."""
        if not self._scaled.exists():
            return self._face
        width, height = self._face.size
        return replace(self._face, film=self._scaled, shown=Box(0, 0, width, height))

    def _scale(self) -> None:
        self._scaled.parent.mkdir(parents=True, exist_ok=True)
        reader, beside = Reader(self._face), self._scaled.with_suffix(f".{os.getpid()}")
        try:
            with Film(beside, *self._face.size, crf=SCALED_CRF) as film:
                for number in range(self._face.frames):
                    film.add(reader.take(number))
            beside.rename(self._scaled)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise storage_failure(error) from error

    def still(self) -> Picture:
        return rgb(next(self.loop()))


class FilmedDirector:
    """A person's footage speaks: the loop from its first frame on, the mouth painted in, and back to the first."""

    def __init__(self, face: Filmed, mouth: MouthFrames, fps: int) -> None:
        self._face, self._mouth, self._fps = face, mouth, fps
        self._reader = Reader(face)
        self._count = 0

    def hear(self, chunk: AudioChunk) -> None:
        self._mouth.add(chunk)

    def frames(self, last: bool) -> Iterator[Picture]:
        for shape, _ in self._mouth.ready(last):
            yield self._next(shape)[1]

    def tail(self) -> Iterator[Picture]:
        """Frames that lead over into the loop's last ones, so that its first may follow; the mouth closes."""
        steps = round(HOME * self._fps)
        first = self._face.frames - steps * FPS // self._fps
        home = Reader(self._face, first)
        for step in range(1, steps + 1):
            shape = self._mouth.relax(step, steps)
            number, here = self._next(shape)
            last = first + (step - 1) * FPS // self._fps
            there = home.take(last)
            self._face.paint(there, last, shape)
            share = step / (steps + 1)
            yield led_over(here, there, self._face.faces[[number, last]], share * share * (3 - 2 * share))

    def _next(self, shape: int) -> tuple[int, Picture]:
        number = self._count * FPS // self._fps % self._face.frames
        self._count += 1
        picture = self._reader.take(number)
        self._face.paint(picture, number, shape)
        return number, picture


def led_over(here: Picture, there: Picture, faces: NDArray[np.float64], share: float) -> Picture:
    """Between two frames: the heads are moved onto each other and then mixed, so that nothing is seen twice.

    faces: (2, points, 2), the face in either frame. share: 0 shows `here`, 1 shows `there`.
    """
    onto = affine(faces[0], faces[1:])[0]
    mixed = np.empty_like(here)
    for scale, target, one, other in zip((1, 2), *map(nv12.split, (mixed, here, there)), strict=True):
        away = _shift(onto, faces[0], one.shape[:2], scale)
        target[:] = cv2.addWeighted(_moved(one, -share * away), 1 - share, _moved(other, (1 - share) * away), share, 0)
    return mixed


def _shift(onto: NDArray[np.float64], face: NDArray[np.float64], shape: tuple[int, ...], scale: int) -> Field:
    """(h, w, 2): how far `onto` moves the head's pixels, in those of a plane; nothing far from the head."""
    grid = np.stack(np.meshgrid(np.arange(shape[1]), np.arange(shape[0])), -1) * scale + (scale - 1) / 2
    centre = face.mean(0)
    reach = HEAD * np.linalg.norm(face[3] - face[:2].mean(0))
    near = np.exp(-((np.linalg.norm(grid - centre, axis=-1) / reach) ** 4))
    return np.asarray((grid @ (onto[:, :2] - np.eye(2)).T + onto[:, 2]) * near[..., None] / scale, np.float32)


def _moved(plane: Picture, by: Field) -> Picture:
    height, width = plane.shape[:2]
    across, down = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(
        cv2.remap(plane, across + by[..., 0], down + by[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )
