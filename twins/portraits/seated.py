"""A person who sits at a desk, seen to the waist: arms beside the body, and the desk before it."""

import math
import random

import skia

from twins.portraits.pen import Point, curve, fade, ink, mix, paint
from twins.portraits.person import AXIS, Person

DESK_DROP = 700.0  # from the chin down to the desk's far edge
TOP_DEPTH = 64.0  # of the desk's top, as it is seen
WOODS = ("#8a6446", "#6d5140", "#a88462", "#58483f", "#9a7350")
THING_TONES = ("#3f5d73", "#b4553f", "#4d6b52", "#d8cdb8", "#7a4f68")
DARK, LIGHT = "#150c10", "#fff0d8"


def desk_y(person: Person) -> float:
    return person.shape.chin_y + DESK_DROP


def draw_arms(canvas: skia.Canvas, person: Person) -> None:
    """Shade arms into the clothes that are on the canvas already, and only there."""
    y = person.shape.chin_y
    for side in (-1, 1):
        armpit: list[Point] = [(262, 300), (254, 420), (262, 540), (280, 660), (292, 760)]
        crease = curve([(AXIS + side * x, y + drop) for x, drop in armpit])
        canvas.drawPath(crease, _shade(DARK, 0.16, 46, 34))
        canvas.drawPath(crease, _shade(DARK, 0.34, 14, 11))
        canvas.drawPath(crease, _shade(DARK, 0.4, 4, 3))
        outer = curve([(AXIS + side * x, y + drop) for x, drop in ((322, 260), (326, 420), (332, 560), (340, 720))])
        canvas.drawPath(outer, _shade(LIGHT, 0.16 if side < 0 else 0.07, 34, 20))
        for start, end, bend in ((470, 500, 14), (526, 548, 18), (588, 590, 10)):  # where the elbow bends the sleeve
            fold = curve([(AXIS + side * x, y + d) for x, d in ((274, start), (306, start + bend), (352, end))])
            canvas.drawPath(fold, _shade(DARK, 0.22, 8, 6))
            fold.offset(0, -9)
            canvas.drawPath(fold, _shade(LIGHT, 0.12, 6, 5))


def _shade(tone: str, alpha: float, width: float, blur: float) -> skia.Paint:
    return paint(tone, alpha, blur=blur, stroke=width, mode=skia.BlendMode.kSrcATop)


def draw_desk(canvas: skia.Canvas, person: Person) -> None:
    dice = random.Random(person.name)
    y, wood = desk_y(person), dice.choice(WOODS)
    canvas.drawRect(skia.Rect.MakeLTRB(-1400, y - 22, 2424, y), _contact(y))
    top = [(0.0, ink(mix(wood, LIGHT, 0.3))), (0.55, ink(wood)), (1.0, ink(mix(wood, DARK, 0.28)))]
    canvas.drawRect(skia.Rect.MakeLTRB(-1400, y, 2424, y + TOP_DEPTH), fade((AXIS - 700, y), (AXIS + 800, y), top))
    canvas.drawOval(skia.Rect.MakeLTRB(AXIS - 330, y - 8, AXIS + 350, y + 26), paint(DARK, 0.3, blur=14))
    _grain(canvas, dice, y, wood)
    front = [(0.0, ink(mix(wood, DARK, 0.42))), (1.0, ink(mix(wood, DARK, 0.62)))]
    edge = y + TOP_DEPTH
    canvas.drawRect(skia.Rect.MakeLTRB(-1400, edge, 2424, edge + 1200), fade((0, edge), (0, edge + 260), front))
    canvas.drawLine(-1400, edge, 2424, edge, paint(mix(wood, LIGHT, 0.5), 0.55, blur=0.8, stroke=3))
    side = dice.choice((-1, 1))
    dice.choice((_mug, _books, _pot))(canvas, AXIS + side * 415, y + TOP_DEPTH * 0.5, dice)


def _contact(y: float) -> skia.Paint:
    """The shadow that falls on the body just above the desk."""
    return fade((0, y - 22), (0, y), [(0, ink(DARK, 0.0)), (1, ink(DARK, 0.28))])


