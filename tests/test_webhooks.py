"""Webhooks: signed, delivered at least once under one id, retried by the schedule, and never in another's way."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from avatarsite.core import jobs, webhooks
from avatarsite.core.jobs import Status
from avatarsite.core.models import User, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookSecret
from avatarsite.core.worker import Sweeper
from tests.admin_site import logged_in, make_root, make_staff
from tests.factories import make_user, make_video
from tests.fakes.raw_server import Behaviour, RawServer, Received, answer, drips, floods, pieces, plain
from tests.fetching import reach
from tests.services import free_port

pytestmark = pytest.mark.django_db(transaction=True)

PAYLOAD = {"event": "video.completed", "data": {"title": "Grüße, 你好", "seconds": 1.5}}
DAY = 86_400


@pytest.fixture
def alice(db: None) -> User:
    return make_user()


@pytest.fixture
def receiver(settings: Any) -> Iterator[RawServer]:
    with RawServer(plain(b"thanks")) as server:
        reach(settings, server.port)
        yield server


def send(owner: User, url: str) -> WebhookDelivery:
    with transaction.atomic():
        return webhooks.send(owner, url, PAYLOAD, "video.completed")


def attempt(delivery: WebhookDelivery) -> WebhookDelivery:
    """Make the delivery due, let a worker make one attempt, and look at what became of it."""
    WebhookDelivery.objects.filter(pk=delivery.pk).update(not_before=timezone.now())
    assert jobs.execute(fresh(delivery), "worker")
    return fresh(delivery)


def fresh(delivery: WebhookDelivery) -> WebhookDelivery:
    return WebhookDelivery.objects.select_related("endpoint").get(pk=delivery.pk)


def pause_of(delivery: WebhookDelivery) -> float:
    return (delivery.not_before - timezone.now()).total_seconds()


def verified(owner: User, request: Received, secret: str = "") -> Any:
    return Webhook(secret or webhooks.secret_of(owner)).verify(request.body, request.headers)


# -- One delivery


def test_a_delivery_is_received_signed_and_noted(alice: User, receiver: RawServer) -> None:
    delivery = attempt(send(alice, receiver.url))
    assert (delivery.status, delivery.progress) == (Status.READY, 100)
    request = receiver.requests[0]
    assert verified(alice, request) == PAYLOAD
    assert request.headers["webhook-id"] == delivery.pk
    assert request.headers["content-type"] == "application/json"
    noted = delivery.attempts.get()
    assert (noted.number, noted.status, noted.error, noted.answer) == (1, 200, "", "thanks")


def test_the_bytes_that_are_signed_are_the_bytes_that_are_sent(alice: User, receiver: RawServer) -> None:
    delivery = attempt(send(alice, receiver.url))
    assert receiver.requests[0].body == delivery.body.encode()
    assert "Grüße, 你好".encode() in receiver.requests[0].body


@pytest.mark.parametrize("part", ["body", "webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_receiver_notices_any_change(alice: User, receiver: RawServer, part: str) -> None:
    attempt(send(alice, receiver.url))
    request = receiver.requests[0]
    headers = request.headers
    if part == "body":
        request.body = request.body.replace(b"completed", b"compleged")
    elif part == "webhook-timestamp":
        headers[part] = str(int(headers[part]) + 1)
    else:
        headers[part] = headers[part][:-3] + ("AA=" if headers[part][-3:] != "AA=" else "BB=")
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.secret_of(alice)).verify(request.body, headers)


def test_every_account_has_a_secret_of_its_own_which_the_database_does_not_show(alice: User) -> None:
    secret = webhooks.secret_of(alice)
    assert secret.startswith("whsec_") and secret == webhooks.secret_of(alice)
    assert secret != webhooks.secret_of(make_user("bob@example.org"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT current FROM core_webhooksecret WHERE owner_id = %s", [alice.pk])
        assert secret not in cursor.fetchone()[0]


def test_for_a_day_after_a_change_both_secrets_verify(alice: User, receiver: RawServer) -> None:
    old = webhooks.secret_of(alice)
    new = webhooks.change_secret(alice)
    attempt(send(alice, receiver.url))
    assert verified(alice, receiver.requests[0], old) == verified(alice, receiver.requests[0], new) == PAYLOAD
    WebhookSecret.objects.update(rotated_at=timezone.now() - timedelta(hours=25))
    attempt(send(alice, receiver.url))
    assert verified(alice, receiver.requests[1], new) == PAYLOAD
    with pytest.raises(WebhookVerificationError):
        verified(alice, receiver.requests[1], old)


def test_the_operator_can_read_and_change_a_secret(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("webhook_secret", "Alice@example.org")
    assert capsys.readouterr().out.strip() == webhooks.secret_of(alice)
    call_command("webhook_secret", alice.email, change=True)
    assert capsys.readouterr().out.strip() == webhooks.secret_of(alice)
    with pytest.raises(CommandError):
        call_command("webhook_secret", "nobody@example.org")


def test_what_was_rolled_back_is_not_told(alice: User, receiver: RawServer) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        webhooks.send(alice, receiver.url, PAYLOAD, "video.completed")
        raise ZeroDivisionError
    assert not WebhookDelivery.objects.exists()


# -- Failures and the schedule


def never(_: Received) -> Iterator[float]:
    while True:
        yield 0.05


@pytest.mark.parametrize(
    "behaviour",
    [
        *(plain(b"", status) for status in ("301 Moved", "302 Found", "304 Not Modified", "400 Bad", "404 Not Found")),
        *(plain(b"", status) for status in ("429 Too Many", "500 Broken", "503 Busy")),
        pieces(),
        pieces(b"garbage\r\n\r\n"),
        pieces(answer("200 OK", b"x" * 10, Content_Length="100")),
        never,
        drips(answer("200 OK", Content_Length="1000")),
    ],
    ids=["301", "302", "304", "400", "404", "429", "500", "503", "hangs up", "garbage", "cut", "silent", "drips"],
)
def test_anything_but_a_receipt_is_tried_again(
    alice: User, receiver: RawServer, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "SECONDS", 0.4)
    receiver.behaviour = behaviour
    delivery = attempt(send(alice, receiver.url))
    assert delivery.status == Status.QUEUED
    assert 4 < pause_of(delivery) < 6.1
    assert [bool(row.status or row.error) for row in delivery.attempts.all()] == [True]
    assert delivery.status_details


def test_a_redirect_is_not_followed(alice: User, receiver: RawServer) -> None:
    receiver.behaviour = plain(b"", "307 Temporary", Location="/elsewhere")
    attempt(send(alice, receiver.url))
    assert len(receiver.requests) == 1


def test_a_receiver_that_cannot_be_reached_is_tried_again(alice: User, settings: Any) -> None:
    port = free_port()
    reach(settings, port)
    delivery = attempt(send(alice, f"http://127.0.0.1:{port}/"))
    assert (delivery.status, delivery.error_code) == (Status.QUEUED, "url_unreachable")


def test_an_address_inside_is_never_sent_to(alice: User, receiver: RawServer, settings: Any) -> None:
    settings.FETCH_ALLOW_PRIVATE = []
    delivery = attempt(send(alice, receiver.url))
    assert (delivery.status, delivery.error_code) == (Status.ERROR, "url_refused")
    assert receiver.arrivals == 0


def test_ten_attempts_follow_the_schedule_under_one_id_and_then_it_fails(alice: User, receiver: RawServer) -> None:
    receiver.behaviour = plain(b"not now", "500 Broken")
    delivery = send(alice, receiver.url)
    pauses = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        while (delivery := attempt(delivery)).status == Status.QUEUED:
            pauses.append(pause_of(delivery))
            clock.move_to(delivery.not_before)
    schedule = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
    assert [
        f"{planned}" for planned, pause in zip(schedule, pauses, strict=True) if not 1 <= pause / planned <= 1.21
    ] == []
    assert delivery.status == Status.ERROR
    assert delivery.status_details == "The receiver answered 500."
    assert {request.headers["webhook-id"] for request in receiver.requests} == {delivery.pk}
    assert len({request.headers["webhook-timestamp"] for request in receiver.requests}) == 10
    assert [row.number for row in delivery.attempts.all()] == list(range(1, 11))


def test_what_a_person_sends_again_begins_the_schedule_anew(alice: User, receiver: RawServer) -> None:
    receiver.behaviour = plain(b"", "500 Broken")
    delivery = attempt(attempt(attempt(send(alice, receiver.url))))
    assert pause_of(delivery) > 1_000
    assert jobs.cancel(fresh(delivery)) and jobs.retry(fresh(delivery))
    assert pause_of(attempt(delivery)) < 6.1


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("60", 59, 60),
        ("1000000000", DAY - 1, DAY),
        ("date", 3_500, 3_600),
        ("-1", 4, 6.1),
        ("soon", 4, 6.1),
        ("9" * 5_000, 4, DAY),
        ("Sun, 99 Nov 2026 08:49:37 GMT", 4, 6.1),
    ],
)
def test_retry_after_is_obeyed_for_a_day_at_most(
    alice: User, receiver: RawServer, asked: str, least: float, most: float
) -> None:
    value = format_datetime(timezone.now() + timedelta(hours=1), usegmt=True) if asked == "date" else asked
    receiver.behaviour = plain(b"", "503 Busy", Retry_After=value)
    assert least < pause_of(attempt(send(alice, receiver.url))) <= most


def test_of_a_long_answer_only_the_beginning_is_read_and_kept(alice: User, receiver: RawServer) -> None:
    receiver.behaviour = floods(answer("200 OK"), b"\0ab\xff" * 1_000)
    delivery = attempt(send(alice, receiver.url))
    assert delivery.status == Status.READY
    assert len(delivery.attempts.get().answer) == 4_096


def test_a_worker_killed_between_sending_and_noting_sends_again_under_the_same_id(
    alice: User, receiver: RawServer
) -> None:
    delivery = send(alice, receiver.url)
    ticket = jobs.claim(fresh(delivery), "doomed")
    assert ticket
    webhooks._post(ticket.job, ticket.job.endpoint)  # and here it dies
    WebhookDelivery.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert jobs.put_back_silent() == 1
    assert attempt(delivery).status == Status.READY
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == delivery.pk
    assert verified(alice, first) == verified(alice, second) == PAYLOAD


# -- Endpoints that are gone


def test_410_disables_the_endpoint_and_drops_what_waits_for_it(alice: User, receiver: RawServer) -> None:
    waiting = send(alice, receiver.url)
    receiver.behaviour = plain(b"", "410 Gone")
    assert attempt(send(alice, receiver.url)).error_code == "webhook_gone"
    assert attempt(waiting).status == Status.CANCELLED
    later = send(alice, receiver.url)
    assert (fresh(later).status, len(receiver.requests)) == (Status.CANCELLED, 1)
    assert "410" in fresh(later).status_details


def test_what_another_account_sends_to_the_same_address_is_its_own_affair(alice: User, receiver: RawServer) -> None:
    receiver.behaviour = plain(b"", "410 Gone")
    attempt(send(alice, receiver.url))
    receiver.behaviour = plain()
    assert attempt(send(make_user("bob@example.org"), receiver.url)).status == Status.READY


def test_five_days_of_failures_disable_an_endpoint(alice: User, receiver: RawServer) -> None:
    receiver.behaviour = plain(b"", "500 Broken")
    attempt(send(alice, receiver.url))
    WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=6))
    attempt(send(alice, receiver.url))
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.disabled_at and "5 days" in endpoint.disabled_because


def test_one_receipt_ends_a_series_of_failures(alice: User, receiver: RawServer) -> None:
    receiver.behaviour = plain(b"", "500 Broken")
    attempt(send(alice, receiver.url))
    assert WebhookEndpoint.objects.get().failing_since
    receiver.behaviour = plain()
    attempt(send(alice, receiver.url))
    assert WebhookEndpoint.objects.get().failing_since is None


def test_an_enabled_endpoint_gets_what_it_missed_when_that_is_sent_again(alice: User, receiver: RawServer) -> None:
    receiver.behaviour = plain(b"", "410 Gone")
    missed = attempt(send(alice, receiver.url))
    webhooks.enable(WebhookEndpoint.objects.get())
    receiver.behaviour = plain()
    assert jobs.retry(fresh(missed))
    assert attempt(missed).status == Status.READY


# -- Nobody blocks others


def test_one_delivery_at_a_time_goes_to_a_host(alice: User, receiver: RawServer) -> None:
    first, second = send(alice, receiver.url), send(alice, receiver.url + "?other")
    ticket = jobs.claim(fresh(first), "a")
    assert ticket
    assert jobs.claim(fresh(second), "b") is None
    assert second.pk not in [job.pk for job in jobs.due((jobs.Queue.BATCH.value,), limit=9)]
    assert jobs.move(ticket.job, Status.READY, ticket=ticket.attempt)
    assert jobs.claim(fresh(second), "b")


def test_a_slow_host_does_not_hold_up_another(alice: User, receiver: RawServer, settings: Any) -> None:
    settings.WEBHOOKS_AT_ONCE = 2
    with RawServer(never) as slow:
        settings.FETCH_EXTRA_PORTS = [receiver.port, slow.port]
        stuck = [send(alice, slow.url) for _ in range(20)]
        assert jobs.claim(fresh(stuck[0]), "held up")
        healthy = [send(alice, receiver.url) for _ in range(5)]
        done = [
            job.pk for _ in range(5) for job in jobs.due((jobs.Queue.BATCH.value,), limit=1) if jobs.execute(job, "w")
        ]
        assert done == [delivery.pk for delivery in healthy]


def test_few_are_sent_at_once_so_that_other_jobs_have_workers(alice: User, settings: Any) -> None:
    settings.WEBHOOKS_AT_ONCE = 2
    deliveries = [send(alice, f"http://host{n}.test/") for n in range(3)]
    assert [bool(jobs.claim(fresh(delivery), "w")) for delivery in deliveries] == [True, True, False]


def test_many_workers_deliver_everything_once(alice: User, receiver: RawServer, settings: Any) -> None:
    for _ in range(30):
        send(alice, receiver.url)

    def work(name: str) -> None:
        while WebhookDelivery.objects.exclude(status=Status.READY).exists():
            for job in jobs.due((jobs.Queue.BATCH.value,), limit=4):
                jobs.execute(job, name)
        connection.close()

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == len(receiver.requests) == 30


# -- Housekeeping and the admin site


def test_what_ended_a_month_ago_is_forgotten(alice: User, receiver: RawServer) -> None:
    old, waiting, new = (
        attempt(send(alice, receiver.url)),
        send(alice, receiver.url),
        attempt(send(alice, receiver.url)),
    )
    WebhookDelivery.objects.exclude(pk=new.pk).update(created_at=timezone.now() - timedelta(days=31))
    Sweeper().sweep()
    assert set(WebhookDelivery.objects.values_list("pk", flat=True)) == {waiting.pk, new.pk}
    assert not WebhookAttempt.objects.filter(delivery=old.pk).exists()


def test_the_admin_shows_every_attempt_and_sends_again(alice: User, receiver: RawServer) -> None:
    receiver.behaviour = plain(b"I am full", "410 Gone")
    delivery = attempt(send(alice, receiver.url))
    admin = logged_in(make_root())
    page = admin.get(f"/admin/core/webhookdelivery/{delivery.pk}/change/").content.decode()
    assert "I am full" in page and "410" in page
    assert "Grüße" not in page
    endpoint = WebhookEndpoint.objects.get()
    admin.post("/admin/core/webhookendpoint/", {"action": "enable", "_selected_action": [endpoint.pk]})
    admin.post("/admin/core/webhookdelivery/", {"action": "send_again", "_selected_action": [delivery.pk]})
    receiver.behaviour = plain()
    assert attempt(delivery).status == Status.READY


def test_staff_see_the_webhooks_of_their_own_account_only(alice: User, receiver: RawServer) -> None:
    delivery = attempt(send(alice, receiver.url))
    colleague = logged_in(make_staff())
    assert delivery.pk not in colleague.get("/admin/core/webhookdelivery/").content.decode()
    assert colleague.get(f"/admin/core/webhookdelivery/{delivery.pk}/change/").status_code == 302
    assert receiver.url not in colleague.get("/admin/core/webhookendpoint/").content.decode()


def test_a_user_is_deleted_with_their_webhooks(alice: User, receiver: RawServer) -> None:
    attempt(send(alice, receiver.url))
    alice.delete()
    assert not WebhookDelivery.objects.exists() and not WebhookSecret.objects.exists()


# -- In order, for each object


def tell(owner: User, url: str, kind: str, about: str) -> WebhookDelivery:
    with transaction.atomic():
        return webhooks.send(owner, url, {"event": kind}, kind, about=about)


def kinds(receiver: RawServer) -> list[str]:
    return [json.loads(request.body)["event"] for request in receiver.requests]


def work_off() -> None:
    """Let a worker do whatever may start, until nothing may."""
    while found := jobs.due((jobs.Queue.BATCH.value,), limit=9):
        assert sum(jobs.execute(job, "worker") for job in found)


def test_what_is_told_of_one_object_arrives_in_order_even_when_the_first_fails(
    alice: User, receiver: RawServer
) -> None:
    for kind in ("joined", "shutdown", "transcript"):
        tell(alice, receiver.url, kind, "c1")
    receiver.behaviour = plain(b"", "503 Busy")
    work_off()
    assert kinds(receiver) == ["joined"], "the others wait behind it"
    receiver.behaviour = plain()
    WebhookDelivery.objects.update(not_before=timezone.now())
    work_off()
    assert kinds(receiver) == ["joined", "joined", "shutdown", "transcript"]


def test_a_later_event_cannot_be_claimed_past_an_earlier_one(alice: User, receiver: RawServer) -> None:
    first, second = (tell(alice, receiver.url, kind, "c1") for kind in ("joined", "shutdown"))
    assert jobs.claim(fresh(second), "hasty") is None
    assert attempt(first).status == attempt(second).status == Status.READY


def test_an_event_that_is_given_up_lets_the_next_one_go(alice: User, receiver: RawServer) -> None:
    first, second = (tell(alice, receiver.url, kind, "c1") for kind in ("joined", "shutdown"))
    assert jobs.cancel(fresh(first))
    assert attempt(second).status == Status.READY


def test_objects_addresses_and_events_about_nothing_do_not_wait_for_each_other(
    alice: User, receiver: RawServer
) -> None:
    receiver.behaviour = plain(b"", "503 Busy")
    waiting = tell(alice, receiver.url, "joined", "c1")
    attempt(waiting)
    receiver.behaviour = plain()
    others = [("joined", "c2", ""), ("shutdown", "c1", "?other"), ("note", "", ""), ("note", "", "")]
    assert {attempt(tell(alice, receiver.url + end, kind, about)).status for kind, about, end in others} == {"ready"}
    assert fresh(waiting).status == Status.QUEUED


# -- Owners are told, and jobs are not held up


def fail_for_days(owner: User, receiver: RawServer, times: int = 2) -> None:
    """Failures, the first of them six days ago."""
    receiver.behaviour = plain(b"", "500 Broken")
    attempt(send(owner, receiver.url))
    WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=6))
    waiting = [send(owner, receiver.url) for _ in range(times)]
    for delivery in waiting:
        attempt(delivery)


def test_the_owner_of_an_address_that_was_stopped_is_told_once_by_mail(
    alice: User, receiver: RawServer, mailoutbox: list[EmailMessage]
) -> None:
    fail_for_days(alice, receiver, times=3)
    (mail,) = mailoutbox
    assert mail.to == [alice.email]
    assert receiver.url in mail.body and "5 days" in mail.body


def test_an_address_is_stopped_also_when_the_mail_cannot_be_sent(
    alice: User, receiver: RawServer, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    fail_for_days(alice, receiver)
    assert WebhookEndpoint.objects.get().disabled_at


def test_the_admin_site_begins_with_what_was_stopped_of_ones_own(alice: User, receiver: RawServer) -> None:
    fail_for_days(alice, receiver)
    WebhookEndpoint.objects.update(url="https://alice.example/hook")
    assert "alice.example/hook" in logged_in(make_root()).get("/admin/").content.decode()
    assert "alice.example/hook" not in logged_in(make_staff()).get("/admin/").content.decode()


def test_a_dead_receiver_never_stands_in_a_jobs_way(alice: User, receiver: RawServer) -> None:
    """The job that makes a video ends while its receiver says nothing: nobody has even called there."""
    receiver.behaviour = never
    video = make_video(owner=alice, webhook_url=receiver.url, dialect="persona")
    ticket = jobs.claim(video, "worker")
    assert ticket and jobs.move(video, Status.READY, ticket=ticket.attempt)
    assert (receiver.arrivals, WebhookDelivery.objects.get().about) == (0, video.pk)
