"""What is worn below a chin: it does not move with the head, so that lips re-made in a film leave it as it was filmed.

It is painted over only where a chin is in front of it: the one in the film, or that of the mouth's picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.faces import Picture

OTHER_HUE = 0.07  # distance in (r, g), of r + g + b = 1, from the skin's: what is further is no skin, lit or in shade
DARK, BRIGHT = 0.12, 1.45  # of the skin's light: what is darker or brighter is none either
BELOW = 0.12  # of the way from nose to chin, below the jaw: nothing above is clothes
SPECK, BESIDE = 0.03, 0.05  # likewise: what is smaller is no collar; how far from one is left alone
CHIN_EDGE = 0.02  # likewise: by how much a chin is taken for larger than its landmarks
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Clothes:
    """worn: (h, w), 1 where clothes are, 0 where skin is, soft between. length: pixels from the nose to the chin."""

    worn: Floats
    length: float

    @classmethod
    def of(cls, picture: Picture, jaw: Floats, down: Floats) -> "Clothes":
        """From an RGB picture; jaw: (n, 2) its outline from ear to ear, in pixels; down: (2,) from nose to chin."""
        length = float(np.linalg.norm(down))
        face = _filled(jaw, picture.shape[:2])
        near = _filled(np.concatenate([jaw, jaw + BELOW * down]), picture.shape[:2])
        worn = _large(_other_than_skin(picture, face > 0), SPECK * length)
        worn = cv2.dilate(worn, _disc(BESIDE * length)) * (1 - near)
        soft = cv2.GaussianBlur(worn.astype(np.float32), (0, 0), max(BESIDE * length / 2, 0.5))
        return cls(np.asarray(soft, np.float32), length)

    def seen(self, *chins: Floats) -> Floats:
        """(h, w), 1 where the clothes are seen behind chins, given as points (n, 2) that each chin's outline holds."""
        before = np.zeros(self.worn.shape, np.uint8)
        for chin in chins:
            before |= _filled(chin, self.worn.shape)
        before = cv2.dilate(before, _disc(CHIN_EDGE * self.length))
        soft = max(CHIN_EDGE * self.length / 2, 0.5)
        return np.asarray(self.worn * (1 - cv2.GaussianBlur(before.astype(np.float32), (0, 0), soft)), np.float32)


def _other_than_skin(picture: Picture, skin: NDArray[np.bool_]) -> Picture:
    light = picture.astype(np.float32).sum(2)
    hue = picture[..., :2].astype(np.float32) / np.maximum(light, 1.0)[..., None]
    away = np.linalg.norm(hue - np.median(hue[skin], 0), axis=2)
    bright = light / max(float(np.median(light[skin])), 1.0)
    dark = bright < DARK
    return np.asarray(((away > OTHER_HUE) & (bright > 2 * DARK)) | dark | (bright > BRIGHT), np.uint8)


def _large(found: Picture, speck: float) -> Picture:
    """Without specks, and without what does not reach the edge: the shade below a chin is no collar."""
    whole = np.asarray(cv2.morphologyEx(found, cv2.MORPH_OPEN, _disc(speck)), np.uint8)
    labels = cv2.connectedComponents(whole)[1]
    edge = np.unique(np.concatenate([labels[-1], labels[:, 0], labels[:, -1]]))
    return (np.isin(labels, edge[edge > 0])).astype(np.uint8)


def _filled(points: Floats, shape: tuple[int, ...]) -> Picture:
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.round().astype(np.int32)), 1)
    return mask


def _disc(radius: float) -> Picture:
    size = 2 * max(round(radius), 1) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)
