"""RGB to NV12, the encoder's own layout: a luma plane, then interleaved half-size chroma. BT.709, limited range."""

import cv2
import numpy as np
from numpy.typing import NDArray

# ITU-R BT.709: luma weights .2126 .7152 .0722; 219 luma and 224 chroma steps
_LUMA = np.array([[0.2126, 0.7152, 0.0722]]) * 219 / 255
_BLUE = np.array([[-0.2126, -0.7152, 0.9278]]) * 224 / 255 / 1.8556
_RED = np.array([[0.7874, -0.7152, -0.0722]]) * 224 / 255 / 1.5748
_LUMA_MATRIX = np.hstack([_LUMA, [[16.0]]])
_CHROMA_MATRIX = np.hstack([np.vstack([_BLUE, _RED]), [[128.0], [128.0]]])

_TO_RGB = np.array([[1, 0, 1.5748], [1, -0.1873, -0.4681], [1, 1.8556, 0]])

Picture = NDArray[np.uint8]


def planes(rgb: Picture) -> tuple[Picture, Picture]:
    """(..., h, w, 3) to luma (..., h, w) and chroma (..., h/2, w/2, 2); h and w even."""
    *stack, height, width, _ = rgb.shape
    tall = np.ascontiguousarray(rgb).reshape(-1, width, 3)
    luma = cv2.transform(tall, _LUMA_MATRIX)
    half = cv2.resize(tall, (width // 2, len(tall) // 2), interpolation=cv2.INTER_AREA)
    chroma = cv2.transform(half, _CHROMA_MATRIX)
    return luma.reshape(*stack, height, width), chroma.reshape(*stack, height // 2, width // 2, 2)


def differences(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    """(..., 3) differences in RGB as differences in luma and in the two chromas."""
    return np.asarray(rgb @ np.concatenate([_LUMA, _BLUE, _RED]).T, np.float32)


def split(frame: Picture) -> tuple[Picture, Picture]:
    """Views of the two planes of one (height * 3 / 2, width) frame: luma, and chroma as (h/2, w/2, 2)."""
    height = len(frame) * 2 // 3
    return frame[:height], frame[height:].reshape(height // 2, -1, 2)


def nearest(rgb: Picture) -> tuple[int, int, int]:
    """The luma, blue and red chroma that a player shows as nearest to one colour.

    Rounding each by itself may be off by two steps of RGB; a chroma key or a brand's colour is to be met exactly.
    """
    luma, chroma = planes(np.broadcast_to(rgb, (2, 2, 3)))
    steps = np.arange(-3, 4)
    near = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(-1, 3) + [luma[0, 0], *chroma[0, 0]]
    within = near[(near >= 16).all(1) & (near <= [235, 240, 240]).all(1)]
    scaled = (within - [16, 128, 128]) * [255 / 219, 255 / 224, 255 / 224]
    shown = np.round(scaled @ _TO_RGB.T).clip(0, 255)
    best = within[np.abs(shown - rgb).sum(1).argmin()]
    return int(best[0]), int(best[1]), int(best[2])
