"""Live signals: what happens to a job right now, for whoever is watching.

They are hints. The row is the truth: a watcher that misses a signal finds the same facts there (`lookout.py`). Within
one process they travel by asyncio queues; with REDIS_URL, between processes by Redis pub/sub. Publishing never waits
long: while Redis does not answer, signals are dropped and watchers live by what is found in the row.
"""

import asyncio
import contextlib
import json
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from functools import cache
from typing import Any

import redis
from django.conf import settings

from avatarsite.core import resting, subscriptions

Event = dict[str, Any]
QUEUE_LENGTH = 1_000  # events a slow watcher may lag behind before it loses the newest


class Signals(asyncio.Queue[Event]):
    """The events of one watcher. heard: whether one came since somebody last set it to False."""

    heard = False

    def tell(self, event: Event) -> None:
        self.heard = True
        with contextlib.suppress(asyncio.QueueFull):
            self.put_nowait(event)


_watchers: dict[str, set[tuple[asyncio.AbstractEventLoop, Signals]]] = defaultdict(set)
_lock = threading.Lock()


def publish(topic: str, event: Event) -> None:
    """Tell whoever watches `topic`; safe from any thread."""
    if settings.REDIS_URL:
        _publish_to_redis(topic, event)
    else:
        _publish_here(topic, event)


@contextlib.asynccontextmanager
async def watch(topic: str) -> AsyncIterator[Signals]:
    """A queue of the events published on `topic` from now on."""
    signals = Signals(QUEUE_LENGTH)
    with _registered(topic, signals):
        if settings.REDIS_URL:
            async with subscriptions.subscribed(topic, _hear):
                yield signals
        else:
            yield signals


async def next_event(signals: Signals, seconds: float) -> Event | None:
    """The next event, or None after so many seconds."""
    if not signals.empty():
        return signals.get_nowait()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await signals.get()
    return None


def _publish_here(topic: str, event: Event) -> None:
    for loop, signals in _watching(topic):
        with contextlib.suppress(RuntimeError):  # the watcher's loop has ended
            loop.call_soon_threadsafe(signals.tell, event)


def _hear(topic: str, data: bytes) -> None:
    """Tell the watchers of this loop what came from Redis."""
    here, event = asyncio.get_running_loop(), json.loads(data)
    for loop, signals in _watching(topic):
        if loop is here:
            signals.tell(event)


def _watching(topic: str) -> tuple[tuple[asyncio.AbstractEventLoop, Signals], ...]:
    with _lock:
        return tuple(_watchers.get(topic, ()))


@contextlib.contextmanager
def _registered(topic: str, signals: Signals) -> Iterator[None]:
    watcher = (asyncio.get_running_loop(), signals)
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
        _client().publish(subscriptions.PREFIX + topic, json.dumps(event))
