"""How a page is scrolled behind the person: the row of the page that is on top, frame after frame."""

import random
from collections.abc import Iterator
from itertools import chain, repeat

from videos.renderers.base import Scroll, VideoFormat

READ = (1.1, 2.2)  # seconds that a reader rests between two strokes
STROKE = (0.35, 0.65)  # of the frame's height that one stroke moves
STROKE_SECONDS = 0.7
SMOOTH = 0.16  # frame heights a second
BACK = 0.9  # frame heights a second, on the way back


def offsets(page: int, video_format: VideoFormat, scroll: Scroll) -> Iterator[int]:
    """Rows without end, all even, so that they fall on whole rows of chroma. `page`: height of the page in pixels."""
    deepest = max(0, page - video_format.height)
    goal = deepest if scroll.bottom else deepest // 2
    if not scroll.moves or not goal:
        return repeat(0)
    down = _strokes(goal, video_format) if scroll.human else _steady(0, goal, SMOOTH, video_format)
    back: Iterator[int] = iter(())
    if scroll.returns:
        resting = repeat(goal // 2 * 2, video_format.fps)
        back = chain(resting, _steady(goal, 0, BACK, video_format))
    return chain(down, back, repeat(0 if scroll.returns else goal // 2 * 2))


def _strokes(goal: int, video_format: VideoFormat) -> Iterator[int]:
    """As a hand does it: a stroke that slows down, then a rest of some length."""
    dice, here = random.Random(goal), 0
    frames = round(STROKE_SECONDS * video_format.fps)
    while here < goal:
        yield from repeat(here, round(dice.uniform(*READ) * video_format.fps))
        there = min(goal // 2 * 2, here + round(dice.uniform(*STROKE) * video_format.height) // 2 * 2)
        for number in range(1, frames + 1):
            left = 1 - number / frames
            yield round(here + (there - here) * (1 - left**3)) // 2 * 2
        if there == here:
            return
        here = there


def _steady(start: int, goal: int, speed: float, video_format: VideoFormat) -> Iterator[int]:
    """The same even step every frame: any other would be seen to judder."""
    step = max(2, round(speed * video_format.height / video_format.fps / 2) * 2)
    sign = 1 if goal > start else -1
    return (number // 2 * 2 for number in range(start, goal, sign * step))
