"""Mouth pictures from one picture of a face: two skins parted along the line of the lips, and what lies between."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from twins.faces import OPENINGS, WIDTHS, Box, Picture
from twins.photos import folds, interior
from twins.photos.eyes import LOWER_LIDS, UPPER_LIDS
from twins.photos.fields import Canvas, Floats, border_window, contour, frame_of, smooth
from twins.photos.interior import Cavity, Light
from twins.photos.lips import (
    CLOSED_GAP,
    INNER_LOWER,
    INNER_UPPER,
    OUTER_LOWER,
    Lips,
    Pose,
    at_rest,
    lips_of,
    pose,
    posed,
)

PRESSED, TUCKED = Pose(press=1.0), Pose(tuck=1.0)
EDGE = 0.012  # eye distances over which a lip ends
DRAWN_IN = (0.06, 0.34)  # how much narrower than in the photo a mouth is when folds begin to go, and are gone
SEAM = 3  # pixels at the border over which a patch becomes the picture
MARGIN_UP, MARGIN_DOWN, MARGIN_SIDE = 0.02, 0.62, 0.16  # of the box, in eye distances


def mouth_box(points: Floats, width: int, height: int) -> Box:
    """The box in which a mouth moves: from the base of the nose to below the chin, cheek to cheek; all even."""
    frame = frame_of(points)
    unit = frame.unit
    nose, chin = points[2], points[152]
    sides = points[[132, 361, 172, 397], 0]
    left = max(float(sides.min()) - MARGIN_SIDE * unit, 0)
    right = min(float(sides.max()) + MARGIN_SIDE * unit, width)
    top = max(float(nose[1]) - MARGIN_UP * unit, 0)
    bottom = min(float(chin[1]) + MARGIN_DOWN * unit, height)
    x, y = int(left) // 2 * 2, int(top) // 2 * 2
    return Box(x, y, (int(right) - x) // 2 * 2, (int(bottom) - y) // 2 * 2)


def mouth_pictures(image: Picture, points: Floats, box: Box) -> tuple[Picture, Picture]:
    """All mouth pictures of a FaceSheet: (OPENINGS, WIDTHS, h, w, 3) and (PRESSES, h, w, 3), what stands in `box`.

    image: RGB; points: landmarks (468 or 478, 3) in its pixels. Lips that are open in the picture are closed in
    mouth[0, WIDTHS // 2]; if they are closed already, that is the picture itself. Along the box's border every
    picture is `image`.
    """
    shaper = Shaper(image, points, box)
    rows = [[shaper.picture(pose(o, w)) for w in range(WIDTHS)] for o in range(OPENINGS)]
    return np.array(rows), np.array([shaper.picture(p) for p in (PRESSED, TUCKED)])


@dataclass(frozen=True)
class Curves:
    """The edges of both lips above each pixel's u (h, w), and how softly they end."""

    top: Floats
    bottom: Floats
    soft: Floats


class Shaper:
    """Makes mouth pictures of one face."""

    def __init__(self, image: Picture, points: Floats, box: Box) -> None:
        self._canvas = Canvas(image, frame_of(points), box)
        self._smooth = folds.smoothed(image, points)
        self._seen = lips_of(self._canvas.frame.local(points))
        self._rest = at_rest(self._seen)
        self._open = self._seen.gap > CLOSED_GAP
        self._light = light_of(image, points, self._seen)
        self._border = border_window(box, SEAM)
        self._base = image[box.y : box.y + box.height, box.x : box.x + box.width]

    def picture(self, p: Pose) -> Picture:
        """What stands in the box in that pose."""
        if p == Pose() and not self._open:
            return self._base
        lips = posed(self._rest, p)
        skin = self._skin(lips)
        upper = self._canvas.warp(self._seen.upper_controls(), lips.upper_controls(), skin)
        lower = self._canvas.warp(self._seen.lower_controls(), lips.lower_controls(), skin)
        curves = self._curves(lips)
        above = smooth((curves.top - self._canvas.v) / curves.soft, -0.5, 0.5)[..., None]
        below = smooth((self._canvas.v - curves.bottom) / curves.soft, -0.5, 0.5)[..., None]
        between = np.clip(1 - above - below, 0, 1)
        whole = above + below + between
        drawn = (above * upper + below * lower + between * self._inside(lips, curves, p)) / whole
        drawn = drawn * self._contact(lips, curves, p)
        return np.asarray(self._base + (drawn - self._base) * self._border + 0.5, np.uint8)

    def _skin(self, lips: Lips) -> Picture:
        """The photo, with its folds smoothed as far as the lips are drawn together."""
        share = float(smooth(1 - lips.width / self._seen.width, *DRAWN_IN))
        return np.asarray(cv2.addWeighted(self._canvas.image, 1 - share, self._smooth, share, 0), np.uint8)

    def _curves(self, lips: Lips) -> Curves:
        u = self._canvas.u
        top, bottom = (contour(line, u) for line in (lips.inner_upper, lips.inner_lower))
        left, right = lips.inner_upper[0, 0], lips.inner_upper[-1, 0]
        beyond = np.maximum(np.maximum(left - u, u - right), 0)
        slope = np.abs(np.gradient(bottom - top, axis=1)) / (abs(float(u[0, 1] - u[0, 0])) + 1e-6)
        edge = max(EDGE, 1.5 / self._canvas.frame.unit)
        soft = edge * np.sqrt(1 + np.minimum(slope, 4) ** 2) + 1.2 * beyond
        return Curves(top, bottom, soft.astype(np.float32))

    def _inside(self, lips: Lips, curves: Curves, p: Pose) -> Floats:
        middle = self._rest.middle
        seal = float(contour(self._rest.inner_upper, np.array([middle[0]], np.float32))[0])
        half = float(np.ptp(lips.inner_upper[:, 0])) / 2
        cavity = Cavity(
            self._canvas.u - middle[0],
            self._canvas.v - seal,
            curves.top - seal,
            curves.bottom - seal,
            half,
            p.gap,
            p.jaw,
            1 / self._canvas.frame.unit,
        )
        return interior.draw(cavity, self._light)

    def _contact(self, lips: Lips, curves: Curves, p: Pose) -> Floats:
        """The shade in the line where lips touch that were apart in the photo, or that are pressed together."""
        depth = (0.38 if self._open else 0.0) + 0.25 * p.press
        if depth == 0.0 or p.gap > 0.1:
            return np.ones((*self._canvas.u.shape, 1), np.float32)
        left, right = lips.inner_upper[0, 0], lips.inner_upper[-1, 0]
        u, v = self._canvas.u, self._canvas.v
        along = smooth(np.minimum(u - left, right - u), -0.03, 0.05)
        near = np.exp(-(((v - (curves.top + curves.bottom) / 2) / 0.016) ** 2))
        shade = 1 - depth * along * near * (1 - p.gap / 0.1)
        return np.asarray(shade[..., None] ** self._light.tint(interior.WARM), np.float32)


def light_of(image: Picture, points: Floats, lips: Lips) -> Light:
    """Teeth as the photo shows them, or as bright as the whites of the eyes; flesh in the colour of the lips."""
    lip = np.median(_within(image, points, [(*OUTER_LOWER, *INNER_LOWER[::-1])]), axis=0).astype(np.float32)
    skin, white = _skin(image, points), _whites(image, points)
    colour = float(smooth(float(np.ptp(skin) / max(skin.max(), 1.0)), 0.02, 0.15))
    flesh = Light(white, lip, colour).tint(np.array([0.95, 0.78, 0.78], np.float32)) * lip
    teeth = _own_teeth(image, points, lip, white) if lips.gap > 2 * CLOSED_GAP else None
    if teeth is None:
        bright = np.maximum(white, white / white.max() * skin[0] * 0.9)
        teeth = bright * Light(white, lip, colour).tint(np.array([1.0, 0.96, 0.9], np.float32))
    return Light(np.clip(teeth, 20, 232), flesh, colour)


def _within(image: Picture, points: Floats, rings: Sequence[Sequence[int]]) -> Floats:
    """The pixels (n, 3) inside polygons of the mesh."""
    mask = np.zeros(image.shape[:2], np.uint8)
    for ring in rings:
        cv2.fillPoly(mask, [points[list(ring), :2].round().astype(np.int32)], 1)
    return image[mask > 0].astype(np.float32)


def _skin(image: Picture, points: Floats) -> Floats:
    """The colour of the cheeks. Skin of any tone reflects less red than teeth."""
    x, y = points[[50, 280], :2].round().astype(int).T
    x, y = np.clip(x, 2, image.shape[1] - 3), np.clip(y, 2, image.shape[0] - 3)
    cheeks = [image[b - 2 : b + 3, a - 2 : a + 3].reshape(-1, 3) for a, b in zip(x, y, strict=True)]
    return np.asarray(np.median(np.concatenate(cheeks), axis=0), np.float32)


def _own_teeth(image: Picture, points: Floats, lip: Floats, white: Floats) -> Floats | None:
    """The colour of the teeth that a photo shows; None when it shows none."""
    pixels = _within(image, points, [(*INNER_UPPER, *INNER_LOWER[::-1])])
    green = pixels[:, 1] / np.maximum(pixels[:, 0], 1)  # against red: teeth are nearer to the whites than to the lips
    like = green > (lip[1] / max(lip[0], 1.0) + white[1] / max(white[0], 1.0)) / 2
    seen = pixels[like & (pixels.mean(1) > 0.6 * white.mean())]
    return np.asarray(np.percentile(seen, 70, axis=0), np.float32) if len(seen) > 0.2 * len(pixels) else None


def _whites(image: Picture, points: Floats) -> Floats:
    """The colour of the whites of the eyes: the brightest of what lies between the lids, and a little greyer."""
    pixels = _within(
        image, points, [(*upper, *lower[::-1]) for upper, lower in zip(UPPER_LIDS, LOWER_LIDS, strict=True)]
    )
    bright = pixels[pixels.sum(1) >= np.percentile(pixels.sum(1), 85)].mean(0)
    return np.asarray(bright * 0.7 + bright.mean() * 0.3, np.float32)
