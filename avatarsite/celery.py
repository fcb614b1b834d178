"""The Celery application: workers that hear the doorbell, each with a sweeper beside its consumers."""

import os
import threading
from typing import Any

from celery import Celery, bootsteps, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "avatarsite.settings")

app = Celery("avatarsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=False,  # a message is a bell: the row, not the broker, remembers the work
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=2,
    broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 2},
    worker_hijack_root_logger=False,
    worker_consumer="avatarsite.celery_consumer:PromptConsumer",
)
signals.setup_logging.connect(lambda **_: None, weak=False)  # settings.LOGGING is for all
app.autodiscover_tasks(["avatarsite.core"])


class SweeperStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Starts and stops the sweeper and the loop that looks at vendors with the worker, and warms the engines.

    It ends after the consumer, which takes no message any more, and before the pool, whose jobs get a while to finish.
    """

    requires = ("celery.worker.components:Pool",)

    def start(self, parent: Any) -> None:
        from avatarsite import warming
        from avatarsite.core.jobs import Queue
        from avatarsite.core.tasks import keep_a_seat_for_chat
        from avatarsite.core.worker import Sweeper
        from videos.watching import Watcher

        if Queue.CHAT in app.amqp.queues.consume_from:
            keep_a_seat_for_chat(int(parent.concurrency or 1))
        self.sweeper = Sweeper()
        self.sweeper.start()
        self.watcher = Watcher()
        self.watcher.start()
        threading.Thread(target=warming.warm, name="warm", daemon=True).start()

    def stop(self, parent: Any) -> None:
        from django.conf import settings

        from avatarsite import warming
        from avatarsite.core.tasks import drain

        drain(settings.WORKER_DRAIN_SECONDS)
        self.watcher.stop()
        self.sweeper.stop()
        warming.close()


app.steps["worker"].add(SweeperStep)
