"""Short hair: tousled, combed over, curled, or hardly any."""

import math
from collections.abc import Sequence

import skia

from twins.portraits.beard import temples
from twins.portraits.coils import Cloud, coils
from twins.portraits.glasses import Glasses
from twins.portraits.hair import Lock, Sweep, comb, hairline_shadow, roots
from twins.portraits.outline import outline
from twins.portraits.pen import Point, curve, paint
from twins.portraits.person import AXIS, Person


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
    return Lock(up[0], up[1], light=light, strands=48, band=0.45, fray=9.0, width=1.6, gleam=0.5, taper=0.95, root=0.75)


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


COMBED_BACK = Sweep(
    [(600, 286), (626, 292), (648, 318), (662, 356), (670, 392)],
    [(597, 162), (640, 178), (676, 238), (684, 310), (676, 378)],
    locks=5,
    wave=0,
    length=0.3,
    lit=(0.4, 0.5),
    band=0.35,
    strands=46,
    fray=3,
    ragged=0.08,
    seed=5,
)
COMBED_OVER = Sweep(
    [(600, 290), (564, 278), (508, 282), (452, 288), (404, 306), (372, 340), (360, 378)],
    [(600, 164), (552, 148), (484, 146), (416, 168), (366, 222), (344, 290), (350, 366)],
    locks=10,
    wave=4,
    length=0.4,
    lit=(0.62, 0.8),
    band=0.36,
    strands=52,
    fray=3.5,
    ragged=0.06,
    seed=4,
)


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
    comb(canvas, COMBED_BACK.cut(), tones, 6)
    comb(canvas, COMBED_OVER.cut()[::-1], tones, 7)
    roots(canvas, line[2:7], tones, (-26, -30), 130, 0.4)
    parting = curve([(600, 292), (598, 240), (592, 190)])
    canvas.drawPath(parting, paint(tones[0], 0.7, blur=3, stroke=6))


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


def bald(canvas: skia.Canvas, person: Person) -> None:
    temples(canvas, person, 366, 490, 0.7, 1500)
    Glasses("#2b1d18", half=(56, 50), corner=47, frame=5.0)(canvas, person)
