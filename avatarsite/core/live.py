"""Live signals: what happens to a job right now, for whoever is watching.

They are hints. The row is the truth: a watcher that misses a signal finds the same facts there. Within one process
they travel by asyncio queues; with REDIS_URL, between processes by Redis pub/sub. Publishing never waits long: while
Redis does not answer, signals are dropped and watchers live by polling the row.
"""

import asyncio
import contextlib
import json
import threading
from collections import defaultdict
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

import redis
import redis.asyncio
from django.conf import settings

from avatarsite.core import resting

Event = dict[str, Any]
QUEUE_LENGTH = 1_000  # events a slow watcher may lag behind before it loses the newest
_watchers: dict[str, set[tuple[asyncio.AbstractEventLoop, "asyncio.Queue[Event]"]]] = defaultdict(set)
_lock = threading.Lock()


def publish(topic: str, event: Event) -> None:
    """Tell whoever watches `topic`; safe from any thread."""
    if settings.REDIS_URL:
        _publish_to_redis(topic, event)
    else:
        _publish_here(topic, event)


@contextlib.asynccontextmanager
async def watch(topic: str) -> AsyncIterator["asyncio.Queue[Event]"]:
    """A queue of the events published on `topic` from now on."""
    queue: asyncio.Queue[Event] = asyncio.Queue(QUEUE_LENGTH)
    source = _from_redis(topic, queue) if settings.REDIS_URL else _from_here(topic, queue)
    async with source:
        yield queue


async def next_event(queue: "asyncio.Queue[Event]", seconds: float) -> Event | None:
    """The next event, or None after so many seconds: time to look at the row."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await queue.get()
    return None


def _publish_here(topic: str, event: Event) -> None:
    with _lock:
        watchers = tuple(_watchers.get(topic, ()))
    for loop, queue in watchers:
        with contextlib.suppress(RuntimeError):  # the watcher's loop has ended
            loop.call_soon_threadsafe(_put, queue, event)


def _put(queue: "asyncio.Queue[Event]", event: Event) -> None:
    with contextlib.suppress(asyncio.QueueFull):
        queue.put_nowait(event)


@contextlib.asynccontextmanager
async def _from_here(topic: str, queue: "asyncio.Queue[Event]") -> AsyncIterator[None]:
    watcher = (asyncio.get_running_loop(), queue)
    with _lock:
        _watchers[topic].add(watcher)
    try:
        yield
    finally:
        with _lock:
            _watchers[topic].discard(watcher)
            if not _watchers[topic]:
                del _watchers[topic]


@cache
def _client() -> resting.RestingRedis:
    return resting.client(settings.REDIS_URL)


def _publish_to_redis(topic: str, event: Event) -> None:
    with contextlib.suppress(redis.RedisError):
        _client().publish(f"live:{topic}", json.dumps(event))


@contextlib.asynccontextmanager
async def _from_redis(topic: str, queue: "asyncio.Queue[Event]") -> AsyncIterator[None]:
    client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1)
    pubsub = client.pubsub(ignore_subscribe_messages=True)
    reader = None
    try:
        with contextlib.suppress(redis.RedisError, TimeoutError, OSError):
            await asyncio.wait_for(pubsub.subscribe(f"live:{topic}"), 2)
            reader = asyncio.create_task(_read(pubsub, queue))
        yield
    finally:
        if reader is not None:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
        with contextlib.suppress(redis.RedisError, TimeoutError, OSError):
            await asyncio.wait_for(pubsub.aclose(), 1)  # type: ignore[no-untyped-call]
            await asyncio.wait_for(client.aclose(), 1)


async def _read(pubsub: Any, queue: "asyncio.Queue[Event]") -> None:
    async for message in pubsub.listen():
        _put(queue, json.loads(message["data"]))
