"""The mouth: lips as curves of an opening and a width, and what shows between them."""

from dataclasses import dataclass

import skia

from twins.faces import OPENINGS, WIDTHS
from twins.portraits.pen import Point, curve, fade, glow, ink, mix, paint
from twins.portraits.person import AXIS, Person

GAP = 58.0  # between the lips when wide open
JAW = 36.0  # how far the chin goes down for it
SEEN = 0.8  # power of an opening: drawn lips shade a narrow gap, and it is to be seen as wide as it is meant


@dataclass(frozen=True)
class Pose:
    """opening 0 to 1; spread -1 (rounded) to 1; closed lips may press together or tuck under the teeth (0 to 1)."""

    opening: float = 0.0
    spread: float = 0.0
    press: float = 0.0
    tuck: float = 0.0

    @property
    def round(self) -> float:
        return max(-self.spread, 0.0)

    @property
    def wide(self) -> float:
        return max(self.spread, 0.0)

    @property
    def jaw(self) -> float:
        """How far the chin goes down, in design units."""
        return JAW * (self.opening * (1 - 0.15 * self.wide) - 0.04 * self.press + 0.08 * self.tuck)

    @property
    def gap(self) -> float:
        """Between the lips, in design units; teeth on the lower lip part them a little."""
        rounded = (0.42 - 0.26 * self.opening) * self.round  # small round gaps look larger than they are
        return GAP * self.opening * (1 - rounded) + 8.0 * self.tuck

    def sharp(self, out: float) -> float:
        """How far the lower lip's edge has risen towards the corner at a share of its width: an ellipse when round."""
        ellipse = 1 - (1 - out * out) ** 0.5
        return float(ellipse + (out**2.1 * 0.86 - ellipse) * (1 - self.round))


REST = Pose()