def _grain(canvas: skia.Canvas, dice: random.Random, y: float, wood: str) -> None:
    for _ in range(46):
        x, drop, length = dice.uniform(-700, 1500), dice.uniform(4, TOP_DEPTH - 6), dice.uniform(90, 320)
        tone = mix(wood, DARK if dice.random() < 0.6 else LIGHT, 0.4)
        canvas.drawLine(x, y + drop, x + length, y + drop + dice.uniform(-2, 2), paint(tone, 0.18, blur=1, stroke=2.2))


def _standing(canvas: skia.Canvas, x: float, y: float, half: float) -> None:
    """The shadow of what stands on the desk at a point; the light comes from the left."""
    canvas.drawOval(skia.Rect.MakeLTRB(x - half, y - 9, x + half * 1.7, y + 11), paint(DARK, 0.42, blur=8))


def _round(tone: str, x: float, half: float) -> skia.Paint:
    """Paint of a round thing under the light."""
    stops = [(0.0, mix(tone, LIGHT, 0.12)), (0.3, mix(tone, LIGHT, 0.4)), (0.65, tone), (1.0, mix(tone, DARK, 0.5))]
    return fade((x - half, 0), (x + half, 0), [(at, ink(colour)) for at, colour in stops])


def _mug(canvas: skia.Canvas, x: float, y: float, dice: random.Random) -> None:
    tone = dice.choice(THING_TONES)
    _standing(canvas, x, y, 44)
    canvas.drawOval(skia.Rect.MakeLTRB(x + 22, y - 78, x + 66, y - 26), paint(mix(tone, DARK, 0.2), stroke=10))
    body = skia.Path()
    body.addRoundRect(skia.Rect.MakeLTRB(x - 40, y - 100, x + 40, y + 6), 12, 12)
    canvas.drawPath(body, _round(tone, x, 40))
    canvas.drawOval(skia.Rect.MakeLTRB(x - 40, y - 110, x + 40, y - 90), paint(mix(tone, LIGHT, 0.35)))
    canvas.drawOval(skia.Rect.MakeLTRB(x - 33, y - 107, x + 33, y - 93), paint("#2c1c14"))


def _books(canvas: skia.Canvas, x: float, y: float, dice: random.Random) -> None:
    _standing(canvas, x, y, 90)
    low = y + 8
    for _ in range(3):
        tone, half, height = dice.choice(THING_TONES), dice.uniform(74, 92), dice.uniform(20, 30)
        shift = dice.uniform(-10, 10)
        book = skia.Rect.MakeLTRB(x + shift - half, low - height, x + shift + half, low)
        canvas.drawRoundRect(book, 4, 4, _round(tone, x + shift, half))
        pages = skia.Rect.MakeLTRB(x + shift - half + 8, low - height + 5, x + shift + half - 2, low - 5)
        canvas.drawRect(pages, paint("#efe6d4", 0.85 if dice.random() < 0.4 else 0.0))
        low -= height


def _pot(canvas: skia.Canvas, x: float, y: float, dice: random.Random) -> None:
    """A small plant."""
    _standing(canvas, x, y, 46)
    for number in range(13):
        angle = -math.pi / 2 + (number - 6) * 0.2 + dice.uniform(-0.06, 0.06)
        length = dice.uniform(70, 130)
        tip = (x + length * math.cos(angle), y - 58 + length * math.sin(angle))
        nx, ny = -math.sin(angle) * 13, math.cos(angle) * 13
        middle = ((x + tip[0]) / 2, (y - 58 + tip[1]) / 2)
        one, other = (middle[0] + nx, middle[1] + ny), (middle[0] - nx, middle[1] - ny)
        leaf = curve([(x, y - 58), one, tip, other], closed=True)
        canvas.drawPath(leaf, paint(mix("#5d8350", (LIGHT, DARK)[number % 2], 0.25)))
    tone = dice.choice(THING_TONES)
    pot = skia.Path()
    rim_and_foot = ((x - 46, y - 66), (x + 46, y - 66), (x + 34, y + 8), (x - 34, y + 8))
    pot.addPoly([skia.Point(*corner) for corner in rim_and_foot], True)
    canvas.drawPath(pot, _round(tone, x, 46))
