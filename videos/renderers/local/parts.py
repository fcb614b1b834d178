"""The parts of a face that change: mouth and eyes. Only what differs from the face at rest is drawn anew."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from twins.faces import Box
from videos.renderers.local import nv12
from videos.renderers.local.cache import FILTERS, BakedFace, Picture
from videos.renderers.local.motion import Warp, warps

REACH = 6  # pixels beyond the largest displacement that the filter may read


class Part:
    """A box of the face whose pixels change, and where the motion of the head takes them."""

    def __init__(self, face: BakedFace, box: Box) -> None:
        self._box = box
        self._loop = face.loop
        self._spans = Warp(face.depth, face.chest, face.pivot, box).spans(face.loop)
        margin = math.ceil(np.abs(self._spans).max() / 2) * 2 + 2 * REACH
        height, width = face.depth.shape
        x, y = max(box.x - margin, 0), max(box.y - margin, 0)
        right, bottom = min(box.x + box.width + margin, width), min(box.y + box.height + margin, height)
        self._region = Box(x, y, right - x, bottom - y)
        self._warps = warps(face.depth, face.chest, face.pivot, self._region)

    def blit(self, frame: Picture, canvas: Picture, pose: int, changed: Box) -> None:
        """Sample what changed in the box from the whole canvas, exactly as the baked pose was: no seam can show."""
        columns, rows = self._window(changed, pose)
        region = self._region
        planes = zip(nv12.split(frame), nv12.split(canvas), self._warps, FILTERS, (1, 2), strict=True)
        for target, source, warp, taps, scale in planes:
            maps = warp.maps(self._loop[pose], (_scaled(rows, scale), _scaled(columns, scale)))
            place = _scaled(rows, scale, region.y), _scaled(columns, scale, region.x)
            target[place] = cv2.remap(source, *maps, taps, borderMode=cv2.BORDER_REPLICATE)

    def _window(self, changed: Box, pose: int) -> tuple[slice, slice]:
        """Columns and rows of the region that what changed is seen in, even."""
        left, right, up, down = self._spans[pose]
        across = (self._box.x - self._region.x + changed.x, changed.width, left, right, self._region.width)
        along = (self._box.y - self._region.y + changed.y, changed.height, up, down, self._region.height)
        return _moved(*across), _moved(*along)


def _moved(start: int, length: int, least: float, most: float, end: int) -> slice:
    """Even bounds of `length` pixels from `start` on, moved by `least` to `most` pixels, with room for the filter."""
    low = math.floor((start + least - REACH) / 2) * 2
    high = math.ceil((start + length + most + REACH) / 2) * 2
    return slice(max(low, 0), min(high, end))


def _scaled(luma: slice, scale: int, start: int = 0) -> slice:
    """The same pixels in a plane of that scale; `start`: where their counting begins."""
    return slice((start + luma.start) // scale, (start + luma.stop) // scale)


def change(rest: Sequence[Picture], shown: Sequence[Picture]) -> Box | None:
    """What differs between planes at rest (luma, chroma) and as shown (one such pair after another), in luma pixels."""
    differ = np.zeros(rest[0].shape[:2], bool)
    for number, picture in enumerate(shown):
        if number % 2:
            chroma = (picture != rest[1]).any(axis=-1)
            differ |= chroma.repeat(2, axis=0).repeat(2, axis=1)
        else:
            differ |= picture != rest[0]
    rows, columns = np.flatnonzero(differ.any(axis=1)), np.flatnonzero(differ.any(axis=0))
    if not len(rows):
        return None
    x, y = int(columns[0]) // 2 * 2, int(rows[0]) // 2 * 2
    return Box(x, y, int(columns[-1]) // 2 * 2 + 2 - x, int(rows[-1]) // 2 * 2 + 2 - y)
