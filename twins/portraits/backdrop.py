"""What lies out of focus behind a person."""

import random
from dataclasses import dataclass

import skia

from twins.portraits.pen import fade, glow, ink, paint
from twins.portraits.person import Brush, Person

EVERYWHERE = skia.Rect.MakeLTRB(-1400, -700, 2424, 1900)


@dataclass(frozen=True)
class Room:
    """Tones of a wall from the light's side to the other, floor shade, and lamps out of focus."""

    light: str
    wall: str
    shade: str
    lamp: str
    lamps: int = 7
    seed: int = 1


def room(colours: Room) -> Brush:
    def draw(canvas: skia.Canvas, person: Person) -> None:
        c = colours
        canvas.drawRect(
            EVERYWHERE, fade((-100, 0), (1124, 900), [(0, ink(c.light)), (0.5, ink(c.wall)), (1, ink(c.shade))])
        )
        canvas.drawRect(EVERYWHERE, glow((300, 260), 620, [(0, ink(c.light, 0.8)), (1, ink(c.light, 0))]))
        dice = random.Random(c.seed)
        for _ in range(c.lamps):
            x, y = dice.choice((dice.uniform(-60, 200), dice.uniform(820, 1090))), dice.uniform(40, 620)
            radius = dice.uniform(24, 62)
            canvas.drawCircle(x, y, radius, paint(c.lamp, dice.uniform(0.10, 0.26), blur=3))

    return draw
