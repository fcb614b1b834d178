"""What lies beyond the edges of a photo: its background, mirrored and fading, and shoulders that run on."""

import cv2
import numpy as np

from twins.faces import Picture
from twins.photos.fields import Floats, smooth

SOFT, FADE = 0.14, 0.36  # of the picture's height: where the mirrored background is out of focus, and mere colour
FOCUS = 0.025  # of its height: how far out of focus
SLOPE = (0.35, 1.4)  # how steeply shoulders may fall that run on beyond the photo
BEND = 2.0  # and how they bend downwards: one over picture heights
HALO = 3  # pixels around the person that are not quite background


def continued(image: Picture, matte: Picture, bounds: tuple[int, int, int, int]) -> tuple[Picture, Picture]:
    """The picture and the matte with everything outside of `bounds` (left, top, right, bottom) made up."""
    left, top, right, bottom = bounds
    height, width = matte.shape
    if (left, top, right, bottom) == (0, 0, width, height):
        return image, matte
    room = behind(image, matte, bounds)
    whole = np.array(image)
    known = np.zeros_like(matte)
    known[top:bottom, left:right] = 255
    whole[known == 0] = room[known == 0]
    person = np.where(known > 0, matte, 0).astype(np.uint8)
    for side, edge in (("left", left), ("right", right)):
        if (matte[top:bottom, min(edge, width - 1)] > 127).any() and 0 < edge < width:
            _run_on(whole, person, image, matte, edge, side)
    if bottom < height:  # the photo is too small: its last row is all there is
        _stretch(whole, person, bottom)
    return whole, person


def behind(image: Picture, matte: Picture, bounds: tuple[int, int, int, int]) -> Picture:
    """The background without the person, over the whole picture."""
    left, top, right, bottom = bounds
    grown = cv2.dilate(matte, np.ones((2 * HALO + 1, 2 * HALO + 1), np.uint8))
    known = np.zeros(matte.shape, np.float32)
    known[top:bottom, left:right] = grown[top:bottom, left:right] < 16
    colours = filled(image.astype(np.float32), known)
    plain = np.where(known[..., None] > 0, image, colours)[top:bottom, left:right]
    height, width = matte.shape
    mirrored = cv2.copyMakeBorder(
        plain[: bottom - top, : right - left].astype(np.float32),
        *(min(top, bottom - top - 1), min(height - bottom, bottom - top - 1)),
        *(min(left, right - left - 1), min(width - right, right - left - 1)),
        cv2.BORDER_REFLECT_101,
    )
    mirrored = _padded(mirrored, matte.shape, left, top, bottom - top, right - left)
    x = np.maximum(np.maximum(left - np.arange(width), np.arange(width) - right + 1), 0)[None]
    y = np.maximum(np.maximum(top - np.arange(height), np.arange(height) - bottom + 1), 0)[:, None]
    away = np.hypot(x, y).astype(np.float32)[..., None] / height
    soft = cv2.GaussianBlur(mirrored, (0, 0), FOCUS * height)
    mirrored = mirrored + (soft - mirrored) * smooth(away, 0.0, SOFT)
    return np.asarray(mirrored + (colours - mirrored) * smooth(away, SOFT / 2, FADE) + 0.5, np.uint8)


def _padded(picture: Floats, shape: tuple[int, ...], left: int, top: int, rows: int, columns: int) -> Floats:
    """The mirrored picture out to the edges, where mirroring alone did not reach."""
    height, width = shape
    above, before = top - min(top, rows - 1), left - min(left, columns - 1)
    below, after = height - above - picture.shape[0], width - before - picture.shape[1]
    return np.asarray(cv2.copyMakeBorder(picture, above, below, before, after, cv2.BORDER_REPLICATE), np.float32)


def filled(image: Floats, known: Floats) -> Floats:
    """Smooth colours everywhere from those of known pixels (pull and push: Gortler et al. 1996, section 3.4)."""
    if min(known.shape) <= 2 or known.all():
        total = max(float(known.sum()), 1e-6)
        mean = (image * known[..., None]).sum((0, 1)) / total
        return np.where(known[..., None] > 0, image, mean).astype(np.float32)
    half = ((known.shape[1] + 1) // 2, (known.shape[0] + 1) // 2)
    weight = cv2.resize(known, half, interpolation=cv2.INTER_AREA)
    colour = cv2.resize(image * known[..., None], half, interpolation=cv2.INTER_AREA)
    coarse = filled(colour / np.maximum(weight, 1e-6)[..., None], np.minimum(weight * 4, 1.0))
    up = cv2.resize(coarse, known.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(up + (image - up) * known[..., None], np.float32)


def _run_on(whole: Picture, person: Picture, image: Picture, matte: Picture, edge: int, side: str) -> None:
    """Draw the shoulder that a side of the photo cuts off: its outline falls on, its cloth is mirrored."""
    height, width = matte.shape
    columns = np.arange(edge) if side == "left" else np.arange(edge, width)
    last = edge if side == "left" else edge - 1
    inwards = 1 if side == "left" else -1
    away = np.abs(columns - last).astype(np.float32)
    fall = _slope(matte, last, inwards) * away + BEND * away**2 / (2 * height)
    rows = np.arange(height, dtype=np.float32)[:, None] - fall[None]
    reach = np.minimum(away, (width - 1 - last if inwards > 0 else last)) * inwards
    map_x = np.broadcast_to((last + reach)[None], rows.shape).astype(np.float32)
    map_edge = np.full_like(map_x, last)
    cloth = cv2.remap(image, map_x, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.remap(matte, map_edge, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    share = (cover.astype(np.float32) / 255)[..., None]
    part = whole[:, columns]
    whole[:, columns] = np.asarray(part + (cloth - part.astype(np.float32)) * share + 0.5, np.uint8)
    person[:, columns] = np.maximum(person[:, columns], cover)


def _slope(matte: Picture, edge: int, inwards: int) -> float:
    """How steeply the shoulder falls towards the edge."""
    step = max(matte.shape[1] // 12, 2)
    here, before = (_shoulder(matte[:, min(max(x, 0), matte.shape[1] - 1)]) for x in (edge, edge + inwards * step))
    return float(np.clip((here - before) / step, *SLOPE))


def _shoulder(column: Picture) -> int:
    """The row at which the person begins."""
    return int(np.argmax(column > 127)) if (column > 127).any() else len(column)


def _stretch(whole: Picture, person: Picture, bottom: int) -> None:
    whole[bottom:] = whole[bottom - 1]
    person[bottom:] = person[bottom - 1]
