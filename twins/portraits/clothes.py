"""What people wear."""

import skia

from twins.portraits.pen import curve, fade, ink, mix, paint
from twins.portraits.person import AXIS, Brush, Person

BOTTOM = 1900.0


def torso(person: Person, slope: float = 0.0, width: float = 380.0) -> skia.Path:
    """Shoulders and all that is below them."""
    y = person.shape.chin_y + 92
    right = [
        (96, y - 4),
        (150, y + 24),
        (width * 0.66, y + 62 + slope),
        (width * 0.9, y + 112 + slope),
        (width, y + 220),
        (width + 26, BOTTOM),
    ]
    points = [(AXIS + x, v) for x, v in right] + [(AXIS - x, v) for x, v in reversed(right)]
    return curve(points, closed=True)


def jumper(tone: str) -> Brush:
    def draw(canvas: skia.Canvas, person: Person) -> None:
        path = torso(person)
        canvas.drawPath(
            path,
            fade(
                (200, 780),
                (880, 1100),
                [(0, ink(mix(tone, "#ffffff", 0.16))), (0.5, ink(tone)), (1, ink(mix(tone, "#000000", 0.4)))],
            ),
        )
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        y = person.shape.chin_y + 96
        collar = curve([(AXIS - 112, y), (AXIS - 60, y + 46), (AXIS, y + 60), (AXIS + 60, y + 46), (AXIS + 112, y)])
        canvas.drawPath(collar, paint(mix(tone, "#000000", 0.4), 0.8, blur=3, stroke=22))
        canvas.drawPath(collar, paint(mix(tone, "#ffffff", 0.1), 1, stroke=16))
        canvas.restore()

    return draw
