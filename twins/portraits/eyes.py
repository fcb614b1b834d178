"""Eyes, lids and brows, for any gaze, closing of the lids and lift of the brows."""

import math
import random
from dataclasses import dataclass

import skia

from twins.portraits.pen import Point, bow, curve, fade, glow, ink, mix, paint
from twins.portraits.person import AXIS, Person

GAZE = ((0.0, 0.0), (-8.5, 0.6), (8.5, 0.6), (0.0, -4.6), (0.0, 5.0))  # the viewer's left and right
CLOSING = (0.0, 0.3, 0.58, 0.82, 1.0)
LIFT = (5.0, 0.0, -2.5, -5.0, -7.5, -10.0)

Cubic = tuple[Point, Point, Point, Point]


@dataclass(frozen=True)
class Look:
    """One state of both eyes: indices of the face sheet's axes."""

    brow: int = 1
    gaze: int = 0
    lid: int = 0


@dataclass(frozen=True)
class Lids:
    """The edges of one eye in its own coordinates: x outwards from the eye's middle, y down."""

    upper: Cubic
    lower: Cubic
    crease: Cubic


def along(c: Cubic, t: float) -> Point:
    u = 1 - t
    shares = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
    x = sum(share * p[0] for share, p in zip(shares, c, strict=True))
    return x, sum(share * p[1] for share, p in zip(shares, c, strict=True))


def between(one: Cubic, other: Cubic, share: float) -> Cubic:
    a, b, c, d = ((p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share) for p, q in zip(one, other, strict=True))
    return a, b, c, d


def lids(person: Person, look: Look) -> Lids:
    e = person.eyes
    half, drop = e.width / 2, (0.0, 0.0, 0.0, -2.2, 3.6)[look.gaze]
    inner, outer = (-half, 3.0), (half, -e.tilt)
    high, low = e.upper * 1.34, e.lower * 1.34
    opened: Cubic = (inner, (-half * 0.58, drop - high * 0.98), (half * 0.42, drop * 0.8 - high * 1.1), outer)
    floor: Cubic = (inner, (-half * 0.5, low * 0.9 + 1.5), (half * 0.52, low * 1.08), outer)
    shut: Cubic = (inner, (-half * 0.5, low * 0.62 + 1), (half * 0.52, low * 0.78), outer)
    closing = CLOSING[look.lid]
    upper = between(opened, shut, closing)
    lower = between(floor, shut, closing)
    rest: Cubic = (
        (-half * 0.98, -3.0),
        (-half * 0.6, -high * 0.98 - e.crease),
        (half * 0.46, -high * 1.1 - e.crease * 1.15),
        (half * 1.1, -e.tilt - 4.0),
    )
    sink = closing * 4.5 + LIFT[look.brow] * 0.12
    a, b, c, d = ((x, y + sink) for x, y in rest)
    return Lids(upper, lower, (a, b, c, d))


def draw_eyes(person: Person, canvas: skia.Canvas, look: Look) -> None:
    for side in (-1, 1):
        canvas.save()
        canvas.translate(
            AXIS + side * person.eyes.spacing, person.shape.brow_y + 52 + (0.8 * person.lean if side > 0 else 0)
        )
        canvas.scale(side, 1)
        draw_eye(person, canvas, look, side)
        canvas.restore()
    for side in (-1, 1):
        draw_brow(person, canvas, look, side)


def loop(upper: Cubic, lower: Cubic) -> skia.Path:
    path = skia.Path()
    path.moveTo(*upper[0])
    path.cubicTo(*upper[1], *upper[2], *upper[3])
    path.cubicTo(*lower[2], *lower[1], *lower[0])
    path.close()
    return path


def line(c: Cubic) -> skia.Path:
    path = skia.Path()
    path.moveTo(*c[0])
    path.cubicTo(*c[1], *c[2], *c[3])
    return path


def draw_eye(person: Person, canvas: skia.Canvas, look: Look, side: int) -> None:
    shape = lids(person, look)
    ramp = person.skin.ramp
    canvas.drawPath(loop(shape.crease, shape.lower), paint(ramp[0], 0.22, blur=7))
    if look.lid < 4:
        canvas.save()
        canvas.clipPath(loop(shape.upper, shape.lower), skia.ClipOp.kIntersect, True)
        ball(person, canvas, shape, look, side)
        canvas.restore()
    lid_skin(person, canvas, shape, look)
    rims(person, canvas, shape, look)
    if person.eyes.fold:
        inner_fold(person, canvas, shape)
    lashes(person, canvas, shape, look)


