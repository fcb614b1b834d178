"""Hair combed back from a side part and tied behind."""

import skia

from twins.portraits.hair import Sweep, comb, hairline_shadow
from twins.portraits.jewellery import drop
from twins.portraits.outline import outline
from twins.portraits.pen import curve, paint
from twins.portraits.person import AXIS, Person


def tied_front(canvas: skia.Canvas, person: Person) -> None:
    tones = person.hair_tones
    line = [(352, 452), (362, 384), (392, 326), (444, 290), (500, 272), (556, 264), (612, 300), (650, 362), (668, 452)]
    hairline_shadow(canvas, person, outline(person), line, 0.4)
    right = Sweep(
        [(552, 262), (588, 276), (624, 312), (648, 366), (662, 420), (672, 464)],
        [(546, 168), (600, 178), (650, 222), (678, 296), (688, 370), (688, 460)],
        locks=7,
        wave=3,
        length=0.5,
        lit=(0.5, 0.42),
        band=0.3,
        strands=46,
        fray=3,
        ragged=0.05,
        seed=5,
    )
    left = Sweep(
        [(552, 262), (506, 274), (446, 294), (396, 332), (364, 390), (350, 466)],
        [(546, 168), (480, 166), (404, 190), (350, 262), (334, 360), (336, 462)],
        locks=9,
        wave=3,
        length=0.5,
        lit=(0.85, 0.66),
        band=0.32,
        strands=50,
        fray=3,
        ragged=0.05,
        seed=6,
    )
    comb(canvas, right.cut(), tones, 12)
    comb(canvas, left.cut(), tones, 13)
    parting = curve([(547, 172), (550, 220), (553, 262)])
    canvas.drawPath(parting, paint(tones[0], 0.5, blur=3, stroke=7))
    canvas.drawPath(parting, paint(person.skin.ramp[2], 0.55, blur=1.0, stroke=2.0))
    for side in (-1, 1):
        drop(canvas, AXIS + side * (person.shape.ear[0] + 8), person.shape.ear[2] - 2)


def tied_behind(canvas: skia.Canvas, person: Person) -> None:
    """The knot, which shows beside the neck."""
    tones = person.hair_tones
    nape = curve(
        [
            (AXIS, 190),
            (AXIS + 150, 280),
            (AXIS + 180, 400),
            (AXIS + 180, 480),
            (AXIS + 160, 560),
            (AXIS + 90, 640),
            (AXIS - 90, 640),
            (AXIS - 160, 560),
            (AXIS - 180, 480),
            (AXIS - 180, 400),
            (AXIS - 150, 280),
        ],
        closed=True,
    )
    canvas.drawPath(nape, paint(tones[0], blur=2))
    knot = Sweep(
        [(586, 560), (640, 586), (654, 640), (622, 690), (572, 700)],
        [(600, 590), (616, 606), (620, 640), (604, 664), (580, 668)],
        locks=6,
        wave=2,
        length=0.5,
        lit=(0.5, 0.3),
        band=0.3,
        strands=30,
        fray=2,
        ragged=0.05,
        seed=9,
    )
    canvas.drawOval(skia.Rect.MakeLTRB(556, 556, 652, 700), paint(tones[0], blur=2))
    comb(canvas, knot.cut(), tones, 14)
