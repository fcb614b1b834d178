"""Redis as requests may use it: one that does not answer is left alone, so that nobody waits for it twice.

The first caller that it lets down waits for a second, at most; from then on every command fails at once, until a thread
of ours has heard from it again. Callers live without: counters let everybody through, signals are dropped.
"""

import logging
import threading
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

ASK_EVERY = 0.5  # seconds between two questions whether it is back
PATIENCE: dict[str, Any] = {  # of one command: a connection that was closed meanwhile is opened again, once
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),  # type: ignore[no-untyped-call]
}
AWAY = (redis.ConnectionError, redis.TimeoutError)
_away = threading.Event()
_noticing = threading.Lock()


class RestingRedis(redis.Redis):
    """A client whose commands raise redis.ConnectionError at once while Redis is known to be away."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        if _away.is_set():
            raise redis.ConnectionError("Redis has not answered lately.")
        try:
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except AWAY:
            _leave_alone(self.connection_pool)
            raise


class RestingClient(RedisCacheClient):
    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **{**PATIENCE, **options})
        self._client = RestingRedis


class RestingCache(RedisCache):
    """Django's cache in Redis, with such a client."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = RestingClient


def client(url: str) -> RestingRedis:
    return RestingRedis(connection_pool=redis.ConnectionPool.from_url(url, **PATIENCE))


def _leave_alone(pool: redis.ConnectionPool) -> None:
    with _noticing:
        if _away.is_set():
            return
        _away.set()
    logger.warning("redis.away")
    threading.Thread(target=_wait_for, args=(pool,), name="redis", daemon=True).start()


def _wait_for(pool: redis.ConnectionPool) -> None:
    asking, pause = redis.Redis(connection_pool=pool), threading.Event()
    while True:
        pause.wait(ASK_EVERY)
        try:
            asking.ping()
        except redis.RedisError:
            continue
        _away.clear()
        logger.warning("redis.back")
        return