def ball(person: Person, canvas: skia.Canvas, shape: Lids, look: Look, side: int) -> None:
    """Sclera, iris, and what falls on them; clipped to the opening."""
    e = person.eyes
    half = e.width / 2
    white = [(0.0, ink("#fbf5ef")), (0.55, ink("#efe4dc")), (1.0, ink("#b79c92"))]
    canvas.drawRect(skia.Rect.MakeLTRB(-half - 4, -50, half + 4, 40), glow((0, 2), half * 1.12, white))
    duct = skia.Rect.MakeLTRB(-half - 6, -4, -half + 11, 12)
    canvas.drawOval(duct, paint("#cf8a7c", 0.8, blur=2.0))
    canvas.drawOval(skia.Rect.MakeLTRB(-half + 1, -1, -half + 6, 5), paint("#f3c4b6", 0.7, blur=0.9))
    gx, gy = GAZE[look.gaze]
    centre = (gx * side * (e.width / 78) - 0.6, -(e.upper - e.lower) * 0.30 + gy)
    iris(person, canvas, centre)
    shade = line(shape.upper)
    canvas.drawPath(shade, paint("#3a2018", 0.55, blur=5, stroke=13))
    canvas.drawPath(line(shape.lower), paint("#8d5f54", 0.3, blur=2, stroke=5))
    canvas.drawPath(line(shape.lower), paint("#e8b3a2", 0.75, blur=0.6, stroke=3.2))
    sparkle(canvas, centre, e.size, side)


def iris(person: Person, canvas: skia.Canvas, centre: Point) -> None:
    e, (x, y) = person.eyes, centre
    canvas.drawCircle(x, y, e.size + 0.8, paint(e.iris_rim, 0.55, blur=1.4))
    tones = [
        (0.0, ink(e.iris)),
        (0.35, ink(mix(e.iris, e.iris_light, 0.35))),
        (0.72, ink(e.iris)),
        (1.0, ink(e.iris_rim)),
    ]
    canvas.drawCircle(x, y, e.size, glow(centre, e.size, tones))
    dice = random.Random(7)
    for i in range(56):
        angle = i / 56 * math.tau + dice.uniform(-0.05, 0.05)
        near, far = e.size * dice.uniform(0.36, 0.5), e.size * dice.uniform(0.72, 0.92)
        tone = e.iris_light if dice.random() < 0.6 else e.iris_rim
        canvas.drawLine(
            x + near * math.cos(angle),
            y + near * math.sin(angle),
            x + far * math.cos(angle),
            y + far * math.sin(angle),
            paint(tone, 0.34, stroke=0.8),
        )
    bowl = glow((x + 2, y + e.size * 0.55), e.size * 0.75, [(0, ink(e.iris_light, 0.75)), (1, ink(e.iris_light, 0))])
    canvas.drawCircle(x, y, e.size * 0.93, bowl)
    canvas.drawCircle(x, y, e.size * 0.44, paint("#0b0605", 0.97, blur=0.7))


def sparkle(canvas: skia.Canvas, centre: Point, size: float, side: int) -> None:
    """Catchlights: they hang with the lamp, so they follow the gaze only in part and mirror on neither side."""
    x, y = centre[0] * 0.7, centre[1]
    left = -side
    canvas.drawCircle(x + left * size * 0.36, y - size * 0.36, size * 0.25, paint("#ffffff", 0.96, blur=0.5))
    canvas.drawCircle(x - left * size * 0.42, y + size * 0.42, size * 0.13, paint("#ffffff", 0.5, blur=0.8))


