"""From a customer's photo to a package; runs in the child process alone."""

import cv2
import numpy as np

from twins.faces import Picture
from twins.landmarks import matte, refined
from twins.landmarks.measures import eye_distance
from twins.photos.checks import check, the_face
from twins.photos.fields import Floats
from twins.photos.package import Package
from twins.photos.reading import pixels

LOOKED_AT = 1_600  # pixels of the longer side in which faces are looked for
MOST_EYES = 200.0  # pixels between the eyes that are kept: as many as the largest clip shows
AROUND = (8.0, 6.0, 8.0)  # eye distances kept beside, above and below the eyes: as much as the widest clip shows


def package_of(content: bytes) -> bytes:
    """Raises EngineFailed: see `twins.photos.make_package`."""
    return prepared(pixels(content)).saved()


def prepared(whole: Picture) -> Package:
    """A photo cut to what is shown of it, its face checked and measured."""
    small = resized(whole, min(1.0, LOOKED_AT / max(whole.shape[:2])))
    image = _around(whole, the_face(small).points * (whole.shape[1] / small.shape[1]))
    face = the_face(image)
    check(image, face)
    return Package(image, refined(image, face).points, matte(image))


def _around(whole: Picture, points: Floats) -> Picture:
    """The part of the photo that clips can show, in the size that they need."""
    unit = eye_distance(points)
    x, y = points[[33, 263], :2].mean(0)
    beside, above, below = (distance * unit for distance in AROUND)
    rows = slice(max(round(y - above), 0), max(round(y + below), 1))
    columns = slice(max(round(x - beside), 0), max(round(x + beside), 1))
    return resized(np.ascontiguousarray(whole[rows, columns]), min(1.0, MOST_EYES / unit))


def resized(image: Picture, scale: float) -> Picture:
    if scale == 1:
        return image
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
