"""Webhooks of the running product: its workers, its database, its death."""

from collections.abc import Callable, Iterator

from standardwebhooks import Webhook

from tests.client import wait_for
from tests.fakes.raw_server import RawServer, Received, answer, plain
from tests.stack import Stack

SEND = """
from django.db import transaction
from avatarsite.core import webhooks
from avatarsite.core.models import User
alice = User.objects.filter(email="alice@example.org").first() or User.objects.create_user("alice@example.org")
with transaction.atomic():
    for url in {urls!r}:
        webhooks.send(alice, url, {{"event": "made"}}, "made")
print(webhooks.secret_of(alice))
"""


def send(stack: Stack, *urls: str) -> str:
    """Queue an event for each address; returns the account's secret."""
    return stack.manage("shell", "-v0", "-c", SEND.format(urls=urls)).split()[-1]


def reaching(*servers: RawServer) -> dict[str, str]:
    ports = ",".join(str(server.port) for server in servers)
    return {"FETCH_ALLOW_PRIVATE": "127.0.0.0/8", "FETCH_EXTRA_PORTS": ports}


def never(_: Received) -> Iterator[float]:
    while True:
        yield 0.05


def test_a_worker_killed_while_it_waits_for_the_receipt_sends_again_under_the_same_id(
    start_stack: Callable[..., Stack],
) -> None:
    with RawServer(never) as receiver:
        stack = start_stack(**reaching(receiver))
        secret = send(stack, receiver.url)
        wait_for(lambda: receiver.requests)
        stack.kill_worker()
        receiver.behaviour = plain()
        stack.restart_worker()
        wait_for(lambda: stack.rows("SELECT id FROM core_webhookdelivery WHERE status = 'ready'"))
        ids = {request.headers["webhook-id"] for request in receiver.requests}
        assert len(receiver.requests) == 2 and len(ids) == 1
        for request in receiver.requests:
            assert Webhook(secret).verify(request.body, request.headers) == {"event": "made"}


def test_a_receiver_that_is_always_slow_holds_up_nobody_else(start_stack: Callable[..., Stack]) -> None:
    """Ten events each for four receivers arrive while twenty wait for one that never answers."""
    healthy = [RawServer(plain()) for _ in range(4)]
    with RawServer(never) as slow, healthy[0], healthy[1], healthy[2], healthy[3]:
        stack = start_stack(**reaching(slow, *healthy))
        send(stack, *[slow.url] * 20, *[server.url for _ in range(10) for server in healthy])
        wait_for(lambda: all(len(server.requests) == 10 for server in healthy), 60)
        assert slow.arrivals <= 2, "they arrived behind the slow one"
        running = stack.rows(
            f"SELECT id FROM core_webhookdelivery WHERE status='running' AND host LIKE '%:{slow.port}'"
        )
        assert len(running) <= 1


def test_an_event_that_fails_in_passing_arrives_by_itself(start_stack: Callable[..., Stack]) -> None:
    busy = answer("503 Busy", Content_Length="0", Retry_After="1")

    def once_busy(_: Received) -> Iterator[bytes]:
        yield busy if len(receiver.requests) == 1 else answer("200 OK", Content_Length="0")

    with RawServer(once_busy) as receiver:
        stack = start_stack(**reaching(receiver))
        send(stack, receiver.url)
        wait_for(lambda: stack.rows("SELECT id FROM core_webhookdelivery WHERE status = 'ready'"))
        noted = stack.rows("SELECT number, status FROM core_webhookattempt ORDER BY id")
        assert [tuple(row.values()) for row in noted] == [(1, 503), (2, 200)]
