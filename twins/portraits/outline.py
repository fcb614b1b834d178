"""The outline of a head, without ears and hair."""

import numpy as np
import skia

from twins.portraits.pen import Point, curve, through
from twins.portraits.person import AXIS, Person


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


def half_width(person: Person, y: float) -> float:
    """Half the width of the head at a height."""
    right = [p for p in outline_points(person) if p[0] >= AXIS]
    right.sort(key=lambda p: p[1])
    return float(np.interp(y, [p[1] for p in right], [p[0] - AXIS for p in right]))
