"""Which part of a photo fills a picture, and what stands where the photo has ended."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.faces import Picture
from twins.landmarks.measures import eye_distance
from twins.photos.background import continued
from twins.photos.fields import Floats, frame_of

EYE_SHARE = 0.14  # eye distance in heights of the picture, as in the drawn portraits
NARROW = 0.74  # a head with shoulders needs this width, in heights of the picture
CLOSER = 1.5  # at most this much larger a face is shown to keep the photo's end out of the picture
EYE_LEVEL = 0.43  # of the picture's height
ASIDE = 0.06  # of its width: how far from the middle a face may be shown rather than the photo's end
TOUCH = 0.03  # of a side's length: the person is cut by the photo's edge


@dataclass(frozen=True)
class Framed:
    """A photo in the size and frame of a clip. points (478, 3) in its pixels; matte: 255 where the person is."""

    image: Picture
    points: Floats
    matte: Picture


@dataclass(frozen=True)
class Cut:
    """Which edges of a photo cut the person off."""

    left: bool
    right: bool
    top: bool
    bottom: bool


def framed(image: Picture, points: Floats, matte: Picture, width: int, height: int) -> Framed:
    """The photo as a picture of width x height: head and shoulders, its background continued where it ends."""
    into = placement(points, matte, width, height)
    size = (width, height)
    shrink = float(into[0, 0])
    source, cover, there = image, matte, into
    if shrink < 0.5:  # else pixels between the taps would be passed over
        factor = 1 / int(1 / shrink)
        source, cover = (
            cv2.resize(each, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) for each in (image, matte)
        )
        there = into @ np.diag([image.shape[1] / source.shape[1], image.shape[0] / source.shape[0], 1.0])
    picture = cv2.warpAffine(source, there[:2], size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    person = cv2.warpAffine(cover, there[:2], size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    bounds = inside(into, image, width, height)
    placed = np.column_stack([points[:, :2] @ into[:2, :2].T + into[:2, 2], points[:, 2] * into[0, 0]])
    whole, person = continued(np.asarray(picture, np.uint8), np.asarray(person, np.uint8), bounds)
    return Framed(whole, placed.astype(np.float32), person)


def inside(into: NDArray[np.float64], image: Picture, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the pixels that the photo covers in the picture."""
    left, top = np.ceil(into[:2, 2] + 0.5).astype(int)
    right = int(np.floor(into[0, 0] * (image.shape[1] - 1) + into[0, 2] - 0.5)) + 1
    bottom = int(np.floor(into[1, 1] * (image.shape[0] - 1) + into[1, 2] - 0.5)) + 1
    return max(int(left), 0), max(int(top), 0), min(right, width), min(bottom, height)


def placement(points: Floats, matte: Picture, width: int, height: int) -> NDArray[np.float64]:
    """The map (3, 3) from the photo to the picture: a scale and a shift."""
    rows, columns = matte.shape
    x, y = frame_of(points).origin
    cut = cut_off(matte)
    wanted = EYE_SHARE * min(height, width / NARROW) / eye_distance(points)
    needed = [wanted]
    if cut.bottom:
        needed.append((1 - EYE_LEVEL) * height / (rows - y))
    if cut.left:
        needed.append((0.5 - ASIDE) * width / x)
    if cut.right:
        needed.append((0.5 - ASIDE) * width / (columns - x))
    scale = float(min(max(needed), CLOSER * wanted))
    return np.array(
        [
            [scale, 0, _across(x, columns, scale, width, cut)],
            [0, scale, _down(y, rows, scale, height, cut)],
            [0, 0, 1.0],
        ]
    )


def cut_off(matte: Picture) -> Cut:
    """Where the person touches the photo's edge."""
    edges = (matte[:, 0], matte[:, -1], matte[0], matte[-1])
    return Cut(*(bool((edge > 127).mean() > TOUCH) for edge in edges))


def _across(x: float, columns: int, scale: float, width: int, cut: Cut) -> float:
    """The shift that puts the face in the middle, or a little aside if that hides where the person is cut off."""
    shift = width / 2 - x * scale
    room = ASIDE * width
    if cut.left and 0 < shift <= room:
        return 0.0
    beyond = width - (shift + columns * scale)
    if cut.right and 0 < beyond <= room:
        shift += beyond
    return float(shift)


def _down(y: float, rows: int, scale: float, height: int, cut: Cut) -> float:
    """The shift that puts the eyes on their level; a body never ends above the picture's lower edge."""
    shift = EYE_LEVEL * height - y * scale
    if cut.top:
        shift = min(shift, 0.0)
    if cut.bottom:
        shift = max(shift, height - rows * scale)
    return float(shift)
