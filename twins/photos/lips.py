"""Where the lips and the jaw are in each mouth shape, in the face's own coordinates (see FaceFrame)."""

from dataclasses import dataclass, field, replace

import numpy as np

from twins.faces import OPENINGS, WIDTHS
from twins.photos.fields import Floats, smooth

# Points of the mesh, from the person's right corner to the left one.
OUTER_UPPER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
OUTER_LOWER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
INNER_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
CHIN = (18, 200, 199, 175, 152, 148, 377, 176, 400, 83, 313, 201, 421, 208, 428)
JAW = (58, 288, 172, 136, 150, 149, 378, 379, 365, 397)
STILL = (1, 2, 98, 327, 64, 294, 48, 278, 50, 280, 101, 330, 117, 346, 123, 352, 132, 361, 93, 323)

CLOSED_GAP = 0.04  # up to here the lips of a photo are closed: the mesh leaves as much between closed lips
WIDEST_REST = 0.88  # a mouth at rest that is wider is smiling
SMILE_KEPT = 0.25  # share of the smile's extra width that the closed lips keep
WIDEST_GAP = (0.36, 0.48, 0.44)  # between the lips, wide open: rounded, neutral, spread
SEEN = 0.75  # power of an opening: lips in a photo hide a narrow gap, and it is to be seen as wide as it is meant


@dataclass(frozen=True)
class Pose:
    """opening 0 to 1; width -1 rounded to 1 spread; press: lips pressed together; tuck: lower lip under the teeth."""

    opening: float = 0.0
    width: float = 0.0
    press: float = 0.0
    tuck: float = 0.0

    @property
    def gap(self) -> float:
        """Between the lips in the middle."""
        return self.opening * float(np.interp(self.width, (-1, 0, 1), WIDEST_GAP)) + 0.055 * self.tuck

    @property
    def jaw(self) -> float:
        """How far the chin moves down."""
        return 0.7 * (self.gap - 0.055 * self.tuck) - 0.008 * self.press

    @property
    def stretch(self) -> float:
        """The mouth's width in widths at rest."""
        sideways = 0.15 * self.width if self.width > 0 else 0.27 * self.width
        return 1 + sideways - 0.05 * self.opening + 0.02 * self.press

    @property
    def flatten(self) -> float:
        """How much of a smile's curve is taken out."""
        return min(0.9 * max(-self.width, 0.0) + 1.2 * self.opening, 1.0)


