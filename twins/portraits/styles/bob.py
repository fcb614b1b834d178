"""A bob that ends at the chin, parted at the side."""

import skia

from twins.portraits.hair import Sweep, comb, hairline_shadow
from twins.portraits.outline import outline
from twins.portraits.pen import curve, mix, paint
from twins.portraits.person import AXIS, Person


def bob_behind(canvas: skia.Canvas, person: Person) -> None:
    mass = curve(
        [
            (AXIS, 160),
            (AXIS + 140, 190),
            (AXIS + 204, 320),
            (AXIS + 200, 500),
            (AXIS + 168, 636),
            (AXIS + 90, 668),
            (AXIS - 90, 668),
            (AXIS - 168, 636),
            (AXIS - 200, 500),
            (AXIS - 204, 320),
            (AXIS - 140, 190),
        ],
        closed=True,
    )
    dark = mix(person.hair_tones[0], "#241f26", 0.45)
    canvas.drawPath(mass, paint(dark, blur=4))
    left = Sweep(
        [(430, 420), (440, 520), (436, 600), (452, 668)],
        [(330, 400), (322, 500), (332, 600), (386, 690)],
        locks=6,
        wave=4,
        length=0.5,
        lit=(0.3, 0.42),
        band=0.4,
        strands=30,
        fray=3,
        ragged=0.05,
        seed=7,
    ).cut()
    comb(canvas, [*left, *(lock.mirrored(lock.light * 0.7) for lock in left)], (dark, *person.hair_tones[:3]), 11)


def bob_front(canvas: skia.Canvas, person: Person) -> None:
    tones = person.hair_tones
    edge = [(350, 470), (352, 400), (378, 336), (440, 306), (520, 280), (572, 262), (630, 306), (664, 380), (674, 470)]
    hairline_shadow(canvas, person, outline(person), edge, 0.4)
    right = Sweep(
        [(566, 250), (604, 272), (640, 324), (664, 396), (672, 480), (668, 570), (636, 652)],
        [(560, 141), (614, 148), (668, 182), (706, 254), (724, 370), (726, 490), (716, 600), (656, 690)],
        locks=8,
        wave=5,
        length=0.5,
        lit=(0.66, 0.5),
        band=0.2,
        strands=50,
        fray=3,
        ragged=0.06,
        seed=3,
    )
    left = Sweep(
        [(566, 262), (520, 296), (450, 330), (396, 372), (362, 430), (350, 500), (356, 580), (388, 656)],
        [(562, 142), (470, 142), (370, 186), (318, 280), (300, 400), (298, 500), (310, 600), (370, 694)],
        locks=9,
        wave=5,
        length=0.5,
        lit=(0.9, 0.7),
        band=0.25,
        strands=52,
        fray=3,
        ragged=0.06,
        seed=4,
    )
    comb(canvas, right.cut(), tones, 8)
    comb(canvas, left.cut(), tones, 9)
    parting = curve([(564, 148), (565, 200), (566, 252)])
    canvas.drawPath(parting, paint(tones[0], 0.45, blur=4, stroke=8))
    canvas.drawPath(parting, paint(person.skin.ramp[2], 0.5, blur=1.2, stroke=2.0))
