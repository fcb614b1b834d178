"""Looks at all clips that vendors work on: one asyncio loop in each worker process, for any number of jobs.

A parked row says when it is looked at next. Whoever is first moves that moment into the near future, by one
conditional UPDATE, and thereby has the look to itself; if it dies, the row is due again when that moment comes. What a
look found is stored by an UPDATE that holds only while nobody rang meanwhile. So any number of workers share the rows,
a restart loses nothing, and a vendor or a database that is away only costs time.
"""

import asyncio
import contextlib
import logging
import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from avatarsite.core import jobs
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import FINAL, Queue, Status
from avatarsite.core.vendors.catalog import vendor
from avatarsite.core.vendors.wire import LONGEST_ANSWER, failed
from videos import remote, renderer_chain
from videos.models import Video
from videos.renderers.base import Look, RemoteRenderer

logger = logging.getLogger(__name__)

TURN_SECONDS = 0.5  # between two questions to the database for rows that are due
HELD_SECONDS = 25.0  # that a look is one worker's own; more than an answer may take
ANSWER_SECONDS = 20.0  # that a vendor may take for one answer
AT_ONCE, AT_ONE_VENDOR = 200, 50  # connections
ROWS = 500  # that are taken in one turn
SHORTEST, LONGEST, SHARE = 1.0, 10.0, 0.1  # seconds between two looks, and their part of the time waited so far
KEPT_SECONDS = 30.0  # that an engine is used before its key is read again
FORGETTING = timedelta(days=1)  # for which a vendor is asked to forget
FORGET_AT_ONCE = 4
FIELDS = (
    *("id", "attempt", "attempt_base", "status", "queue", "progress", "owner", "twin", "engines", "purpose"),
    *("vendor", "vendor_id", "vendor_since", "vendor_until", "vendor_notes", "vendor_result", "next_look_at"),
)


@dataclass(frozen=True)
class Seen:
    """What a look at a row found; None is nothing, and `wait` then says how many seconds the vendor wants us to."""

    video: Video
    look: Look | None
    wait: float = 0.0


class Watcher:
    """The loop, in a thread of its own. `start` and `stop` it with the worker.

    alone: no other worker looks at these rows, so those that are held were held by a predecessor that is gone.
    """

    def __init__(self, *, alone: bool = False) -> None:
        self._alone = alone
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._engines: dict[tuple[str, str | None], tuple[float, RemoteRenderer]] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when no look is under way any more, or after some seconds; what was looked at is due again later."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        try:
            asyncio.run(self._watch())
        except Exception:  # noqa: BLE001  the last edge: without this thread every vendor's clip would wait for ever
            logger.exception("watch.crashed")
            if not self._stop.wait(HELD_SECONDS):
                self._run()

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        limits = aiohttp.TCPConnector(limit=AT_ONCE, limit_per_host=AT_ONE_VENDOR)
        patience = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        jar = aiohttp.DummyCookieJar()
        with ThreadPoolExecutor(1, thread_name_prefix="watcher-rows") as rows:
            async with aiohttp.ClientSession(connector=limits, timeout=patience, cookie_jar=jar) as session:
                looking: dict[asyncio.Task[Seen], Video] = {}
                while not self._stop.is_set():
                    began = time.monotonic()
                    done = [task for task in looking if task.done()]
                    seen = [task.result() for task in done]
                    for task in done:
                        del looking[task]
                    taken = await loop.run_in_executor(rows, self._turn, seen, ROWS - len(looking))
                    looking |= {asyncio.create_task(_look(session, video, engine)): video for video, engine in taken}
                    await asyncio.sleep(max(0.0, TURN_SECONDS - (time.monotonic() - began)))
                for task in looking:
                    task.cancel()
                await loop.run_in_executor(rows, _let_go, list(looking.values()))

    def _turn(self, seen: list[Seen], room: int) -> list[tuple[Video, RemoteRenderer]]:
        """Store what was seen, forget what is over, take rows that are due; those whose renderer can be asked."""
        try:
            if self._alone:
                _let_go_all()
                self._alone = False
            _store(seen)
            self._forget()
            return list(self._askable(_taken(room)))
        except DatabaseError:  # what was seen is seen again: the rows become due when their moment comes
            logger.warning("watch.database_unreachable")
            return []
        finally:
            close_old_connections()

    def _askable(self, videos: list[Video]) -> Iterator[tuple[Video, RemoteRenderer]]:
        for video in videos:
            try:
                yield video, self._engine(video)
            except EngineFailed as error:
                _hand_over(video, error)

    def _engine(self, video: Video) -> RemoteRenderer:
        key = (video.vendor, renderer_chain.payer_of(video))
        until, found = self._engines.get(key, (0.0, None))
        if found is None or time.monotonic() > until:
            found = remote.engine_of(video, video.vendor)
            self._engines[key] = (time.monotonic() + KEPT_SECONDS, found)
        return found

    def _forget(self) -> None:
        """Have vendors delete what they made for clips that are over, where that is wanted; a few at a time."""
        now = timezone.now()
        over = Video.objects.filter(next_look_at__lte=now, status__in=FINAL).order_by("next_look_at")
        for video in over.select_related("twin").only(*FIELDS, "twin__owner")[:FORGET_AT_ONCE]:
            again = now + timedelta(seconds=LONGEST) if self._keeps(video) else None
            if again and video.vendor_since and now - video.vendor_since > FORGETTING:
                logger.warning("watch.not_forgotten vendor=%s id=%s", video.vendor, video.pk)
                again = None
            Video.objects.filter(pk=video.pk, next_look_at=video.next_look_at).update(next_look_at=again)

    def _keeps(self, video: Video) -> bool:
        """Whether the vendor still has what it should have forgotten."""
        try:
            engine = self._engine(video)
            if engine.delete_after and video.vendor_id:
                engine.delete(video.vendor_id)
        except EngineFailed as error:
            return error.retryable
        return False


