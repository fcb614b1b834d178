"""Re-makes lips in a process of its own, as customers' films are opened there: `python -m videos.lipsync_child FD`.

Answers are per cents, at last the seconds of the result as a float.
"""

import resource
from collections.abc import Callable
from typing import Any

import av
import cv2

from avatarsite.core.children import serve
from avatarsite.core.confinement import allow_seconds
from videos.renderers.local import hearing
from videos.renderers.local.footage_lipsync import relip
from videos.renderers.local.footage_relip import Relip

MOST_MEMORY = 4_000 * 1_048_576  # of address space, for 4K
MOST_BYTES = 2_000_000_000  # of a file written
MOST_SECONDS = 3_600.0  # of processor time


class _Changes:
    """Sends a per cent only when it is another than the last one."""

    def __init__(self, send: Callable[[Any], None]) -> None:
        self._send, self._last = send, -1

    def __call__(self, percent: int) -> None:
        if percent != self._last:
            self._last = percent
            self._send(percent)


def _handle(request: Relip, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    allow_seconds(MOST_SECONDS)
    hearing.use(request.cache_dir)
    send(relip(request, _Changes(send)))


if __name__ == "__main__":
    av.logging.set_level(av.logging.PANIC)
    cv2.setNumThreads(1)
    for limit, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_FSIZE, MOST_BYTES)):
        resource.setrlimit(limit, (most, most))
    serve(_handle)
