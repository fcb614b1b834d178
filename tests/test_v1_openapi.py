"""The OpenAPI document of the Persona dialect is whole: every route in it, every answer in it, and nothing else."""

import re
from typing import Any

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from tests.routes import METHODS, Operation, document, operations

OPERATIONS = list(operations("/v1/"))
NAMES = [str(operation) for operation in OPERATIONS]


def served() -> set[tuple[str, str]]:
    """(method, path) of every route under /v1, as the resolver has them."""
    found = set()
    for entry in get_resolver().url_patterns:
        if isinstance(entry, URLResolver) and str(entry.pattern) == "v1/":
            for route in entry.url_patterns:
                if isinstance(route, URLPattern) and route.name:
                    path = re.sub(
                        r"\(\?P<(\w+)>.*?\)(?=/|$)",
                        r"{\1}",
                        str(route.pattern).strip("^").rstrip("$").removesuffix("/?"),
                    )
                    cls = route.callback.cls  # type: ignore[attr-defined]
                    found |= {(method.upper(), f"/v1/{path}") for method in METHODS if hasattr(cls, method)}
    return found


def test_every_route_is_in_the_document_and_back() -> None:
    assert served() == {(operation.method, operation.path) for operation in OPERATIONS}


def test_names_of_operations_are_unique() -> None:
    names = [operation.facts["operationId"] for operation in OPERATIONS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_an_operation_is_described_with_its_key_its_answers_and_its_refusals(operation: Operation) -> None:
    facts = operation.facts
    assert facts["description"].strip()
    assert facts["security"] == [{"apiKey": []}]
    codes = set(facts["responses"])
    assert {"401", "429", "500"} <= codes
    assert codes & {"200", "201", "202", "501"}
    assert "404" in codes or "{" not in operation.path
    assert {"400", "413", "415", "422", "409"} <= codes or "requestBody" not in facts
    for code, answer in facts["responses"].items():
        if code >= "400":
            assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/PersonaRefusal"}


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.method == "POST"], ids=str)
def test_every_post_can_be_sent_twice(operation: Operation) -> None:
    assert "Idempotency-Key" in [parameter["name"] for parameter in operation.facts.get("parameters", [])]


def test_the_answers_are_in_the_envelope() -> None:
    shapes: dict[str, Any] = document()["components"]["schemas"]
    answers = {name: shape for name, shape in shapes.items() if name.endswith("Answer")}
    assert len(answers) > 25
    for shape in answers.values():
        assert {"success", "message", "data"} <= set(shape["properties"])
