"""Re-makes vendors' films in a process of its own: `python -m videos.remake_child FD`. Answers are Progress."""

import resource
from collections.abc import Callable
from typing import Any

import av

from avatarsite.core.children import serve
from avatarsite.core.confinement import allow_seconds
from videos.renderers.remake import Remake, remake

MOST_MEMORY = 4_000 * 1_048_576  # of address space
MOST_BYTES = 2_000_000_000  # of a file written
MOST_SECONDS = 3_600.0  # of processor time


def _handle(request: Remake, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    allow_seconds(MOST_SECONDS)
    remake(request, send)


if __name__ == "__main__":
    av.logging.set_level(av.logging.PANIC)
    for limit, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_FSIZE, MOST_BYTES)):
        resource.setrlimit(limit, (most, most))
    serve(_handle)
