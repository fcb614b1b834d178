"""docker-compose.yml as a person reads it: services, their commands and environments."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<rest>[^}]*))?\}")


class Missing(ValueError):
    """A variable that the file asks for is not set."""


@dataclass(frozen=True)
class Service:
    """command: its arguments, with names of programs. environment: as written, with ${…} in it."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()

    def environment_with(self, variables: Mapping[str, str]) -> dict[str, str]:
        """The environment with ${NAME}, ${NAME:-default} and ${NAME:?words} filled in; raises Missing."""
        return {name: _filled(text, variables) for name, text in self.environment.items()}


@cache
def raw() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text()))


@cache
def services() -> dict[str, Service]:
    return {name: _service(name, told) for name, told in raw()["services"].items()}


def _service(name: str, told: dict[str, Any]) -> Service:
    environment = {key: str(value) for key, value in told.get("environment", {}).items()}
    return Service(name, tuple(told.get("command", ())), environment, tuple(told.get("profiles", ())))


def _filled(text: str, variables: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.group("name", "kind", "rest")
        if variables.get(name):
            return variables[name]
        if kind == ":?":
            raise Missing(f"{name}: {rest}")
        return rest or ""

    return VARIABLE.sub(value, text)


def arguments(service: str, programs: Path) -> list[str]:
    """A service's command, with the programs of a virtual environment where it has them."""
    program, *rest = services()[service].command
    here = programs / program
    return [str(here) if os.access(here, os.X_OK) else program, *rest]
