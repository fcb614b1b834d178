"""Redis that is away: one caller notices, the others do not wait, and it is used again as soon as it is back."""

import os
import signal
import time

import pytest
import redis

from avatarsite.core import resting
from tests.client import wait_for
from tests.services import start_redis
from tests.stack import ON_SERVICES

pytestmark = [pytest.mark.services, pytest.mark.skipif(not ON_SERVICES, reason="needs Redis")]


def test_a_frozen_redis_is_waited_for_once_and_used_again_when_it_thaws() -> None:
    with start_redis() as (port, process):
        client = resting.client(f"redis://127.0.0.1:{port}/0")
        assert client.ping()
        os.kill(process.pid, signal.SIGSTOP)
        try:
            with pytest.raises(redis.TimeoutError):
                client.ping()
            began = time.monotonic()
            for _ in range(100):
                with pytest.raises(redis.ConnectionError, match="not answered lately"):
                    client.ping()
            assert time.monotonic() - began < resting.PATIENCE["socket_timeout"], "somebody waited again"
        finally:
            os.kill(process.pid, signal.SIGCONT)
        wait_for(lambda: not resting._away.is_set(), 20)
        assert client.ping()


def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    with start_redis() as (port, _process):
        client = resting.client(f"redis://127.0.0.1:{port}/0")
        assert client.ping()
        redis.Redis(port=port).client_kill_filter(_type="normal", skipme=True)
        assert client.ping() and not resting._away.is_set()
