"""Another sound for a film of a person: the same pictures, and in each with a face the lips re-made to the sound.

The film is gone through twice: first the face is followed, then the pictures are painted and written. Each shot has a
mouth of its own, made from that of its frames in which the lips are nearest to closed; it covers the person's own
lips and chin in all of them. Where the operator has a network for mouths, that one draws each frame's instead. A sound
that is longer than the film lets it go on backwards, and forwards again; a shorter one ends it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from avatarsite.core.engines import EngineFailed
from avatarsite.core.media_child import pieces
from twins.faces import WIDTHS
from twins.footage import mouth
from twins.footage.clothes import Clothes
from twins.footage.films import Film, backwards, frames, rgb, sound
from twins.footage.mouth import Light
from twins.footage.package import REST
from twins.footage.track import STEADY, Track, follow
from twins.landmarks import measures
from twins.photos.fields import frame_of
from twins.photos.lips import pose
from twins.tts.base import AudioChunk
from videos.renderers.local import nv12
from videos.renderers.local.footage_mouth import Levels, Patches, Picture
from videos.renderers.local.footage_relip import Relip
from videos.renderers.local.mouth import FIRST_PRESS, MouthFrames

HEARING_RATE = 24_000
CRF = 18
SHORTEST = 8  # frames of a face that are worth a mouth of their own
JUMP = 0.35  # eye distances between two frames that are a cut
TURNED = 35.0  # degrees away from the frame of the mouth beyond which the film's own picture stays
FADE = 4  # frames in which the light's changes are followed
FOLLOWED = 40  # per cent done when the face was followed

Say = Callable[[int], None]


def relip(request: Relip, say: Say) -> float:
    """Write `request.result`, telling per cents; returns its seconds.

    It opens customers' files: call it in a child process with limits. Raises EngineFailed: media_broken,
    face_not_found.
    """
    film, fps = request.film, request.fps
    total = max(round(request.sound_seconds * fps), 1)
    most = min(total, max(round(request.seconds * fps), 1))
    pictures = frames(film, 0.0, most / fps, fps=fps, full_size=True)
    track = follow(pictures, lambda count: say(min(FOLLOWED * count // most, FOLLOWED)))
    shots = _shots(track)
    if not shots:
        raise EngineFailed("No face was found in the video.", "face_not_found")
    painter = _painter(request, track, shots, total)
    played = _played(film, len(track.points), fps)
    with Film(request.result, *_size(film, fps), crf=CRF, fps=fps, sound=sound(request.sound)) as result:
        for done, (number, picture) in zip(range(1, total + 1), played, strict=False):
            painter.paint(picture, number)
            result.add(picture)
            say(FOLLOWED + round((100 - FOLLOWED) * done / total))
    return total / fps


def _size(film: Path, fps: int) -> tuple[int, int]:
    picture = next(frames(film, fps=fps, full_size=True))
    return picture.shape[1], len(picture) * 2 // 3


def _played(film: Path, count: int, fps: int) -> Iterator[tuple[int, Picture]]:
    """Numbers and pictures: forth, back, and forth again; the ends are not shown twice."""
    yield from zip(range(count), frames(film, 0.0, count / fps, fps=fps, full_size=True), strict=False)
    while True:
        yield from zip(range(count - 2, -1, -1), backwards(film, max(count - 1, 1), fps=fps), strict=False)
        yield from zip(range(1, count), frames(film, 1 / fps, count / fps, fps=fps, full_size=True), strict=False)


def _shapes(request: Relip, total: int) -> Iterator[int]:
    """One mouth picture's number per frame."""
    mouths, count = MouthFrames(request.fps), 0
    for pcm in pieces(request.sound, HEARING_RATE, request.sound_seconds):
        mouths.add(AudioChunk(pcm, HEARING_RATE))
        for shape, _ in mouths.ready(last=False):
            yield shape
            count += 1
    for shape, _ in mouths.ready(last=True):
        yield shape
        count += 1
    for _ in range(count, total):
        yield REST


@dataclass(frozen=True)
class Shot:
    """Frames `first` to `end` (not included) in which one face goes on; `best` is the one to make its mouth from."""

    first: int
    end: int
    best: int