def lid_skin(person: Person, canvas: skia.Canvas, shape: Lids, look: Look) -> None:
    """The upper lid between its crease and its edge."""
    ramp, closing = person.skin.ramp, CLOSING[look.lid]
    path = loop(shape.crease, shape.upper)
    top, bottom = shape.crease[1][1] * 0.75, along(shape.upper, 0.5)[1]
    light = mix(ramp[2], ramp[3], 0.2 + 0.5 * closing)
    tones = [(0.0, ink(mix(ramp[1], ramp[2], 0.35))), (0.5, ink(light)), (1.0, ink(mix(ramp[1], ramp[2], 0.5)))]
    fill = fade((0, top), (0, bottom), tones)
    fill.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 0.8))
    canvas.drawPath(path, fill)
    canvas.save()
    canvas.clipPath(path, skia.ClipOp.kIntersect, True)
    x, y = along(between(shape.crease, shape.upper, 0.55), 0.52)
    gleam = skia.Rect.MakeLTRB(x - 17, y - 4, x + 15, y + 5)
    canvas.drawOval(gleam, paint(ramp[4], 0.3 + 0.2 * closing, blur=4))
    canvas.restore()
    fold = paint(ramp[0], 0.62 - 0.25 * closing, blur=1.1, stroke=2.3)
    canvas.drawPath(line(shape.crease), fold)
    canvas.drawPath(line(shape.crease), paint(ramp[0], 0.2, blur=3.5, stroke=7))


def rims(person: Person, canvas: skia.Canvas, shape: Lids, look: Look) -> None:
    """The lower lid's wet edge and the shade under it."""
    ramp = person.skin.ramp
    x0, x1 = along(shape.lower, 0.08), along(shape.lower, 0.94)
    below = curve(
        [
            (x0[0], x0[1] + 4),
            *[(along(shape.lower, t)[0], along(shape.lower, t)[1] + 3.6) for t in (0.3, 0.5, 0.7)],
            (x1[0], x1[1] + 2.5),
        ]
    )
    canvas.drawPath(below, paint(mix(ramp[3], "#ffd9c8", 0.3), 0.4, blur=1.6, stroke=2.4))
    canvas.drawPath(line(shape.lower), paint(mix(ramp[0], person.eyes.lash_tone, 0.3), 0.55, blur=0.8, stroke=1.5))
    under = curve([(along(shape.lower, t)[0], along(shape.lower, t)[1] + 13 - 4 * t) for t in (0.12, 0.4, 0.7, 0.95)])
    canvas.drawPath(under, paint(ramp[0], 0.16 + 0.2 * person.skin.lines, blur=3, stroke=4))


def inner_fold(person: Person, canvas: skia.Canvas, shape: Lids) -> None:
    """The fold of an upper lid that runs over the inner corner."""
    x, y = shape.upper[0]
    reach = person.eyes.fold
    near = along(shape.upper, 0.3)
    fold = skia.Path()
    fold.moveTo(near[0], near[1] - 3)
    fold.cubicTo(x + 10, y - 8, x - 1, y - 3, x + 1 - reach, y + 7)
    cover = skia.Path(fold)
    cover.cubicTo(x + 2, y + 5, x + 8 * reach, y + 1, near[0], near[1])
    cover.close()
    ramp = person.skin.ramp
    canvas.drawPath(cover, paint(mix(ramp[2], ramp[3], 0.3), 0.9, blur=0.8))
    canvas.drawPath(fold, paint(ramp[0], 0.55, blur=0.9, stroke=1.8))


def lashes(person: Person, canvas: skia.Canvas, shape: Lids, look: Look) -> None:
    e, closing = person.eyes, CLOSING[look.lid]
    liner = skia.Path()
    start, end = shape.upper[0], shape.upper[3]
    tip = (end[0] + e.lash * 0.45, end[1] - e.lash * 0.28 + closing * 3)
    liner.moveTo(*start)
    liner.cubicTo(*shape.upper[1], *shape.upper[2], *end)
    liner.lineTo(*tip)
    for t in (0.85, 0.6, 0.35, 0.15, 0.0):
        x, y = along(shape.upper, t)
        liner.lineTo(x, y - e.liner * math.sin(math.pi * min(0.25 + 0.62 * t, 1)) ** 1.2)
    liner.close()
    canvas.drawPath(liner, paint(e.lash_tone, 0.92, blur=0.5))
    dice = random.Random(11)
    count = round(10 + 1.8 * e.lash)
    for i in range(count):
        t = 0.1 + 0.9 * i / (count - 1)
        lash(canvas, shape.upper, t, e.lash * (0.3 + 0.7 * t) * dice.uniform(0.6, 1.1), closing, e.lash_tone)
    for i in range(11):
        t = 0.42 + 0.5 * i / 10
        x, y = along(shape.lower, t)
        path = skia.Path()
        bow(path, (x, y + 0.5), (x + 1.5 * t, y + e.lash * 0.2), (x + 3.6 * t, y + e.lash * 0.3), 0.3)
        canvas.drawPath(path, paint(e.lash_tone, 0.03 * e.lash))


