"""A film as the checks judge it: what was seen and heard, on one time line of looks, and what a film must be like."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.training.listening import BLOCKS_A_SECOND, Heard
from twins.training.watching import LOOKS_A_SECOND, Seen

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Rules:
    """bytes: most of the file. least, most: seconds of film; what goes on after `most` is not looked at."""

    bytes: int = 750 * 1_048_576
    least: float = 60.0
    most: float = 600.0


@dataclass(frozen=True)
class Approved:
    """start, end: seconds of the stretch that is trained on. rest: (start, end) of the longest stretch in it in
    which the person is silent with closed lips; where there is none (`silent` is False), the calmest one.
    measures: what is kept with the replica."""

    start: float
    end: float
    rest: tuple[float, float]
    silent: bool
    measures: dict[str, float]


class Film:
    """The looks of a film as arrays, one entry for each look."""

    def __init__(self, seen: Seen, heard: Heard) -> None:
        self.seen, self.heard = seen, heard
        self.changes = np.array(seen.changes, np.float64)
        self.at = np.array(seen.at, np.float64)
        self.faces = np.array(seen.faces, np.int64)
        self.box = np.array(seen.box, np.float64).reshape(-1, 4)
        self.eyes = np.array(seen.eyes, np.float64).reshape(-1, 3)
        self.level, self.opening = np.array(seen.level, np.float64), np.array(seen.opening, np.float64)
        self.crops = np.array(seen.crop, np.float32)

    @cached_property
    def speed(self) -> Floats:
        """Of the head, in eye distances a second, since the look before."""
        steps = np.hypot(*np.diff(self.eyes[:, :2], axis=0, prepend=self.eyes[:1, :2]).T)
        return np.asarray(np.nan_to_num(steps / self.eyes[:, 2] * LOOKS_A_SECOND))

    @cached_property
    def voiced(self) -> Marks:
        """Whether somebody speaks within a tenth of a second of the look."""
        voiced = self.heard.voiced()
        if not len(voiced):
            return np.zeros(len(self.at), bool)
        near = np.arange(-5, 6) * BLOCKS_A_SECOND // 50
        places = np.round(self.at * BLOCKS_A_SECOND).astype(int)[:, None] + near
        return np.asarray(voiced[places.clip(0, len(voiced) - 1)].any(1) & (places[:, 5] < len(voiced)))

    @cached_property
    def closed(self) -> Marks:
        """Whether the lips are closed: as far as this person's are when they are most so."""
        return np.asarray(self.opening < np.nan_to_num(np.nanpercentile(self.opening, 20)) + 0.05)


def runs(marks: Marks) -> list[tuple[int, int]]:
    """The stretches of marked looks, as (first, behind the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marks.astype(np.int8), [0]])))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def longest(marks: Marks) -> tuple[int, int]:
    """The longest stretch of marked looks; (0, 0) when none is marked."""
    return max(runs(marks), key=lambda run: run[1] - run[0], default=(0, 0))


def over_a_second(values: Floats, what: Any) -> Floats:
    """`what` (np.median, np.mean, …) of each look and those within half a second of it."""
    half = LOOKS_A_SECOND // 2
    padded = np.pad(values, half, mode="edge")
    return np.asarray(what(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1))
