"""Clips of photo and video replicas with a network's mouth: the face moves with closed lips, and each frame's mouth is
laid over it. An idle loop is the face's own.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from twins.footage.films import rgb
from twins.footage.track import WORK, Floats
from twins.landmarks import Tracker
from twins.tts.base import AudioChunk
from videos.renderers.local.clip import Director, Stage
from videos.renderers.local.compose import Cutout, Shot
from videos.renderers.local.curve import Lips
from videos.renderers.local.footage_mouth import Picture
from videos.renderers.local.mouth import REST, MouthFrames
from videos.renderers.local.neural import MouthModel
from videos.renderers.local.neural_mouth import NeuralMouth
from videos.renderers.local.neural_sound import AHEAD, MelWindows

FADE_IN, FADE_OUT = 0.12, 0.3  # seconds at the begin and after the speech in which the mouth comes and goes
FOLLOWED = 0.5  # of a landmark's way from frame to frame: they tremble more than heads do


class ClosedMouth(MouthFrames):
    """Frames with the lips at rest, held back until the sound that a network needs for them is there."""

    ahead = AHEAD

    def _shape(self, lips: Lips) -> int:
        return REST


class NeuralStage:
    """Another stage's face, its mouth drawn by a network."""

    def __init__(self, stage: Stage, model: MouthModel, fps: int) -> None:
        self._stage, self._mouth, self._fps = stage, NeuralMouth(model), fps

    def director(self, mouth: MouthFrames | None = None) -> Director:
        return NeuralDirector(self._stage.director(mouth or ClosedMouth(self._fps)), self._mouth, self._fps)

    def loop(self) -> Iterator[Shot]:
        return self._stage.loop()

    def still(self) -> Picture:
        return self._stage.still()


class NeuralDirector:
    """Another director's frames, mouths laid over them: none in the first and none in the last frame."""

    def __init__(self, director: Director, mouth: NeuralMouth, fps: int) -> None:
        self._director, self._mouth, self._fps = director, mouth, fps
        self._sound, self._face = MelWindows(), Face()
        self._count = 0

    def hear(self, chunk: AudioChunk) -> None:
        self._sound.add(chunk)
        self._director.hear(chunk)

    def frames(self, last: bool) -> Iterator[Shot]:
        for shot in self._director.frames(last):
            yield self._speaking(shot, min(self._count / self._fps / FADE_IN, 1.0))

    def tail(self) -> Iterator[Shot]:
        for step, shot in enumerate(self._director.tail(), 1):
            yield self._speaking(shot, max(1 - step / self._fps / FADE_OUT, 0.0))

    def _speaking(self, shot: Shot, share: float) -> Shot:
        """A picture of its own: what a director shows may be one of its baked ones."""
        picture = np.array(shot.picture if isinstance(shot, Cutout) else shot)
        points = self._face.on(picture) if share else None
        mel = self._sound.window(self._count / self._fps)
        self._count += 1
        if points is not None:
            self._mouth.paint(picture, points, mel, share)
        return replace(shot, picture=picture) if isinstance(shot, Cutout) else picture


class Face:
    """The landmarks of a face as it moves, steadied."""

    def __init__(self) -> None:
        self._tracker = Tracker()
        self._points: Floats | None = None

    def on(self, frame: Picture) -> Floats | None:
        """(468, 3) in pixels of this NV12 frame; None without a face."""
        small = rgb(frame, WORK)
        found = self._tracker.track(small)
        if found is None:
            self._points = None
            return None
        here = found.points * np.float32(frame.shape[1] / small.shape[1])
        self._points = here if self._points is None else self._points + FOLLOWED * (here - self._points)
        return self._points
