"""Long waves, parted in the middle."""

import skia

from twins.portraits.hair import Lock, Sweep, comb, hairline_shadow
from twins.portraits.outline import outline
from twins.portraits.pen import curve, paint
from twins.portraits.person import AXIS, Person


def waves_behind(canvas: skia.Canvas, person: Person) -> None:
    tones = person.hair_tones
    mass = curve(
        [
            (AXIS, 168),
            (AXIS + 130, 190),
            (AXIS + 206, 300),
            (AXIS + 222, 470),
            (AXIS + 262, 640),
            (AXIS + 266, 760),
            (AXIS + 226, 880),
            (AXIS + 100, 1000),
            (AXIS - 100, 1000),
            (AXIS - 226, 880),
            (AXIS - 266, 760),
            (AXIS - 262, 640),
            (AXIS - 222, 470),
            (AXIS - 206, 300),
            (AXIS - 130, 190),
        ],
        closed=True,
    )
    canvas.drawPath(mass, paint(tones[0], blur=5))
    left = Lock(
        [(430, 190), (330, 300), (292, 440), (300, 580), (262, 720), (290, 860), (250, 980)],
        [(480, 200), (420, 340), (380, 500), (398, 640), (380, 780), (400, 900), (370, 1000)],
        light=0.42,
        strands=60,
        band=0.4,
        fray=7,
    )
    comb(canvas, [left.mirrored(0.2), left], tones, 5)


INNER_WAVE = [
    (513, 254),
    (470, 266),
    (420, 304),
    (380, 364),
    (357, 440),
    (348, 530),
    (352, 630),
    (372, 740),
    (392, 850),
    (384, 940),
]
OUTER_WAVE = [
    (511, 144),
    (440, 148),
    (372, 174),
    (316, 226),
    (278, 330),
    (262, 450),
    (240, 570),
    (214, 690),
    (206, 800),
    (222, 900),
    (216, 970),
]


def waves_front(canvas: skia.Canvas, person: Person) -> None:
    tones = person.hair_tones
    edge = [(352, 470), (360, 390), (388, 320), (440, 274), (508, 256), (580, 276), (634, 322), (662, 390), (670, 470)]
    hairline_shadow(canvas, person, outline(person), edge, 0.55)
    for side in (-1, 1):
        fall = curve(
            [
                (AXIS + side * 140, 690),
                (AXIS + side * 160, 780),
                (AXIS + side * 176, 890),
                (AXIS + side * 240, 900),
                (AXIS + side * 262, 800),
            ]
        )
        canvas.drawPath(fall, paint("#0e0a10", 0.5, blur=14))
    left = Sweep(
        INNER_WAVE, OUTER_WAVE, locks=9, wave=17, length=0.26, lit=(0.86, 0.55), band=0.2, strands=44, fray=4.5
    ).cut()
    right = [
        lock.mirrored(lock.light * 0.62)
        for lock in Sweep(
            INNER_WAVE,
            OUTER_WAVE,
            locks=9,
            wave=15,
            length=0.27,
            lit=(0.86, 0.5),
            band=0.2,
            strands=44,
            fray=4.5,
            seed=8,
        ).cut()
    ]
    comb(canvas, right, tones, 2)
    comb(canvas, left, tones, 3)
    parting = curve([(511, 150), (512, 200), (512, 252)])
    canvas.drawPath(parting, paint(tones[0], 0.55, blur=3, stroke=7))
    canvas.drawPath(parting, paint(person.skin.ramp[1], 0.55, blur=1.2, stroke=2.2))
