"""Frames of a face: the posed picture from the cache, and the mouth and eyes of the moment warped into it."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from twins.faces import Box
from videos.renderers.local import nv12
from videos.renderers.local.cache import BakedFace, Picture, posed
from videos.renderers.local.eyes import Eyes
from videos.renderers.local.motion import Pose, Warp, warps
from videos.renderers.local.mouth import REST
from videos.renderers.local.parts import Part, change

FRAMES_IN_FLIGHT = 12  # buffers; more than are ever between composing and encoding
RESTING = Eyes()


@dataclass(frozen=True)
class Cutout:
    """A person without a background: an NV12 frame, and for every byte of it how much of it is the person's."""

    picture: Picture
    matte: Picture


Shot = Picture | Cutout


class Composer:
    """Draws frame after frame of one face. A frame stays valid until FRAMES_IN_FLIGHT further ones were drawn."""

    def __init__(self, face: BakedFace) -> None:
        self._face = face
        self._canvas = np.array(face.base)  # the base pose with the mouth and eyes of the moment
        self._shown: dict[str, object] = {"mouth": REST, "eyes": RESTING}
        self._mouth, self._eyes = Part(face, face.mouth_box), Part(face, face.eyes_box)
        self._changed: dict[object, Box | None] = {}
        self._whole: tuple[Warp, Warp] | None = None
        self._buffers = [np.empty_like(self._canvas) for _ in range(FRAMES_IN_FLIGHT)]
        self._next = 0

    def frame(self, pose: int | Pose, mouth: int, eyes: Eyes) -> Shot:
        """One NV12 frame; `pose` is a number of the baked loop or any pose."""
        picture, mattes = self._picture(pose, mouth, eyes), self._face.mattes
        if mattes is None or self._face.matte is None:
            return picture
        if isinstance(pose, int):
            return Cutout(picture, np.asarray(mattes[pose]))
        return Cutout(picture, posed(self._face.matte, self._whole_warps(), pose))

    def _picture(self, pose: int | Pose, mouth: int, eyes: Eyes) -> Picture:
        self._paint_mouth(mouth)
        self._paint_eyes(eyes)
        if not isinstance(pose, int):
            return posed(self._canvas, self._whole_warps(), pose)
        if mouth == REST and eyes == RESTING:
            return np.asarray(self._face.poses[pose])
        frame = self._buffers[self._next]
        self._next = (self._next + 1) % FRAMES_IN_FLIGHT
        np.copyto(frame, self._face.poses[pose])
        for part, changed in ((self._mouth, self._mouth_change(mouth)), (self._eyes, self._eyes_change(eyes))):
            if changed is not None:
                part.blit(frame, self._canvas, pose, changed)
        return frame

    def _mouth_change(self, shape: int) -> Box | None:
        face = self._face
        if shape not in self._changed:
            luma, chroma = face.mouth_luma, face.mouth_chroma
            self._changed[shape] = change((luma[REST], chroma[REST]), (luma[shape], chroma[shape]))
        return self._changed[shape]

    def _eyes_change(self, eyes: Eyes) -> Box | None:
        """Brows on their way change what either of their neighbours does."""
        face, low = self._face, int(eyes.brow)
        key = (low, eyes.brow > low, eyes.gaze, eyes.lid)
        if key not in self._changed:
            luma, chroma = face.eyes_luma, face.eyes_chroma
            shown = [(brow, eyes.gaze, eyes.lid) for brow in {low, math.ceil(eyes.brow)}]
            pictures = [picture for at in shown for picture in (luma[at], chroma[at])]
            self._changed[key] = change((luma[1, 0, 0], chroma[1, 0, 0]), pictures)
        return self._changed[key]

    def _paint_mouth(self, shape: int) -> None:
        if self._shown["mouth"] != shape:
            self._shown["mouth"] = shape
            self._paint(self._face.mouth_box, self._face.mouth_luma[shape], self._face.mouth_chroma[shape])

    def _paint_eyes(self, eyes: Eyes) -> None:
        if self._shown["eyes"] != eyes:
            self._shown["eyes"] = eyes
            self._paint(self._face.eyes_box, _brows(self._face.eyes_luma, eyes), _brows(self._face.eyes_chroma, eyes))

    def _paint(self, box: Box, luma: Picture, chroma: Picture) -> None:
        for plane, patch, scale in zip(nv12.split(self._canvas), (luma, chroma), (1, 2), strict=True):
            x, y = box.x // scale, box.y // scale
            plane[y : y + patch.shape[0], x : x + patch.shape[1]] = patch

    def _whole_warps(self) -> tuple[Warp, Warp]:
        if self._whole is None:
            height, width = self._face.depth.shape
            whole, face = Box(0, 0, width, height), self._face
            self._whole = warps(face.depth, face.chest, face.pivot, whole)
        return self._whole


def _brows(pictures: Picture, eyes: Eyes) -> Picture:
    """The eye picture; brows on their way are a mixture of the two nearest."""
    low = int(eyes.brow)
    share = eyes.brow - low
    lower = np.asarray(pictures[low, eyes.gaze, eyes.lid])
    if share < 0.02:
        return lower
    return np.asarray(cv2.addWeighted(lower, 1 - share, pictures[low + 1, eyes.gaze, eyes.lid], share, 0.0))
