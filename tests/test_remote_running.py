"""Clips by a vendor in the running product, whose worker is killed at the worst moments."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.client import chat, create_session, wait_for
from tests.fakes.did import KEY, FakeDID
from tests.fakes.server import accept_then_freeze
from tests.stack import Stack
from tests.talking_film import talking_film

PRESENTER = "amy-jcwCkr1grs"


@pytest.fixture
def did() -> Iterator[FakeDID]:
    with FakeDID(talking_film()) as vendor:
        yield vendor


def row(stack: Stack, pk: str) -> dict[str, Any]:
    return stack.rows(f"SELECT * FROM videos_video WHERE id = '{pk}'")[0]


@pytest.mark.timeout(400)  # three starts of the product
def test_a_reply_by_a_vendor_outlives_its_worker_twice_and_is_paid_for_once(start_stack: Any, did: FakeDID) -> None:
    """Killed after the vendor took the order and before its answer was read; and again while the vendor works."""
    stack: Stack = start_stack(
        DID_API_KEY=KEY,
        DID_BASE_URL=did.url,
        PRESENTER_ID=PRESENTER,
        RENDERER_CHAIN="did",
        FETCH_ALLOW_PRIVATE="127.0.0.0/8",
        FETCH_EXTRA_PORTS=did.url.rsplit(":", 1)[1],
        CHAT_WAIT_SECONDS="0",
    )
    did.looks = 10_000
    did.misbehave("POST /clips", accept_then_freeze(), accept_then_freeze())  # the twin's greeting is ordered too
    answer = chat(stack, create_session(stack)["session_token"], "Hello!")
    assert answer.status_code == 202, answer.text
    pk = answer.json()["video_id"]
    wait_for(lambda: any(reference.startswith(pk) for reference in did.orders))
    stack.kill_worker()
    ordered = row(stack, pk)
    assert (ordered["status"], ordered["vendor"], ordered["vendor_id"]) == ("running", "did", "")
    notes = ordered["vendor_notes"]
    assert (json.loads(notes) if isinstance(notes, str) else notes)["asked"]["did"] in did.orders
    stack.restart_worker()
    parked = wait_for(lambda: (found := row(stack, pk))["next_look_at"] and found)
    assert parked["vendor_id"].removeprefix("clips/") in did.jobs
    stack.kill_worker()
    stack.restart_worker()
    did.looks = 0
    done = wait_for(lambda: (found := row(stack, pk))["status"] in ("ready", "error") and found, 90)
    assert (done["status"], done["status_details"]) == ("ready", "")
    assert set(did.orders.values()) == {1} and done["file"]
