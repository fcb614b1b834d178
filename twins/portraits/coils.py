"""Coiled hair, lit as a ball of smaller balls."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import skia
from numpy.typing import NDArray

from twins.portraits.hair import Tones, tone_at
from twins.portraits.pen import Point, paint

Inside = Callable[[float, float], bool]


@dataclass(frozen=True)
class Cloud:
    """A ball of coiled hair: its ellipse, and how many coils of what size."""

    centre: Point
    half: tuple[float, float]
    coils: int
    size: float = 7.0
    clumps: int = 170
    seed: int = 1

    def spread(self, dice: random.Random) -> Point:
        """A point in the ball."""
        angle, out = dice.uniform(0, math.tau), math.sqrt(dice.random()) * dice.uniform(0.985, 1.02)
        uneven = 1 + 0.018 * math.sin(angle * 5 + 1) + 0.014 * math.sin(angle * 11)
        x = self.centre[0] + self.half[0] * out * uneven * math.cos(angle)
        return x, self.centre[1] + self.half[1] * out * uneven * math.sin(angle)


def coils(canvas: skia.Canvas, cloud: Cloud, tones: Tones, inside: Inside) -> None:
    """Coils lit as a ball of smaller balls, dark ones first; only where `inside` says so."""
    dice = random.Random(cloud.seed)
    clumps = np.array([(*cloud.spread(dice), dice.uniform(20, 36)) for _ in range(cloud.clumps)])
    levels: list[skia.Path] = [skia.Path() for _ in range(14)]
    for _ in range(cloud.coils):
        x, y = cloud.spread(dice)
        if not inside(x, y):
            continue
        light = ball_light(cloud, clumps, x, y) + dice.uniform(-0.13, 0.13)
        path = levels[min(max(int(light * 14), 0), 13)]
        add_coil(path, x, y, cloud.size * dice.uniform(0.6, 1.25), dice.uniform(0, math.tau))
    for level, path in enumerate(levels):
        canvas.drawPath(path, paint(tone_at(tones, level / 13), 0.92, stroke=cloud.size * 0.30))


def ball_light(cloud: Cloud, clumps: NDArray[np.float64], x: float, y: float) -> float:
    """Light on the whole ball, and on the clump that is nearest."""
    u, v = (x - cloud.centre[0]) / cloud.half[0], (y - cloud.centre[1]) / cloud.half[1]
    whole = -0.42 * u - 0.62 * v + 0.5 * math.sqrt(max(1 - u * u - v * v, 0))
    away = (clumps[:, 0] - x) ** 2 + (clumps[:, 1] - y) ** 2
    near = clumps[int(np.argmin(away / clumps[:, 2] ** 2))]
    local = ((near[0] - x) * 0.5 + (near[1] - y) * 0.8) / near[2]
    return float(0.30 + 0.34 * whole + 0.26 * min(max(local, -1), 1))


def add_coil(path: skia.Path, x: float, y: float, size: float, turn: float) -> None:
    """A small loop that opens into a tail."""
    cos, sin = math.cos(turn) * size, math.sin(turn) * size

    def at(u: float, v: float) -> Point:
        return x + u * cos - v * sin, y + u * sin + v * cos

    path.moveTo(*at(-0.9, 0.2))
    path.cubicTo(*at(-0.8, -0.9), *at(0.7, -0.9), *at(0.6, 0.1))
    path.cubicTo(*at(0.5, 0.8), *at(-0.5, 0.7), *at(-0.35, 0.05))
    path.cubicTo(*at(-0.2, -0.5), *at(0.6, -0.3), *at(1.15, 0.35))
