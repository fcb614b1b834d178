"""How far each pixel of a portrait moves with the head."""

import cv2
import numpy as np

from twins.portraits.pen import Floats, Frame
from twins.portraits.person import AXIS, Person
from twins.portraits.skin import bump, nose

FALL_OFF = 56.0  # design units over which the backdrop beside the head follows it
SPARE = 26.0  # design units beside the head that still move with it


def relief(person: Person, frame: Frame) -> Floats:
    """The depth map of a FaceSheet: 0 behind and below, 0.6 at the ears and the hair line, 1 at the tip of the nose."""
    x, y = frame.grid(0, 0, frame.width, frame.height)
    s = person.shape
    half, top, bottom = person.extent
    middle = (s.crown_y + s.chin_y) / 2
    across = np.abs(x - AXIS) / (max(p[0] for p in s.outline) * 1.22)
    along = np.abs(y - middle) / ((s.chin_y - s.crown_y) / 2 * 1.1)
    dome = np.sqrt(np.maximum(1 - across**2.2 - along**2.6, 0))
    # the fall-off lies outside the head: its own edge moves as a whole
    hair = plateau(x, y, half + SPARE, top - SPARE, min(bottom, s.chin_y) + SPARE / 2)
    neck = plateau(x, y, s.neck + SPARE, s.chin_y - 120, s.chin_y + 40) * np.clip((s.chin_y + 130 - y) / 150, 0, 1)
    depth = np.maximum(np.maximum(0.56 * hair, 0.5 * neck), (0.52 + 0.36 * dome) * (dome > 0))
    depth = depth + 0.12 * np.clip(nose(person, x, y) / 30, 0, 1) * (dome > 0)
    fading = np.clip((s.chin_y + 140 - y) / 120, 0, 1)
    sigma = FALL_OFF * frame.scale * 0.36
    soft = cv2.GaussianBlur((depth * fading).astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    soft += 0.1 * bump(x, y, (AXIS, s.nose_y - 17), (30, 36))
    return np.asarray(np.clip(soft / soft.max(), 0, 1), np.float32)


def plateau(x: Floats, y: Floats, half: float, top: float, bottom: float) -> Floats:
    """1 inside a rounded block, 0 outside."""
    middle = (top + bottom) / 2
    inside = (np.abs(x - AXIS) / half) ** 2.6 + (np.abs(y - middle) / ((bottom - top) / 2)) ** 2.6
    return np.asarray(np.clip((1.06 - inside) / 0.12, 0, 1), np.float32)