def pose(opening: int, width: int) -> Pose:
    """The pose at a place of the face sheet's mouth axes."""
    return Pose((opening / (OPENINGS - 1)) ** SEEN, (width - WIDTHS // 2) / (WIDTHS // 2))


@dataclass(frozen=True)
class Lips:
    """The four edges, each five points from the left corner to the right one, and the seam's height at the corners."""

    top: tuple[Point, ...]
    seam_top: tuple[Point, ...]
    seam_bottom: tuple[Point, ...]
    bottom: tuple[Point, ...]


def lips(person: Person, p: Pose) -> Lips:
    m, y = person.mouth, person.shape.mouth_y
    half = m.width * (1 - 0.37 * p.round + 0.13 * p.wide - 0.10 * p.opening * (1 - p.round) - 0.05 * p.tuck)
    gap = p.gap
    up = gap * (0.17 + 0.05 * p.wide) + 2.5 * p.tuck
    down = gap - up
    corner = y - m.smile * (1 - 0.7 * p.round) - 2.5 * p.wide + gap * (0.24 - 0.06 * p.wide)
    thin = (1 - 0.5 * p.press) * (1 - 0.10 * p.wide) * (1 + 0.16 * p.round)
    upper, lower = (
        m.upper * thin * (1 - 0.10 * p.opening - 0.1 * p.tuck),
        m.lower * thin * (1 - 0.12 * p.opening - 0.5 * p.tuck),
    )
    rise, fall, peak = corner - (y - up), corner - (y + down), m.bow * 1.7
    low = y + down
    top = (
        (-half, corner),
        (-half * 0.5, y - up - upper * 0.80 + rise * 0.22),
        (-peak, y - up - upper - m.bow * 0.3),
        (0, y - up - upper + m.bow * 0.6),
    )
    seam_top = (
        (-half * 0.97, corner + 0.4),
        (-half * 0.56, y - up + rise * 0.24 + 1.0),
        (-peak, y - up + 0.4),
        (0, y - up + 2.2),
    )
    seam_bottom = (
        (-half * 0.97, corner + 0.4),
        (-half * 0.60, low + fall * p.sharp(0.60) + 0.8),
        (-half * 0.30, low + fall * p.sharp(0.30) + 1.0),
        (0, low + 2.2),
    )
    bottom = (
        (-half, corner),
        (-half * 0.66, low + fall * p.sharp(0.66) * 0.92 + lower * 0.66),
        (-half * 0.33, low + fall * p.sharp(0.33) * 0.9 + lower * 0.98),
        (0, low + lower + 1.5),
    )
    return Lips(*(whole(edge, person.lean) for edge in (top, seam_top, seam_bottom, bottom)))


def whole(half: tuple[Point, ...], lean: float) -> tuple[Point, ...]:
    """A left half mirrored to both sides; the right corner stands `lean` higher."""
    left = [(AXIS + x, y) for x, y in half]
    right = [(AXIS - x, y - lean * min(1.0, -x / 60)) for x, y in reversed(half[:-1])]
    return (*left, *right)


def between(upper: tuple[Point, ...], lower: tuple[Point, ...]) -> skia.Path:
    path = curve(upper)
    back = curve(tuple(reversed(lower)))
    path.addPath(back, skia.Path.kExtend_AddPathMode)
    path.close()
    return path


def draw_mouth(person: Person, canvas: skia.Canvas, p: Pose) -> None:
    shape = lips(person, p)
    surroundings(person, canvas, shape, p)
    # no skin may shine through where soft lips meet the dark between them
    canvas.drawPath(between(shape.top, shape.bottom), paint(mix(person.mouth.tone, person.mouth.dark, 0.5), blur=1.3))
    if p.gap > 0:
        cavity(person, canvas, shape, p)
    lower_lip(person, canvas, shape, p)
    upper_lip(person, canvas, shape, p)
    if p.gap == 0:
        seam(person, canvas, shape, p)
    corners(person, canvas, shape, p)


def surroundings(person: Person, canvas: skia.Canvas, shape: Lips, p: Pose) -> None:
    """Shadow under the lower lip, dimples and folds beside the mouth."""
    deep, y = person.skin.ramp[0], shape.bottom[3][1]
    half = shape.bottom[-1][0] - AXIS
    shadow = curve(
        [(AXIS - half * 0.5, y - 1), (AXIS, y + 6), (AXIS + half * 0.56, y - 1), (AXIS, y + 13)], closed=True
    )
    canvas.drawPath(shadow, paint(deep, 0.34 + 0.08 * p.round, blur=4.5))
    for side in (-1, 1):
        x, top = AXIS + side * (half + 7 + 2 * p.wide), shape.top[0][1]
        fold = curve([(x - side * 2, top - 9), (x + side * 2, top), (x - side, top + 10)])
        canvas.drawPath(fold, paint(deep, 0.12 + 0.24 * p.wide + 0.1 * person.skin.lines, blur=2.6, stroke=3.4))
        if p.wide > 0:
            cheek = curve([(x + side * 6, top - 36), (x + side * 12, top - 14), (x + side * 8, top + 8)])
            canvas.drawPath(cheek, paint(deep, 0.16 * p.wide, blur=4, stroke=5))


def cavity(person: Person, canvas: skia.Canvas, shape: Lips, p: Pose) -> None:
    hole = between(shape.seam_top, shape.seam_bottom)
    canvas.save()
    canvas.clipPath(hole, skia.ClipOp.kIntersect, True)
    top, bottom = shape.seam_top[3][1], shape.seam_bottom[3][1]
    tones = [(0.0, ink("#2a0b0c")), (0.6, ink("#3d1213")), (1.0, ink("#5a2020"))]
    canvas.drawPath(hole, fade((0, top), (0, max(bottom, top + 1)), tones))
    tongue(canvas, person.shape.mouth_y + p.jaw, p)
    lower_teeth(person, canvas, person.shape.mouth_y + p.jaw * 1.28, p)
    upper_teeth(person, canvas, person.shape.mouth_y, p)
    canvas.drawPath(curve(shape.seam_top), paint("#1d0607", 0.6, blur=3.2, stroke=8))
    half = shape.seam_top[-1][0] - AXIS
    for side in (-1, 1):
        canvas.drawCircle(
            AXIS + side * half, shape.seam_top[0][1], half * 0.42, paint("#1d0607", 0.75, blur=half * 0.14)
        )
    canvas.restore()


def tongue(canvas: skia.Canvas, y: float, p: Pose) -> None:
    half = 40 - 10 * p.round
    rect = skia.Rect.MakeLTRB(AXIS - half, y + 4, AXIS + half, y + 60)
    canvas.drawOval(rect, glow((AXIS, y + 26), 46, [(0, ink("#c8645f")), (0.6, ink("#a8484a")), (1, ink("#6d2628"))]))
    canvas.drawLine(AXIS, y + 8, AXIS, y + 34, paint("#7d2f31", 0.5, blur=2, stroke=3))


WIDTHS_OF_TEETH = (14.5, 11.0, 10.5, 8.5, 7.0)  # from the middle outwards, in perspective


def upper_teeth(person: Person, canvas: skia.Canvas, y: float, p: Pose) -> None:
    """Fixed to the skull: the upper lip uncovers them."""
    tone, x = person.mouth.teeth, 0.0
    edges = [8.0, 7.0, 7.2, 5.4, 3.2]
    behind = curve(
        [(AXIS - 50, y - 26), (AXIS - 46, y - 2), (AXIS, y + 4), (AXIS + 46, y - 2), (AXIS + 50, y - 26)], True
    )
    canvas.drawPath(behind, paint(mix(tone, "#5a3a36", 0.42)))  # what shows between the teeth
    for width, edge in zip(WIDTHS_OF_TEETH, edges, strict=True):
        for side in (-1, 1):
            left, right = sorted((AXIS + side * x, AXIS + side * (x + width)))
            tooth = skia.RRect()
            tooth.setRectRadii(
                skia.Rect.MakeLTRB(left + 0.05, y - 26, right - 0.05, y + edge),
                [skia.Point(0, 0), skia.Point(0, 0), skia.Point(2.6, 3.0), skia.Point(2.6, 3.0)],
            )
            dark = 0.08 + 0.62 * (x / 52) ** 1.4
            tones = [
                (0.0, ink(mix(tone, "#6d4a44", 0.35 + dark * 0.6))),
                (0.55, ink(mix(tone, "#5a3a36", dark))),
                (1.0, ink(mix(tone, "#8a7a78", dark + 0.1))),
            ]
            canvas.drawRRect(tooth, fade((0, y - 14), (0, y + edge), tones))
        x += width


def lower_teeth(person: Person, canvas: skia.Canvas, y: float, p: Pose) -> None:
    """They go down with the jaw; mostly the lower lip hides them."""
    x = 0.0
    for width in (8.6, 8.8, 9.2, 8.0):
        for side in (-1, 1):
            left, right = sorted((AXIS + side * x, AXIS + side * (x + width)))
            dark = 0.3 + 0.4 * x / 36
            rect = skia.Rect.MakeLTRB(left + 0.2, y + 2 + x * 0.05, right - 0.2, y + 30)
            canvas.drawRoundRect(rect, 2.6, 2.6, paint(mix(person.mouth.teeth, "#5c3a36", dark)))
        x += width


def upper_lip(person: Person, canvas: skia.Canvas, shape: Lips, p: Pose) -> None:
    m = person.mouth
    path = between(shape.top, shape.seam_top)
    top, bottom = shape.top[2][1], shape.seam_top[3][1]
    tones = [(0.0, ink(mix(m.tone, m.light, 0.15))), (0.45, ink(m.tone)), (1.0, ink(m.dark))]
    fill = fade((0, top), (0, bottom + 1), tones)
    fill.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 1.3))
    canvas.drawPath(path, fill)
    rim = curve([(x, y - 1.6) for x, y in shape.top[1:6]])
    canvas.drawPath(rim, paint(person.skin.ramp[4], 0.34, blur=1.8, stroke=2.4))
    canvas.save()
    canvas.clipPath(path, skia.ClipOp.kIntersect, True)
    for x in (-15, 14):
        peak = skia.Rect.MakeLTRB(AXIS + x - 9, top + 2, AXIS + x + 9, top + 8)
        canvas.drawOval(peak, paint(m.light, 0.4, blur=3))
    canvas.restore()


