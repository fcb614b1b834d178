"""What the tests of fetching and of webhooks share: names that lead where a test says, and a reachable loopback."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

LOOPBACK = [ip_network("127.0.0.0/8")]


def reach(settings: Any, *ports: int) -> None:
    """Let the product fetch from these ports of loopback."""
    settings.FETCH_ALLOW_PRIVATE = LOOPBACK
    settings.FETCH_EXTRA_PORTS = list(ports)


@dataclass
class Names:
    """Stands in for the system's resolver, and counts what it is asked. An entry that holds lists is a name that
    changes its answer: one list for each look-up, the last one stays."""

    known: dict[str, Any]
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        self.asked.append(host)
        entry = self.known.get(host, [])
        if entry and isinstance(entry[0], list):
            entry = entry.pop(0) if len(entry) > 1 else entry[0]
        if not entry:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [_place(address, port) for address in _addresses(entry)]


def _addresses(entry: str | Iterable[str]) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry)


def _place(address: str, port: int) -> tuple[Any, ...]:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
