"""Account of the Tavus-compatible API: keys, what they used, and what was told to callbacks."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from standardwebhooks import Webhook

from avatarsite.core import jobs, webhooks
from avatarsite.core.api import keys
from avatarsite.core.models import ApiKey, Usage, WebhookDelivery, WebhookEndpoint
from tests.admin_site import logged_in, make_root, make_staff
from tests.fakes.raw_server import RawServer, plain
from tests.fetching import reach
from tests.tavus import Customer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice() -> Customer:
    return Customer()


@pytest.fixture
def bob() -> Customer:
    return Customer("bob@example.org")


@pytest.fixture
def receiver(settings: Any) -> Iterator[RawServer]:
    with RawServer(plain(b"thanks")) as server:
        reach(settings, server.port)
        yield server


def used(customer: Customer, kind: Usage.Kind, seconds: float, **fields: Any) -> None:
    row = {"owner": customer.user, "api_key": customer.row, "kind": kind, "of": f"x{Usage.objects.count()}", **fields}
    Usage.objects.create(seconds=seconds, **row)


def told(customer: Customer, url: str, about: str = "c1") -> WebhookDelivery:
    with transaction.atomic():
        return webhooks.send(customer.user, url, {"event": "made"}, "made", about=about)


def attempt(delivery: WebhookDelivery) -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk).update(not_before=timezone.now())
    assert jobs.execute(WebhookDelivery.objects.get(pk=delivery.pk), "worker")


# -- Keys


def test_the_command_makes_a_key_that_works_from_the_named_places_only(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_api_key", "carol@example.org", name="office", allow=["203.0.113.7", "2001:db8::/32"])
    key = capsys.readouterr().out.strip()
    assert keys.find(key, "203.0.113.7") and keys.find(key, "2001:db8::9")
    assert keys.find(key, "203.0.113.8") is None
    assert ApiKey.objects.get().name == "office"


def test_the_command_says_which_place_is_none_and_makes_nothing() -> None:
    with pytest.raises(CommandError, match=r"--allow: “the office” is no IP address"):
        call_command("create_api_key", "carol@example.org", allow=["the office"])
    assert not ApiKey.objects.exists()


def test_a_key_from_the_wrong_place_is_told_nothing_more_than_an_unknown_one(alice: Customer) -> None:
    ApiKey.objects.update(allowed_addresses=["203.0.113.0/24"])
    answer = alice.call("GET", "usage")
    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid access token"})
    assert alice.call("GET", "usage", REMOTE_ADDR="203.0.113.9").status_code == 200


# -- What was used


def test_usage_adds_up_minutes_made_and_talked_for_each_key(alice: Customer, bob: Customer) -> None:
    second = Customer.__new__(Customer)
    second.user, second.row = alice.user, keys.create(alice.user, "phone")[0]
    used(alice, Usage.Kind.VIDEO, 90)
    used(alice, Usage.Kind.SPEECH, 30)
    used(second, Usage.Kind.CONVERSATION, 240)
    used(alice, Usage.Kind.VIDEO, 6, api_key=None)
    used(bob, Usage.Kind.VIDEO, 6_000)
    found = alice.data("GET", "usage")
    assert (found["minutes_generated"], found["minutes_talked"]) == (2.1, 4.0)
    by_name = {row["name"]: (row["minutes_generated"], row["minutes_talked"]) for row in found["data"]}
    assert by_name == {"default": (2.0, 0.0), "phone": (0.0, 4.0), None: (0.1, 0.0)}
    assert alice.row.hint in [row["api_key"] for row in found["data"]]


def test_usage_of_a_time_counts_from_its_beginning_to_before_its_end(alice: Customer) -> None:
    for day in (1, 2, 3):
        used(alice, Usage.Kind.VIDEO, 60, at=datetime(2026, 11, day, tzinfo=UTC))
    assert alice.data("GET", "usage?since=2026-11-02&until=2026-11-03T00:00:00Z")["minutes_generated"] == 1.0
    assert alice.data("GET", "usage?since=2026-11-02")["minutes_generated"] == 2.0
    for wrong in ("yesterday", "2026-02-30", "2026-13-01T00:00:00"):
        assert "since must be a day" in alice.refused(400, "GET", f"usage?since={wrong}")


def test_the_admin_site_shows_what_each_key_used(alice: Customer) -> None:
    used(alice, Usage.Kind.VIDEO, 754)
    used(alice, Usage.Kind.CONVERSATION, 126)
    root = logged_in(make_root())
    keys_page = root.get("/admin/core/apikey/").content.decode()
    assert ">12.6<" in keys_page and ">2.1<" in keys_page
    assert "12.57" in root.get("/admin/core/usage/").content.decode()


def test_staff_see_what_their_own_account_used_only(alice: Customer) -> None:
    used(alice, Usage.Kind.VIDEO, 754)
    assert "12.57" not in logged_in(make_staff()).get("/admin/core/usage/").content.decode()


# -- What was told to callbacks


def test_deliveries_are_listed_with_every_attempt(alice: Customer, bob: Customer, receiver: RawServer) -> None:
    receiver.behaviour = plain(b"", "500 Broken")
    delivery = told(alice, receiver.url)
    attempt(delivery)
    found = alice.data("GET", "webhooks/deliveries")
    (row,) = found["data"]
    assert (found["total_count"], row["delivery_id"], row["about"]) == (1, delivery.pk, "c1")
    assert (row["status"], row["callback_url"], row["event_type"]) == ("queued", receiver.url, "made")
    assert [(one["number"], one["status"]) for one in row["attempts"]] == [(1, 500)]
    assert row["next_attempt_at"] > row["created_at"]
    assert bob.data("GET", "webhooks/deliveries") == {"data": [], "total_count": 0}


def test_deliveries_are_found_by_state_and_by_what_they_are_about(alice: Customer, receiver: RawServer) -> None:
    attempt(told(alice, receiver.url, "c1"))
    told(alice, receiver.url, "c2")
    assert [row["about"] for row in alice.data("GET", "webhooks/deliveries?status=ready")["data"]] == ["c1"]
    assert [row["status"] for row in alice.data("GET", "webhooks/deliveries?about=c2")["data"]] == ["queued"]
    assert "status must be one of" in alice.refused(400, "GET", "webhooks/deliveries?status=lost")


def test_a_failed_delivery_is_sent_again_to_an_address_that_was_stopped(alice: Customer, receiver: RawServer) -> None:
    receiver.behaviour = plain(b"", "410 Gone")
    delivery = told(alice, receiver.url)
    attempt(delivery)
    assert "410" in alice.data("GET", "webhooks/deliveries")["data"][0]["stopped_because"]
    receiver.behaviour = plain()
    again = alice.data("POST", f"webhooks/deliveries/{delivery.pk}/retry")
    assert (again["status"], again["stopped_because"]) == ("queued", "")
    attempt(delivery)
    assert alice.data("GET", "webhooks/deliveries")["data"][0]["status"] == "ready"
    assert "only a failed" in alice.refused(409, "POST", f"webhooks/deliveries/{delivery.pk}/retry")


def test_what_is_not_ones_own_cannot_be_sent_again(alice: Customer, bob: Customer, receiver: RawServer) -> None:
    receiver.behaviour = plain(b"", "410 Gone")
    delivery = told(alice, receiver.url)
    attempt(delivery)
    assert bob.refused(400, "POST", f"webhooks/deliveries/{delivery.pk}/retry") == "Invalid delivery_id"
    assert WebhookEndpoint.objects.get().disabled_at


def test_the_secret_is_read_and_changed_by_its_own_account(alice: Customer, bob: Customer, receiver: RawServer) -> None:
    old = alice.data("GET", "webhooks/secret")["secret"]
    assert old == webhooks.secret_of(alice.user) != bob.data("GET", "webhooks/secret")["secret"]
    new = alice.data("POST", "webhooks/secret/rotate")["secret"]
    assert new == alice.data("GET", "webhooks/secret")["secret"] != old
    attempt(told(alice, receiver.url))
    request = receiver.requests[0]
    for secret in (old, new):
        assert Webhook(secret).verify(request.body, request.headers) == {"event": "made"}


def test_a_disabled_key_sees_nothing(alice: Customer) -> None:
    ApiKey.objects.update(revoked_at=timezone.now() - timedelta(seconds=1))
    for path in ("usage", "webhooks/secret", "webhooks/deliveries"):
        assert alice.call("GET", path).status_code == 401