def _shots(track: Track) -> list[Shot]:
    """Stretches between cuts, and without frames that lack a face."""
    if not track.found.any():
        return []
    places = track.points[:, STEADY, :2].mean(1)
    jumps = np.linalg.norm(np.diff(places, axis=0), axis=1) > JUMP * track.eyes
    found: list[Shot] = []
    first = 0
    for number in range(1, len(places) + 1):
        if number == len(places) or jumps[number - 1] or track.found[number] != track.found[number - 1]:
            if track.found[first] and number - first >= SHORTEST:
                found.append(Shot(first, number, first + mouth.calmest_frame(Track(track.points[first:number]))))
            first = number
    return found


class Painter(Protocol):
    """Paints the frames of the film one after the other, each once for each time that the result shows it."""

    def paint(self, picture: Picture, number: int) -> None:
        """Frame `number` of the film, in place; one without a face stays as it is."""
        ...


def _painter(request: Relip, track: Track, shots: list[Shot], total: int) -> Painter:
    if request.mouth:
        from videos.renderers.local.neural_lipsync import NeuralPainter

        return NeuralPainter(request, track, total)
    return ShotPainter(request.film, request.fps, track, shots, _shapes(request, total))


class ShotPainter:
    """Paints mouths; holds that of the shot which was painted last."""

    def __init__(self, film: Path, fps: int, track: Track, shots: list[Shot], shapes: Iterator[int]) -> None:
        self._film, self._fps, self._track, self._shots, self._shapes = film, fps, track, shots, shapes
        self._shot: Shot | None = None
        self._level: Levels | None = None

    def paint(self, picture: Picture, number: int) -> None:
        shape = next(self._shapes)
        shot = next((shot for shot in self._shots if shot.first <= number < shot.end), None)
        if shot is None:
            return
        if shot is not self._shot:
            self._take_up(shot)
        if abs(self._yaws[number - shot.first] - self._yaws[shot.best - shot.first]) > TURNED:
            return
        place = self._maps[number - shot.first]
        light = nv12.differences(self._light.on(rgb(picture), place))
        self._level = light if self._level is None else self._level + (light - self._level) * (2 / (FADE + 1))
        onto = self._onto_frame(place)
        self._patches.paint(picture, shape, onto, self._level, self._collar(shape, onto, number))

    def _collar(self, shape: int, onto: NDArray[np.float64], number: int) -> NDArray[np.float32] | None:
        """Where the frame's own clothes stay: behind neither the film's chin nor that of the mouth's picture."""
        if not self._clothes.worn.any():
            return None
        filmed = self._track.points[number, list(mouth.JAW), :2]
        back = cv2.invertAffineTransform(onto)
        own = self._jaw + _drop(shape) * self._down
        return self._clothes.seen(filmed @ back[:, :2].T + back[:, 2], np.concatenate([self._jaw, own]))

    def _take_up(self, shot: Shot) -> None:
        points = self._track.points[shot.first : shot.end]
        picture = next(frames(self._film, shot.best / self._fps, fps=self._fps, full_size=True))
        made = mouth.make(rgb(picture), self._track.points[shot.best], speaking=True)
        self._shot, self._level = shot, None
        self._maps = mouth.maps(made, points[..., :2], speaking=True)
        self._yaws = [measures.pose(face).yaw for face in points]
        self._jaw = made.points[list(mouth.JAW)] - (made.box.x, made.box.y)
        down = made.points[mouth.CHIN] - made.points[mouth.NOSE_BASE]
        self._clothes = Clothes.of(made.pictures[REST], self._jaw, down)
        self._down = frame_of(made.points).axes[1] * frame_of(made.points).unit
        skin = np.asarray(made.area * (1 - self._clothes.worn), np.uint8)
        self._light = Light(replace(made, area=skin), REST, speaking=True)
        self._patches = Patches.of(made.pictures, made.area, (made.box.width, made.box.height), covering=True)
        self._origin = np.array([made.box.x, made.box.y], np.float64)

    def _onto_frame(self, place: NDArray[np.float64]) -> NDArray[np.float64]:
        """From the mouth picture's own pixels, rather than from those of the frame that it was made from."""
        return np.column_stack([place[:, :2], place[:, 2] + place[:, :2] @ self._origin])


def _drop(shape: int) -> float:
    """How far the chin is down in mouth picture `shape`, in eye distances."""
    return pose(*divmod(shape, WIDTHS)).jaw if shape < FIRST_PRESS else 0.0
