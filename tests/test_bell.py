"""The embedded worker's bell: a ring wakes one sleeper of its queue, and none is lost."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from avatarsite.core.bell import MOST_RINGS, Ring, Wake

pytestmark = pytest.mark.engine
EVERYTHING, CHAT = ("chat", "batch"), ("chat",)
Asleep = Callable[..., "Future[Ring | None]"]


@pytest.fixture
def wake() -> Wake:
    return Wake()


@pytest.fixture
def asleep(wake: Wake) -> "Asleep":
    """Let a thread wait; returns when it does."""
    pool = ThreadPoolExecutor(8)

    def sleep(queues: tuple[str, ...], seconds: float = 20.0) -> "Future[Ring | None]":
        before, found = len(wake._sleepers), pool.submit(wake.wait, queues, seconds)
        while len(wake._sleepers) == before:
            threading.Event().wait(0.001)
        return found

    return sleep


def ring(pk: str, queue: str = "batch") -> Ring:
    return Ring("videos.video", pk, queue)


def test_a_ring_wakes_one_sleeper_and_tells_which_job(wake: Wake, asleep: Asleep) -> None:
    first, second = asleep(EVERYTHING), asleep(EVERYTHING)
    wake.ring(ring("a"))
    assert first.result(5) == ring("a")
    assert not second.done()
    wake.ring(ring("b"))
    assert second.result(5) == ring("b")


def test_who_serves_chats_alone_sleeps_through_other_rings(wake: Wake, asleep: Asleep) -> None:
    chats = asleep(CHAT)
    wake.ring(ring("a"))
    assert not chats.done()
    wake.ring(ring("b", "chat"))
    assert chats.result(5) == ring("b", "chat")
    assert wake.wait(EVERYTHING, 0.0) == ring("a"), "it waits for somebody else"


def test_rings_while_nobody_sleeps_are_remembered_up_to_a_number(wake: Wake) -> None:
    for number in range(MOST_RINGS + 1):
        wake.ring(ring(str(number)))
    assert wake.wait(EVERYTHING, 0.0) == ring("1"), "the oldest is forgotten: the worker looks at everything anyway"


def test_after_its_time_a_sleeper_wakes_for_nothing_and_takes_no_ring_along(wake: Wake) -> None:
    assert wake.wait(EVERYTHING, 0.001) is None
    wake.ring(ring("a"))
    assert wake.wait(EVERYTHING, 0.0) == ring("a")


def test_at_the_end_everybody_wakes(wake: Wake, asleep: Asleep) -> None:
    sleepers = [asleep(EVERYTHING), asleep(CHAT)]
    wake.everybody()
    assert [sleeper.result(5) for sleeper in sleepers] == [None, None]
