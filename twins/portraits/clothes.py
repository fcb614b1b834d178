"""What people wear."""

from collections.abc import Sequence
from dataclasses import dataclass

import skia

from twins.portraits.pen import Point, curve, fade, ink, mix, paint
from twins.portraits.person import AXIS, Brush, Person

BOTTOM = 1900.0
NECK = 94.0  # half the width of the neck that the cuts are made for


@dataclass(frozen=True)
class Cut:
    """A garment's outline: the neckline as (outwards, below the chin) from side to middle, and the shoulders."""

    neckline: tuple[Point, ...] = ((100, 48), (68, 86), (0, 104))
    shoulder: float = 318.0
    slope: float = 0.0


def shoulders(person: Person, cut: Cut) -> list[Point]:
    """The right edge from the neckline outwards and down."""
    y, w, drop = person.shape.chin_y, cut.shoulder, cut.slope
    top = cut.neckline[0][1]
    side = cut.neckline[0][0] * person.shape.neck / NECK
    return [
        (side, y + top),
        (side + (w - side) * 0.32, y + 84 + drop * 0.4),
        (side + (w - side) * 0.64, y + 112 + drop * 0.8),
        (w * 0.95, y + 158 + drop),
        (w + 16, y + 240 + drop),
        (w + 34, y + 400),
        (w + 60, BOTTOM),
    ]


def garment(person: Person, cut: Cut) -> skia.Path:
    right = shoulders(person, cut)
    path = curve([(AXIS + x, y) for x, y in right])
    path.lineTo(AXIS - right[-1][0], BOTTOM)
    path.addPath(curve([(AXIS - x, y) for x, y in reversed(right)]), skia.Path.kExtend_AddPathMode)
    path.addPath(curve(neckline(person, cut)), skia.Path.kExtend_AddPathMode)
    path.close()
    return path


def neckline(person: Person, cut: Cut) -> list[Point]:
    y = person.shape.chin_y
    wider = person.shape.neck / NECK
    left = [(AXIS - x * wider, y + v) for x, v in cut.neckline]
    right = [(AXIS + x * wider, y + v) for x, v in reversed(cut.neckline[:-1])]
    return [*left, *right]


def cloth(canvas: skia.Canvas, person: Person, path: skia.Path, tone: str) -> None:
    """Fill a garment as a rounded form under the light, with a warm edge; leaves the canvas clipped to it."""
    y = person.shape.chin_y
    stops = [
        (0.0, ink(mix(tone, "#fff4e0", 0.24))),
        (0.35, ink(tone)),
        (0.7, ink(mix(tone, "#1a0f14", 0.28))),
        (1.0, ink(mix(tone, "#150c12", 0.52))),
    ]
    canvas.drawPath(path, fade((AXIS - 300, y + 90), (AXIS + 330, y + 330), stops))
    canvas.clipPath(path, skia.ClipOp.kIntersect, True)
    dark, light = mix(tone, "#150a10", 0.6), mix(tone, "#fff2dc", 0.45)
    head = skia.Rect.MakeLTRB(AXIS - 150, y + 20, AXIS + 190, y + 150)
    canvas.drawOval(head, paint(dark, 0.5, blur=26))
    canvas.drawPath(
        curve([(AXIS - 110, y + 92), (AXIS - 220, y + 124), (AXIS - 300, y + 176), (AXIS - 336, y + 270)]),
        paint(light, 0.5, blur=14, stroke=22),
    )
    for side in (-1, 1):
        arm = curve([(AXIS + side * 268, y + 420), (AXIS + side * 258, y + 300), (AXIS + side * 274, y + 236)])
        canvas.drawPath(arm, paint(dark, 0.5, blur=10, stroke=16))
        fold = curve([(AXIS + side * 250, y + 250), (AXIS + side * 180, y + 300), (AXIS + side * 120, y + 400)])
        canvas.drawPath(fold, paint(dark, 0.22, blur=12, stroke=18))


def edge_light(canvas: skia.Canvas, person: Person, cut: Cut) -> None:
    """Light from behind along the right shoulder; clipped to the garment by the caller."""
    right = [(AXIS + x, y) for x, y in shoulders(person, cut)]
    canvas.drawPath(curve(right[1:6]), paint(person.rim, 0.2, blur=6, stroke=9))


def stitches(canvas: skia.Canvas, person: Person, tone: str, size: float = 9.0) -> None:
    """Knitted stitches over whatever the canvas is clipped to."""
    path = skia.Path()
    top = person.shape.chin_y + 50
    seen = min(canvas.getLocalClipBounds().bottom(), BOTTOM) - top
    for column in range(-44, 45):
        x = AXIS + column * size
        bend = abs(column) / 44
        for row in range(max(0, int(seen / (size * 0.92)) + 2)):
            y = top + row * size * 0.92 + 34 * bend * bend
            path.moveTo(x - size * 0.42, y - size * 0.42)
            path.quadTo(x - size * 0.1, y + size * 0.1, x, y + size * 0.36)
            path.quadTo(x + size * 0.1, y + size * 0.1, x + size * 0.42, y - size * 0.42)
    canvas.drawPath(path, paint(mix(tone, "#140a10", 0.55), 0.26, stroke=1.5))
    path.offset(0.8, 1.5)
    canvas.drawPath(path, paint(mix(tone, "#fff6e4", 0.5), 0.16, stroke=1.2))


def ribbed(canvas: skia.Canvas, line: Sequence[Point], tone: str, height: float) -> None:
    """A ribbed collar along a line."""
    path, dark, light = curve(line), mix(tone, "#140a10", 0.5), mix(tone, "#fff2dc", 0.3)
    under = skia.Path(path)
    under.offset(0, 5)
    shadow = paint(dark, 0.75, blur=4, stroke=height)
    shadow.setStrokeCap(skia.Paint.kButt_Cap)
    canvas.drawPath(under, shadow)
    band = paint(tone, stroke=height)
    band.setStrokeCap(skia.Paint.kButt_Cap)
    canvas.drawPath(path, band)
    canvas.drawPath(path, paint(light, 0.45, blur=2.5, stroke=height * 0.35))
    ribs = paint(dark, 0.34, stroke=height)
    ribs.setStrokeCap(skia.Paint.kButt_Cap)
    ribs.setPathEffect(skia.DashPathEffect.Make([1.7, 4.3], 0))
    canvas.drawPath(path, ribs)


def jumper(tone: str, cut: Cut | None = None) -> Brush:
    """A knitted jumper with a round, ribbed collar."""
    form = cut or Cut()

    def draw(canvas: skia.Canvas, person: Person) -> None:
        canvas.save()
        cloth(canvas, person, garment(person, form), tone)
        stitches(canvas, person, tone)
        edge_light(canvas, person, form)
        canvas.restore()
        ribbed(canvas, neckline(person, form), tone, 20)

    return draw
