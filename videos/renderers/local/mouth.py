"""From the lip curve to one of a face's mouth pictures per frame."""

from dataclasses import replace

from twins.faces import OPENINGS, PRESSES, WIDTHS
from twins.tts.base import AudioChunk
from videos.renderers.local.curve import RATE, LipCurve, Lips

# A mouth picture's number: opening * WIDTHS + width, then the presses.
SHAPES = OPENINGS * WIDTHS + PRESSES
REST = WIDTHS // 2
FIRST_PRESS = OPENINGS * WIDTHS
STICK = 0.58  # steps that a value must be away from the picture shown before the next one is: no flutter between two
EXPRESSION = 1.05  # blending with neighbours takes some of each width away


class MouthFrames:
    """Speech in, frames of a clip out: each the mouth picture to show and the lips it was chosen from.

    ahead: seconds of speech that must be known after a frame.
    """

    ahead = 0.0

    def __init__(self, fps: int) -> None:
        # a closure of that length contains the middle of a frame, wherever it begins
        self._curve = LipCurve(shortest_closure=1 / fps + 1 / RATE)
        self._fps = fps
        self._frame = 0
        self._points: list[Lips] = []
        self._first = 0  # number of the first of them
        self._opening, self._width = 0, REST

    def add(self, chunk: AudioChunk) -> None:
        self._curve.add(chunk)

    def ready(self, last: bool) -> list[tuple[int, Lips]]:
        """Whole frames of known speech that were not handed out yet."""
        self._points += self._curve.take(last)
        known = self._curve.seconds - (0.0 if last else self.ahead)
        until = min(known, (self._first + len(self._points)) / RATE) + 1e-9
        frames: list[tuple[int, Lips]] = []
        while (self._frame + 1) / self._fps <= until:
            lips = self._lips(int((self._frame + 0.5) / self._fps * RATE) - self._first)
            # the first frame rests whatever is said, so that the cut from the idle loop is invisible
            frames.append((self._shape(lips) if self._frame else REST, lips))
            self._frame += 1
        used = int(self._frame / self._fps * RATE) - self._first
        self._points, self._first = self._points[used:], self._first + used
        return frames

    def _lips(self, at: int) -> Lips:
        """Those at a point, as open as around it: a frame is seen for longer than a moment."""
        around = self._points[max(at - 1, 0) : at + 2]
        return replace(self._points[at], opening=sum(lips.opening for lips in around) / len(around))

    def relax(self, step: int, steps: int) -> int:
        """The mouth in frame `step` of `steps` after the speech, closing to rest within the first half."""
        left = max(0.0, 1 - 2 * step / steps)
        self._opening = round(self._opening * left)
        self._width = round(REST + (self._width - REST) * left)
        return self._opening * WIDTHS + self._width

    def _shape(self, lips: Lips) -> int:
        self._opening = _stick(self._opening, min(max(lips.opening, 0.0), 1.0) * (OPENINGS - 1))
        self._width = _stick(self._width, (min(max(lips.width * EXPRESSION, -1.0), 1.0) + 1) / 2 * (WIDTHS - 1))
        if lips.closure:
            self._opening = 0
            return FIRST_PRESS + lips.closure - 1
        return self._opening * WIDTHS + self._width


def _stick(shown: int, value: float) -> int:
    return shown if abs(value - shown) < STICK else round(value)
