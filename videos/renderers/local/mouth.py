"""From the lip curve to one of a face's mouth pictures per frame."""

from twins.faces import OPENINGS, PRESSES, WIDTHS
from videos.renderers.local.curve import RATE, LipCurve, Lips

# A mouth picture's number: opening * WIDTHS + width, then the presses.
SHAPES = OPENINGS * WIDTHS + PRESSES
REST = WIDTHS // 2
FIRST_PRESS = OPENINGS * WIDTHS
STICK = 0.58  # steps that a value must be away from the picture shown before the next one is: no flutter between two
EXPRESSION = 1.15  # blending with neighbours takes some of each width away


class MouthFrames:
    """Frames of a clip, each the mouth picture to show and the lips it was chosen from."""

    def __init__(self, curve: LipCurve, fps: int) -> None:
        self._curve = curve
        self._fps = fps
        self._frame = 0
        self._opening, self._width = 0, REST

    def ready(self, last: bool) -> list[tuple[int, Lips]]:
        """Whole frames of known speech that were not handed out yet."""
        until = self._curve.seconds if last else self._curve.ready()
        frames: list[tuple[int, Lips]] = []
        while (self._frame + 1) / self._fps <= until + 1e-9:
            begin, end = self._frame / self._fps, (self._frame + 1) / self._fps
            points = self._curve.take(end + 1e-9, last)
            middle = points[min(int((end - begin) * RATE / 2), len(points) - 1)]
            # the first frame rests whatever is said, so that the cut from the idle loop is invisible
            shape = self._shape(middle, begin, end) if self._frame else REST
            frames.append((shape, middle))
            self._frame += 1
        return frames

    def relax(self, step: int, steps: int) -> int:
        """The mouth in frame `step` of `steps` after the speech, closing to rest within the first half."""
        left = max(0.0, 1 - 2 * step / steps)
        self._opening = round(self._opening * left)
        self._width = round(REST + (self._width - REST) * left)
        return self._opening * WIDTHS + self._width

    def _shape(self, lips: Lips, begin: float, end: float) -> int:
        """Every closure gets at least the frame that its middle falls into, however short it is."""
        self._opening = _stick(self._opening, lips.opening * (OPENINGS - 1))
        self._width = _stick(self._width, (min(max(lips.width * EXPRESSION, -1.0), 1.0) + 1) / 2 * (WIDTHS - 1))
        closed = lips.closure or next((kind for _, _, kind in self._curve.closures(begin, end)), 0)
        if closed:
            self._opening = 0
            return FIRST_PRESS + closed - 1
        return self._opening * WIDTHS + self._width


def _stick(shown: int, value: float) -> int:
    return shown if abs(value - shown) < STICK else round(value)
