"""Each person's hair."""

import math
from collections.abc import Sequence

import skia

from twins.portraits.beard import temples
from twins.portraits.coils import Cloud, coils
from twins.portraits.glasses import Glasses
from twins.portraits.hair import Lock, Sweep, comb, hairline_shadow, roots
from twins.portraits.outline import outline
from twins.portraits.pen import Point, curve, glow, ink, mix, paint
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


def hoop(canvas: skia.Canvas, x: float, y: float) -> None:
    """A golden earring."""
    ring = skia.Rect.MakeLTRB(x - 13, y, x + 13, y + 34)
    canvas.drawOval(ring, paint("#6b4312", 0.9, stroke=5.4))
    canvas.drawOval(ring, paint("#d9a441", stroke=3.8))
    canvas.drawArc(ring, 130, 100, False, paint("#fff0bd", 0.95, blur=0.5, stroke=1.8))
    canvas.drawCircle(x, y, 4, glow((x - 1, y - 1), 5, [(0, ink("#ffe9b0")), (1, ink("#b07a26"))]))


# --- long waves, parted in the middle ---------------------------------------------------------------------------
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
        0.42,
        60,
        0.4,
        7,
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
    left = Sweep(INNER_WAVE, OUTER_WAVE, 9, 17, 0.26, (0.86, 0.55), 0.2, 44, 4.5).cut()
    right = [
        lock.mirrored(lock.light * 0.62)
        for lock in Sweep(INNER_WAVE, OUTER_WAVE, 9, 15, 0.27, (0.86, 0.5), 0.2, 44, 4.5, seed=8).cut()
    ]
    comb(canvas, right, tones, 2)
    comb(canvas, left, tones, 3)
    parting = curve([(511, 150), (512, 200), (512, 252)])
    canvas.drawPath(parting, paint(tones[0], 0.55, blur=3, stroke=7))
    canvas.drawPath(parting, paint(person.skin.ramp[1], 0.55, blur=1.2, stroke=2.2))


# --- short and tousled ------------------------------------------------------------------------------------------
def cap(canvas: skia.Canvas, points: Sequence[Point], line: Sequence[Point], tone: str) -> None:
    """Solid ground under short hair: from its outer edge to the hair line."""
    path = curve(points)
    path.addPath(curve(line[::-1]), skia.Path.kExtend_AddPathMode)
    path.close()
    canvas.drawPath(path, paint(tone, blur=3))


def nothing(canvas: skia.Canvas, person: Person) -> None:
    """No hair here."""


TOUSLED = (
    # root edge to tip edge: (left edge, right edge, light)
    ([(600, 300), (640, 250), (680, 236), (700, 262)], [(620, 340), (664, 304), (690, 300), (694, 320)], 0.3),
    ([(404, 306), (372, 262), (344, 252), (322, 276)], [(394, 348), (362, 322), (340, 318), (330, 344)], 0.6),
    ([(560, 272), (604, 196), (650, 176), (688, 208)], [(606, 314), (650, 250), (682, 240), (706, 262)], 0.42),
    ([(440, 286), (400, 214), (362, 196), (326, 222)], [(410, 320), (370, 256), (346, 244), (318, 268)], 0.72),
    ([(520, 262), (548, 168), (600, 138), (652, 158)], [(574, 292), (612, 206), (648, 188), (692, 206)], 0.55),
    ([(480, 272), (446, 180), (404, 154), (356, 176)], [(440, 300), (408, 222), (376, 204), (334, 226)], 0.8),
    ([(470, 274), (470, 172), (512, 126), (572, 124)], [(536, 290), (552, 196), (588, 160), (630, 160)], 0.74),
    ([(444, 296), (420, 196), (440, 140), (494, 118)], [(500, 292), (488, 202), (504, 156), (540, 140)], 0.9),
    ([(424, 322), (392, 232), (398, 172), (444, 144)], [(468, 300), (448, 218), (452, 178), (484, 164)], 0.84),
)


def tuft(left: Sequence[Point], right: Sequence[Point], light: float) -> Lock:
    """A lock that stands up from behind the hair line."""
    up = [[(x, min(y, 290 + (y - 290) * 0.3)) for x, y in edge] for edge in (left, right)]
    return Lock(up[0], up[1], light, 48, 0.45, 9.0, 1.6, 0.5, 0.95, 0.75)


