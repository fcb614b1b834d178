"""Which stretch of a person's footage is played while the twin listens and speaks.

It is played forth and back: both ends then meet themselves, whatever else in the picture has moved, and the only
thing that could be seen is a jerk where the direction turns. So it turns where the head stands still.
"""

import numpy as np
from numpy.typing import NDArray

from avatarsite.core.engines import EngineFailed
from twins.footage.films import FPS
from twins.footage.track import STEADY, Track, smoothed

LONGEST, SHORTEST = 12 * FPS, 2 * FPS  # frames
STEP = FPS // 2  # between two stretches that are compared
TURN_WITHIN = 2 * FPS  # frames at each end among which the stillest is taken
PARTED = 0.05  # opening of the mouth in eye distances up to which lips count as closed
SLACK = 0.03  # above the smallest tenth of openings: how the mesh of a face with full lips may measure

Numbers = NDArray[np.float64]


def choose(track: Track) -> tuple[int, int, bool]:
    """First and last frame of the stretch, and whether the lips are closed throughout.

    Raises EngineFailed("face_or_obstruction_detected") when no face is seen for SHORTEST.
    """
    seen = track.found
    opening = track.opening
    closed = seen & (opening <= max(PARTED, float(np.nanquantile(opening, 0.1)) + SLACK)) if seen.any() else seen
    for usable, silent in ((closed, True), (seen, False)):
        if runs := [run for run in _runs(usable) if run[1] - run[0] >= SHORTEST]:
            return *_turned(track, _calmest(track, runs)), silent
    words = "No face could be followed for two seconds in the quiet part of the film."
    raise EngineFailed(words, "face_or_obstruction_detected")


def _runs(usable: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open stretches in which every frame is usable."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], usable.astype(np.int8), [0]])))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _calmest(track: Track, runs: list[tuple[int, int]]) -> tuple[int, int]:
    """The stretch with the least movement among the longest there are."""
    length = min(LONGEST, max(last - first for first, last in runs))
    starts = [start for first, last in runs for start in range(first, last - length + 1, STEP)]
    return min(((start, start + length) for start in starts), key=lambda span: _restlessness(track, *span))


def _restlessness(track: Track, first: int, last: int) -> float:
    """How far the head goes from its place, in eye distances."""
    places = track.points[first:last, STEADY, :2].mean(1)
    return float(np.linalg.norm(places.std(0)) / track.eyes)


def _turned(track: Track, span: tuple[int, int]) -> tuple[int, int]:
    """The same stretch, shortened so that it begins and ends where the head stands still."""
    first, last = span
    reach = min(TURN_WITHIN, (last - first) // 4)
    speed = speeds(smoothed(track.points[first:last, STEADY, :2]))
    return first + int(np.argmin(speed[:reach])), last - 1 - int(np.argmin(speed[::-1][:reach]))


def speeds(points: NDArray[np.float32]) -> Numbers:
    """Pixels a frame of (frames, n, 2) points, on average."""
    return np.asarray(np.linalg.norm(np.gradient(points, axis=0), axis=2).mean(1), np.float64)
