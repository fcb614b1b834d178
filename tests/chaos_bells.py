"""Celery messages that come once more: for jobs of any state, queued, running or long ended."""

import random
import threading
from collections.abc import Callable

from celery import Celery
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

EVERY = 0.3  # seconds
AT_ONCE = 3  # messages
LATEST = "SELECT id, queue FROM {} ORDER BY created_at DESC LIMIT 30"
KINDS = {"videos.video": "videos_video", "videos.speech": "videos_speech"}
Rows = Callable[[str], list[dict[str, object]]]


class Bells:
    """A thread that rings for jobs that were rung for already. rung: how many messages it sent."""

    def __init__(self, broker_url: str, rows: Rows) -> None:
        self.rung = 0
        self._rows = rows
        self._celery = Celery("chaos", broker=broker_url)
        self._celery.conf.update(broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 2})
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ring_all, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def _ring_all(self) -> None:
        while not self._stop.wait(EVERY):
            label = random.choice(list(KINDS))
            found = self._rows(LATEST.format(KINDS[label]))
            for row in random.sample(found, min(AT_ONCE, len(found))):
                self._ring(label, str(row["id"]), str(row["queue"]))

    def _ring(self, label: str, pk: str, queue: str) -> None:
        try:
            self._celery.send_task("jobs.run", (label, pk), queue=queue, retry=False, ignore_result=True)
        except (OperationalError, KombuError, RedisError, OSError):  # it was killed, or it is frozen
            return
        self.rung += 1
