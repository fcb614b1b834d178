"""The face's form as a field of heights, lit and coloured like skin."""

import cv2
import numpy as np

from twins.portraits.outline import outline_points
from twins.portraits.pen import Floats, rgb
from twins.portraits.person import AXIS, Person

LIGHT = np.array([-0.40, -0.42, 0.815], np.float32)  # from the upper left, in front
FILL = np.array([0.50, 0.42, 0.757], np.float32)  # weak, from the lower right: the room
HALF_WAY = np.array([-0.29, -0.28, 0.915], np.float32)  # between the light and the camera


def bump(x: Floats, y: Floats, at: tuple[float, float], size: tuple[float, float], turn: float = 0.0) -> Floats:
    """A Gaussian hill of height 1 at a point, of two widths, turned by `turn` radians."""
    dx, dy = x - np.float32(at[0]), y - np.float32(at[1])
    if turn == 0.0:
        return np.exp(-((dx / size[0]) ** 2) / 2) * np.exp(-((dy / size[1]) ** 2) / 2)
    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    along, across = dx * cos + dy * sin, dy * cos - dx * sin
    return np.exp(-((along / size[0]) ** 2 + (across / size[1]) ** 2) / 2)


def pair(x: Floats, y: Floats, at: tuple[float, float], size: tuple[float, float], turn: float = 0.0) -> Floats:
    """A hill on either side of the face; `turn` is that of the right one."""
    out, level = at
    right = bump(x, y, (AXIS + out, level), size, turn)
    return right + bump(x, y, (AXIS - out, level), size, -turn)


def dome(person: Person, x: Floats, y: Floats, step: float) -> Floats:
    """The head without features: an egg whose edge rolls away from the camera."""
    s = person.shape
    half = max(p[0] for p in s.outline)
    middle = s.crown_y * 0.44 + s.chin_y * 0.56
    across = np.abs(x - AXIS) / (half * 1.22)
    along = np.abs(y - middle) / ((s.chin_y - s.crown_y) * 0.66)
    egg = 165 * np.sqrt(np.maximum(1 - across**2.2 - along**2.4, 0.02))
    return np.asarray(egg + rolled_edge(person, x, y, step), np.float32)


def rolled_edge(person: Person, x: Floats, y: Floats, step: float, roll: float = 46.0) -> Floats:
    """Height lost towards the outline, within `roll` units of it."""
    points = np.array(outline_points(person), np.float32)
    corner = np.array([x[0, 0], y[0, 0]], np.float32)
    mask = np.zeros((y.shape[0], x.shape[1]), np.uint8)
    cv2.fillPoly(mask, [np.round((points - corner) / step * 16).astype(np.int32)], 255, shift=4)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) * step
    inside = cv2.GaussianBlur(inside, (0, 0), 5.0 / step)
    t = 1 - np.clip(inside / roll, 0, 1)
    return np.asarray(-roll * 0.95 * (1 - np.sqrt(1 - 0.97 * t * t)), np.float32)


def heights(person: Person, x: Floats, y: Floats, step: float) -> Floats:
    """Height of the face towards the camera, in design units."""
    s, age = person.shape, person.skin.lines
    eye_y = s.brow_y + 52
    z = dome(person, x, y, step)
    z += 3.6 * pair(x, y, (62, s.brow_y - 2), (42, 12), 0.05)
    z -= s.socket * pair(x, y, (78, eye_y - 8), (46, 25))
    z -= 0.55 * s.socket * pair(x, y, (34, eye_y - 6), (13, 20))
    z += 8.0 * pair(x, y, (84, eye_y + 2), (32, 19))
    z -= (1.5 + 4 * age) * pair(x, y, (74, eye_y + 36), (34, 9), 0.16)
    z += nose(person, x, y)
    z += s.cheek * pair(x, y, (100, s.cheek_y), (44, 34), 0.4)
    z -= 7.0 * pair(x, y, (150, 390), (26, 54))
    z -= 6.0 * pair(x, y, (112, s.mouth_y + 4), (24, 44), 0.3)
    z -= (2.6 + 4.6 * age) * pair(x, y, (64, s.nose_y + 18), (7, 34), -0.55)
    return z + lower_face(person, x, y)


def nose(person: Person, x: Floats, y: Floats) -> Floats:
    s = person.shape
    tip = s.nose_y - 17
    z = 14.0 * bump(x, y, (AXIS, s.brow_y + 88), (s.nose_bridge * 1.15, 44))
    z += 5.0 * bump(x, y, (AXIS, s.brow_y + 30), (s.nose_bridge * 1.1, 34))
    z += s.nose_length * bump(x, y, (AXIS, tip), (s.nose_width * 0.66, 17))
    z += 10.0 * pair(x, y, (s.nose_width * 0.98, s.nose_y - 10), (s.nose_width * 0.36, 12))
    z -= 5.0 * bump(x, y, (AXIS, s.nose_y + 12), (s.nose_width * 1.05, 9))
    return z


