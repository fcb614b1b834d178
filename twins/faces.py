"""The face sheet: everything a renderer needs to make a face speak, whatever the face was made from.

A drawn portrait, a photo and a frame of a training video all end as a FaceSheet; renderers know nothing else.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OPENINGS = 12  # mouth openings from lips touching (0) to wide open (11)
WIDTHS = 5  # lip shapes from fully rounded and protruded (0), neutral (2), to fully spread (4)
PRESSES = 2  # closed lips: 0 = pressed together (m, b, p), 1 = lower lip under the upper teeth (f, v)
LIDS = 5  # eyelids from open (0) to closed (4)
GAZES = 5  # eyes look: 0 at the camera, 1 left, 2 right, 3 up, 4 down (each a few degrees)
BROWS = 6  # eyebrows: 0 lowered a little, 1 at rest, then by quarters to 5 raised: mixed, neighbours show no ghost


Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels; all four numbers are even, so that it maps onto 4:2:0 chroma."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class FaceSheet:
    """A face in its base pose at one size. Pictures are RGB, (height, width, 3), uint8.

    image: mouth at rest (closed, relaxed), eyes open at the camera, brows at rest.
    mouth: (OPENINGS, WIDTHS, h, w, 3): what stands in `mouth_box` for each shape; the box holds lips, chin and jaw
        line as far as they move. mouth[0, 2] is the resting mouth: the same pixels as `image`.
    press: (PRESSES, h, w, 3), same box.
    eyes: (BROWS, GAZES, LIDS, h, w, 3): what stands in `eyes_box`; eyes[1, 0, 0] equals `image`. A face without
        gaze or brow pictures repeats its pictures along those axes (by np.broadcast_to, which costs no memory).
        The boxes do not overlap, and every patch equals `image` along its box's border, so that no seam shows.
    depth: (height, width) float32: how far a pixel moves with the head: 0 = background and shoulders, stand still;
        0.6 = ears and hair line; 1 = tip of the nose. Smooth everywhere, so that warps show no tear.
    pivot: (x, y) in pixels about which the head nods and tilts: the base of the neck.
    matte: (height, width) uint8: 255 where the person is, 0 where the background is, in between at hair and edges;
        None when the person cannot be told from the background. It is that of `image`: mouth and eyes lie within it.
    motion: how large the movements of the head are, against those of a face that fills the picture.
    floor: the row of pixels from which on nothing moves (a desk before the person); infinite when there is none.
    """

    image: Picture
    mouth_box: Box
    mouth: Picture
    press: Picture
    eyes_box: Box
    eyes: Picture
    depth: NDArray[np.float32]
    pivot: tuple[float, float]
    matte: NDArray[np.uint8] | None = None
    motion: float = 1.0
    floor: float = math.inf
