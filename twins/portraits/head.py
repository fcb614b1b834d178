"""Outline of the head, ears and neck, and the nose's lines."""

import random

import numpy as np
import skia
from numpy.typing import NDArray

from twins.portraits.outline import outline
from twins.portraits.pen import Frame, curve, fade, glow, ink, mix, paint
from twins.portraits.person import AXIS, Person
from twins.portraits.skin import colours


def face(person: Person, frame: Frame, box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """The bare face in a rectangle of pixels: RGBA, alpha not premultiplied."""
    x, y, width, height = box
    columns, rows = frame.grid(*box)
    picture = colours(person, columns, rows, 1 / frame.scale)
    surface = skia.Surface(width, height)
    canvas = surface.getCanvas()
    canvas.translate(-x, -y)
    frame.place(canvas)
    canvas.drawPath(outline(person), paint("#000000"))
    alpha = surface.toarray(colorType=skia.kRGBA_8888_ColorType)[..., 3:]
    return np.concatenate([np.clip(picture + 0.5, 0, 255).astype(np.uint8), alpha], -1)


def shade_face(person: Person, canvas: skia.Canvas) -> None:
    """Shadows and lines on the bare face that no mouth and no eye moves: nose, temples, age."""
    deep = person.skin.ramp[0]
    nose(person, canvas)
    freckles(person, canvas)
    if person.skin.lines > 0.3:
        age(person, canvas, deep)


def freckles(person: Person, canvas: skia.Canvas) -> None:
    dice, s = random.Random(5), person.shape
    for _ in range(person.skin.freckles):
        x, y = AXIS + dice.gauss(0, 62), s.cheek_y - 6 + dice.gauss(0, 15)
        canvas.drawCircle(x, y, dice.uniform(0.8, 1.9), paint(person.skin.ramp[0], dice.uniform(0.12, 0.3), blur=0.5))


def nose(person: Person, canvas: skia.Canvas) -> None:
    s, deep = person.shape, person.skin.ramp[0]
    w, y = s.nose_width, s.nose_y
    under = curve(
        [
            (AXIS - w, y - 3),
            (AXIS - w * 0.4, y + 3),
            (AXIS, y + 5),
            (AXIS + w * 0.4, y + 3),
            (AXIS + w, y - 3),
            (AXIS, y + 15),
        ],
        closed=True,
    )
    canvas.drawPath(under, paint(deep, 0.34, blur=5))
    for side in (-1, 1):
        hole = curve(
            [
                (AXIS + side * w * 0.16, y + 1),
                (AXIS + side * w * 0.42, y - 5),
                (AXIS + side * w * 0.72, y - 3.5),
                (AXIS + side * w * 0.62, y + 2),
                (AXIS + side * w * 0.34, y + 3.4),
            ],
            closed=True,
        )
        canvas.drawPath(hole, paint(mix(deep, "#000000", 0.45), 0.8, blur=1.3))
        wing = curve(
            [
                (AXIS + side * w * 1.16, y - 24),
                (AXIS + side * w * 1.4, y - 12),
                (AXIS + side * w * 1.27, y - 2),
                (AXIS + side * w * 0.98, y),
            ]
        )
        canvas.drawPath(wing, paint(deep, 0.42 if side > 0 else 0.3, blur=1.8, stroke=2.6))
    tip = skia.Rect.MakeLTRB(AXIS - 13, y - 30, AXIS + 1, y - 19)
    canvas.drawOval(tip, paint("#fff4e6", 0.5 * min(1.0, person.skin.shine * 2.4), blur=4))


def age(person: Person, canvas: skia.Canvas, deep: str) -> None:
    """Lines of the forehead and crow's feet."""
    s, strength = person.shape, person.skin.lines
    for i, (level, start, end) in enumerate(((-46, -80, 62), (-66, -58, 74), (-85, -66, 40))):
        middle = (start + end) / 2
        line = curve(
            [
                (AXIS + start, s.brow_y + level + 4),
                (AXIS + (start + middle) / 2, s.brow_y + level + i),
                (AXIS + middle, s.brow_y + level + 1),
                (AXIS + (end + middle) / 2, s.brow_y + level),
                (AXIS + end, s.brow_y + level + 5),
            ]
        )
        canvas.drawPath(line, paint(deep, 0.15 * strength, blur=2.6, stroke=3.4))
        line.offset(0, 4)
        canvas.drawPath(line, paint(person.skin.ramp[4], 0.14 * strength, blur=2.6, stroke=3.4))
    x0, y0 = person.eyes.spacing + person.eyes.width / 2 + 6, s.brow_y + 50
    for side in (-1, 1):
        for rise in (-9, 1, 11):
            foot = curve(
                [
                    (AXIS + side * x0, y0 + rise * 0.5),
                    (AXIS + side * (x0 + 13), y0 + rise * 1.1 + 2),
                    (AXIS + side * (x0 + 24), y0 + rise * 2.0 + 1),
                ]
            )
            canvas.drawPath(foot, paint(deep, 0.22 * strength, blur=1.4, stroke=2))


def ears(person: Person, canvas: skia.Canvas) -> None:
    out, top, bottom = person.shape.ear
    for side in (-1, 1):
        ear(person, canvas, side, out, top, bottom)


def ear(person: Person, canvas: skia.Canvas, side: int, out: float, top: float, bottom: float) -> None:
    ramp, height = person.skin.ramp, bottom - top

    def at(x: float, y: float) -> tuple[float, float]:
        return AXIS + side * (out + x), top + y * height

    shell = curve(
        [at(-14, 0.12), at(4, 0.0), at(21, 0.1), at(26, 0.34), at(18, 0.62), at(10, 0.86), at(-2, 1.0), at(-14, 0.9)],
        closed=True,
    )
    tones = (ramp[3], ramp[2], ramp[1]) if side < 0 else (ramp[2], ramp[1], ramp[1])
    canvas.drawPath(
        shell, fade(at(26, 0.2), at(-14, 0.7), [(0, ink(tones[0])), (0.5, ink(tones[1])), (1, ink(tones[2]))])
    )
    canvas.save()
    canvas.clipPath(shell, skia.ClipOp.kIntersect, True)
    hollow = curve([at(-6, 0.44), at(4, 0.42), at(8, 0.55), at(2, 0.70), at(-6, 0.72)], closed=True)
    canvas.drawPath(hollow, paint(ramp[0], 0.62, blur=3.2))
    groove = curve([at(-6, 0.16), at(6, 0.10), at(17, 0.20), at(19, 0.36), at(13, 0.56), at(8, 0.70)])
    canvas.drawPath(groove, paint(ramp[0], 0.5, blur=1.8, stroke=4))
    ridge = curve([at(-2, 0.30), at(9, 0.32), at(11, 0.46), at(8, 0.60)])
    canvas.drawPath(ridge, paint(ramp[3], 0.4, blur=2, stroke=4))
    helix = curve([at(-2, 0.04), at(10, 0.03), at(23, 0.16), at(24, 0.36), at(17, 0.60)])
    canvas.drawPath(helix, paint(ramp[4] if side < 0 else ramp[3], 0.5, blur=1.6, stroke=3))
    canvas.drawCircle(*at(4, 0.88), 7, paint(ramp[3], 0.35, blur=4))
    canvas.drawPath(shell, paint(person.skin.blush, 0.25, blur=6, stroke=8))
    canvas.restore()


def neck_path(person: Person) -> skia.Path:
    half, chin = person.shape.neck, person.shape.chin_y
    right = [
        (half + 8, chin - 110),
        (half, chin - 20),
        (half - 3, chin + 50),
        (half + 14, chin + 96),
        (half + 60, chin + 126),
    ]
    points = [(AXIS + x, y) for x, y in right] + [(AXIS - x, y) for x, y in reversed(right)]
    points[5:5] = [(AXIS + 120, chin + 260), (AXIS - 120, chin + 260)]
    return curve(points, closed=True)


def neck(person: Person, canvas: skia.Canvas) -> None:
    """Neck and the top of the chest, with the shadow that the head casts on them."""
    ramp, half, chin = person.skin.ramp, person.shape.neck, person.shape.chin_y
    path = neck_path(person)
    tones = [
        (0.0, ink(ramp[1])),
        (0.24, ink(ramp[2])),
        (0.42, ink(mix(ramp[2], ramp[3], 0.35))),
        (0.7, ink(ramp[1])),
        (1.0, ink(mix(ramp[0], ramp[1], 0.5))),
    ]
    canvas.drawPath(path, fade((AXIS - half - 10, 0), (AXIS + half + 10, 0), tones))
    canvas.save()
    canvas.clipPath(path, skia.ClipOp.kIntersect, True)
    shadow = curve(
        [
            (AXIS - half - 30, chin - 90),
            (AXIS - 60, chin + 8),
            (AXIS + 14, chin + 44),
            (AXIS + 82, chin + 40),
            (AXIS + half + 40, chin - 20),
            (AXIS + half + 40, chin - 160),
            (AXIS - half - 30, chin - 160),
        ],
        closed=True,
    )
    canvas.drawPath(shadow, paint(ramp[0], 0.78, blur=11))
    canvas.drawOval(
        skia.Rect.MakeLTRB(AXIS - 90, chin - 70, AXIS + 100, chin + 20),
        paint(mix(ramp[0], "#000000", 0.3), 0.45, blur=14),
    )
    for side in (-1, 1):
        tendon = curve([(AXIS + side * 66, chin + 30), (AXIS + side * 40, chin + 84), (AXIS + side * 18, chin + 122)])
        canvas.drawPath(tendon, paint(ramp[0], 0.22, blur=5, stroke=7))
        bone = curve([(AXIS + side * 20, chin + 134), (AXIS + side * 70, chin + 124), (AXIS + side * 150, chin + 128)])
        canvas.drawPath(bone, paint(ramp[3] if side < 0 else ramp[2], 0.5, blur=4, stroke=7))
        canvas.drawPath(bone, paint(ramp[0], 0.0, blur=4, stroke=7))
    notch = glow((AXIS, chin + 140), 26, [(0, ink(ramp[0], 0.45)), (1, ink(ramp[0], 0.0))])
    canvas.drawCircle(AXIS, chin + 140, 26, notch)
    canvas.restore()