def tousled_front(canvas: skia.Canvas, person: Person) -> None:
    tones = person.hair_tones
    line = [(366, 372), (378, 328), (412, 298), (460, 288), (512, 290), (566, 286), (612, 298), (646, 328), (658, 372)]
    hairline_shadow(canvas, person, outline(person), line, 0.42)
    around = [
        (366, 372),
        (352, 340),
        (346, 290),
        (376, 214),
        (450, 172),
        (512, 164),
        (580, 172),
        (648, 216),
        (678, 290),
        (672, 340),
        (658, 372),
    ]
    cap(canvas, around, line, tones[0])
    temples(canvas, person, 268, 470)
    roots(canvas, line, tones, (6, -58), 240, 0.5)
    comb(canvas, [tuft(*lock) for lock in TOUSLED], tones, 4)
    roots(canvas, line[1:-1], tones, (4, -44), 130, 0.6)


# --- short, parted at the side, combed over ----------------------------------------------------------------------
def neat_front(canvas: skia.Canvas, person: Person) -> None:
    tones = person.hair_tones
    line = [(358, 376), (366, 336), (398, 304), (450, 290), (512, 284), (570, 280), (618, 292), (652, 332), (666, 376)]
    hairline_shadow(canvas, person, outline(person), line, 0.45)
    around = [
        (358, 376),
        (350, 340),
        (350, 280),
        (388, 206),
        (450, 172),
        (520, 164),
        (590, 174),
        (644, 212),
        (674, 280),
        (676, 340),
        (666, 376),
    ]
    cap(canvas, around, line, tones[0])
    temples(canvas, person, 282, 466)
    back = Sweep(
        [(600, 286), (626, 292), (648, 318), (662, 356), (670, 392)],
        [(596, 166), (644, 186), (678, 242), (684, 310), (676, 378)],
        5,
        0,
        0.3,
        (0.4, 0.5),
        0.35,
        46,
        3,
        0.08,
        5,
    )
    over = Sweep(
        [(600, 290), (564, 278), (508, 282), (452, 288), (404, 306), (372, 340), (360, 378)],
        [(600, 168), (552, 146), (484, 146), (416, 168), (366, 222), (344, 290), (350, 366)],
        10,
        4,
        0.4,
        (0.62, 0.8),
        0.36,
        52,
        3.5,
        0.06,
        4,
    )
    comb(canvas, back.cut(), tones, 6)
    comb(canvas, over.cut()[::-1], tones, 7)
    roots(canvas, line[2:7], tones, (-26, -30), 130, 0.4)
    parting = curve([(600, 292), (598, 240), (592, 190)])
    canvas.drawPath(parting, paint(tones[0], 0.7, blur=3, stroke=6))


# --- silver bob ----------------------------------------------------------------------------------------------------
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
        6,
        4,
        0.5,
        (0.3, 0.42),
        0.4,
        30,
        3,
        0.05,
        7,
    ).cut()
    comb(canvas, [*left, *(lock.mirrored(lock.light * 0.7) for lock in left)], (dark, *person.hair_tones[:3]), 11)


def bob_front(canvas: skia.Canvas, person: Person) -> None:
    tones = person.hair_tones
    edge = [(350, 470), (352, 400), (378, 336), (440, 306), (520, 280), (572, 262), (630, 306), (664, 380), (674, 470)]
    hairline_shadow(canvas, person, outline(person), edge, 0.4)
    right = Sweep(
        [(566, 250), (604, 272), (640, 324), (664, 396), (672, 480), (668, 570), (636, 652)],
        [(560, 141), (614, 148), (668, 182), (706, 254), (724, 370), (726, 490), (716, 600), (656, 690)],
        8,
        5,
        0.5,
        (0.66, 0.5),
        0.2,
        50,
        3,
        0.06,
        3,
    )
    left = Sweep(
        [(566, 262), (520, 296), (450, 330), (396, 372), (362, 430), (350, 500), (356, 580), (388, 656)],
        [(562, 142), (470, 142), (370, 186), (318, 280), (300, 400), (298, 500), (310, 600), (370, 694)],
        9,
        5,
        0.5,
        (0.9, 0.7),
        0.25,
        52,
        3,
        0.06,
        4,
    )
    comb(canvas, right.cut(), tones, 8)
    comb(canvas, left.cut(), tones, 9)
    parting = curve([(564, 148), (565, 200), (566, 252)])
    canvas.drawPath(parting, paint(tones[0], 0.45, blur=4, stroke=8))
    canvas.drawPath(parting, paint(person.skin.ramp[2], 0.5, blur=1.2, stroke=2.0))