def lower_lip(person: Person, canvas: skia.Canvas, shape: Lips, p: Pose) -> None:
    m = person.mouth
    path = between(shape.seam_bottom, shape.bottom)
    top, bottom = shape.seam_bottom[3][1], shape.bottom[3][1]
    tones = [
        (0.0, ink(mix(m.tone, m.dark, 0.55))),
        (0.35, ink(mix(m.tone, m.light, 0.35))),
        (0.7, ink(m.tone)),
        (1.0, ink(mix(m.tone, m.dark, 0.3))),
    ]
    fill = fade((0, top), (0, max(bottom, top + 1)), tones)
    fill.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 1.3))
    canvas.drawPath(path, fill)
    canvas.save()
    canvas.clipPath(path, skia.ClipOp.kIntersect, True)
    middle, half = (top * 0.55 + bottom * 0.45), (shape.bottom[-1][0] - AXIS)
    wet = skia.Rect.MakeLTRB(AXIS - half * 0.42, middle - 4, AXIS + half * 0.28, middle + 3.5)
    canvas.drawOval(wet, paint(mix(m.light, "#ffffff", 0.35), m.gloss * (0.8 + 0.4 * p.round), blur=3.4))
    spot = skia.Rect.MakeLTRB(AXIS - half * 0.26, middle - 2.4, AXIS - half * 0.02, middle + 0.6)
    canvas.drawOval(spot, paint("#ffffff", m.gloss * 0.75, blur=1.5))
    for i in range(-7, 8):
        x = AXIS + i * half * 0.095
        canvas.drawLine(x, top + 2, x + i * 0.3, bottom - 3, paint(m.dark, 0.10, blur=0.7, stroke=1.0))
    canvas.restore()


def seam(person: Person, canvas: skia.Canvas, shape: Lips, p: Pose) -> None:
    """The line where closed lips touch."""
    m, dark = person.mouth, mix(person.mouth.dark, "#1a0506", 0.5)
    edge = curve(shape.seam_top)
    left, right = shape.seam_top[0], shape.seam_top[-1]
    for tone, alpha, blur, stroke in ((m.dark, 0.5, 2.0, 4.2), (dark, 0.88, 0.6, 1.7 + 0.5 * p.press)):
        brush = fade(
            left,
            right,
            [
                (0, ink(tone, alpha * 0.25)),
                (0.26, ink(tone, alpha)),
                (0.74, ink(tone, alpha)),
                (1, ink(tone, alpha * 0.25)),
            ],
        )
        brush.setStyle(skia.Paint.kStroke_Style)
        brush.setStrokeWidth(stroke)
        brush.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
        canvas.drawPath(edge, brush)


def corners(person: Person, canvas: skia.Canvas, shape: Lips, p: Pose) -> None:
    dark = mix(person.mouth.dark, "#1a0506", 0.4)
    for x, y in (shape.top[0], shape.top[-1]):
        canvas.drawCircle(x, y + 0.5, 2.2, paint(dark, 0.45, blur=2.0))
