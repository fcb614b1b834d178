"""Eye pictures from a photo: lids drawn over the eyes, irises and brows moved."""

from dataclasses import dataclass

import cv2
import numpy as np

from twins.faces import BROWS, GAZES, LIDS, Box, Picture
from twins.photos.fields import Canvas, Floats, border_window, contour, frame_of, smooth

# Points of the mesh, each from its outer to its inner corner; the person's right eye, then the left.
UPPER_LIDS = (33, 246, 161, 160, 159, 158, 157, 173, 133), (263, 466, 388, 387, 386, 385, 384, 398, 362)
LOWER_LIDS = (33, 7, 163, 144, 145, 153, 154, 155, 133), (263, 249, 390, 373, 374, 380, 381, 382, 362)
BROW_POINTS = (70, 63, 105, 66, 107, 46, 53, 52, 65, 55), (300, 293, 334, 296, 336, 276, 283, 282, 295, 285)
FOLDS = (225, 224, 223, 222, 221, 445, 444, 443, 442, 441)  # between lid and brow; frames of glasses often lie there
FOLD_LIFT = 0.5  # how far they follow the brows
IRISES = slice(468, 473), slice(473, 478)  # of refined landmarks: the middle, then four points around
STILL = (6, 197, 168, 8, 122, 351, 245, 465, 188, 412, 119, 348, 118, 347, 117, 346, 101, 330)

CLOSING = (0.0, 0.3, 0.58, 0.82, 1.0)  # of the gap between the lids, for each lid picture
LOWER_SHARE = 0.14  # of the gap that the lower lid closes from below
LIFT = (0.026, 0.0, -0.014, -0.028, -0.042, -0.056)  # of the brows, in eye distances, downwards
GAZE = ((0.0, 0.0), (-0.045, 0.003), (0.045, 0.003), (0.0, -0.022), (0.0, 0.022))
EDGE = 0.012  # eye distances over which a lid ends
GROWN = 1.16  # the lids' outline against the mesh's: nothing of an eye may show beside a closed lid
OUTWARDS = 0.12  # widths of the eye by which the outline reaches further at its outer corner
LASHES = 0.5  # how dark the line of the lashes of a closed eye is
SEAM = 3
MARGIN_UP, MARGIN_DOWN, MARGIN_SIDE = 0.36, 0.24, 0.3  # of the box beyond brows and eyes


