"""One connection to Redis for all topics that an event loop watches, however many watchers there are."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextvars import Context
from typing import Any

import redis
import redis.asyncio
from django.conf import settings
from redis.backoff import NoBackoff

logger = logging.getLogger(__name__)

Tell = Callable[[str, bytes], None]  # is told a topic and what was published on it
PREFIX = "live:"
CONNECT_SECONDS = 1.0  # that the first watcher waits for the connection, at most
AGAIN_SECONDS = 0.5  # between two tries to connect
SILENCE_SECONDS = 10.0  # then the connection is asked whether it lives; after as long again it is given up
AWAY = (redis.RedisError, TimeoutError, OSError)


@contextlib.asynccontextmanager
async def subscribed(topic: str, tell: Tell) -> AsyncIterator[None]:
    """`tell` hears in this loop what is published on `topic`; while Redis is away, nothing."""
    loop = asyncio.get_running_loop()
    shared = _open.get(loop) or _open.setdefault(loop, _Subscriptions(tell))
    try:
        await shared.add(topic)
        yield
    finally:
        await shared.remove(topic)


class _Subscriptions:
    """Lives from the first watcher of a loop to its last."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._watchers: Counter[str] = Counter()
        self._pubsub: redis.asyncio.client.PubSub | None = None  # while it is connected
        self._tried = asyncio.Event()
        self._task = asyncio.create_task(self._stay_connected(), context=Context())  # it belongs to no request

    async def add(self, topic: str) -> None:
        self._watchers[topic] += 1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._tried.wait()
        if self._pubsub and self._watchers[topic] == 1:
            with contextlib.suppress(*AWAY):
                await self._pubsub.subscribe(PREFIX + topic)

    async def remove(self, topic: str) -> None:
        self._watchers[topic] -= 1
        if self._watchers[topic] > 0:
            return
        del self._watchers[topic]
        if not self._watchers:
            _open.pop(asyncio.get_running_loop(), None)
            self._task.cancel()
        elif self._pubsub:
            with contextlib.suppress(*AWAY):
                await self._pubsub.unsubscribe(PREFIX + topic)

    async def _stay_connected(self) -> None:
        while True:
            try:
                await self._listen()
            except AWAY as error:
                logger.info("live.disconnected error=%s", type(error).__name__)
            finally:
                self._pubsub = None
                self._tried.set()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self) -> None:
        """Hear all topics until the connection fails."""
        retry = redis.asyncio.retry.Retry(NoBackoff(), 0)  # type: ignore[no-untyped-call]
        client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_timeout=None, retry=retry)
        async with client, client.pubsub() as pubsub:
            async with asyncio.timeout(CONNECT_SECONDS):
                await pubsub.subscribe(PREFIX, *(PREFIX + topic for topic in self._watchers))
            self._pubsub = pubsub
            self._tried.set()
            asked = False
            while True:
                message = await pubsub.get_message(timeout=SILENCE_SECONDS)
                if message is None and asked:
                    raise redis.ConnectionError("Redis has fallen silent.")
                if asked := message is None:
                    await pubsub.ping()
                else:
                    self._hear(message)

    def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "message":
            self._tell(message["channel"].decode().removeprefix(PREFIX), message["data"])


_open: dict[asyncio.AbstractEventLoop, _Subscriptions] = {}
