"""Beards, drawn on the bare face, so that they move with the jaw."""

import math
import random

import skia

from twins.portraits.hair import tone_at
from twins.portraits.outline import half_width, outline
from twins.portraits.pen import bow, paint
from twins.portraits.person import AXIS, Person


def thickness(person: Person, x: float, y: float) -> float:
    """How densely the beard grows at a point of the face, 0 to 1."""
    s = person.shape
    out = abs(x - AXIS)
    edge = half_width(person, min(y, s.chin_y - 2))
    line = s.mouth_y - 18 + 46 * (1 - min(out / edge, 1)) ** 0.7 - 62 * max(out / edge - 0.72, 0) / 0.28
    jaw = min(max((y - line) / 16, 0), 1) if out > 50 or y > s.mouth_y + 14 else 0.0
    lip = math.exp(-(((y - (s.nose_y + 31 + 0.0035 * out * out)) / 10) ** 2)) * (out < 74)
    beside = math.exp(-(((out - 82) / 15) ** 2)) * (s.nose_y + 26 < y < s.chin_y)
    bare = math.exp(-((out / 26) ** 2) - (((y - s.mouth_y - 26) / 7) ** 2))
    return max(jaw, lip, beside) * (1 - 0.75 * bare)


def full_beard(canvas: skia.Canvas, person: Person) -> None:
    """Short, dense hair on the lip, the chin and along the jaw."""
    dice = random.Random(17)
    s, tones = person.shape, person.hair_tones
    canvas.save()
    canvas.clipPath(outline(person), skia.ClipOp.kIntersect, True)
    levels = [skia.Path() for _ in range(10)]
    for _ in range(5200):
        x, y = AXIS + dice.uniform(-172, 172), dice.uniform(s.nose_y + 10, s.chin_y + 4)
        if dice.random() > thickness(person, x, y):
            continue
        light = 0.62 - 0.34 * (x - AXIS) / 160 - 0.3 * max(y - s.mouth_y - 50, 0) / 50 + dice.uniform(-0.26, 0.26)
        whisker(levels[min(max(int(light * 10), 0), 9)], person, x, y, dice)
    for level, path in enumerate(levels):
        canvas.drawPath(path, paint(tone_at(tones, level / 9), 0.7))
    canvas.restore()


def whisker(path: skia.Path, person: Person, x: float, y: float, dice: random.Random) -> None:
    side = (x - AXIS) / 150
    slant = side * (0.5 if y > person.shape.mouth_y else 1.6) + dice.uniform(-0.35, 0.35)
    length = dice.uniform(9, 17)
    bow(path, (x, y), (x + length * slant * 0.4, y + length * 0.55), (x + length * slant * 0.5, y + length), 0.9)
