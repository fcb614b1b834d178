"""Trains the ear in a process of its own: `python -m videos.lip_training.child FD`.

A path in, True out once the trained ear is there; at once when it was there before.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from avatarsite.core.children import serve
from videos.lip_training.training import train


def handle(path: Path, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
    send(True)


def _make(path: Path) -> None:
    """One process trains; others wait and then find it."""
    lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            beside = path.with_suffix(".part")
            train().save(beside)
            beside.rename(path)
            _forget_others(path)
    finally:
        os.close(lock)


def _forget_others(path: Path) -> None:
    """Ears of other versions are of no use any more."""
    for other in path.parent.glob("lips-*.npz"):
        if other != path:
            other.unlink(missing_ok=True)


if __name__ == "__main__":
    serve(handle)
