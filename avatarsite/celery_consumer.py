"""How a Celery worker comes back to a broker that was away."""

from functools import partial
from typing import Any

from celery.worker.consumer import Consumer

BROKER_SECONDS = 2.0  # at most between two tries to reach it, however long it was away


class PromptConsumer(Consumer):  # type: ignore[misc]
    """Celery's, which after a long outage would look again only every half minute."""

    def ensure_connected(self, conn: Any) -> Any:
        conn.ensure_connection = partial(conn.ensure_connection, interval_max=BROKER_SECONDS)
        return super().ensure_connected(conn)
