"""Glasses."""

from dataclasses import dataclass

import skia

from twins.portraits.pen import curve, fade, ink, mix, paint
from twins.portraits.person import AXIS, Person


@dataclass(frozen=True)
class Glasses:
    """Two rounded lenses in a thin frame; lengths in design units."""

    tone: str
    half: tuple[float, float] = (57.0, 46.0)
    corner: float = 40.0
    frame: float = 5.0

    def __call__(self, canvas: skia.Canvas, person: Person) -> None:
        y, spacing = person.shape.brow_y + 55, person.eyes.spacing + 2
        deep = person.skin.ramp[0]
        half = max(p[0] for p in person.shape.outline)
        for side in (-1, 1):
            x = AXIS + side * spacing
            lens = self.lens(x, y)
            canvas.save()
            canvas.translate(3, 7)
            canvas.drawRRect(lens, paint(deep, 0.3, blur=4, stroke=self.frame))
            canvas.restore()
            self.glint(canvas, lens, x, y)
            arm = curve(
                [
                    (x + side * self.half[0], y - 14),
                    (AXIS + side * (half - 8), y - 18),
                    (AXIS + side * (half + 4), y - 16),
                ]
            )
            canvas.drawPath(arm, paint(mix(self.tone, "#000000", 0.3), stroke=self.frame * 0.9))
            self.rim(canvas, lens, x, y)
        bridge = curve(
            [(AXIS - spacing + self.half[0] - 2, y - 10), (AXIS, y - 19), (AXIS + spacing - self.half[0] + 2, y - 10)]
        )
        canvas.drawPath(bridge, paint(self.tone, stroke=self.frame))
        canvas.drawPath(bridge, paint(mix(self.tone, "#ffffff", 0.7), 0.7, blur=0.6, stroke=1.4))

    def lens(self, x: float, y: float) -> skia.RRect:
        w, h = self.half
        return skia.RRect.MakeRectXY(skia.Rect.MakeLTRB(x - w, y - h, x + w, y + h), self.corner, self.corner)

    def rim(self, canvas: skia.Canvas, lens: skia.RRect, x: float, y: float) -> None:
        canvas.drawRRect(lens, paint(self.tone, stroke=self.frame))
        w, h = self.half
        shine = fade(
            (x - w, y - h),
            (x + w * 0.4, y + h),
            [(0, ink("#ffffff", 0.85)), (0.4, ink("#ffffff", 0.1)), (1, ink("#ffffff", 0.25))],
        )
        shine.setStyle(skia.Paint.kStroke_Style)
        shine.setStrokeWidth(self.frame * 0.3)
        canvas.drawRRect(lens, shine)

    def glint(self, canvas: skia.Canvas, lens: skia.RRect, x: float, y: float) -> None:
        """A faint reflection that leaves the eye clear."""
        w, h = self.half
        canvas.save()
        canvas.clipRRect(lens, skia.ClipOp.kIntersect, True)
        canvas.drawPaint(paint("#dfeaf2", 0.05))
        path = skia.Path()
        path.addPoly(
            [skia.Point(x + w * a, y + h * b) for a, b in ((0.35, -1.1), (0.62, -1.1), (0.1, 1.1), (-0.17, 1.1))], True
        )
        canvas.drawPath(path, paint("#ffffff", 0.10, blur=2))
        canvas.restore()
