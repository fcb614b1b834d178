"""Smooth displacement fields, and the face's own coordinates that they are described in."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.faces import Box, Picture
from twins.landmarks.measures import LEFT_CORNERS, RIGHT_CORNERS

Floats = NDArray[np.float32]
STEP = 0.05  # eye distances between the points at which a field is computed; between them it is interpolated
FIXED = 7  # points along each side of a box that hold still
STIFFNESS = 1e-3  # of the spline: a control point may be missed by a hair rather than bend the skin


@dataclass(frozen=True)
class FaceFrame:
    """Coordinates of a face: origin between the eyes, u to the viewer's right along them, v down; unit: their distance.

    origin: pixels. unit: pixels. axes (2, 2): u and v as unit vectors of the picture.
    """

    origin: Floats
    unit: float
    axes: Floats

    def local(self, points: Floats) -> Floats:
        """(n, 2) from pixels (n, 2 or 3)."""
        return np.asarray((points[:, :2] - self.origin) @ self.axes.T / self.unit, np.float32)

    def grid(self, box: Box, step: int = 1) -> tuple[Floats, Floats]:
        """u and v of each pixel of a box, or of each `step`-th."""
        x, y = np.meshgrid(
            np.arange(0, box.width + step - 1, step, dtype=np.float32) + box.x,
            np.arange(0, box.height + step - 1, step, dtype=np.float32) + box.y,
        )
        u, v = self.local(np.stack([x.ravel(), y.ravel()], 1)).T
        return u.reshape(x.shape), v.reshape(x.shape)


def frame_of(points: Floats) -> FaceFrame:
    right, left = (points[list(pair), :2].mean(0) for pair in (RIGHT_CORNERS, LEFT_CORNERS))
    unit = float(np.linalg.norm(left - right))
    u = (left - right) / unit
    return FaceFrame((left + right) / 2, unit, np.array([u, (-u[1], u[0])], np.float32))


class Canvas:
    """A box of a picture in which fields are computed and pictures are warped by them."""

    def __init__(self, image: Picture, frame: FaceFrame, box: Box) -> None:
        self.image, self.frame, self.box = image, frame, box
        self._step = max(2, round(STEP * frame.unit))
        self._coarse = frame.grid(box, self._step)
        self._ring = self._fixed()
        self._window = self._fade()
        self.u, self.v = frame.grid(box)

    def warp(self, source: Floats, target: Floats, image: Picture | None = None) -> Picture:
        """The box's picture with the skin at `source` moved to `target` (n, 2 each, local); its border stays.

        image: another picture of the same size.
        """
        u, v = self._coarse
        places = np.stack([u.ravel(), v.ravel()], 1)
        centres = np.concatenate([target, self._ring])
        moves = np.concatenate([source - target, np.zeros_like(self._ring)])
        moved = spline(centres, moves, places) * self._window.reshape(-1, 1)
        back = moved @ self.frame.axes * self.frame.unit
        box = self.box
        rows, columns = u.shape
        x = (np.arange(columns) * self._step + box.x)[None] + back[:, 0].reshape(u.shape)
        y = (np.arange(rows) * self._step + box.y)[:, None] + back[:, 1].reshape(u.shape)
        fine_x, fine_y = (self._fine(values.astype(np.float32)) for values in (x, y))
        seen = self.image if image is None else image
        warped = cv2.remap(seen, fine_x, fine_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(warped, np.uint8)

    def _fine(self, coarse: Floats) -> Floats:
        """Each pixel's value from the grid's, whose first point lies on the first pixel."""
        size = (self.box.width, self.box.height)
        scale = np.array([[self._step, 0, 0], [0, self._step, 0]], np.float32)
        return np.asarray(cv2.warpAffine(coarse, scale, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))

    def _fixed(self) -> Floats:
        """Points along the border that never move."""
        box = self.box
        share = np.linspace(0, 1, FIXED)
        x, y = (part.ravel() for part in np.meshgrid(share, share))
        outer = (np.minimum(x, y) == 0) | (np.maximum(x, y) == 1)
        corner, size = np.array([box.x, box.y]), np.array([box.width, box.height])
        return self.frame.local((corner + np.stack([x, y], 1)[outer] * size).astype(np.float32))

    def _fade(self) -> Floats:
        """1 within, 0 along the box's border."""
        rows, columns = self._coarse[0].shape
        margin = 4.0
        x = np.minimum(np.arange(columns), np.arange(columns)[::-1] - 1)[None]
        y = np.minimum(np.arange(rows), np.arange(rows)[::-1] - 1)[:, None]
        return smooth(np.minimum(x, y).astype(np.float32), 0.0, margin)


def border_window(box: Box, seam: int) -> Floats:
    """(height, width, 1): 0 along a box's border, 1 from `seam` pixels within."""
    x = np.minimum(np.arange(box.width), np.arange(box.width)[::-1])[None]
    y = np.minimum(np.arange(box.height), np.arange(box.height)[::-1])[:, None]
    return smooth(np.minimum(x, y).astype(np.float32), 0.5, seam + 0.5)[..., None]


def contour(line: Floats, u: Floats) -> Floats:
    """v of a smooth line (cubic Hermite) through points (n, 2) at each u; level beyond its ends."""
    knots, values = line[np.argsort(line[:, 0])].astype(np.float64).T
    slopes = np.gradient(values, knots)
    dense = np.linspace(knots[0], knots[-1], 129)
    number = np.clip(np.searchsorted(knots, dense) - 1, 0, len(knots) - 2)
    width = knots[number + 1] - knots[number]
    t = (dense - knots[number]) / width
    hermite = (
        (2 * t**3 - 3 * t**2 + 1) * values[number]
        + (t**3 - 2 * t**2 + t) * width * slopes[number]
        + (-2 * t**3 + 3 * t**2) * values[number + 1]
        + (t**3 - t**2) * width * slopes[number + 1]
    )
    return np.asarray(np.interp(u, dense, hermite), np.float32)


def spline(centres: Floats, values: Floats, places: Floats) -> Floats:
    """Thin-plate spline (Duchon 1977) through `values` (n, k) at `centres` (n, 2), evaluated at `places` (m, 2)."""
    count = len(centres)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _kernel(centres, centres) + STIFFNESS * np.eye(count)
    system[:count, count:] = _affine(centres)
    system[count:, :count] = system[:count, count:].T
    right = np.zeros((count + 3, values.shape[1]))
    right[:count] = values
    weights = np.linalg.solve(system, right).astype(np.float32)
    return _kernel(places, centres) @ weights[:count] + _affine(places) @ weights[count:]


def _kernel(a: Floats, b: Floats) -> Floats:
    squared = ((a[:, None] - b[None]) ** 2).sum(-1)
    return np.asarray(0.5 * squared * np.log(squared + 1e-12), np.float32)


def _affine(points: Floats) -> Floats:
    return np.column_stack([np.ones(len(points), np.float32), points])


def smooth(values: Floats | float, start: float, end: float) -> Floats:
    """0 before start, 1 after end, without corners."""
    t = np.clip((values - start) / (end - start), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
