"""The operations of the OpenAPI document, and requests made from it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


@cache
def document() -> dict[str, Any]:
    return dict(SchemaGenerator().get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    facts: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names(self) -> list[str]:
        """Of what stands in the path."""
        return re.findall(r"{(\w+)}", self.path)

    def address(self, values: dict[str, str]) -> str:
        return re.sub(r"{(\w+)}", lambda name: values[name.group(1)], self.path)

    def body(self, values: dict[str, Any]) -> dict[str, Any] | None:
        """What is required or said, and every id, as far as it is in `values`; None without a body."""
        content = self.facts.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            return None
        schema = content["schema"]
        shape = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
        said = {name for name in shape.get("properties", {}) if name.endswith("Id") or name == "input"}
        return {name: values[name] for name in said | set(shape.get("required", ())) if name in values}


def operations(prefix: str) -> Iterator[Operation]:
    for path, methods in document()["paths"].items():
        if path.startswith(prefix):
            yield from (Operation(method.upper(), path, methods[method]) for method in METHODS if method in methods)
