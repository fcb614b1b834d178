"""Hair: locks of strands, and coils."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import skia
from numpy.typing import NDArray

from twins.portraits.pen import Point, bow, curve, ink, mix, paint
from twins.portraits.person import AXIS, Person

Tones = tuple[str, ...]
Line = NDArray[np.float64]  # points of a polyline


def tone_at(tones: Tones, light: float) -> str:
    """A tone between the darkest (0) and the lightest (1)."""
    place = min(max(light, 0.0), 0.999) * (len(tones) - 1)
    return mix(tones[int(place)], tones[int(place) + 1], place % 1)


@dataclass(frozen=True)
class Lock:
    """A ribbon of hair between two edges, both from root to tip.

    light: 0 to 1, how lit it is; band: where along it the gleam lies; fray: how far its strands leave its edges.
    """

    left: Sequence[Point]
    right: Sequence[Point]
    light: float = 0.5
    strands: int = 34
    band: float = 0.35
    fray: float = 5.0
    width: float = 1.5
    gleam: float = 0.55
    taper: float = 0.9  # how far its edges meet at the tip, and at the root
    root: float = 0.0

    def mirrored(self, light: float) -> "Lock":
        """The same lock on the other side of the face."""
        flip = [[(2 * AXIS - x, y) for x, y in edge] for edge in (self.right, self.left)]
        return Lock(
            flip[0],
            flip[1],
            light=light,
            strands=self.strands,
            band=self.band,
            fray=self.fray,
            width=self.width,
            gleam=self.gleam,
            taper=self.taper,
            root=self.root,
        )


def comb(canvas: skia.Canvas, locks: Sequence[Lock], tones: Tones, seed: int = 1) -> None:
    """Draw locks, the first one lowest."""
    for number, lock in enumerate(locks):
        draw_lock(canvas, lock, tones, random.Random(seed * 1000 + number))


def draw_lock(canvas: skia.Canvas, lock: Lock, tones: Tones, dice: random.Random) -> None:
    left, right = pointed(smooth_line(lock.left), smooth_line(lock.right), lock)
    outline = skia.Path()
    outline.addPoly([skia.Point(*p) for p in (*left, *right[::-1])], True)
    # only on hair that is already there: on the backdrop it would be a halo
    canvas.drawPath(outline, paint(tones[0], 0.5, blur=6, mode=skia.BlendMode.kSrcATop))
    root, tip = mean(left[0], right[0]), mean(left[-1], right[-1])
    base = strand_paint(root, tip, tones, lock.light * 0.55, lock.band, lock.gleam * 0.5)
    base.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 1.2))
    canvas.drawPath(outline, base)
    for i in range(lock.strands):
        share = (i + dice.random()) / lock.strands
        round_off = math.sin(math.pi * share)  # the middle of a lock stands out
        light = lock.light * (0.45 + 0.6 * round_off) + dice.uniform(-0.16, 0.18)
        line = left + (right - left) * share + fraying(len(left), lock.fray, dice)
        line = line[: max(int(len(line) * dice.uniform(0.84, 1.0)), 4)]
        brush = strand_paint(
            tuple(line[0]), tuple(line[-1]), tones, light, lock.band + dice.uniform(-0.08, 0.08), lock.gleam
        )
        canvas.drawPath(ribbon(line, lock.width * dice.uniform(0.6, 1.25)), brush)


def smooth_line(points: Sequence[Point], each: int = 7) -> Line:
    """An open Catmull-Rom curve as a polyline."""
    p = np.array([points[0], *points, points[-1]], np.float64)
    t = (np.arange(each) / each)[None, :, None]
    a, b, c, d = (p[i : len(p) - 3 + i, None] for i in range(4))
    dense = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return np.concatenate([dense.reshape(-1, 2), p[-1:]])


def evenly(line: Line, count: int) -> Line:
    """The same polyline as `count` points at equal distances."""
    far = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.linspace(0, far[-1], count)
    return np.stack([np.interp(at, far, line[:, 0]), np.interp(at, far, line[:, 1])], 1)


def pointed(left: Line, right: Line, lock: Lock) -> tuple[Line, Line]:
    """Both edges, drawn together towards the tip and the root."""
    t = np.linspace(0, 1, len(left))[:, None]
    share = lock.taper * np.clip((t - 0.6) / 0.4, 0, 1) ** 1.5 + lock.root * np.clip(1 - t / 0.2, 0, 1) ** 1.5
    middle = left * 0.5 + right * 0.5
    return left + (middle - left) * share, right + (middle - right) * share


@dataclass(frozen=True)
class Sweep:
    """A side of hair: locks between an inner and an outer edge, both from root to tip, that wave as they fall.

    wave: how far they swing; length: of one wave, as a share of the whole; lit: light of the innermost and outermost.
    """

    inner: Sequence[Point]
    outer: Sequence[Point]
    locks: int = 8
    wave: float = 0.0
    length: float = 0.3
    lit: tuple[float, float] = (0.85, 0.55)
    band: float = 0.24
    strands: int = 40
    fray: float = 4.0
    ragged: float = 0.14  # how much shorter the shortest lock is
    seed: int = 1

    def cut(self) -> list[Lock]:
        """Its locks, the outermost first."""
        inner, outer = evenly(smooth_line(self.inner), 64), evenly(smooth_line(self.outer), 64)
        dice = random.Random(self.seed)
        made = []
        for i in reversed(range(self.locks)):
            near, far = i / self.locks, min((i + 1.7) / self.locks, 1.0)
            swing = self.swing(len(inner), near, dice)
            keep = max(int(len(inner) * (1 - dice.uniform(0, self.ragged))), 6)
            edges = [(inner + (outer - inner) * k + swing)[:keep:3] for k in (far, near)]
            light = self.lit[0] + (self.lit[1] - self.lit[0]) * near + dice.uniform(-0.08, 0.08)
            far_edge, near_edge = ([(float(x), float(y)) for x, y in edge] for edge in edges)
            band = self.band + dice.uniform(-0.04, 0.06)
            made.append(Lock(far_edge, near_edge, light=light, strands=self.strands, band=band, fray=self.fray))
        return made

    def swing(self, count: int, near: float, dice: random.Random) -> Line:
        t = np.linspace(0, 1, count)
        phase = near * 2.2 + dice.uniform(-0.5, 0.5)
        out = self.wave * np.clip((t - 0.25) / 0.3, 0, 1) * np.sin(t / self.length * math.tau + phase)
        return np.stack([out, np.zeros(count)], 1)


def fraying(count: int, reach: float, dice: random.Random) -> Line:
    """A drift that grows from the root to the tip."""
    t = np.linspace(0, 1, count)[:, None]
    drift = np.array([[dice.gauss(0, 1), dice.gauss(0, 0.5)]]) * t**1.4
    wave = np.sin(t * dice.uniform(3, 7) + dice.uniform(0, 6)) * dice.uniform(-0.35, 0.35) * np.minimum(t * 3, 1)
    return (drift + wave) * reach


def ribbon(line: Line, half: float) -> skia.Path:
    """A strand as a shape that tapers to both ends."""
    ahead = np.gradient(line, axis=0)
    length = np.maximum(np.hypot(ahead[:, 0], ahead[:, 1]), 1e-6)
    normal = np.stack([-ahead[:, 1], ahead[:, 0]], 1) / length[:, None]
    t = np.linspace(0, 1, len(line))
    taper = (half * np.minimum(1, 0.45 + 2.2 * t) * np.sqrt(1 - t**2.2))[:, None]
    points = np.concatenate([line + normal * taper, (line - normal * taper)[::-1]])
    path = skia.Path()
    path.addPoly([skia.Point(float(x), float(y)) for x, y in points], True)
    return path


def mean(one: Sequence[float], other: Sequence[float]) -> Point:
    return ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)


def strand_paint(
    root: Sequence[float], tip: Sequence[float], tones: Tones, light: float, band: float, gleam: float
) -> skia.Paint:
    """Dark at the root, lit along, brightest at the band, darker at the tip."""
    band = min(max(band, 0.1), 0.85)
    stops = [
        (0.0, light * 0.55),
        (band * 0.55, light * 0.85),
        (band, light + gleam * 0.42),
        (band + (1 - band) * 0.4, light * 0.82),
        (1.0, light * 0.6),
    ]
    shader = skia.GradientShader.MakeLinear(
        [skia.Point(float(root[0]), float(root[1])), skia.Point(float(tip[0]), float(tip[1]))],
        [ink(tone_at(tones, s)) for _, s in stops],
        [p for p, _ in stops],
    )
    return skia.Paint(AntiAlias=True, Shader=shader)


def hairline_shadow(
    canvas: skia.Canvas, person: Person, outline: skia.Path, points: Sequence[Point], strength: float = 0.5
) -> None:
    """What the hair's edge throws on the forehead."""
    canvas.save()
    canvas.clipPath(outline, skia.ClipOp.kIntersect, True)
    deep = person.skin.ramp[0]
    canvas.drawPath(curve(points), paint(deep, strength, blur=9, stroke=20))
    canvas.drawPath(curve(points), paint(deep, strength * 0.7, blur=3, stroke=6))
    canvas.restore()


def roots(
    canvas: skia.Canvas,
    line: Sequence[Point],
    tones: Tones,
    lift: tuple[float, float],
    count: int = 220,
    light: float = 0.35,
) -> None:
    """Fine hairs that leave a hair line in the direction of `lift`, so that no hard edge shows."""
    dice = random.Random(31)
    points = evenly(smooth_line(line), count)
    levels = [skia.Path() for _ in range(6)]
    for i, (x, y) in enumerate(points):
        y += dice.uniform(-3, 7)
        length = dice.uniform(0.6, 1.1)
        lean = (i / count - 0.5) * 40
        end = (x + (lift[0] + lean) * length, y + lift[1] * length)
        bow(
            levels[dice.randrange(6)],
            (x, y),
            (x + (lift[0] + lean) * length * 0.3, y + lift[1] * length * 0.6),
            end,
            1.1,
        )
    for level, path in enumerate(levels):
        canvas.drawPath(path, paint(tone_at(tones, light * (0.5 + level / 6)), 0.75))