def lash(canvas: skia.Canvas, lid: Cubic, t: float, length: float, closing: float, tone: str) -> None:
    x, y = along(lid, t)
    lift = 0.9 - 1.45 * closing  # open lids point their lashes up, closed ones down
    out = (t - 0.32) * 1.15
    tip = (x + length * out, y - length * lift)
    middle = (x + length * out * 0.75, y - length * (lift * 0.35 - 0.12))
    path = skia.Path()
    bow(path, (x, y), middle, tip, 0.8)
    canvas.drawPath(path, paint(tone, 0.8))


def brow_line(person: Person, look: Look, side: int) -> list[Point]:
    """Inner end, two points of the arch, and the tail."""
    b, e = person.brows, person.eyes
    lift = LIFT[look.brow] * (1.12 if side < 0 else 1.0)
    x0 = e.spacing - b.length * 0.56
    y = person.shape.brow_y + lift - (1.5 * person.lean if side < 0 else 0)
    inner = LIFT[look.brow] * (0.4 if look.brow == 0 else 0.2)
    return [
        (x0, y + 4 + inner),
        (x0 + b.length * 0.34, y - b.arch * 0.55),
        (x0 + b.length * 0.68, y - b.arch - b.slope * 0.5),
        (x0 + b.length, y + 3 - b.slope),
    ]


def draw_brow(person: Person, canvas: skia.Canvas, look: Look, side: int) -> None:
    b = person.brows
    canvas.save()
    canvas.translate(AXIS, 0)
    canvas.scale(side, 1)
    points = brow_line(person, look, side)
    spine: Cubic = (
        points[0],
        (2 * points[1][0] - points[0][0] * 0.5 - points[2][0] * 0.5, points[1][1] - 2),
        points[2],
        points[3],
    )
    thick = b.thickness
    body = curve(
        [
            (points[0][0] + 7, points[0][1] + thick * 0.3),
            (points[0][0] + 7, points[0][1] - thick * 0.3),
            *[(along(spine, t)[0], along(spine, t)[1] - thick * (0.52 - 0.3 * t)) for t in (0.3, 0.6, 0.8)],
            points[3],
            *[(along(spine, t)[0], along(spine, t)[1] + thick * (0.52 - 0.42 * t)) for t in (0.8, 0.6, 0.3)],
        ],
        closed=True,
    )
    canvas.drawPath(body, paint(b.tone, 0.72 * b.strength, blur=2.4))
    dice = random.Random(f"{person.name}{side}")
    for _ in range(b.density):
        t = dice.random() ** 0.85
        hair(
            canvas,
            spine,
            t,
            thick * (1 - 0.7 * t * t),
            b.tone,
            b.strength * dice.uniform(0.45, 0.95),
            dice.uniform(-1, 1),
        )
    canvas.restore()
    if look.brow > 1:
        x, y = points[2]
        furrow = curve([(AXIS + side * (x - 40), y - 22), (AXIS + side * x, y - 27), (AXIS + side * (x + 18), y - 22)])
        canvas.drawPath(furrow, paint(person.skin.ramp[1], 0.09 * (look.brow - 1), blur=3, stroke=3))


def hair(canvas: skia.Canvas, spine: Cubic, t: float, thick: float, tone: str, alpha: float, place: float) -> None:
    x, y = along(spine, t)
    y += place * thick * 0.46
    rise = 1.15 - 1.5 * t - place * 0.35  # inner hairs stand, outer ones lie down
    length = 10 + 4 * t
    path = skia.Path()
    bow(path, (x, y), (x + length * 0.35, y - length * rise * 0.42), (x + length * 0.85, y - length * rise * 0.5), 0.62)
    canvas.drawPath(path, paint(tone, alpha))
