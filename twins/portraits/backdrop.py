"""What lies out of focus behind a person. It stays quiet near the head, where warps stretch it."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import skia

from twins.portraits.pen import curve, fade, glow, ink, mix, paint
from twins.portraits.person import AXIS, Brush, Person

EVERYWHERE = skia.Rect.MakeLTRB(-1400, -700, 2424, 1900)


@dataclass(frozen=True)
class Room:
    """Tones of a wall from the light's side to the other, and what stands in it: names of THINGS."""

    light: str
    wall: str
    shade: str
    lamp: str
    things: tuple[str, ...] = ("window", "plant")
    accent: str = "#7d9a78"
    seed: int = 1


def room(colours: Room) -> Brush:
    def draw(canvas: skia.Canvas, person: Person) -> None:
        c = colours
        wall = [(0, ink(c.light)), (0.5, ink(c.wall)), (1, ink(c.shade))]
        canvas.drawRect(EVERYWHERE, fade((-100, 0), (1124, 900), wall))
        blurred(canvas, lambda: scene(canvas, c), 15)
        canvas.drawRect(
            EVERYWHERE,
            glow((AXIS - 90, 330), 560, [(0, ink(c.light, 0.55)), (0.55, ink(c.light, 0.25)), (1, ink(c.light, 0))]),
        )
        edge = [(0.0, ink(c.shade, 0.0)), (0.62, ink(c.shade, 0.0)), (1.0, ink(mix(c.shade, "#000000", 0.35), 0.5))]
        reach = max(1050.0, 0.57 * canvas.getLocalClipBounds().width())  # a wide view must not show its rim
        canvas.drawRect(EVERYWHERE, glow((AXIS - 60, 420), reach, edge))

    return draw


def blurred(canvas: skia.Canvas, draw: Callable[[], None], sigma: float) -> None:
    layer = skia.Paint(ImageFilter=skia.ImageFilters.Blur(sigma, sigma))
    canvas.saveLayer(None, layer)
    draw()
    canvas.restore()


def scene(canvas: skia.Canvas, c: Room) -> None:
    dice = random.Random(c.seed)
    for thing in c.things:
        THINGS[thing](canvas, c, dice)


def window(canvas: skia.Canvas, c: Room, dice: random.Random) -> None:
    """Panes of daylight on the left."""
    pane = mix(c.light, "#ffffff", 0.72)
    for x in (-520, -330, -140):
        for y in (-120, 130, 380):
            canvas.drawRect(skia.Rect.MakeXYWH(x, y, 168, 228), paint(pane, 0.85))
    canvas.drawRect(skia.Rect.MakeXYWH(50, -120, 88, 728), paint(pane, 0.62))
    canvas.drawRect(skia.Rect.MakeXYWH(-540, 640, 700, 26), paint(mix(c.wall, "#ffffff", 0.4), 0.8))


def curtain(canvas: skia.Canvas, c: Room, dice: random.Random) -> None:
    """Folds of light cloth."""
    for i in range(9):
        x = -460 + i * 66 + dice.uniform(-8, 8)
        canvas.drawRect(skia.Rect.MakeXYWH(x, -200, 34, 1400), paint(mix(c.light, "#ffffff", 0.5), 0.4))
        canvas.drawRect(skia.Rect.MakeXYWH(x + 36, -200, 16, 1400), paint(c.shade, 0.14))


def shelf(canvas: skia.Canvas, c: Room, dice: random.Random) -> None:
    """Boards with books on the right."""
    books = (c.accent, c.lamp, mix(c.shade, "#000000", 0.2), mix(c.wall, c.accent, 0.5), mix(c.light, c.lamp, 0.5))
    for y in (150, 400, 650):
        canvas.drawRect(skia.Rect.MakeXYWH(880, y, 760, 20), paint(mix(c.shade, "#000000", 0.25), 0.55))
        x = 892.0
        while x < 1600:
            width, height = dice.uniform(18, 40), dice.uniform(90, 168)
            if dice.random() < 0.8:
                canvas.drawRect(skia.Rect.MakeXYWH(x, y - height, width, height), paint(dice.choice(books), 0.5))
            x += width + 3


def plant(canvas: skia.Canvas, c: Room, dice: random.Random) -> None:
    """Large leaves in the right corner."""
    for i in range(11):
        angle = -2.7 + i * 0.235 + dice.uniform(-0.08, 0.08)
        length = dice.uniform(210, 340)
        x0, y0 = 1050.0, 830.0
        x1, y1 = x0 + length * math.cos(angle), y0 + length * math.sin(angle)
        if x1 < 800:
            continue
        nx, ny = -math.sin(angle) * length * 0.13, math.cos(angle) * length * 0.13
        mx, my = (x0 + x1 * 1.4) / 2.4, (y0 + y1 * 1.4) / 2.4
        leaf = curve([(x0, y0), (mx + nx, my + ny), (x1, y1), (mx - nx, my - ny)], closed=True)
        canvas.drawPath(leaf, paint(mix(c.accent, (c.light, c.shade)[i % 2], 0.35), 0.6))


def lights(canvas: skia.Canvas, c: Room, dice: random.Random) -> None:
    """Lamps far away."""
    for _ in range(26):
        x = dice.choice((dice.uniform(-420, 190), dice.uniform(830, 1440)))
        y, radius = dice.uniform(30, 640), dice.uniform(16, 46)
        canvas.drawCircle(x, y, radius, paint(mix(c.lamp, "#ffffff", dice.uniform(0, 0.4)), dice.uniform(0.12, 0.42)))


def frames(canvas: skia.Canvas, c: Room, dice: random.Random) -> None:
    """Pictures on the wall."""
    for x, y, w, h in ((-330, 120, 210, 280), (-60, 170, 170, 220), (900, 140, 190, 250), (1150, 200, 200, 200)):
        canvas.drawRect(skia.Rect.MakeXYWH(x, y, w, h), paint(mix(c.shade, "#000000", 0.15), 0.5))
        canvas.drawRect(skia.Rect.MakeXYWH(x + 16, y + 16, w - 32, h - 32), paint(mix(c.light, "#ffffff", 0.4), 0.75))
        canvas.drawCircle(x + w / 2, y + h / 2, min(w, h) * 0.24, paint(c.accent, 0.6))


THINGS = {"window": window, "curtain": curtain, "shelf": shelf, "plant": plant, "lights": lights, "frames": frames}
