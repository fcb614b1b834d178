"""Earrings and necklaces."""

import skia

from twins.portraits.pen import curve, glow, ink, paint
from twins.portraits.person import AXIS, Person


def pearls(canvas: skia.Canvas, person: Person) -> None:
    y = person.shape.chin_y
    for i in range(-9, 10):
        x, drop = AXIS + i * 10.4, y + 118 - 0.58 * i * i
        canvas.drawCircle(x + 1.5, drop + 4, 6, paint(person.skin.ramp[0], 0.5, blur=2.5))
        canvas.drawCircle(
            x, drop, 5.8, glow((x - 2, drop - 2), 8, [(0, ink("#ffffff")), (0.5, ink("#f0e6dc")), (1, ink("#a8948c"))])
        )


def pendant(canvas: skia.Canvas, person: Person) -> None:
    y = person.shape.chin_y
    chain = curve(
        [(AXIS - 90, y + 66), (AXIS - 50, y + 116), (AXIS, y + 140), (AXIS + 50, y + 116), (AXIS + 90, y + 66)]
    )
    canvas.drawPath(chain, paint(person.skin.ramp[0], 0.5, blur=2.4, stroke=3))
    canvas.drawPath(chain, paint("#d8a94e", stroke=1.8))
    canvas.drawCircle(
        AXIS,
        y + 147,
        7.5,
        glow((AXIS - 2, y + 144), 10, [(0, ink("#fff3c8")), (0.5, ink("#dca74a")), (1, ink("#80561c"))]),
    )


def hoop(canvas: skia.Canvas, x: float, y: float) -> None:
    """A golden earring."""
    ring = skia.Rect.MakeLTRB(x - 13, y, x + 13, y + 34)
    canvas.drawOval(ring, paint("#6b4312", 0.9, stroke=5.4))
    canvas.drawOval(ring, paint("#d9a441", stroke=3.8))
    canvas.drawArc(ring, 130, 100, False, paint("#fff0bd", 0.95, blur=0.5, stroke=1.8))
    canvas.drawCircle(x, y, 4, glow((x - 1, y - 1), 5, [(0, ink("#ffe9b0")), (1, ink("#b07a26"))]))


def drop(canvas: skia.Canvas, x: float, y: float) -> None:
    """An earring with a small stone."""
    canvas.drawCircle(x, y, 4.2, glow((x - 1, y - 1), 5, [(0, ink("#fff1c4")), (1, ink("#b8842e"))]))
    stone = curve([(x, y + 4), (x + 7, y + 20), (x, y + 29), (x - 7, y + 20)], closed=True)
    canvas.drawPath(stone, glow((x - 2, y + 15), 14, [(0, ink("#ff9e8a")), (0.5, ink("#b3302e")), (1, ink("#5c0f16"))]))
    canvas.drawPath(stone, paint("#d9a94c", 0.9, stroke=1.4))
