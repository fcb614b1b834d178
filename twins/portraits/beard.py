"""Beards, drawn on the bare face, so that they move with the jaw; and hair cut short beside the temples."""

import math
import random
from dataclasses import dataclass

import skia

from twins.portraits.hair import tone_at
from twins.portraits.outline import half_width, outline
from twins.portraits.pen import bow, curve, fade, ink, mix, paint
from twins.portraits.person import AXIS, Person


def soft(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def density(person: Person, x: float, y: float) -> float:
    """How densely a beard grows at a point of the face, 0 to 1."""
    s = person.shape
    out = abs(x - AXIS)
    share = out / half_width(person, min(y, s.chin_y - 3))
    # the upper border falls from the ears to the corners of the mouth
    border = s.mouth_y - 2 - 122 * soft((share - 0.62) / 0.38) ** 1.5
    jaw = soft((y - border) / 20) * soft((out - 58 + max(y - s.mouth_y - 10, 0) * 2.4) / 16)
    lip = math.exp(-(((y - (s.nose_y + 32 + 0.0034 * out * out)) / 10) ** 2)) * soft((78 - out) / 10)
    beside = math.exp(-(((out - 84) / 14) ** 2)) * soft((y - s.nose_y - 30) / 16)
    bare = math.exp(-((out / 30) ** 2) - (((y - s.mouth_y - 24) / 8) ** 2))
    return max(jaw, lip, beside) * (1 - 0.8 * bare)


@dataclass(frozen=True)
class Beard:
    """whiskers: how many are tried; length: of one, in design units; wash: strength of the shade under them."""

    whiskers: int = 11000
    length: tuple[float, float] = (8.0, 14.0)
    half: float = 0.85
    alpha: float = 0.72
    wash: float = 0.4
    light: float = 0.62

    def __call__(self, canvas: skia.Canvas, person: Person) -> None:
        canvas.save()
        canvas.clipPath(outline(person), skia.ClipOp.kIntersect, True)
        self.shade(canvas, person)
        self.hairs(canvas, person)
        canvas.restore()

    def shade(self, canvas: skia.Canvas, person: Person) -> None:
        s, step = person.shape, 8
        dots = skia.Path()
        for y in range(int(s.nose_y) + 8, int(s.chin_y) + 8, step):
            for x in range(int(AXIS) - 176, int(AXIS) + 176, step):
                if density(person, x, y) > 0.45:
                    dots.addCircle(x, y, step * 0.9)
        canvas.drawPath(dots, paint(mix(person.hair_tones[0], person.skin.ramp[0], 0.35), self.wash, blur=6))

    def hairs(self, canvas: skia.Canvas, person: Person) -> None:
        dice, s = random.Random(17), person.shape
        levels = [skia.Path() for _ in range(10)]
        for _ in range(self.whiskers):
            x, y = AXIS + dice.uniform(-172, 172), dice.uniform(s.brow_y + 70, s.chin_y + 4)
            if dice.random() > density(person, x, y):
                continue
            light = (
                self.light - 0.32 * (x - AXIS) / 160 - 0.3 * max(y - s.mouth_y - 50, 0) / 50 + dice.uniform(-0.28, 0.28)
            )
            self.whisker(levels[int(soft(light) * 9.99)], person, x, y, dice)
        for level, path in enumerate(levels):
            canvas.drawPath(path, paint(tone_at(person.hair_tones, level / 9), self.alpha))

    def whisker(self, path: skia.Path, person: Person, x: float, y: float, dice: random.Random) -> None:
        side = (x - AXIS) / 150
        slant = side * (0.35 if y > person.shape.mouth_y else 1.5) + dice.uniform(-0.4, 0.4)
        length = dice.uniform(*self.length)
        bow(
            path,
            (x, y),
            (x + length * slant * 0.4, y + length * 0.55),
            (x + length * slant * 0.5, y + length),
            self.half,
        )


def temples(
    canvas: skia.Canvas, person: Person, top: float, bottom: float, strength: float = 1.0, count: int = 2600
) -> None:
    """Hair clipped short beside the face: dense above, fading into a sideburn."""
    dice = random.Random(23)
    levels = [skia.Path() for _ in range(8)]
    for side in (-1, 1):
        shade_temple(canvas, person, side, top, bottom, strength)
        for _ in range(count):
            t = dice.random() ** 1.1
            y = top + (bottom - top) * t
            edge = half_width(person, max(y, top + 40)) + (9 if strength == 1.0 else 3) * (1 - t) + 1
            out = edge - (12 + 34 * (1 - t) ** 0.8) * dice.random()
            if dice.random() > 1.1 - t**2.0 or strength < 1 and dice.random() > t * 4:
                continue
            light = 0.40 - 0.16 * side + dice.uniform(-0.2, 0.22)
            x, length = AXIS + side * out, dice.uniform(6, 11)
            bow(
                levels[int(soft(light) * 7.99)],
                (x, y),
                (x + side * 2, y + length * 0.5),
                (x + side * 4, y + length),
                0.6,
            )
    for level, path in enumerate(levels):
        canvas.drawPath(path, paint(tone_at(person.hair_tones, level / 7), 0.75 * strength))


def shade_temple(canvas: skia.Canvas, person: Person, side: int, top: float, bottom: float, strength: float) -> None:
    def at(inward: float, t: float) -> tuple[float, float]:
        y = top + (bottom - top) * t
        return AXIS + side * (half_width(person, max(y, top + 40)) - inward), y

    bulge = 7.0 if strength == 1.0 else -3.0
    patch = curve(
        [at(42, 0.0), at(-bulge, -0.05), at(-bulge, 0.4), at(-1, 0.8), at(5, 0.97), at(12, 0.78), at(28, 0.34)],
        closed=True,
    )
    tone = mix(person.hair_tones[0], person.hair_tones[1], 0.6)
    start = strength if strength == 1.0 else 0.0  # no hair above it to join: begin softly
    fading = fade(
        (0, top),
        (0, bottom),
        [
            (0, ink(tone, start)),
            (0.3, ink(tone, strength)),
            (0.5, ink(tone, 0.75 * strength)),
            (1, ink(tone, 0.1 * strength)),
        ],
    )
    fading.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 4))
    canvas.drawPath(patch, fading)
