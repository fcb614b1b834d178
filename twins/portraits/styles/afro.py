"""A round afro."""

import math

import skia

from twins.portraits.coils import Cloud, coils
from twins.portraits.hair import hairline_shadow
from twins.portraits.jewellery import hoop
from twins.portraits.outline import outline
from twins.portraits.pen import paint
from twins.portraits.person import AXIS, Person


def in_face(x: float, y: float) -> bool:
    """Below a round hair line."""
    return ((x - AXIS) / 152) ** 2 + ((y - 424) / 146) ** 2 < 1 or y > 424 and abs(x - AXIS) < 152


def afro_behind(canvas: skia.Canvas, person: Person) -> None:
    mass = skia.Rect.MakeLTRB(AXIS - 244, 112, AXIS + 244, 588)
    canvas.drawOval(mass, paint(person.hair_tones[0], blur=7))
    cloud = Cloud((AXIS, 350), (258, 250), 5200, size=6.6, seed=3)
    coils(canvas, cloud, person.hair_tones, lambda x, y: True)


def afro_front(canvas: skia.Canvas, person: Person) -> None:
    line = [
        (AXIS + 156 * math.cos(a), 424 + 148 * math.sin(a)) for a in [math.pi + i * math.pi / 12 for i in range(13)]
    ]
    hairline_shadow(canvas, person, outline(person), line)
    crown = skia.Path()
    crown.setFillType(skia.PathFillType.kEvenOdd)
    crown.addOval(skia.Rect.MakeLTRB(AXIS - 172, 190, AXIS + 172, 660))
    crown.addOval(skia.Rect.MakeLTRB(AXIS - 154, 276, AXIS + 154, 660))
    canvas.save()
    canvas.clipRect(skia.Rect.MakeLTRB(0, 0, 1024, 440))
    canvas.drawPath(crown, paint(person.hair_tones[0], blur=6))
    canvas.restore()
    cloud = Cloud((AXIS, 350), (258, 250), 5200, size=6.6, seed=4)
    near = lambda x, y: y < 452 + 14 * math.sin(x * 1.3) and abs(x - AXIS) < 186 and not in_face(x, y)  # noqa: E731
    coils(canvas, cloud, person.hair_tones, near)
    for side in (-1, 1):
        hoop(canvas, AXIS + side * (person.shape.ear[0] + 6), person.shape.ear[2] + 2)
