"""A face cut out of its own background: what is needed to show it before another one."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avatarsite.core.engines import EngineFailed
from twins.faces import Box, FaceSheet

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]
SPREADS = (0.09, 0.006)  # of the picture's height: how far colours are looked for, first roughly, then closely
SOLID = 250  # of 255: from here on a pixel is the person's alone


def no_matte() -> EngineFailed:
    words = "This face can only be shown before its own background: the person cannot be told from it."
    return EngineFailed(words, "no_matte")


def cut_out(sheet: FaceSheet) -> FaceSheet:
    """The sheet with the background's colours taken out of hair and edges. Raises EngineFailed("no_matte")."""
    if sheet.matte is None:
        raise no_matte()
    image = person_colours(sheet.image, sheet.matte)
    mouth, eyes = _in_box(image, sheet, sheet.mouth_box), _in_box(image, sheet, sheet.eyes_box)
    return replace(
        sheet,
        image=image,
        mouth=mouth(sheet.mouth),
        press=mouth(sheet.press),
        eyes=eyes(sheet.eyes),
    )


def person_colours(image: Picture, matte: Picture) -> Picture:
    """The colours of the person alone, where background shines through as well as where there is nothing else.

    Blur-fusion foreground estimation: M. Forte, "Approximate Fast Foreground Colour Estimation", ICIP 2021.
    """
    seen = image.astype(np.float32)
    alpha = np.asarray(matte / 255, np.float32)[..., None]
    person = room = seen
    for spread in SPREADS:
        size = max(3, round(image.shape[0] * spread) | 1)
        person, room = _fused(seen, person, room, alpha, size)
    return np.asarray(np.where(alpha >= SOLID / 255, seen, person).clip(0, 255) + 0.5, np.uint8)


def _fused(seen: Floats, person: Floats, room: Floats, alpha: Floats, size: int) -> tuple[Floats, Floats]:
    def blurred(values: Floats) -> Floats:
        return np.asarray(cv2.blur(values, (size, size)), np.float32).reshape(*values.shape[:2], -1)

    share = blurred(alpha)
    near = blurred(person * alpha) / (share + 1e-5)
    behind = blurred(room * (1 - alpha)) / (1 - share + 1e-5)
    found = (near + alpha * (seen - alpha * near - (1 - alpha) * behind)).clip(0, 255)
    return found, behind


def _in_box(image: Picture, sheet: FaceSheet, box: Box) -> Callable[[Picture], Picture]:
    """Patches of a box with what they change, laid over the person's own colours."""
    place = (slice(box.y, box.y + box.height), slice(box.x, box.x + box.width))
    solid = (np.asarray(sheet.matte)[place] >= SOLID)[..., None]
    before, after = sheet.image[place].astype(np.int16), image[place].astype(np.int16)

    def changed(patches: Picture) -> Picture:
        moved = (patches + (after - before)).clip(0, 255).astype(np.uint8)
        return np.asarray(np.where(solid, patches, moved))

    return changed


def matte_frame(matte: Picture) -> Picture:
    """A matte in the layout of an NV12 frame: for every byte of a frame how much of it is the person's."""
    height, width = matte.shape
    half = cv2.resize(matte, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return np.concatenate([matte, np.repeat(half, 2, axis=1)])
