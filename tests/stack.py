"""The real product, started as its users start it, in a folder and on a port of its own.

On the embedded default that is one `manage.py serve`; with CELERY_BROKER_URL in the environment it is the same
command for the web and a real Celery worker beside it, on a database of their own.
"""

import contextlib
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import requests
from psycopg.rows import dict_row

from stack.compose import services
from stack.servers import REDIS_DATABASES, free_port

ROOT = Path(__file__).parent.parent
DATABASE = "avatarsite.sqlite3"
UP_SECONDS = 60.0
ON_SERVICES = bool(os.environ.get("CELERY_BROKER_URL"))
QUIET = {"CHAT_PER_SESSION": "0/m", "CHAT_PER_ADDRESS": "0/m", "SESSIONS_PER_ADDRESS": "0/m"}


class Stack:
    """A running installation: `url`, its `environment`, and ways to kill and restart its processes.

    new: it has no database yet, as on the day it is installed; else one that was migrated and seeded by such a start.
    """

    def __init__(self, data_dir: Path, *, new: bool = False, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI", "LLM"))}
        self.environment = {
            **inherited,
            **QUIET,
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "JOB_HEARTBEAT": "0.5",
            "JOB_SILENT_AFTER": "3",
            "WORKER_DRAIN_SECONDS": "1",
            "CACHE_DIR": os.environ["CACHE_DIR"],
        }
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        if ON_SERVICES:
            self.environment |= _own_database("" if new else _seeded_database()) | _own_broker()
        elif not new:
            data_dir.mkdir(parents=True, exist_ok=True)
            shutil.copy(_seeded_file(), data_dir / DATABASE)
        self.environment |= environment

    def start(self) -> "Stack":
        self.start_web()
        if ON_SERVICES:
            self.start_worker()
        self.wait_until_ready()
        return self

    def start_web(self) -> None:
        self.web = self._process("manage.py", "serve", log="web.log")

    def start_worker(self) -> None:
        """The Celery worker of docker-compose.yml, one for both queues; only on services."""
        _program, *options = services()["worker-chat"].command
        options[options.index("-Q") + 1] = "chat,batch"
        self.worker = self._process("-m", "celery", *options, log="worker.log")

    def wait_until_ready(self) -> dict[str, Any]:
        deadline = time.monotonic() + UP_SECONDS
        while time.monotonic() < deadline:
            assert self.web is not None and self.web.poll() is None, self.logs()
            try:
                answer = requests.get(f"{self.url}/readyz", timeout=5)
                if answer.status_code == 200:
                    return dict(answer.json())
            except requests.RequestException:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not ready after {UP_SECONDS} s: {self.logs()}")

    def wait_until_up(self) -> None:
        """Until requests are answered, whatever the answer is: nothing behind the server needs to be there."""
        deadline = time.monotonic() + UP_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(requests.RequestException):
                requests.get(f"{self.url}/livez", timeout=5)
                return
            time.sleep(0.05)
        raise AssertionError(f"no answer after {UP_SECONDS} s: {self.logs()}")

    def working_process(self) -> "subprocess.Popen[bytes]":
        """The process that does the jobs."""
        process = self.worker if ON_SERVICES else self.web
        assert process is not None
        return process

    def kill_worker(self) -> None:
        """SIGKILL to the process that does the jobs, and nothing kinder."""
        process = self.working_process()
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)

    def restart_worker(self) -> None:
        if ON_SERVICES:
            self.start_worker()
        else:
            self.start_web()
        self.wait_until_ready()

    def stop(self) -> None:
        for process in (self.web, self.worker):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGINT)
        for process in (self.web, self.worker):
            if process is not None:
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def manage(self, *arguments: str) -> str:
        """Run a management command on this installation; returns its stdout."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Rows of this installation's database, read directly."""
        if ON_SERVICES:
            with psycopg.connect(self.environment["DATABASE_URL"], row_factory=dict_row) as connection:
                return list(connection.execute(query))  # type: ignore[call-overload]
        connection = sqlite3.connect(self.data_dir / DATABASE, timeout=20)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query)]
        finally:
            connection.close()

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-4000:] for path in sorted(self.data_dir.glob("*.log")))

    def _process(self, *arguments: str, log: str) -> "subprocess.Popen[bytes]":
        self.data_dir.mkdir(parents=True, exist_ok=True)
        out = (self.data_dir / log).open("ab")
        command = [sys.executable, *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=out, stderr=out, start_new_session=True)


def _own_database(template: str = "") -> dict[str, str]:
    """A new database on the suite's PostgreSQL: a copy of `template`, or empty."""
    url = os.environ["DATABASE_URL"]
    name = f"stack_{uuid.uuid4().hex[:12]}"
    copied = f' TEMPLATE "{template}"' if template else ""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"{copied}')  # type: ignore[call-overload]
    return {"DATABASE_URL": url.rsplit("/", 1)[0] + f"/{name}"}


def servers_of_its_own() -> dict[str, str]:
    """A seeded database and a broker that nobody else uses; only on services."""
    return _own_database(_seeded_database()) | _own_broker()


@cache
def _seeded_database() -> str:
    """The name of a database that nobody uses but to copy it."""
    own = _own_database()
    _seed(own)
    return own["DATABASE_URL"].rsplit("/", 1)[1]


@cache
def _seeded_file() -> Path:
    """The same in SQLite."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["DATA_DIR"]))
    _seed({"DATA_DIR": str(folder)})
    return folder / DATABASE


def _seed(environment: dict[str, str]) -> None:
    for command in ("migrate", "seed"):
        subprocess.run(
            [sys.executable, "manage.py", command, "-v0"], cwd=ROOT, env={**os.environ, **environment}, check=True
        )


def _own_broker() -> dict[str, str]:
    """A numbered database of the suite's Redis, so that no stack hears another's bell."""
    url = os.environ["CELERY_BROKER_URL"]
    return {"CELERY_BROKER_URL": url.rsplit("/", 1)[0] + f"/{secrets.randbelow(REDIS_DATABASES - 1) + 1}"}
