"""PostgreSQL, Redis and a bucket of the suite's own, in a temporary folder, for as long as a command runs.

`python -m tests.services COMMAND…` runs the command with DATABASE_URL, CELERY_BROKER_URL and S3_… in its environment;
`--available` only says whether that is possible, and what is missing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack import servers
from stack.servers import REDIS_DATABASES, free_port

__all__ = ["REDIS_DATABASES", "free_port", "running", "start_redis"]


def main() -> int:
    missing = servers.what_is_missing()
    if missing:
        print("Missing: " + ", ".join(missing) + ". `make test` installs them.")
        return 1
    if sys.argv[1:] == ["--available"]:
        return 0
    with running() as environment:
        return subprocess.run(sys.argv[1:], env={**os.environ, **environment}).returncode


@contextmanager
def running() -> Iterator[dict[str, str]]:
    """Start all; yields the environment that points at them. The bucket's server takes seconds to be ready."""
    folder = Path(tempfile.mkdtemp(prefix="avatarsite-services-"))
    folder.chmod(0o755)
    fast = ("-c", "fsync=off", "-c", "max_connections=200")
    try:
        with (
            servers.bucket(folder / "bucket") as bucket,
            servers.postgres(folder / "postgres", *fast) as port,
            start_redis() as (redis_port, _process),
        ):
            yield {
                "DATABASE_URL": f"postgres://postgres@127.0.0.1:{port}/postgres",
                "CELERY_BROKER_URL": f"redis://127.0.0.1:{redis_port}/0",
                "S3_ENDPOINT": bucket.endpoint,
                **servers.BUCKET_KEYS,
            }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def start_redis() -> Iterator[tuple[int, servers.Process]]:
    """A Redis that keeps nothing on disk; yields its port and process."""
    with servers.redis("--databases", str(REDIS_DATABASES)) as (port, process):
        yield port, process


if __name__ == "__main__":
    sys.exit(main())
