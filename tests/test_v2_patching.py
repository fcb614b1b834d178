"""JSON Patches of the Tavus-compatible API at the same time: none is lost, and a test is about what is there."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.tavus import Customer

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """What `work` gives in each of some threads that begin together."""
    barrier, answers = threading.Barrier(AT_ONCE), []

    def run(number: int) -> None:
        barrier.wait()
        answers.append(work(number))
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


@pytest.fixture
def alice() -> Customer:
    return Customer()


def test_patches_of_one_persona_at_the_same_time_are_all_kept(alice: Customer) -> None:
    key = alice.data("POST", "personas", {"persona_name": "Guide", "system_prompt": "Guide people."})["persona_id"]

    def tag(number: int) -> int:
        operation = {"op": "add", "path": "/document_tags/-", "value": f"tag{number}"}
        return int(alice.call("PATCH", f"personas/{key}", [operation]).status_code)

    assert at_once(tag) == [200] * AT_ONCE
    kept = alice.data("GET", f"personas/{key}")["document_tags"]
    assert sorted(kept) == [f"tag{number}" for number in range(AT_ONCE)]


@pytest.mark.parametrize("kind", ["personas", "objectives", "pronunciation-dictionaries", "guardrails"])
def test_of_patches_that_test_for_the_same_value_one_wins(alice: Customer, kind: str) -> None:
    step, rule = {"objective_name": "ask", "objective_prompt": "old"}, {"text": "a", "pronunciation": "old"}
    body, path = {
        "personas": ({"system_prompt": "Guide.", "context": "old"}, "/context"),
        "objectives": ({"data": [step]}, "/data/0/objective_prompt"),
        "pronunciation-dictionaries": ({"name": "Names", "rules": [rule]}, "/rules/0/pronunciation"),
        "guardrails": ({"guardrail_name": "Calm", "guardrail_prompt": "old"}, "/guardrail_prompt"),
    }[kind]
    made = alice.call("POST", kind, body).json()
    key = next(value for name, value in made.items() if name.endswith("_id") or name == "uuid")

    def take(number: int) -> tuple[int, str]:
        tested = {"op": "test", "path": path, "value": "old"}
        changed = {"op": "replace", "path": path, "value": f"new {number}"}
        answer = alice.call("PATCH", f"{kind}/{key}", [tested, changed])
        return answer.status_code, answer.json().get("error", "")

    answers = sorted(at_once(take))
    assert [status for status, _ in answers] == [200] + [422] * (AT_ONCE - 1)
    assert all(words.startswith("A test of the JSON patch does not hold") for _, words in answers[1:])


def test_a_patch_whose_last_test_fails_changes_nothing(alice: Customer) -> None:
    body = {"persona_name": "Guide", "system_prompt": "Guide people.", "context": "old"}
    key = alice.data("POST", "personas", body)["persona_id"]
    before = alice.data("GET", f"personas/{key}")
    operations = [
        {"op": "replace", "path": "/context", "value": "new"},
        {"op": "test", "path": "/persona_name", "value": "Somebody else"},
    ]
    assert "nothing was changed" in alice.refused(422, "PATCH", f"personas/{key}", operations)
    assert alice.data("GET", f"personas/{key}") == before
