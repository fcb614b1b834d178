"""Drawing in design space: 1024 units are the height of a square picture, whatever its pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import skia
from numpy.typing import NDArray

DESIGN = 1024.0
EYE_Y = 456.0  # of every face, in design units


@dataclass(frozen=True)
class View:
    """What of design space a picture shows: units from top to bottom, where the eyes are, and the least width."""

    height: float
    eye_level: float  # of the picture's height
    narrow: float  # units


CLOSE = View(height=DESIGN, eye_level=0.445, narrow=0.74 * DESIGN)  # head and shoulders
SEATED = View(height=1480.0, eye_level=0.315, narrow=1060.0)  # to the waist, behind a desk
VIEWS = {"close": CLOSE, "seated": SEATED}

Point = tuple[float, float]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Frame:
    """Maps design units onto the pixels of one picture."""

    width: int
    height: int
    view: View = CLOSE

    @property
    def scale(self) -> float:
        return min(self.height / self.view.height, self.width / self.view.narrow)

    @property
    def left(self) -> float:
        """Pixel column of design x = 0."""
        return self.width / 2 - DESIGN / 2 * self.scale

    @property
    def top(self) -> float:
        """Pixel row of design y = 0."""
        return self.height * self.view.eye_level - EYE_Y * self.scale

    def place(self, canvas: skia.Canvas) -> None:
        """Let `canvas`, whose origin is the picture's, take design units."""
        canvas.translate(self.left, self.top)
        canvas.scale(self.scale, self.scale)

    def grid(self, x: int, y: int, width: int, height: int) -> tuple[Floats, Floats]:
        """Design coordinates of the centres of a rectangle of pixels: a row of x and a column of y."""
        columns = (np.arange(x, x + width, dtype=np.float32) + 0.5 - self.left) / self.scale
        rows = (np.arange(y, y + height, dtype=np.float32) + 0.5 - self.top) / self.scale
        return columns[None, :].astype(np.float32), rows[:, None].astype(np.float32)

    def even(self, x: float, y: float, right: float, bottom: float) -> tuple[int, int, int, int]:
        """The even pixel rectangle (x, y, width, height) around a rectangle of design units, kept inside."""
        x0 = max(int((x * self.scale + self.left) // 2 * 2), 0)
        y0 = max(int((y * self.scale + self.top) // 2 * 2), 0)
        x1 = min(int(-((right * self.scale + self.left) // -2) * 2), self.width // 2 * 2)
        y1 = min(int(-((bottom * self.scale + self.top) // -2) * 2), self.height // 2 * 2)
        return x0, y0, x1 - x0, y1 - y0


def rgb(tone: str) -> tuple[int, int, int]:
    return int(tone[1:3], 16), int(tone[3:5], 16), int(tone[5:7], 16)


def ink(tone: str, alpha: float = 1.0) -> int:
    """A "#rrggbb" tone as a skia colour."""
    return int(skia.Color(*rgb(tone), round(255 * min(max(alpha, 0.0), 1.0))))


def mix(one: str, other: str, share: float) -> str:
    """`share` of `other` in `one`."""
    share = min(max(share, 0.0), 1.0)
    parts = [round(a + (b - a) * share) for a, b in zip(rgb(one), rgb(other), strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*parts)


def paint(
    tone: str, alpha: float = 1.0, *, blur: float = 0.0, stroke: float = 0.0, mode: skia.BlendMode | None = None
) -> skia.Paint:
    """Paint of one tone; `blur` is the sigma and `stroke` the line's width, in design units."""
    brush = skia.Paint(AntiAlias=True, Color=ink(tone, alpha))
    if stroke:
        brush.setStyle(skia.Paint.kStroke_Style)
        brush.setStrokeWidth(stroke)
        brush.setStrokeCap(skia.Paint.kRound_Cap)
        brush.setStrokeJoin(skia.Paint.kRound_Join)
    if blur:
        brush.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
    if mode is not None:
        brush.setBlendMode(mode)
    return brush


def fade(start: Point, end: Point, stops: Sequence[tuple[float, int]]) -> skia.Paint:
    """Paint with a linear gradient through (position, colour) stops."""
    shader = skia.GradientShader.MakeLinear(
        [skia.Point(*start), skia.Point(*end)], [c for _, c in stops], [p for p, _ in stops]
    )
    return skia.Paint(AntiAlias=True, Dither=True, Shader=shader)


def glow(centre: Point, radius: float, stops: Sequence[tuple[float, int]]) -> skia.Paint:
    """Paint with a radial gradient through (position, colour) stops."""
    shader = skia.GradientShader.MakeRadial(skia.Point(*centre), radius, [c for _, c in stops], [p for p, _ in stops])
    return skia.Paint(AntiAlias=True, Dither=True, Shader=shader)


def curve(points: Sequence[Point], closed: bool = False) -> skia.Path:
    """A smooth path (Catmull-Rom) through the points."""
    path = skia.Path()
    count = len(points)
    path.moveTo(*points[0])
    for i in range(count if closed else count - 1):
        before = points[(i - 1) % count] if closed or i else points[0]
        here, there = points[i], points[(i + 1) % count]
        after = points[(i + 2) % count] if closed or i + 2 < count else points[-1]
        path.cubicTo(
            here[0] + (there[0] - before[0]) / 6,
            here[1] + (there[1] - before[1]) / 6,
            there[0] - (after[0] - here[0]) / 6,
            there[1] - (after[1] - here[1]) / 6,
            *there,
        )
    if closed:
        path.close()
    return path


def through(points: Sequence[Point], each: int) -> list[Point]:
    """The closed curve through the points as a polygon, `each` points between two given ones."""
    p = np.array(points, np.float64)
    before, after, last = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
    t = (np.arange(each) / each)[None, :, None]
    a, b = p[:, None] + (after - before)[:, None] / 6, after[:, None] - (last - p)[:, None] / 6
    dense = (1 - t) ** 3 * p[:, None] + 3 * t * (1 - t) ** 2 * a + 3 * t * t * (1 - t) * b + t**3 * after[:, None]
    return [(float(x), float(y)) for x, y in dense.reshape(-1, 2)]


def bow(path: skia.Path, start: Point, middle: Point, end: Point, half: float) -> None:
    """Add a strand to `path`: from a point over a control point to a tip, `half` wide at its middle."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = max((dx * dx + dy * dy) ** 0.5, 1e-3)
    nx, ny = -dy / length * half, dx / length * half
    path.moveTo(*start)
    path.quadTo(middle[0] + nx, middle[1] + ny, *end)
    path.quadTo(middle[0] - nx, middle[1] - ny, *start)
    path.close()


def mirrored(points: Sequence[Point], axis: float, side: int) -> list[Point]:
    """Points given as (outwards from the axis, y), on the viewer's left (side -1) or right (+1)."""
    return [(axis + side * x, y) for x, y in points]
