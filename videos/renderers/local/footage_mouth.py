"""A mouth's pictures laid over the frames of a film: only the pixels around the mouth are touched."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.faces import Box
from twins.footage.mouth import masks
from twins.footage.package import REST
from videos.renderers.local import nv12

Picture = NDArray[np.uint8]
Matrix = NDArray[np.float64]
Levels = NDArray[np.float32]


@dataclass(frozen=True)
class Patches:
    """The mouth's pictures in NV12, (shapes, ...), and how much they count, 0 to 1; covering: at rest too."""

    luma: Picture
    chroma: Picture
    mask: Levels
    half_mask: Levels
    covering: bool

    @classmethod
    def of(cls, pictures: Picture, area: Picture, size: tuple[int, int], *, covering: bool) -> "Patches":
        """From a Mouth's pictures and area, brought to `size` (width, height; even numbers).

        covering: the person's own lips move in the film: every picture covers all that any of them moves.
        """
        taps = cv2.INTER_AREA if size[0] < pictures.shape[2] else cv2.INTER_CUBIC
        fitted = np.array([cv2.resize(picture, size, interpolation=taps) for picture in pictures])
        mask = masks(fitted, REST, cv2.resize(area, size, interpolation=taps))
        if covering:
            mask[:] = mask.max(0)
        shares = mask * np.float32(1 / 255)
        half = (size[0] // 2, size[1] // 2)
        half_shares = np.array([cv2.resize(share, half, interpolation=cv2.INTER_AREA) for share in shares])
        return cls(*nv12.planes(fitted), shares, half_shares, covering)

    def paint(self, frame: Picture, shape: int, place: Matrix, light: Levels, kept: Levels | None = None) -> None:
        """Lay picture `shape` over an NV12 frame, in place.

        place: (2, 3), from the picture's pixels to the frame's. light: (cells, cells, 3) levels of luma and chroma.
        kept: (h, w), how much of the frame stays as it is wherever the picture would cover it, 0 to 1.
        """
        if shape == REST and not self.covering:
            return
        luma, chroma = nv12.split(frame)
        region = _region(place, self.luma.shape[2], self.luma.shape[1], luma.shape)
        if region.width <= 0 or region.height <= 0:
            return
        share, half_share = self._shares(shape, kept)
        _lay(luma, region, place, self.luma[shape], light[..., 0], share)
        half = Box(region.x // 2, region.y // 2, region.width // 2, region.height // 2)
        # the centre of a chroma pixel lies half a luma pixel further
        halved = place.copy()
        halved[:, 2] = (place[:, :2].sum(1) / 2 + place[:, 2] - 0.5) / 2
        _lay(chroma, half, halved, self.chroma[shape], light[..., 1:], half_share)

    def _shares(self, shape: int, kept: Levels | None) -> tuple[Levels, Levels]:
        """How much the picture counts, in both planes."""
        if kept is None:
            return self.mask[shape], self.half_mask[shape]
        size = self.half_mask.shape[2], self.half_mask.shape[1]
        half = np.asarray(cv2.resize(kept, size, interpolation=cv2.INTER_AREA), np.float32)
        return self.mask[shape] * (1 - kept), self.half_mask[shape] * (1 - half)


def _lay(plane: Picture, region: Box, place: Matrix, patch: Picture, light: Levels, mask: Levels) -> None:
    """Blend a patch into a region of one plane."""
    size = (region.width, region.height)
    inside = place.copy()
    inside[:, 2] -= region.x, region.y
    lit = cv2.add(patch, cv2.resize(light, patch.shape[1::-1], interpolation=cv2.INTER_LINEAR), dtype=cv2.CV_8U)
    share = cv2.warpAffine(mask, inside, size, flags=cv2.INTER_LINEAR)
    placed = cv2.warpAffine(lit, inside, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    target = plane[region.y : region.y + region.height, region.x : region.x + region.width]
    target[:] = cv2.blendLinear(placed, np.ascontiguousarray(target), share, 1 - share)


def _region(place: Matrix, width: int, height: int, shape: tuple[int, ...]) -> Box:
    """The even rectangle of the frame that a patch of that size falls into."""
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) @ place[:, :2].T + place[:, 2]
    low = np.maximum(corners.min(0) // 2 * 2 - 2, 0).astype(int)
    high = np.minimum(corners.max(0) // 2 * 2 + 4, shape[1::-1]).astype(int)
    return Box(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))
