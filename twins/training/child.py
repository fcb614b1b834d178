"""Opens training films in a process of its own: `python -m twins.training.child`.

A confined process: no further file, no connection, no writing. It sends (second reached) while it looks, then Approved.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from avatarsite.core.children import serve
from avatarsite.core.confinement import allow_seconds, confine
from avatarsite.core.media_files import import_all, opened
from twins import landmarks
from twins.training import looks
from twins.training.film import Approved, Film, Rules
from twins.training.listening import Heard, listen
from twins.training.verdict import judge
from twins.training.watching import LOOKS_A_SECOND, Seen, watch

MOST_MEMORY = 1_500 * 1_048_576  # beyond what the process has after its imports: 4K pictures, and the decoder's threads
SECONDS_A_SECOND = 1.5  # of processor time for a second of film; 4K at 60 pictures a second takes most of it
TELL_EVERY = 1.0  # seconds of film


@dataclass(frozen=True)
class Examine:
    path: Path
    rules: Rules


def examined(request: Examine, tell: Callable[[float], None]) -> Approved:
    """Raises EngineFailed with the type and words of a fault, or media_broken."""
    with opened(request.path) as (_, film):
        seen = watch(film, request.rules.most, tell)
    with opened(request.path) as (_, film):
        heard = listen(film, request.rules.most)
    return judge(Film(seen, heard), request.rules)


def _handle(request: Examine, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    allow_seconds(30 + request.rules.most * SECONDS_A_SECOND)
    told = 0.0

    def tell(second: float) -> None:
        nonlocal told
        if second >= told:
            told = second + TELL_EVERY
            send(second)

    send(examined(request, tell))


def _rehearse() -> None:
    """Open the models' files, and import what numpy imports when first used: later there is a film, and no more."""
    picture = np.zeros((256, 256, 3), np.uint8)
    landmarks.detect(picture)
    keypoints = np.array([[90, 100], [160, 100]], np.float32)
    landmarks.landmarks_in(picture, landmarks.FaceBox(64, 64, 128, 128, 1.0, keypoints))
    crop = np.zeros((looks.CROP, looks.CROP, 3), np.uint8)
    seen = Seen()
    for number in range(300):
        seen.changes.append(1.0)
        for times in (seen.times, seen.at):
            times.append(number / LOOKS_A_SECOND)
        seen.faces.append(1)
        seen.add((0.4, 0.4, 0.2, 0.2), (300.0, 300.0, 90.0), crop, 128.0, 0.5, 1.0, number % 2 * 0.2)
    judge(Film(seen, Heard(np.tile([-80.0, -20.0], 1_500))), Rules())


if __name__ == "__main__":
    av.logging.set_level(av.logging.PANIC)
    cv2.setNumThreads(1)
    import_all()
    _rehearse()
    confine(MOST_MEMORY)
    serve(_handle)
