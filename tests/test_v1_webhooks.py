"""Webhooks of an account by the Persona API: the secret, what was sent, and sending it again."""

from typing import Any

import pytest

from avatarsite.core import jobs, webhooks
from avatarsite.core.jobs import Status
from avatarsite.core.models import WebhookAttempt, WebhookDelivery
from tests.persona import Account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice() -> Account:
    return Account()


@pytest.fixture
def delivery(alice: Account) -> WebhookDelivery:
    sent = webhooks.send(alice.user, "https://alice.example.org/hook", {"secret words": 1}, "video.ready")
    WebhookAttempt.objects.create(delivery=sent, number=1, milliseconds=12, status=500)
    return sent


def test_the_secret_is_the_one_that_signs(alice: Account) -> None:
    assert alice.data("GET", "webhooks/secret")["secret"] == webhooks.secret_of(alice.user)


def test_a_changed_secret_is_told_once_and_then_kept(alice: Account) -> None:
    before = alice.data("GET", "webhooks/secret")["secret"]
    changed = alice.data("POST", "webhooks/secret/rotate", HTTP_IDEMPOTENCY_KEY="once")["secret"]
    again = alice.data("POST", "webhooks/secret/rotate", HTTP_IDEMPOTENCY_KEY="once")["secret"]
    assert before != changed == again == alice.data("GET", "webhooks/secret")["secret"]


def test_deliveries_are_listed_with_their_attempts(alice: Account, delivery: WebhookDelivery) -> None:
    listed = alice.data("GET", "webhooks/deliveries")
    (shown,) = listed["deliveries"]
    assert (shown["id"], shown["kind"], shown["status"]) == (delivery.pk, "video.ready", "queued")
    assert [(attempt["number"], attempt["status"]) for attempt in shown["attempts"]] == [(1, 500)]
    assert listed["totalRecords"] == 1 and "secret words" not in str(listed)


def test_a_failed_delivery_is_sent_again(alice: Account, delivery: WebhookDelivery) -> None:
    jobs.move(delivery, Status.CANCELLED)
    assert alice.data("POST", f"webhooks/deliveries/{delivery.pk}/retry")["status"] == "queued"


def test_one_that_is_under_way_is_not(alice: Account, delivery: WebhookDelivery) -> None:
    alice.refused(409, "delivery_not_failed", "POST", f"webhooks/deliveries/{delivery.pk}/retry")


@pytest.mark.parametrize(("field", "wrong"), [("wordLimit", 4), ("maxSentences", 0), ("wordLimit", "ten")])
def test_limits_of_a_personality_are_checked(alice: Account, field: str, wrong: Any) -> None:
    assert field in alice.refused(400, "invalid", "POST", "personalities", {"name": "Guide", field: wrong})


def test_a_personalitys_limits_and_model_are_told(alice: Account) -> None:
    asked = {"name": "Guide", "wordLimit": 30, "maxSentences": 2, "modelName": "gpt-4"}
    made = alice.data("POST", "personalities", asked)["personalityId"]
    shown = alice.data("GET", f"personalities/{made}")
    assert {name: shown[name] for name in asked} == asked


def test_a_model_that_is_not_configured_is_refused_with_the_list(alice: Account) -> None:
    words = alice.refused(400, "model_unknown", "POST", "personalities", {"name": "Guide", "modelName": "gpt-99"})
    assert "gpt-4" in words