def pose(opening: int, width: int) -> Pose:
    """The pose of a mouth picture of a FaceSheet."""
    return Pose((opening / (OPENINGS - 1)) ** SEEN, width / (WIDTHS // 2) - 1)


@dataclass(frozen=True)
class Lips:
    """Both lips: contours (11, 2) from the person's right corner to the left, the points of chin, jaw and cheeks."""

    outer_upper: Floats
    inner_upper: Floats
    inner_lower: Floats
    outer_lower: Floats
    chin: Floats
    jaw: Floats
    still: Floats = field(repr=False)

    @property
    def gap(self) -> float:
        """The widest distance between the lips."""
        return float((self.inner_lower[:, 1] - self.inner_upper[:, 1]).max())

    @property
    def width(self) -> float:
        """From corner to corner, between the lips."""
        return float(np.ptp(self.inner_upper[:, 0]))

    @property
    def middle(self) -> Floats:
        """Halfway between the corners."""
        return np.asarray((self.inner_upper[0] + self.inner_upper[-1]) / 2)

    def upper_controls(self) -> Floats:
        return np.concatenate([self.outer_upper, self.inner_upper, self.chin, self.jaw, self.still])

    def lower_controls(self) -> Floats:
        return np.concatenate([self.outer_lower, self.inner_lower, self.chin, self.jaw, self.still])


def lips_of(local: Floats) -> Lips:
    """From the landmarks of a face in its own coordinates."""
    named = (OUTER_UPPER, INNER_UPPER, INNER_LOWER, OUTER_LOWER, CHIN, JAW, STILL)
    return Lips(*(local[list(numbers)] for numbers in named))


def middle_of(line: Floats) -> float:
    """v in the middle of a contour."""
    return float(line[len(line) // 2, 1])


def at_rest(seen: Lips) -> Lips:
    """The same lips closed and relaxed; those of a photo with closed lips stay where they are."""
    if seen.gap <= CLOSED_GAP:
        return sealed(seen, 0.5)
    width = float(np.ptp(seen.inner_upper[:, 0]))
    wanted = min(width, WIDEST_REST + SMILE_KEPT * max(width - WIDEST_REST, 0.0))
    closed = sealed(seen, 0.42)
    up = np.array([0, -0.3 * max(seen.gap - 0.15, 0.0)], np.float32)  # a jaw that hangs is closed, a smiling one is
    return replace(narrowed(closed, wanted / width), chin=seen.chin + up, jaw=seen.jaw + up * np.float32(0.5))


def sealed(seen: Lips, share: float) -> Lips:
    """Lips that meet at `share` of the gap below the upper one; their outer edges follow half of the way."""
    seam = seen.inner_upper + share * (seen.inner_lower - seen.inner_upper)
    if share == 0.5 and seen.gap <= CLOSED_GAP:
        return replace(seen, inner_upper=seam, inner_lower=seam)
    return replace(
        seen,
        inner_upper=seam,
        inner_lower=seam,
        outer_upper=seen.outer_upper + 0.4 * (seam - seen.inner_upper),
        outer_lower=seen.outer_lower + 0.5 * (seam - seen.inner_lower),
    )


def narrowed(lips: Lips, factor: float) -> Lips:
    """Lips of another width, and the corners a little lower when they are drawn in."""
    middle, half = lips.middle, float(np.ptp(lips.inner_upper[:, 0])) / 2

    def moved(line: Floats) -> Floats:
        across = (line[:, 0] - middle[0]) / half
        drop = 0.25 * half * max(1 - factor, 0.0) * across**2
        return np.column_stack([middle[0] + (line[:, 0] - middle[0]) * factor, line[:, 1] + drop]).astype(np.float32)

    lines = {name: moved(getattr(lips, name)) for name in ("outer_upper", "inner_upper", "inner_lower", "outer_lower")}
    return replace(lips, **lines)


def posed(rest: Lips, p: Pose) -> Lips:
    """Closed lips in another pose."""
    middle, half = rest.middle, float(np.ptp(rest.inner_upper[:, 0])) / 2
    upper_share = 0.16 + 0.5 * p.tuck
    smile = max(float(middle_of(rest.inner_upper) - middle[1]), 0.0)
    stretch = p.stretch * (1 - p.flatten * max(1 - WIDEST_REST / (2 * half), 0.0))

    def place(line: Floats, seam: Floats, up: bool, outer: bool) -> Floats:
        across = np.clip((line[:, 0] - middle[0]) / half, -1, 1)
        arch = (1 - np.abs(across) ** (2.2 + 0.5 * p.width)) ** (0.6 if up else 0.7)
        # corners follow the jaw; a smile's go down where the lips are rounded, and up where they are spread
        drop = (0.2 * p.gap + smile * p.flatten - 0.03 * max(p.width, 0.0)) * across**2
        lift = -upper_share * p.gap * arch if up else (1 - upper_share) * p.gap * arch
        follow = (0.85 if up else 0.92) if outer else 1.0
        thick = 1 - 0.13 * p.width - 0.1 * p.opening - 0.3 * p.press - (0.35 * p.tuck if not up else 0.0)
        own = (line[:, 1] - seam[:, 1]) * thick if outer else 0.0
        u = middle[0] + (line[:, 0] - middle[0]) * stretch
        return np.column_stack([u, seam[:, 1] + own + drop + lift * follow]).astype(np.float32)

    seam = rest.inner_upper
    down = np.array([[0.0, p.jaw]], np.float32)
    height = float(rest.chin[:, 1].max() - middle[1])
    reach = smooth((rest.jaw[:, 1] - middle[1]) / height, -0.1, 1.0)[:, None]
    return Lips(
        place(rest.outer_upper, seam, up=True, outer=True),
        place(rest.inner_upper, seam, up=True, outer=False),
        place(rest.inner_lower, seam, up=False, outer=False),
        place(rest.outer_lower, seam, up=False, outer=True),
        rest.chin + down,
        rest.jaw + down * reach,
        rest.still,
    )
