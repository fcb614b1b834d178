"""Light from behind on the right edge of a whole person, over all layers at once."""

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.portraits.pen import Floats, Frame, rgb

Layer = NDArray[np.uint8]


def rim_mask(frame: Frame, layers: list[Layer]) -> Floats:
    """Where the person's edge faces the lamp behind it, 0 to 1."""
    solid = np.max([layer[..., 3] for layer in layers], axis=0).astype(np.float32) / 255
    scale = frame.scale
    shift = np.array([[1, 0, -7.5 * scale], [0, 1, 4.5 * scale]], np.float32)
    behind = cv2.warpAffine(solid, shift, (frame.width, frame.height), borderMode=cv2.BORDER_REPLICATE)
    behind = cv2.GaussianBlur(behind, (0, 0), 4.2 * scale, borderType=cv2.BORDER_REPLICATE)
    edge = np.clip((1 - behind) * 1.5 - 0.12, 0, 1) * solid
    x, _ = frame.grid(0, 0, frame.width, frame.height)
    return np.asarray(edge * np.clip((x - 500) / 60, 0, 1), np.float32)


def lit_from_behind(layer: Layer, mask: Floats, tone: str, strength: float = 0.48) -> Layer:
    """A layer (alpha premultiplied) with the light on it; light keeps some of what it falls on."""
    colour = layer[..., :3].astype(np.float32)
    cover = layer[..., 3:].astype(np.float32) / 255
    lamp = np.array(rgb(tone), np.float32)
    share = mask[..., None] * strength
    bright = colour + (lamp * cover - colour) * share * 0.6 + colour * share * 0.7
    return np.dstack([np.minimum(bright + 0.5, layer[..., 3:]).astype(np.uint8), layer[..., 3]])
