"""Many who wait for rows: one look for all, one connection to Redis for all, and no signal lost for good."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from functools import partial

import pytest
import redis
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import OperationalError

from avatarsite.core import live, lookout, subscriptions
from avatarsite.core.jobs import Status
from conversations.turns import CLIPS, Turn
from tests.factories import make_video
from tests.services import start_redis
from tests.stack import ON_SERVICES
from videos.models import Video

PATIENCE = 60.0


class Table:
    """Rows, and the keys that each look asked for."""

    def __init__(self, **rows: Hashable) -> None:
        self.rows: dict[str, Hashable] = rows
        self.looks: list[set[str]] = []
        self.away = False

    def look(self, keys: Sequence[str]) -> dict[str, Hashable]:
        self.looks.append(set(keys))
        if self.away:
            raise OperationalError
        return {key: self.rows[key] for key in keys if key in self.rows}


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "SECONDS", 0.02)
    monkeypatch.setattr(subscriptions, "AGAIN_SECONDS", 0.02)


@contextlib.asynccontextmanager
async def watching(table: Table, *keys: str) -> AsyncIterator[list[live.Signals]]:
    """Watchers of these rows, whose first ring has been heard."""
    clips = lookout.Lookout("clip", table.look)
    async with contextlib.AsyncExitStack() as kept:
        watchers = [await kept.enter_async_context(clips.watch(key)) for key in keys]
        for signals in watchers:
            assert await live.next_event(signals, PATIENCE) == lookout.RING
        yield watchers
    assert clips._rounds == {}


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110  what is waited for knows no event
            await asyncio.sleep(0.01)


async def looks(table: Table, count: int = 2) -> None:
    """Wait until so many more looks have begun; whatever was found before them has been told."""
    wanted = len(table.looks) + count
    await until(lambda: len(table.looks) >= wanted)


@pytest.mark.engine
def test_one_look_is_for_all_and_rings_those_whose_row_changed() -> None:
    async def scene() -> None:
        table = Table(a="queued", b="queued")
        async with watching(table, "a", "a", "b") as (first, second, other):
            await looks(table)
            assert table.looks[-1] == {"a", "b"}
            assert first.empty() and other.empty()
            table.rows["a"] = "ready"
            assert await live.next_event(first, PATIENCE) == await live.next_event(second, PATIENCE) == lookout.RING
            await looks(table)
            assert first.empty() and other.empty()

    asyncio.run(scene())


@pytest.mark.engine
def test_a_row_that_is_gone_rings_too() -> None:
    async def scene() -> None:
        table = Table(a="queued")
        async with watching(table, "a") as (signals,):
            del table.rows["a"]
            assert await live.next_event(signals, PATIENCE) == lookout.RING

    asyncio.run(scene())


@pytest.mark.engine
def test_rows_whose_signals_come_are_left_out_until_they_fall_silent(settings: object) -> None:
    settings.REDIS_URL = ""  # type: ignore[attr-defined]

    async def scene() -> None:
        table = Table(loud="queued", quiet="queued")
        async with watching(table, "loud", "quiet") as (loud, quiet):
            rounds = lookout._Rounds(table.look)
            rounds.task.cancel()
            rounds.watchers = {lookout._Watcher("loud", loud, "queued"), lookout._Watcher("quiet", quiet, "queued")}
            live.publish("clip:loud", {"type": "delta", "text": "Hello"})
            assert await live.next_event(loud, PATIENCE) == {"type": "delta", "text": "Hello"}
            loud.heard = True  # the other rounds may have taken note of it
            del table.looks[:]
            await rounds._ring_changed()
            assert {"quiet"} in table.looks
            await rounds._ring_changed()
            assert table.looks[-1] == {"loud", "quiet"}

    asyncio.run(scene())


@pytest.mark.engine
def test_looks_go_on_when_the_database_was_away() -> None:
    async def scene() -> None:
        table = Table(a="queued")
        async with watching(table, "a") as (signals,):
            table.away = True
            await looks(table)
            assert signals.empty()
            table.away, table.rows["a"] = False, "ready"
            assert await live.next_event(signals, PATIENCE) == lookout.RING

    asyncio.run(scene())


@pytest.mark.engine
def test_rows_beyond_the_limit_of_a_query_are_looked_at_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "MOST_ROWS", 2)

    async def scene() -> None:
        table = Table(a=1, b=1, c=1)
        async with watching(table, "a", "b", "c"):
            await looks(table, 4)
        assert {len(keys) for keys in table.looks} <= {1, 2}
        assert set().union(*table.looks[-2:]) == {"a", "b", "c"}

    asyncio.run(scene())


@pytest.mark.django_db(transaction=True)
def test_a_turn_ends_by_what_the_rows_say_when_no_signal_came() -> None:
    video = make_video(source=Video.Source.REPLY)
    changes = [
        ("reply", {"status": Status.RUNNING, "script": "Good morning."}),
        ("playable", {"playable_at": "2026-01-01T00:00:00Z"}),
        ("ended", {"status": Status.READY}),
    ]

    async def scene() -> list[str]:
        kinds: list[str] = []
        async with ThreadSensitiveContext(), CLIPS.watch(video.pk) as signals:  # as in Django's ASGI handler
            of_request = await sync_to_async(threading.current_thread)()
            task = asyncio.create_task(follow(signals, kinds))
            for kind, change in changes:
                await asyncio.to_thread(Video.objects.filter(pk=video.pk).update, **change)
                await until(partial(kinds.__contains__, kind))
            await task
            assert not of_request.is_alive(), "the turn held a thread while it waited"
            assert await sync_to_async(threading.current_thread)() is not of_request
        return kinds

    async def follow(signals: live.Signals, kinds: list[str]) -> None:
        async for event in Turn(video.pk, signals).events(PATIENCE):
            kinds.append(event.kind)

    assert asyncio.run(scene()) == ["delta", "reply", "playable", "ended"]


@pytest.mark.services
@pytest.mark.skipif(not ON_SERVICES, reason="needs Redis")
def test_all_watchers_share_one_connection_which_comes_back_when_it_was_cut(settings: object) -> None:
    with start_redis() as (port, _process):
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"  # type: ignore[attr-defined]
        server = redis.Redis(port=port)

        async def heard(topics: list[str], watchers: list[live.Signals]) -> None:
            for topic, signals in zip(topics, watchers, strict=True):
                event = {"type": "delta", "text": topic}
                publish = partial(server.publish, subscriptions.PREFIX + topic, json.dumps(event))
                await until(lambda publish=publish: publish() == 1)
                assert await live.next_event(signals, PATIENCE) == event
                assert signals.empty()

        async def scene() -> None:
            topics = [f"video:{number}" for number in range(20)]
            async with contextlib.AsyncExitStack() as kept:
                watchers = [await kept.enter_async_context(live.watch(topic)) for topic in topics]
                await heard(topics, watchers)
                assert len(server.client_list(_type="pubsub")) == 1
                async with live.watch("video:gone"):
                    pass
                server.client_kill_filter(_type="pubsub")
                await heard(topics, watchers)
                assert server.pubsub_numsub(subscriptions.PREFIX + "video:gone")[0][1] == 0
            await until(lambda: not server.client_list(_type="pubsub"))

        asyncio.run(scene())
