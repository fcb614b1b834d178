"""The people, one description each."""

import math
import random

import skia

from twins.portraits.backdrop import Room, room
from twins.portraits.clothes import jumper
from twins.portraits.hair import coil, tone_at
from twins.portraits.pen import paint, rgb
from twins.portraits.person import AXIS, Brows, Eyes, Mouth, Person, Shape, Skin


def afro_behind(canvas, person):
    tones = person.hair_tones
    canvas.drawOval(skia.Rect.MakeLTRB(AXIS - 240, 120, AXIS + 240, 600), paint(tones[0], blur=8))
    dice = random.Random(3)
    for _ in range(2200):
        a, r = dice.uniform(0, math.tau), math.sqrt(dice.random())
        x, y = AXIS + 246 * r * math.cos(a), 356 + 244 * r * math.sin(a)
        light = 0.5 - 0.3 * r * math.cos(a) - 0.4 * r * math.sin(a) + dice.uniform(-0.2, 0.2)
        coil(canvas, x, y, dice.uniform(7, 13), dice.uniform(0, 6.3), tone_at(tones, light), 0.8)


def afro_front(canvas, person):
    tones = person.hair_tones
    dice = random.Random(4)
    for _ in range(500):
        a = dice.uniform(math.pi, math.tau)
        r = dice.uniform(1.0, 1.25)
        x, y = AXIS + 156 * r * math.cos(a), 390 + 130 * r * math.sin(a)
        light = 0.45 - 0.3 * math.cos(a) + dice.uniform(-0.2, 0.2)
        coil(canvas, x, y, dice.uniform(6, 11), dice.uniform(0, 6.3), tone_at(tones, light), 0.85)


AMARA = Person(
    name="amara",
    skin=Skin(ramp=("#3b1a10", "#6f3a22", "#9c5a38", "#bd7a50", "#dca06f"), blush="#a8452f", blush_strength=0.32, shine=0.42),
    shape=Shape(
        outline=((0, 214), (70, 226), (124, 270), (154, 336), (164, 410), (165, 470), (158, 536), (140, 600), (106, 650), (58, 684), (0, 694)),
        nose_width=33, nose_bridge=15, neck=84, muzzle=13, ear=(158, 430, 540),
    ),
    eyes=Eyes(iris="#3f2412", iris_light="#7d4a22", iris_rim="#170c07", lash=12, liner=4.4, width=80, upper=23),
    brows=Brows(tone="#1c110d", thickness=10.5, arch=15),
    mouth=Mouth(width=63, upper=19, lower=25, tone="#9c4a42", dark="#5c2623", light="#d08272", gloss=0.55),
    hair_tones=("#120b0a", "#22150f", "#3d2618", "#6b4329"),
    behind=afro_behind,
    front=afro_front,
    clothes=jumper("#d98e32"),
    backdrop=room(Room(light="#f3dcc0", wall="#c9a487", shade="#6f564c", lamp="#fff0cf")),
    extent=(246, 112, 610),
)  # fmt: skip

PEOPLE = {person.name: person for person in (AMARA,)}
