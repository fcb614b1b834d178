"""Helper processes: reused while healthy, replaced when not, never waited for without end."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from avatarsite.core.children import ChildPool
from avatarsite.core.engines import EngineFailed

pytestmark = pytest.mark.engine


@pytest.fixture
def pool() -> Iterator[ChildPool]:
    made = ChildPool("tests.echo_child", size=1)
    yield made
    made.close()


def ask(pool: ChildPool, request: str, seconds: float = 10) -> object:
    with pool.child() as child:
        child.send(request)
        return child.receive(seconds)


def test_a_healthy_child_is_used_again(pool: ChildPool) -> None:
    assert ask(pool, "pid") == ask(pool, "pid")


def test_a_child_that_is_not_to_be_reused_serves_one_call() -> None:
    pool = ChildPool("tests.echo_child", size=1, reused=False)
    before = ask(pool, "pid")
    assert isinstance(before, int) and not os.path.exists(f"/proc/{before}")
    assert ask(pool, "pid") != before
    assert not pool._living


def test_messages_go_both_ways_within_a_call(pool: ChildPool) -> None:
    with pool.child() as child:
        for message in ("add", 2, 3):
            child.send(message)
        assert child.receive(10) == 5


def test_what_a_child_refuses_reaches_the_caller_and_the_child_lives_on(pool: ChildPool) -> None:
    before = ask(pool, "pid")
    with pytest.raises(EngineFailed) as refused:
        ask(pool, "refuse")
    assert (refused.value.code, refused.value.message) == ("echo_refused", "Not this.")
    assert ask(pool, "pid") == before


@pytest.mark.parametrize("end", ["die", "crash"])
def test_a_child_that_dies_is_a_retryable_failure_and_is_replaced(pool: ChildPool, end: str) -> None:
    before = ask(pool, "pid")
    with pytest.raises(EngineFailed) as failed:
        ask(pool, end)
    assert failed.value.code == "engine_crashed" and failed.value.retryable
    assert ask(pool, "pid") != before


def test_a_child_killed_between_two_calls_is_replaced_unnoticed(pool: ChildPool) -> None:
    before = ask(pool, "pid")
    assert isinstance(before, int)
    os.kill(before, signal.SIGKILL)
    os.waitpid(before, 0)
    assert ask(pool, "pid") != before


def test_a_silent_child_is_stopped_and_the_caller_told(pool: ChildPool) -> None:
    with pytest.raises(EngineFailed) as failed:
        ask(pool, "sleep", seconds=0.2)
    assert failed.value.code == "engine_timeout"
    assert ask(pool, "pid")


def test_a_caller_that_fails_in_mid_call_does_not_leave_its_answer_to_the_next(pool: ChildPool) -> None:
    with pytest.raises(KeyError), pool.child() as child:
        child.send("pid")
        raise KeyError
    with pool.child() as child:
        for message in ("add", 2, 3):
            child.send(message)
        assert child.receive(10) == 5


def test_a_busy_pool_says_so_instead_of_waiting_for_ever(pool: ChildPool) -> None:
    with pool.child(), pytest.raises(EngineFailed) as busy, pool.child(wait=0.1):
        pass
    assert busy.value.code == "engine_busy" and busy.value.retryable


def test_many_threads_share_the_children(pool: ChildPool) -> None:
    answers: list[object] = []
    threads = [threading.Thread(target=lambda: answers.append(ask(pool, "pid"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8 and len(set(answers)) == 1


def test_closing_the_pool_ends_its_processes(pool: ChildPool) -> None:
    pid = ask(pool, "pid")
    assert isinstance(pid, int)
    pool.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