def _taken(room: int) -> list[Video]:
    """Up to `room` rows that are due and now ours to look at."""
    now = timezone.now()
    due = Video.objects.filter(status=Status.RUNNING, next_look_at__lte=now)
    keys = list(due.order_by("next_look_at").values_list("pk", flat=True)[: max(room, 0)])
    if not keys:
        return []
    ours = now + timedelta(seconds=HELD_SECONDS + random.random())  # to the microsecond: nobody else's mark
    Video.objects.filter(pk__in=keys, status=Status.RUNNING, next_look_at__lte=now).update(next_look_at=ours)
    mine = Video.objects.filter(pk__in=keys, next_look_at=ours)
    return list(mine.select_related("twin").only(*FIELDS, "twin__owner", "twin__chains"))


def _let_go(videos: list[Video]) -> None:
    """Rows that were taken and not looked at are due again at once."""
    marks = {video.next_look_at for video in videos}
    with contextlib.suppress(DatabaseError):
        Video.objects.filter(pk__in=[video.pk for video in videos], next_look_at__in=marks).update(
            next_look_at=timezone.now()
        )
    close_old_connections()


def _let_go_all() -> None:
    now = timezone.now()
    Video.objects.filter(status=Status.RUNNING, next_look_at__gt=now).update(next_look_at=now)


async def _look(session: aiohttp.ClientSession, video: Video, engine: RemoteRenderer) -> Seen:
    """Ask the vendor once."""
    question = engine.question(video.vendor_id)
    try:
        async with session.get(question.url, headers=question.headers, allow_redirects=False) as answer:
            content = await _whole(answer)
        return Seen(video, engine.look(answer.status, answer.headers, content))
    except (aiohttp.ClientError, TimeoutError, OSError):
        return Seen(video, None)
    except EngineFailed as error:
        return Seen(video, None, error.retry_after) if error.retryable else Seen(video, Look("failed", trouble=error))


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for piece in answer.content.iter_any():
        content += piece
        if len(content) > LONGEST_ANSWER:
            raise aiohttp.ClientPayloadError("too long")
    return bytes(content)


def _store(seen: list[Seen]) -> None:
    """Rows that are still pending get their next moment, many at a time; the others are handed over to a worker."""
    now = timezone.now()
    waiting: dict[tuple[datetime, int | None], list[Seen]] = defaultdict(list)
    for each in seen:
        state = each.look.state if each.look else "pending"
        if state == "ready" and each.look:
            _hand_over(each.video, result=each.look.url)
        elif state == "failed" and each.look:
            _hand_over(each.video, each.look.trouble or failed(renderer_chain.vendor_of(each.video), "bad_answer"))
        elif each.video.vendor_until and now >= each.video.vendor_until:
            _hand_over(each.video, _too_slow(each.video))
        else:
            told = _per_cent(each)
            waiting[_next(each, now), told].append(each)
    for (moment, told), rows in waiting.items():
        marks = {each.video.next_look_at for each in rows}
        keys = [each.video.pk for each in rows]
        fields = {"next_look_at": moment} | ({} if told is None else {"progress": told})
        Video.objects.filter(pk__in=keys, next_look_at__in=marks, status=Status.RUNNING).update(**fields)


def _next(seen: Seen, now: datetime) -> datetime:
    """When to look again: soon at first, then ever more seldom, at the vendor's wish, and at the end of patience."""
    video = seen.video
    waited = (now - video.vendor_since).total_seconds() if video.vendor_since else 0.0
    pause = min(max(waited * SHARE, SHORTEST), SHORTEST if video.queue == Queue.CHAT else LONGEST)
    moment = now + timedelta(seconds=max(pause, seen.wait))
    moment = min(moment, video.vendor_until) if video.vendor_until else moment
    return moment.replace(microsecond=moment.microsecond // 100_000 * 100_000)  # so that many rows are one UPDATE


def _per_cent(seen: Seen) -> int | None:
    """The job's, where the vendor tells its own and it has grown."""
    if seen.look is None or not seen.look.progress:
        return None
    span = remote.FETCHING - remote.ORDERED
    told = remote.ORDERED + span * min(seen.look.progress, 100) // 100
    return told if told > seen.video.progress else None


def _too_slow(video: Video) -> EngineFailed:
    name = vendor(renderer_chain.vendor_of(video)).name
    waited = round(
        ((video.vendor_until or video.created_at) - (video.vendor_since or video.created_at)).total_seconds()
    )
    return EngineFailed(f"{name} did not finish the video within {waited} seconds.", "vendor_too_slow")


def _hand_over(video: Video, error: EngineFailed | None = None, *, result: str = "") -> None:
    """Queue the row for a worker, with what the vendor made or with its failure; that is no lost attempt."""
    fields: dict[str, Any] = {"vendor_result": result}
    if error:
        fields = renderer_chain.failure(video, video.vendor, error)
    if error and error.code != "vendor_too_slow":  # it may yet be done, and is found when it is ordered again
        asked = {name: told for name, told in fields["vendor_notes"].get("asked", {}).items() if name != video.vendor}
        fields["vendor_notes"] = {**fields["vendor_notes"], "asked": asked}
    fields |= {"next_look_at": None, "not_before": timezone.now(), "attempt_base": video.attempt_base + 1}
    if jobs.move(video, Status.QUEUED, ticket=video.attempt, **fields):
        jobs.enqueue(video)
        logger.info("watch.handed_over id=%s code=%s", video.pk, error.code if error else "")
