"""The outline of a head, without ears and hair."""

from functools import cache

import numpy as np
import skia

from twins.portraits.pen import Point, curve, through
from twins.portraits.person import AXIS, Person, Shape


def around(person: Person) -> list[Point]:
    """The outline's own points, clockwise from the crown."""
    points = person.shape.outline
    right = [(AXIS + x, y) for x, y in points]
    left = [(AXIS - x * (1 - 0.008 * person.lean), y) for x, y in points[1:-1]]
    return [*right, *reversed(left)]


def outline(person: Person) -> skia.Path:
    return curve(around(person), closed=True)


def outline_points(person: Person, each: int = 12) -> list[Point]:
    """The outline as a polygon, `each` points between two given ones."""
    return through(around(person), each)


@cache
def right_edge(shape: Shape) -> tuple[list[float], list[float]]:
    """Heights, and half the width at each."""
    points = through([*shape.outline, *[(-x, y) for x, y in reversed(shape.outline[1:-1])]], 12)
    edge = sorted((y, x) for x, y in points if x >= 0)
    return [y for y, _ in edge], [x for _, x in edge]


def half_width(person: Person, y: float) -> float:
    """Half the width of the head at a height."""
    levels, widths = right_edge(person.shape)
    return float(np.interp(y, levels, widths))
