"""A helper process for tests: does what it is told."""

import os
import time
from collections.abc import Callable
from typing import Any

from avatarsite.core.children import serve
from avatarsite.core.engines import EngineFailed


def handle(request: Any, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    match request:
        case "pid":
            send(os.getpid())
        case "refuse":
            raise EngineFailed("Not this.", "echo_refused")
        case "die":
            os._exit(3)
        case "crash":
            raise RuntimeError("unforeseen")
        case "sleep":
            time.sleep(60)
        case "add":
            send(receive() + receive())


if __name__ == "__main__":
    serve(handle)
