"""What the eyes do: blinks, glances, raised brows. Seeded, so that the same clip looks the same."""

import random
from dataclasses import dataclass

BLINK = ((0.0, 0), (0.06, 4), (0.10, 4), (0.18, 0))  # seconds, lid: closes within 60 ms, opens more slowly
BLINK_EVERY = (2.0, 5.0)  # seconds
GLANCE_EVERY = (3.0, 7.0)
GLANCE_LASTS = (0.4, 1.1)
RAISED = 3.4  # steps of twins.faces.BROWS above rest: less than all of them, which would be surprise
BROW_EASE = 0.14  # seconds up; down takes twice as long
BROW_HOLD = 0.35
BROW_REST = 1.5  # seconds between two raises
SENTENCE_PAUSE = 0.25  # seconds of quiet before a sound that begins a sentence
LOUD, QUIET = 0.85, 0.08


@dataclass(frozen=True)
class Eyes:
    """lid 0 (open) to 4, gaze 0 to 4 as in twins.faces, brow 1 (rest) to 5 (raised), in between while it moves."""

    lid: int = 0
    gaze: int = 0
    brow: float = 1.0


class EyeMotion:
    """Eyes for frame after frame."""

    def __init__(self, seed: str, fps: int) -> None:
        self._random = random.Random(seed)
        self._step = 1.0 / fps
        self._now = 0.0
        self._blink_at = self._random.uniform(0.8, 2.5)
        self._glance_at = self._random.uniform(*GLANCE_EVERY)
        self._glance_ends, self._gaze = 0.0, 0
        self._brow_at = -10.0
        self._quiet = 1.0

    def next(self, loudness: float = 0.0, calm_after: float = float("inf")) -> Eyes:
        """The next frame. Nothing new begins that would not be over `calm_after` seconds from now."""
        self._emphasise(loudness, calm_after)
        self._glance(calm_after)
        eyes = Eyes(self._lid(calm_after), self._gaze, 1.0 + RAISED * self._brow())
        self._now += self._step
        return eyes

    def _lid(self, calm_after: float) -> int:
        since = self._now - self._blink_at
        if since > BLINK[-1][0]:
            self._blink_at = self._now + self._random.uniform(*BLINK_EVERY)
        elif since + self._step > 0 and since < 0 and calm_after < BLINK[-1][0] + 2 * self._step:
            self._blink_at += 1.0  # no time left for a whole blink
        since = self._now - self._blink_at
        for (begin, lid), (end, next_lid) in zip(BLINK, BLINK[1:], strict=False):
            if begin <= since < end:
                return round(lid + (next_lid - lid) * (since - begin) / (end - begin))
        return 0

    def _glance(self, calm_after: float) -> None:
        if self._gaze and (self._now >= self._glance_ends or calm_after < 2 * self._step):
            self._gaze, self._glance_at = 0, self._now + self._random.uniform(*GLANCE_EVERY)
        elif not self._gaze and self._now >= self._glance_at and calm_after > GLANCE_LASTS[1]:
            self._gaze = self._random.choice((1, 2, 3, 4, 1, 2))
            self._glance_ends = self._now + self._random.uniform(*GLANCE_LASTS)

    def _emphasise(self, loudness: float, calm_after: float) -> None:
        """Raise the brows where a sentence begins, and now and then on a loud syllable."""
        begins = self._quiet >= SENTENCE_PAUSE and loudness > QUIET
        self._quiet = 0.0 if loudness > QUIET else self._quiet + self._step
        if self._now - self._brow_at < BROW_REST or calm_after < BROW_HOLD + 4 * BROW_EASE:
            return
        if (begins and self._random.random() < 0.6) or (loudness > LOUD and self._random.random() < 0.03):
            self._brow_at = self._now

    def _brow(self) -> float:
        since = self._now - self._brow_at
        risen = min(since / BROW_EASE, 1.0)
        fallen = (since - BROW_EASE - BROW_HOLD) / (2 * BROW_EASE)
        height = max(0.0, risen - max(fallen, 0.0))
        return height * height * (3 - 2 * height)
