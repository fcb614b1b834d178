"""Rows that somebody waits for, looked at together: what no signal told is found within two seconds.

However many wait in a process, one query a second looks at all rows of a kind for which no signal came since the last.
A row that changed rings its watchers as the lost signal would have done; they read it themselves.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextvars import Context
from dataclasses import dataclass, field

from django.db import Error

from avatarsite.core import live
from avatarsite.core.api.threads import in_thread

logger = logging.getLogger(__name__)

SECONDS = 1.0  # between two looks
MOST_ROWS = 5_000  # of one query: databases limit its parameters
RING: live.Event = {"type": "status"}
Look = Callable[[Sequence[str]], dict[str, Hashable]]


@dataclass(eq=False)
class _Watcher:
    key: str
    signals: live.Signals
    seen: Hashable = field(default_factory=object)  # equal to nothing that is found: the first look always rings


class Lookout:
    """kind: what topics of such rows begin with. look: what matters of the rows with these keys, without those gone."""

    def __init__(self, kind: str, look: Look) -> None:
        self._kind, self._look = kind, look
        self._rounds: dict[asyncio.AbstractEventLoop, _Rounds] = {}

    @contextlib.asynccontextmanager
    async def watch(self, key: str) -> AsyncIterator[live.Signals]:
        """The signals about a row from now on, and a "status" for each change that none told."""
        loop = asyncio.get_running_loop()
        async with live.watch(f"{self._kind}:{key}") as signals:
            watcher = _Watcher(key, signals)
            rounds = self._rounds.get(loop) or self._rounds.setdefault(loop, _Rounds(self._look))
            rounds.watchers.add(watcher)
            try:
                yield signals
            finally:
                rounds.watchers.discard(watcher)
                if not rounds.watchers:
                    rounds.task.cancel()
                    self._rounds.pop(loop, None)


class _Rounds:
    """The looks for the watchers of one event loop, from the first to the last of them."""

    def __init__(self, look: Look) -> None:
        self.watchers: set[_Watcher] = set()
        self._look = in_thread(look)
        self.task = asyncio.create_task(self._run(), context=Context())  # it belongs to no request

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(SECONDS)
            try:
                await self._ring_changed()
            except Error as error:
                logger.warning("lookout.failed error=%s", type(error).__name__)

    async def _ring_changed(self) -> None:
        quiet = [watcher for watcher in self.watchers if not watcher.signals.heard]
        for watcher in self.watchers:
            watcher.signals.heard = False
        keys = list({watcher.key for watcher in quiet})
        found: dict[str, Hashable] = {}
        for start in range(0, len(keys), MOST_ROWS):
            found |= await self._look(keys[start : start + MOST_ROWS])
        for watcher in quiet:
            state = found.get(watcher.key)
            if state != watcher.seen:
                watcher.seen = state
                watcher.signals.tell(RING)
                watcher.signals.heard = False