def lower_face(person: Person, x: Floats, y: Floats) -> Floats:
    s = person.shape
    z = 0.6 * s.muzzle * bump(x, y, (AXIS, s.mouth_y + 2), (60, 40))
    z -= 2.6 * bump(x, y, (AXIS, s.nose_y + 26), (6, 14))
    z += s.chin * bump(x, y, (AXIS, s.chin_y - 34), (34, 22))
    z -= 3.6 * bump(x, y, (AXIS, s.mouth_y + 38), (38, 9))
    return np.asarray(z, np.float32)


def brightness(person: Person, x: Floats, y: Floats, step: float) -> tuple[Floats, Floats]:
    """Diffuse light (0 to 1) and highlights, for a grid of `step` units."""
    z = heights(person, x, y, step)
    dy, dx = np.gradient(z, step)
    dx, dy = np.clip(dx, -2.6, 2.6), np.clip(dy, -2.6, 2.6)
    length = np.sqrt(dx * dx + dy * dy + 1)
    lit = (-dx * LIGHT[0] - dy * LIGHT[1] + LIGHT[2]) / length
    fill = np.maximum(-dx * FILL[0] - dy * FILL[1] + FILL[2], 0) / length
    lit = np.maximum(lit, -0.2) * 0.84 + fill * 0.2
    shine = np.maximum((-dx * HALF_WAY[0] - dy * HALF_WAY[1] + HALF_WAY[2]) / length, 0) ** 38
    return np.asarray(np.clip((lit + 0.15) / 1.13, 0, 1), np.float32), shine


def flush(person: Person, x: Floats, y: Floats) -> Floats:
    """Where blood shows through: cheeks, nose, around the eyes, chin."""
    s = person.shape
    reds = 0.95 * pair(x, y, (104, s.cheek_y + 4), (44, 28), 0.35)
    reds += 0.6 * bump(x, y, (AXIS, s.nose_y - 18), (30, 20))
    reds += 0.35 * pair(x, y, (84, s.brow_y + 48), (44, 20))
    reds += 0.3 * bump(x, y, (AXIS, s.chin_y - 30), (40, 24))
    return np.asarray(np.clip(reds, 0, 1), np.float32)


def grain(person: Person, x: Floats, y: Floats) -> Floats:
    """Faint mottling, about -1 to 1, the same at every size."""
    waves = [(0.071, 0.043, 0.0), (-0.052, 0.081, 1.3), (0.13, -0.024, 2.1), (0.031, 0.117, 0.7), (-0.101, 0.067, 4.0)]
    phase = len(person.name)
    total = np.sum([np.sin(x * a + y * b + p + phase) for a, b, p in waves], axis=0)
    return np.asarray(total / len(waves), np.float32)


def colours(person: Person, x: Floats, y: Floats, step: float) -> Floats:
    """RGB of the skin (0 to 255) at a grid of design points."""
    skin = person.skin
    lit, shine = brightness(person, x, y, step)
    lit = lit + 0.014 * grain(person, x, y)
    ramp = np.array([rgb(tone) for tone in skin.ramp], np.float32)
    stops = np.array([0.12, 0.40, 0.63, 0.83, 1.0], np.float32)
    picture = np.stack([np.interp(lit, stops, ramp[:, c]) for c in range(3)], -1).astype(np.float32)
    reds = (flush(person, x, y) * skin.blush_strength)[..., None]
    picture += (np.array(rgb(skin.blush), np.float32) - picture) * reds
    picture = stubble(person, picture, x, y)
    warm = np.array([255, 240, 222], np.float32)
    picture += (warm - picture) * np.clip(shine * skin.shine, 0, 1)[..., None]
    return np.asarray(picture, np.float32)


def stubble(person: Person, picture: Floats, x: Floats, y: Floats) -> Floats:
    """The shade that shaved hair leaves on lip, chin and jaw."""
    s, skin = person.shape, person.skin
    if not skin.stubble:
        return picture
    area = bump(x, y, (AXIS, s.chin_y - 24), (92, 40)) + 0.8 * pair(x, y, (118, s.mouth_y + 10), (26, 52), 0.3)
    area = np.maximum(area, 0.85 * bump(x, y, (AXIS, s.nose_y + 26), (52, 13)))
    share = np.clip(area, 0, 1) * skin.stubble
    return np.asarray(picture + (np.array(rgb(skin.stubble_tone), np.float32) - picture) * share[..., None])
