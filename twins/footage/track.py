"""A face followed through a film: landmarks frame by frame, smoothed without lag, and what they tell."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.footage.films import Picture, rgb
from twins.landmarks import Tracker, measures

WORK = 960  # pixels of the longer side on which faces are looked for
POINTS = 468
SMOOTHING = 4  # frames before and after that a frame's landmarks are smoothed with
# Points that stay on the skull while a person speaks: nose, cheekbones, corners of the eyes, temples.
STEADY = (1, 2, 4, 5, 6, 168, 195, 197, 98, 327, 33, 133, 263, 362, 50, 280, 117, 346, 118, 347, 101, 330, 234, 454)
# Around the closed mouth: base of the nose, cheeks beside the lips, lips, chin, jaw.
AROUND_MOUTH = (2, 98, 327, 164, 205, 425, 207, 427, 61, 291, 0, 17, 13, 14, 37, 267, 84, 314, 152, 148, 377, 136, 365)

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Track:
    """points: (frames, 468, 3) in pixels of the film; NaN where there is no face."""

    points: Floats

    @property
    def found(self) -> NDArray[np.bool_]:
        return np.isfinite(self.points[:, 0, 0])

    def measured(self, measure: Callable[[Floats], float]) -> NDArray[np.float64]:
        """One number per frame; NaN where there is no face."""
        return np.array([measure(p) if f else np.nan for p, f in zip(self.points, self.found, strict=True)])

    @property
    def opening(self) -> NDArray[np.float64]:
        """Of the mouth, in eye distances."""
        return self.measured(measures.mouth_opening)

    @property
    def eyes(self) -> float:
        """Median distance of the eyes in pixels."""
        return float(np.nanmedian(self.measured(measures.eye_distance)))


def follow(film: Iterable[Picture], met: Callable[[int], None] = lambda count: None) -> Track:
    """Track the largest face; `met` hears how many frames are done."""
    tracker, found = Tracker(), []
    for count, frame in enumerate(film, 1):
        small = rgb(frame, WORK)
        scale = frame.shape[1] / small.shape[1]
        face = tracker.track(small)
        found.append(face.points[:POINTS] * scale if face else np.full((POINTS, 3), np.nan))
        met(count)
    return Track(np.array(found, np.float32).reshape(-1, POINTS, 3))


def smoothed(points: Floats, closed: bool = False) -> Floats:
    """Zero-phase Savitzky-Golay filter over frames (axis 0): a parabola is fitted around each frame, so that nothing
    lags and turns keep their height. closed: the frames are a loop. NaN stay, and nothing is drawn over them.
    """
    count = len(points)
    reach = min(SMOOTHING, (count - 1) // 2)
    offsets = np.arange(-reach, reach + 1)
    kernel = np.linalg.pinv(np.stack([offsets**0, offsets, offsets**2], 1).astype(np.float64))[0]
    padded = np.concatenate([points[-reach:], points, points[:reach]]) if closed else _extended(points, reach)
    result = sum(weight * padded[i : i + count] for i, weight in enumerate(kernel)) if reach else points
    return np.where(np.isfinite(result), result, points).astype(np.float32)


def _extended(points: Floats, reach: int) -> Floats:
    """Point reflections at both ends keep position and speed there."""
    if not reach:
        return points
    before = 2 * points[:1] - points[reach:0:-1]
    after = 2 * points[-1:] - points[-2 : -reach - 2 : -1]
    return np.concatenate([before, points, after])


def affine(source: NDArray[Any], targets: NDArray[Any]) -> NDArray[np.float64]:
    """Least-squares affine maps (frames, 2, 3) from points (n, 2) to points (frames, n, 2)."""
    design = np.column_stack([source, np.ones(len(source))]).astype(np.float64)
    return np.swapaxes(np.linalg.pinv(design) @ targets.astype(np.float64), 1, 2)
