"""What a film shows, as numbers: read as a stream, looked at five times a second, never kept whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.landmarks import Landmarks, Tracker, detect
from twins.landmarks.measures import face_box, mouth_opening
from twins.training import looks

Picture = NDArray[np.uint8]
LOOKS_A_SECOND = 5  # that is every fifth frame of 25
COUNT_EVERY = 5  # looks from one count of the faces to the next
LOOKED_AT = 540  # pixels of the shorter side of the picture in which the face is followed
DECODERS = 5  # threads, on any machine: they get four frames ahead of a look, in memory that the child is allowed
SECOND_FACE = 0.25  # height of a second face, in heights of the first, from which on it counts


@dataclass
class Seen:
    """times, changes: for each frame, its second and how much it differs from the one before (looks.change).

    The rest for each look: at, its second; faces, how many; box, (x, y, width, height) of the face as shares of the
    frame; eyes, (x, y) of the middle between the eyes and their distance, in pixels of the film; level, the face's
    brightness from 0 to 255; blur and noise as in looks; opening, the gap of the lips in eye distances; crop, the
    face as a small picture. Where no face is followed, all but at and faces are NaN, and the crop is black.
    """

    times: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    faces: list[int] = field(default_factory=list)
    box: list[tuple[float, ...]] = field(default_factory=list)
    eyes: list[tuple[float, ...]] = field(default_factory=list)
    level: list[float] = field(default_factory=list)
    blur: list[float] = field(default_factory=list)
    noise: list[float] = field(default_factory=list)
    opening: list[float] = field(default_factory=list)
    crop: list[Picture] = field(default_factory=list)

    def add(self, *face: Any) -> None:
        """What one look says of the face: box, eyes, crop, level, blur, noise, opening."""
        lists: tuple[list[Any], ...] = (self.box, self.eyes, self.crop, self.level, self.blur, self.noise, self.opening)
        for values, value in zip(lists, face, strict=True):
            values.append(value)


NO_FACE = (np.nan,) * 4, (np.nan,) * 3, np.zeros((looks.CROP, looks.CROP, 3), np.uint8), *(np.nan,) * 4


def watch(film: Any, seconds: float, progress: Callable[[float], None]) -> Seen:
    """Look at the first `seconds` of an open film; `progress` is told the second that was reached, at each look."""
    seen, watcher = Seen(), Watcher()
    for at, frame in _frames(film, seconds):
        if watcher.next(seen, at, frame):
            progress(at)
    return seen


class Watcher:
    """What is remembered from one frame to the next."""

    def __init__(self) -> None:
        self._tracker = Tracker()
        self._before: looks.Floats | None = None
        self._others = 0
        self._next_look = 0.0

    def next(self, seen: Seen, at: float, frame: Any) -> bool:
        """Compare a frame with the one before; True when it was also looked at."""
        thumb = looks.thumb(frame)
        change = 0.0 if self._before is None else looks.change(self._before, thumb)
        self._before = thumb
        if change > looks.JUMP:
            self._tracker.reset()  # else it goes on believing in a face that is gone
        seen.times.append(at)
        seen.changes.append(change)
        if at < self._next_look - 1e-3:
            return False
        self._next_look += 1 / LOOKS_A_SECOND
        self._look(seen, at, frame)
        return True

    def _look(self, seen: Seen, at: float, frame: Any) -> None:
        picture = _upright(frame)
        found = self._tracker.track(picture)
        if len(seen.at) % COUNT_EVERY == 0 or found is None:
            self._others = _others(picture, found)
        seen.at.append(at)
        seen.faces.append(self._others + (found is not None))
        seen.add(*(_measured(picture, frame, found) if found else NO_FACE))


def _frames(film: Any, seconds: float) -> Iterator[tuple[float, Any]]:
    """(second since the first frame, frame) of the first video."""
    stream = film.streams.video[0]
    stream.thread_type, stream.codec_context.thread_count = "AUTO", DECODERS
    stream.codec_context.options = {"skip_loop_filter": "noref"}  # no other frame is made from those: nothing drifts
    first = None
    for frame in film.decode(stream):
        at = float(frame.time or 0.0)
        first = at if first is None else first
        if at - first > seconds:
            return
        yield at - first, frame


def _upright(frame: Any) -> Picture:
    """RGB, small enough to be quick, turned as a player turns it."""
    scale = min(1.0, LOOKED_AT / min(frame.width, frame.height))
    picture = looks.small(frame, round(frame.width * scale / 2) * 2, round(frame.height * scale / 2) * 2)
    turns = round(getattr(frame, "rotation", 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, turns))


def _others(picture: Picture, found: Landmarks | None) -> int:
    """How many faces there are beside the one that is followed."""
    boxes = detect(picture)
    if found is None:
        return len(boxes[1:])
    x, y, width, height = face_box(found.points)
    middles = [(box.x + box.width / 2 - x, box.y + box.height / 2 - y, box.height) for box in boxes]
    apart = [size for right, down, size in middles if not (0 < right < width and 0 < down < height)]
    return sum(size > SECOND_FACE * height for size in apart)


def _measured(picture: Picture, frame: Any, found: Landmarks) -> tuple[Any, ...]:
    """What Seen.add takes."""
    height, width = picture.shape[:2]
    larger = min(frame.width, frame.height) / min(height, width)
    x, y, w, h = face_box(found.points)
    crop = looks.aligned(picture, found.points)
    level = float(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).mean())
    grey = looks.grey_around(frame, (x * larger, y * larger, w * larger, h * larger))
    box, eyes = (x / width, y / height, w / width, h / height), looks.eyes(found.points * larger)
    return box, eyes, crop, level, looks.blur(grey), looks.noise(grey), mouth_opening(found.points)
