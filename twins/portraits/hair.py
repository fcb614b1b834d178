"""Hair."""

import math
import random

import skia

from twins.portraits.pen import curve, ink, mix, paint
from twins.portraits.person import AXIS, Brush, Person


def tone_at(tones: tuple[str, ...], light: float) -> str:
    """A tone between the darkest (0) and the lightest (1)."""
    place = min(max(light, 0.0), 0.999) * (len(tones) - 1)
    return mix(tones[int(place)], tones[int(place) + 1], place % 1)


def coil(canvas: skia.Canvas, x: float, y: float, size: float, turn: float, tone: str, alpha: float) -> None:
    path = skia.Path()
    for i in range(9):
        angle = turn + i * 0.85
        radius = size * (1 - 0.09 * i)
        point = (x + radius * math.cos(angle), y + radius * math.sin(angle) * 0.9)
        if i == 0:
            path.moveTo(*point)
        else:
            path.lineTo(*point)
    canvas.drawPath(path, paint(tone, alpha, stroke=size * 0.30))
