"""A confined helper process for tests: tries what a taken-over decoder would try."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from avatarsite.core.children import serve
from avatarsite.core.confinement import allow_seconds, confine


def handle(request: Any, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    allow_seconds(0.1)
    try:
        send(attempt(*request))
    except (OSError, MemoryError) as error:
        send(type(error).__name__)


def attempt(what: str, argument: Any) -> Any:
    match what:
        case "read":
            return Path(argument).read_bytes()
        case "read two":
            with Path(argument).open("rb"):
                return Path(argument).read_bytes()
        case "write":
            return Path(argument).write_bytes(b"x")
        case "connect":
            with Path(__file__).open("rb"):
                return socket.create_connection(argument).fileno()
        case "remember":
            return len(bytearray(argument))
    while True:  # "compute"
        pass


if __name__ == "__main__":
    confine(64 * 1_048_576)
    serve(handle)
