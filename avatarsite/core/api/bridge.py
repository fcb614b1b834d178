"""A sync iterator, which may wait long for an engine, as an async one: no view waits in a thread of the web server."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from django.db import close_old_connections

from avatarsite.core import logs

T = TypeVar("T")
STREAMS = 64  # that one process follows at a time; more of them wait for their turn
AHEAD = 32  # items that are made before somebody takes them
_threads = ThreadPoolExecutor(STREAMS, thread_name_prefix="stream")
_END = object()


async def bridged(items: Iterator[T]) -> AsyncGenerator[T, None]:
    """The items as they are made, in a thread that stops when nobody listens any more (it then closes `items`).

    A reader that is slow slows the maker down. What `items` raises is raised here.
    """
    loop = asyncio.get_running_loop()
    made: asyncio.Queue[tuple[Any, Exception | None]] = asyncio.Queue()
    room, gone = threading.Semaphore(AHEAD), threading.Event()

    def tell(item: Any, error: Exception | None = None) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server goes down
            loop.call_soon_threadsafe(made.put_nowait, (item, error))

    _threads.submit(logs.carried(_make), items, tell, room, gone)
    try:
        while True:
            item, error = await made.get()
            if error is not None:
                raise error
            if item is _END:
                return
            room.release()
            yield item
    finally:
        gone.set()
        room.release()


def _make(items: Iterator[Any], tell: Any, room: threading.Semaphore, gone: threading.Event) -> None:
    close_old_connections()
    try:
        if not gone.is_set():
            _pass_on(items, tell, room, gone)
        tell(_END)
    except Exception as error:  # noqa: BLE001  whoever reads gets it
        tell(None, error)
    finally:
        close_old_connections()


def _pass_on(items: Iterator[Any], tell: Any, room: threading.Semaphore, gone: threading.Event) -> None:
    try:
        for item in items:
            tell(item)
            room.acquire()
            if gone.is_set():
                return
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            close()