# --- a bald head ----------------------------------------------------------------------------------------------------
def bald(canvas: skia.Canvas, person: Person) -> None:
    temples(canvas, person, 366, 490, 0.7, 1500)
    Glasses("#2b1d18", (56, 50), 47, 5.0)(canvas, person)


# --- combed back from a side part, tied behind ----------------------------------------------------------------------
def tied_front(canvas: skia.Canvas, person: Person) -> None:
    tones = person.hair_tones
    line = [(352, 452), (362, 384), (392, 326), (444, 290), (500, 272), (556, 264), (612, 300), (650, 362), (668, 452)]
    hairline_shadow(canvas, person, outline(person), line, 0.4)
    right = Sweep(
        [(552, 262), (588, 276), (624, 312), (648, 366), (662, 420), (672, 452)],
        [(546, 168), (600, 178), (650, 222), (678, 296), (688, 370), (686, 444)],
        7,
        3,
        0.5,
        (0.5, 0.42),
        0.3,
        46,
        3,
        0.05,
        5,
    )
    left = Sweep(
        [(552, 262), (506, 274), (446, 294), (396, 332), (364, 390), (350, 452)],
        [(546, 168), (480, 166), (404, 190), (350, 262), (334, 360), (338, 444)],
        9,
        3,
        0.5,
        (0.85, 0.66),
        0.32,
        50,
        3,
        0.05,
        6,
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
    canvas.drawOval(skia.Rect.MakeLTRB(AXIS - 150, 190, AXIS + 150, 560), paint(tones[0], blur=3))
    knot = Sweep(
        [(586, 560), (640, 586), (654, 640), (622, 690), (572, 700)],
        [(600, 590), (616, 606), (620, 640), (604, 664), (580, 668)],
        6,
        2,
        0.5,
        (0.5, 0.3),
        0.3,
        30,
        2,
        0.05,
        9,
    )
    canvas.drawOval(skia.Rect.MakeLTRB(556, 556, 652, 700), paint(tones[0], blur=2))
    comb(canvas, knot.cut(), tones, 14)


def drop(canvas: skia.Canvas, x: float, y: float) -> None:
    """An earring with a small stone."""
    canvas.drawCircle(x, y, 4.2, glow((x - 1, y - 1), 5, [(0, ink("#fff1c4")), (1, ink("#b8842e"))]))
    stone = curve([(x, y + 4), (x + 7, y + 20), (x, y + 29), (x - 7, y + 20)], closed=True)
    canvas.drawPath(stone, glow((x - 2, y + 15), 14, [(0, ink("#ff9e8a")), (0.5, ink("#b3302e")), (1, ink("#5c0f16"))]))
    canvas.drawPath(stone, paint("#d9a94c", 0.9, stroke=1.4))


# --- short curls ------------------------------------------------------------------------------------------------------
def curls_front(canvas: skia.Canvas, person: Person) -> None:
    tones = person.hair_tones
    line = [(360, 386), (370, 334), (404, 300), (458, 288), (512, 292), (566, 287), (620, 300), (654, 334), (664, 386)]
    hairline_shadow(canvas, person, outline(person), line, 0.45)
    around = [
        (358, 380),
        (346, 330),
        (350, 270),
        (392, 196),
        (454, 164),
        (520, 158),
        (584, 166),
        (640, 204),
        (676, 276),
        (678, 330),
        (666, 380),
    ]
    cap(canvas, around, line, tones[0])
    temples(canvas, person, 286, 476)
    cloud = Cloud((AXIS, 286), (174, 152), 3800, size=7.6, clumps=110, seed=12)

    def near(x: float, y: float) -> bool:
        edge = 292 + 26 * ((x - AXIS) / 140) ** 2 + 7 * math.sin(x * 0.21)
        return y < edge and not (abs(x - AXIS) > 148 and y > 306 + 8 * math.sin(x))

    coils(canvas, cloud, tones, near)