def eyes_box(points: Floats, width: int, below: int) -> Box:
    """The box in which lids and brows move; it ends above row `below`, where the mouth's box begins."""
    unit = frame_of(points).unit
    brows = points[[*BROW_POINTS[0], *BROW_POINTS[1]], :2]
    lids = points[[*LOWER_LIDS[0], *LOWER_LIDS[1]], :2]
    left = max(float(brows[:, 0].min()) - MARGIN_SIDE * unit, 0)
    right = min(float(brows[:, 0].max()) + MARGIN_SIDE * unit, width)
    top = max(float(brows[:, 1].min()) - MARGIN_UP * unit, 0)
    bottom = min(float(lids[:, 1].max()) + MARGIN_DOWN * unit, below)
    x, y = int(left) // 2 * 2, int(top) // 2 * 2
    return Box(x, y, (int(right) - x) // 2 * 2, (int(bottom) - y) // 2 * 2)


def eye_pictures(image: Picture, points: Floats, box: Box) -> Picture:
    """All eye pictures of a FaceSheet, (BROWS, GAZES, LIDS, h, w, 3); points: refined landmarks (478, 3)."""
    face = Eyes(image, points, box)
    uppers = [[face.upper(brow, lid) for lid in range(LIDS)] for brow in range(BROWS)]
    lowers = [face.lower(lid) for lid in range(LIDS)]
    balls = [face.gazing(gaze) for gaze in range(GAZES)]
    shares = [face.shares(lid) for lid in range(LIDS)]
    lashes = [face.lashes(lid) for lid in range(LIDS)]
    made = np.empty((BROWS, GAZES, LIDS, box.height, box.width, 3), np.uint8)
    for brow, gaze, lid in np.ndindex(BROWS, GAZES, LIDS):
        above, below, between = shares[lid]
        drawn = (above * uppers[brow][lid] + below * lowers[lid] + between * balls[gaze]) * lashes[lid]
        made[brow, gaze, lid] = face.bordered(drawn)
    made[1, 0, 0] = face.base
    return made


@dataclass(frozen=True)
class Lids:
    """Edges of one eye's lids (9, 2), from the outer to the inner corner."""

    upper: Floats
    lower: Floats

    def grown(self) -> "Lids":
        """A little larger about the middle of the eye."""
        middle = np.concatenate([self.upper, self.lower]).mean(0)
        across = np.linspace(1, 0, len(self.upper))[:, None] ** 3 * OUTWARDS
        out = (across * (self.upper[0] - self.upper[-1])).astype(np.float32)
        return Lids(middle + (self.upper - middle) * GROWN + out, middle + (self.lower - middle) * GROWN + out)

    def closing(self, share: float) -> "Lids":
        """The lids with that share of the gap closed; at 1 they meet."""
        gap = self.lower[:, 1] - self.upper[:, 1]
        down = np.zeros_like(self.upper)
        down[:, 1] = gap * share
        return Lids(self.upper + down * (1 - LOWER_SHARE), self.lower - down * LOWER_SHARE)


class Eyes:
    """Both eyes of one photo: the parts that its eye pictures are put together from."""

    def __init__(self, image: Picture, points: Floats, box: Box) -> None:
        self._canvas = Canvas(image, frame_of(points), box)
        local = self._canvas.frame.local(points)
        self._lids = [
            Lids(local[list(upper)], local[list(lower)]).grown()
            for upper, lower in zip(UPPER_LIDS, LOWER_LIDS, strict=True)
        ]
        self._irises = [local[part] for part in IRISES]
        self._brows = np.concatenate([local[list(numbers)] for numbers in BROW_POINTS])
        self._folds = local[list(FOLDS)]
        self._still = local[list(STILL)]
        self._border = border_window(box, SEAM)
        self.base = image[box.y : box.y + box.height, box.x : box.x + box.width]

    def bordered(self, drawn: Floats) -> Picture:
        return np.asarray(self.base + (drawn - self.base) * self._border + 0.5, np.uint8)

    def upper(self, brow: int, lid: int) -> Picture:
        """Forehead, brows and upper lids."""
        closed = [lids.closing(CLOSING[lid]) for lids in self._lids]
        lift = np.array([0.0, LIFT[brow]], np.float32)
        source = np.concatenate([*(lids.upper for lids in self._lids), self._brows, self._folds, self._still])
        moved = (self._brows + lift, self._folds + lift * np.float32(FOLD_LIFT))
        target = np.concatenate([*(lids.upper for lids in closed), *moved, self._still])
        return self._canvas.warp(source, target)

    def lower(self, lid: int) -> Picture:
        """Lower lids and what is below."""
        closed = [lids.closing(CLOSING[lid]) for lids in self._lids]
        source = np.concatenate([*(lids.lower for lids in self._lids), self._brows, self._still])
        target = np.concatenate([*(lids.lower for lids in closed), self._brows, self._still])
        return self._canvas.warp(source, target)

    def gazing(self, gaze: int) -> Picture:
        """The eyeballs with their irises moved, lids or not."""
        canvas, box = self._canvas, self._canvas.box
        shift = np.array(GAZE[gaze], np.float32)
        moved = np.zeros((*canvas.u.shape, 2), np.float32)
        for iris in self._irises:
            radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
            centre = iris[0] + shift
            away = np.hypot(canvas.u - centre[0], canvas.v - centre[1])
            moved += (1 - smooth(away, 1.25 * radius, 2.4 * radius))[..., None] * shift
        back = moved @ canvas.frame.axes * canvas.frame.unit
        x, y = np.meshgrid(np.arange(box.width, dtype=np.float32), np.arange(box.height, dtype=np.float32))
        maps = (x - back[..., 0] + box.x).astype(np.float32), (y - back[..., 1] + box.y).astype(np.float32)
        return np.asarray(cv2.remap(canvas.image, *maps, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8)

    def lashes(self, lid: int) -> Floats:
        """(h, w, 1): the dark line along the edge of a lid that is coming down; it hid in the lid's shade before."""
        canvas = self._canvas
        dark = np.zeros_like(canvas.u)
        for lids in self._lids:
            closed = lids.closing(CLOSING[lid])
            low, high = sorted((float(closed.upper[0, 0]), float(closed.upper[-1, 0])))
            near = np.exp(-(((canvas.v - contour(closed.upper, canvas.u)) / 0.014) ** 2))
            along = smooth(np.minimum(canvas.u - low, high - canvas.u), 0.0, 0.18)
            dark += near * along
        return np.asarray(1 - LASHES * smooth(CLOSING[lid], 0.2, 0.9) * dark[..., None], np.float32)

    def shares(self, lid: int) -> tuple[Floats, Floats, Floats]:
        """How much of each pixel is upper lid, lower lid, eyeball; (h, w, 1) each, together 1."""
        u, v = self._canvas.u, self._canvas.v
        right, left = (lids.closing(CLOSING[lid]) for lids in self._lids)
        here = u < 0
        top = np.where(here, contour(right.upper, u), contour(left.upper, u))
        bottom = np.where(here, contour(right.lower, u), contour(left.lower, u))
        soft = max(EDGE, 1.5 / self._canvas.frame.unit) + 0.8 * np.where(here, _beyond(right, u), _beyond(left, u))
        above = smooth(((top - v) / soft).astype(np.float32), -0.5, 0.5)[..., None]
        below = smooth(((v - bottom) / soft).astype(np.float32), -0.5, 0.5)[..., None]
        between = np.clip(1 - above - below, 0, 1)
        whole = above + below + between
        return above / whole, below / whole, between / whole


def _beyond(lids: Lids, u: Floats) -> Floats:
    """How far u lies outside of an eye's corners."""
    one, other = lids.upper[0, 0], lids.upper[-1, 0]
    return np.asarray(np.maximum(np.maximum(min(one, other) - u, u - max(one, other)), 0), np.float32)
