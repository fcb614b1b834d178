"""Collars, lapels and fronts that lie over a garment; necklaces."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import skia

from twins.portraits.clothes import BOTTOM, NECK, Cut, cloth, edge_light, garment, jumper, neckline, ribbed, shoulders
from twins.portraits.pen import Point, curve, fade, glow, ink, mix, paint
from twins.portraits.person import AXIS, Brush, Person

DARK, LIGHT = "#120a12", "#fff3de"


def polygon(points: Sequence[Point], round_off: float = 6.0) -> skia.Path:
    """A closed shape with straight edges and rounded corners."""
    path = skia.Path()
    for i, corner in enumerate(points):
        start, end = toward(corner, points[i - 1], round_off), toward(corner, points[(i + 1) % len(points)], round_off)
        path.lineTo(*start) if i else path.moveTo(*start)
        path.quadTo(*corner, *end)
    path.close()
    return path


def toward(here: Point, there: Point, reach: float) -> Point:
    dx, dy = there[0] - here[0], there[1] - here[1]
    share = min(reach / max((dx * dx + dy * dy) ** 0.5, 1e-6), 0.5)
    return here[0] + dx * share, here[1] + dy * share


def sided(person: Person, points: Sequence[Point], side: int) -> list[Point]:
    """Points given as (outwards, below the chin)."""
    wider = person.shape.neck / NECK - 1
    return [(AXIS + side * x * (1 + wider * max(1 - x / 320, 0)), person.shape.chin_y + y) for x, y in points]


def piece(canvas: skia.Canvas, person: Person, points: Sequence[Point], tone: str, side: int, hem: bool = True) -> None:
    """A flat piece of cloth with its shadow, on the left (-1) or right (1)."""
    placed = sided(person, points, side)
    path = polygon(placed)
    shadow = skia.Path(path)
    shadow.offset(4 if side < 0 else 2, 6)
    canvas.drawPath(shadow, paint(mix(tone, DARK, 0.75), 0.55, blur=6))
    lit = mix(tone, LIGHT, 0.16) if side < 0 else mix(tone, DARK, 0.12)
    top, bottom = min(p[1] for p in placed), max(p[1] for p in placed)
    low = mix(tone, DARK, 0.16 if side < 0 else 0.34)
    canvas.drawPath(path, fade((AXIS, top), (AXIS + side * 40, bottom), [(0, ink(lit)), (1, ink(low))]))
    canvas.save()
    canvas.clipPath(path, skia.ClipOp.kIntersect, True)
    canvas.drawPath(path, paint(mix(tone, LIGHT, 0.5), 0.55 if side < 0 else 0.3, blur=0.8, stroke=2.6))
    if hem:
        seam = paint(mix(tone, DARK, 0.5), 0.35, blur=0.4, stroke=1.2)
        canvas.drawPath(polygon(inset(placed, 0.9)), seam)
    canvas.restore()


def inset(points: Sequence[Point], share: float) -> list[Point]:
    """Points drawn towards their middle."""
    x, y = sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)
    return [(x + (p[0] - x) * share, y + (p[1] - y) * share) for p in points]


def half_front(person: Person, cut: Cut, inner: Sequence[Point], side: int) -> skia.Path:
    """One side of an open garment; `inner` is its front edge from the neck down."""
    outer = [(AXIS + side * x, y) for x, y in shoulders(person, cut)]
    path = curve(outer)
    edge = sided(person, inner, side)
    path.lineTo(edge[-1][0], BOTTOM)
    path.addPath(curve(edge[::-1]), skia.Path.kExtend_AddPathMode)
    path.close()
    return path


def open_front(canvas: skia.Canvas, person: Person, cut: Cut, inner: Sequence[Point], tone: str) -> None:
    """Both sides of a jacket, with their shadow on what is under it."""
    for side in (-1, 1):
        path = half_front(person, cut, inner, side)
        edge = curve(sided(person, inner, side))
        canvas.drawPath(edge, paint(mix(tone, DARK, 0.8), 0.55, blur=8, stroke=14))
        canvas.save()
        cloth(canvas, person, path, tone)
        edge_light(canvas, person, cut)
        weave(canvas, tone)
        canvas.restore()


def weave(canvas: skia.Canvas, tone: str, gap: float = 4.2) -> None:
    """Fine slanting threads over whatever the canvas is clipped to."""
    path = skia.Path()
    for i in range(-120, 410):
        path.moveTo(60 + i * gap, 640)
        path.lineTo(60 + i * gap - 640, 1960)
    canvas.drawPath(path, paint(mix(tone, DARK, 0.6), 0.14, stroke=1.3))


@dataclass(frozen=True)
class Blazer:
    tone: str
    under: Brush
    deep: float = 330.0

    def __call__(self, canvas: skia.Canvas, person: Person) -> None:
        self.under(canvas, person)
        cut = Cut(neckline=((108, 46), (70, 100), (0, 110)), shoulder=360)
        front = [(106, 46), (84, 130), (44, 240), (6, self.deep), (-10, 480)]
        open_front(canvas, person, cut, front, self.tone)
        lapel = [(84, 118), (134, 98), (186, 152), (152, 164), (176, 186), (70, 292), (8, self.deep), (38, 236)]
        collar = [(104, 34), (124, 64), (160, 112), (176, 146), (142, 152), (84, 122), (92, 70)]
        for side in (-1, 1):
            piece(canvas, person, lapel, self.tone, side)
            piece(canvas, person, collar, mix(self.tone, DARK, 0.08), side)


@dataclass(frozen=True)
class Overshirt:
    """An open shirt of sturdy cotton, over something else."""

    tone: str
    under: Brush
    thread: str = "#d9b27c"

    def __call__(self, canvas: skia.Canvas, person: Person) -> None:
        self.under(canvas, person)
        cut = Cut(neckline=((112, 40), (70, 100), (0, 110)), shoulder=364)
        front = [(108, 44), (112, 130), (104, 240), (92, 400)]
        open_front(canvas, person, cut, front, self.tone)
        collar = [(104, 26), (136, 62), (196, 118), (166, 196), (112, 128), (98, 70)]
        for side in (-1, 1):
            placket = curve(sided(person, [(132, 190), (126, 280), (114, 420)], side))
            canvas.drawPath(placket, self.seam())
            canvas.drawPath(curve(sided(person, [(114, 420), (114, 1200)], side)), self.seam())
            piece(canvas, person, collar, mix(self.tone, LIGHT, 0.06), side, hem=False)
            canvas.drawPath(curve(sided(person, [(188, 120), (164, 186), (120, 132)], side)), self.seam())
            canvas.drawPath(curve(sided(person, [(316, 330), (220, 336), (190, 340)], side)), self.seam())

    def seam(self) -> skia.Paint:
        brush = paint(self.thread, 0.75, stroke=1.6)
        brush.setPathEffect(skia.DashPathEffect.Make([5.0, 3.4], 0))
        return brush


@dataclass(frozen=True)
class Shirt:
    """A buttoned shirt with a pointed collar, its top button open."""

    tone: str
    buttons: str = "#f3ece0"

    def __call__(self, canvas: skia.Canvas, person: Person) -> None:
        cut = Cut(neckline=((100, 44), (52, 104), (0, 168)))
        canvas.save()
        cloth(canvas, person, garment(person, cut), self.tone)
        weave(canvas, self.tone, 5.2)
        edge_light(canvas, person, cut)
        canvas.restore()
        y = person.shape.chin_y
        canvas.drawLine(
            AXIS + 1, y + 168, AXIS + 3, BOTTOM, paint(mix(self.tone, DARK, 0.5), 0.6, blur=1.2, stroke=2.4)
        )
        for drop in range(212, 900, 76):
            button(canvas, AXIS - 10, y + drop, self.buttons)
        collar = [(98, 30), (110, 66), (96, 132), (64, 184), (8, 150), (46, 104), (82, 62)]
        for side in (-1, 1):
            piece(canvas, person, collar, mix(self.tone, LIGHT, 0.1), side)


def button(canvas: skia.Canvas, x: float, y: float, tone: str) -> None:
    canvas.drawCircle(x + 1, y + 2.5, 7, paint("#000000", 0.35, blur=2))
    canvas.drawCircle(
        x, y, 6.6, glow((x - 2, y - 2), 9, [(0, ink(mix(tone, "#ffffff", 0.4))), (1, ink(mix(tone, DARK, 0.35)))])
    )
    for dx, dy in ((-1.8, -1.8), (1.8, -1.8), (-1.8, 1.8), (1.8, 1.8)):
        canvas.drawCircle(x + dx, y + dy, 0.9, paint("#3b3030", 0.7))


@dataclass(frozen=True)
class Cardigan:
    """A knitted cardigan with a ribbed edge, over something else."""

    tone: str
    under: Brush

    def __call__(self, canvas: skia.Canvas, person: Person) -> None:
        self.under(canvas, person)
        cut = Cut(neckline=((112, 46), (70, 100), (0, 110)), shoulder=344)
        front = [(96, 36), (112, 66), (104, 140), (62, 250), (30, 360), (22, 470)]
        open_front(canvas, person, cut, front, self.tone)
        for side in (-1, 1):
            ribbed(canvas, sided(person, front, side), self.tone, 24)
            ribbed(canvas, sided(person, [(22, 470), (22, 1200)], side), self.tone, 24)


@dataclass(frozen=True)
class Blouse:
    """Smooth cloth with a V neck, and what hangs above it."""

    tone: str
    jewel: Brush | None = None
    deep: float = 176.0

    def __call__(self, canvas: skia.Canvas, person: Person) -> None:
        cut = Cut(neckline=((112, 48), (62, self.deep * 0.62), (0, self.deep)))
        path = garment(person, cut)
        canvas.drawPath(curve(neckline(person, cut)), paint(person.skin.ramp[0], 0.6, blur=5, stroke=9))
        canvas.save()
        cloth(canvas, person, path, self.tone)
        drape(canvas, person, self.tone)
        edge_light(canvas, person, cut)
        canvas.drawPath(curve(neckline(person, cut)), paint(mix(self.tone, LIGHT, 0.4), 0.7, blur=1.5, stroke=9))
        canvas.drawPath(curve(neckline(person, cut)), paint(mix(self.tone, DARK, 0.4), 0.6, blur=0.8, stroke=2))
        canvas.restore()
        if self.jewel:
            self.jewel(canvas, person)


def drape(canvas: skia.Canvas, person: Person, tone: str) -> None:
    """Soft folds that run from the shoulders to the neckline."""
    y = person.shape.chin_y
    for i, side in enumerate((-1, 1, -1, 1, -1, 1)):
        x = 250 - 52 * (i // 2)
        fold = curve(
            [
                (AXIS + side * x, y + 120 + 6 * i),
                (AXIS + side * (x - 70), y + 220 + 12 * i),
                (AXIS + side * (x * 0.3), y + 340 + 10 * i),
            ]
        )
        canvas.drawPath(fold, paint(mix(tone, DARK, 0.5), 0.3, blur=7, stroke=10))
        fold.offset(-side * 9.0, -6.0)
        canvas.drawPath(fold, paint(mix(tone, LIGHT, 0.5), 0.3, blur=6, stroke=8))


def turtleneck(tone: str) -> Brush:
    """A fine jumper with a high collar."""
    knit = jumper(tone, Cut(neckline=((96, 40), (60, 70), (0, 78))))

    def draw(canvas: skia.Canvas, person: Person) -> None:
        knit(canvas, person)
        high_collar(canvas, person, mix(tone, DARK, 0.06))

    return draw


def high_collar(canvas: skia.Canvas, person: Person, tone: str) -> None:
    """A ribbed tube around the neck, folded over."""
    n, y = person.shape.neck + 2, person.shape.chin_y
    path = curve(
        [(AXIS - n, y + 6), (AXIS - n * 0.6, y + 36), (AXIS, y + 46), (AXIS + n * 0.6, y + 36), (AXIS + n, y + 6)]
    )
    path.addPath(
        curve(
            [
                (AXIS + n + 9, y + 62),
                (AXIS + n * 0.62, y + 94),
                (AXIS, y + 104),
                (AXIS - n * 0.62, y + 94),
                (AXIS - n - 9, y + 62),
            ]
        ),
        skia.Path.kExtend_AddPathMode,
    )
    path.close()
    shadow = skia.Path(path)
    shadow.offset(0, 7)
    canvas.drawPath(shadow, paint(mix(tone, DARK, 0.7), 0.7, blur=6))
    stops = [
        (0.0, ink(mix(tone, LIGHT, 0.05))),
        (0.3, ink(mix(tone, LIGHT, 0.28))),
        (0.62, ink(tone)),
        (1.0, ink(mix(tone, DARK, 0.45))),
    ]
    canvas.drawPath(path, fade((AXIS - n, 0), (AXIS + n, 0), stops))
    canvas.save()
    canvas.clipPath(path, skia.ClipOp.kIntersect, True)
    canvas.drawPath(tube_ribs(n, y), paint(mix(tone, DARK, 0.55), 0.32, blur=0.5, stroke=2.2))
    canvas.drawPath(
        curve([(AXIS - n, y + 8), (AXIS, y + 50), (AXIS + n, y + 8)]),
        paint(mix(tone, LIGHT, 0.6), 0.5, blur=2, stroke=5),
    )
    canvas.drawPath(
        curve([(AXIS - n - 9, y + 58), (AXIS, y + 102), (AXIS + n + 9, y + 58)]),
        paint(mix(tone, DARK, 0.6), 0.5, blur=3, stroke=8),
    )
    canvas.restore()


def tube_ribs(half: float, y: float) -> skia.Path:
    """Ribs that crowd towards the edges, as on a tube."""
    ribs = skia.Path()
    for i in range(-22, 23):
        x = half * math.sin(i / 22 * 1.45)
        ribs.moveTo(AXIS + x, y)
        ribs.lineTo(AXIS + x * 1.06, y + 112)
    return ribs
