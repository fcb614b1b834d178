"""Frames of a face: the posed picture from the cache, and the mouth and eyes of the moment warped into it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.faces import Box
from videos.renderers.local import nv12
from videos.renderers.local.cache import FILTERS, BakedFace, Picture, posed
from videos.renderers.local.eyes import Eyes
from videos.renderers.local.motion import Pose, Warp
from videos.renderers.local.mouth import REST

FRAMES_IN_FLIGHT = 12  # buffers; more than are ever between composing and encoding
REACH = 6  # pixels beyond the largest displacement that the filter may read
RESTING = Eyes()


class Composer:
    """Draws frame after frame of one face. A frame stays valid until FRAMES_IN_FLIGHT further ones were drawn."""

    def __init__(self, face: BakedFace) -> None:
        self._face = face
        self._canvas = np.array(face.base)  # the base pose with the mouth and eyes of the moment
        self._shown: dict[str, object] = {"mouth": REST, "eyes": RESTING}
        self._parts = {"mouth": self._part(face.mouth_box), "eyes": self._part(face.eyes_box)}
        self._whole: tuple[Warp, Warp] | None = None
        self._buffers = [np.empty_like(self._canvas) for _ in range(FRAMES_IN_FLIGHT)]
        self._next = 0

    def frame(self, pose: int | Pose, mouth: int, eyes: Eyes) -> Picture:
        """One NV12 frame; `pose` is a number of the baked loop or any pose."""
        self._paint_mouth(mouth)
        self._paint_eyes(eyes)
        if not isinstance(pose, int):
            return posed(self._canvas, self._whole_warps(), pose)
        if mouth == REST and eyes == RESTING:
            return np.asarray(self._face.poses[pose])
        frame = self._buffers[self._next]
        self._next = (self._next + 1) % FRAMES_IN_FLIGHT
        np.copyto(frame, self._face.poses[pose])
        coefficients = self._face.loop[pose]
        if mouth != REST:
            self._blit(frame, "mouth", coefficients)
        if eyes != RESTING:
            self._blit(frame, "eyes", coefficients)
        return frame

    def _part(self, box: Box) -> tuple[Box, Warp, Warp]:
        """The region that a box's pixels can be moved into, and its warps."""
        face = self._face
        inner = Warp(face.depth, face.pivot, box)
        margin = int(max(inner.reach(pose) for pose in face.loop[::4])) + REACH
        margin += margin % 2
        height, width = face.depth.shape
        x, y = max(box.x - margin, 0), max(box.y - margin, 0)
        right, bottom = min(box.x + box.width + margin, width), min(box.y + box.height + margin, height)
        region = Box(x, y, right - x, bottom - y)
        return region, Warp(face.depth, face.pivot, region), Warp(face.depth, face.pivot, region, scale=2)

    def _blit(self, frame: Picture, part: str, pose: NDArray[np.float64]) -> None:
        """Sample the region from the whole canvas, exactly as the baked pose was: outside the box nothing changes."""
        region, *warps = self._parts[part]
        planes = zip(nv12.split(frame), nv12.split(self._canvas), warps, FILTERS, (1, 2), strict=True)
        for target, source, warp, taps, scale in planes:
            rows = slice(region.y // scale, (region.y + region.height) // scale)
            columns = slice(region.x // scale, (region.x + region.width) // scale)
            target[rows, columns] = cv2.remap(source, *warp.maps(pose), taps, borderMode=cv2.BORDER_REPLICATE)

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
            self._whole = Warp(face.depth, face.pivot, whole), Warp(face.depth, face.pivot, whole, scale=2)
        return self._whole


def _brows(pictures: Picture, eyes: Eyes) -> Picture:
    """The eye picture; brows on their way are a mixture of the two nearest."""
    low = int(eyes.brow)
    share = eyes.brow - low
    lower = np.asarray(pictures[low, eyes.gaze, eyes.lid])
    if share < 0.02:
        return lower
    return np.asarray(cv2.addWeighted(lower, 1 - share, pictures[low + 1, eyes.gaze, eyes.lid], share, 0.0))
