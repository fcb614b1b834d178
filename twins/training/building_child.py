"""Makes footage of an approved film in a process of its own: `python -m twins.training.building_child`.

It writes, so it is less confined than the process of the checks: memory, processor time and the size of files end.
"""

import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2

from avatarsite.core.children import serve
from avatarsite.core.confinement import allow_seconds
from twins.footage import build

MOST_MEMORY = 4_000 * 1_048_576
MOST_WRITTEN = 2_000 * 1_048_576  # bytes of one file
MOST_SECONDS = 1_200.0  # of processor time


@dataclass(frozen=True)
class Build:
    """rest: (start, end) in seconds of the part in which the person is silent. folder: where the results are put."""

    path: Path
    rest: tuple[float, float]
    folder: Path


def _handle(request: Build, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    allow_seconds(MOST_SECONDS)
    send(build(request.path, request.rest, request.folder, send))


if __name__ == "__main__":
    av.logging.set_level(av.logging.PANIC)
    cv2.setNumThreads(1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN, MOST_WRITTEN))
    serve(_handle)
