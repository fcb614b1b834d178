"""Vendors' jobs in flight on one process: `python -m bench.vendors [JOBS …]`. The vendor is a process of its own.

Each job takes the vendor 20 s. The process that watches is killed after half of them and started again; lateness is
when a worker could take the result, against the moment at which the vendor had it.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.table import print_table

SECONDS = 20.0  # that a job takes
SPREAD = 2.0  # seconds over which the jobs were ordered
KILLED_AFTER = 10.0
PATIENCE = 60.0
ROOT = Path(__file__).parent.parent
STARTED = re.compile(r"clp_(\d+)_")


def run(counts: tuple[int, ...] = (1_000, 5_000)) -> None:
    rows = [_measured(count) for count in counts]
    header = ["jobs", "MB more", "CPU seconds", "looks", "late, median", "late, 99 %", "latest", "lost"]
    print_table(f"Vendors' jobs of {SECONDS:.0f} s, watched by one process that is killed once", header, rows)


def _measured(count: int) -> list[str]:
    folder, port = Path(tempfile.mkdtemp()), _free_port()
    environment = {
        **os.environ,
        "DATA_DIR": str(folder),
        "DID_BASE_URL": f"http://127.0.0.1:{port}",
        "DID_API_KEY": "bench:bench",
        "RENDERER_CHAIN": "did",
        "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}",
        "CELERY_BROKER_URL": "",
    }
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    vendor = _process("vendor", str(port), environment=environment)
    try:
        began = float(_told(_process("order", str(count), environment=environment))["began"])
        first = _process("watch", environment=environment)
        time.sleep(max(0.0, began + KILLED_AFTER - time.time()))
        usage = _usage(first.pid)
        first.send_signal(signal.SIGKILL)
        first.wait()
        told = _told(_process("watch", environment=environment))
    finally:
        vendor.send_signal(signal.SIGTERM)
        looks = json.loads(vendor.communicate(timeout=20)[0])["looks"]
        shutil.rmtree(folder, ignore_errors=True)
    late = sorted(told["late"])
    return [
        f"{count}",
        f"{max(usage['grown'], told['grown']):.0f}",
        f"{usage['cpu'] + told['cpu']:.1f}",
        f"{looks}",
        f"{late[len(late) // 2]:.2f} s",
        f"{late[int(len(late) * 0.99)]:.2f} s",
        f"{late[-1]:.2f} s",
        f"{count - len(set(told['ids']))}",
    ]


def _process(what: str, *arguments: str, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "bench.vendors", f"--{what}", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)


def _told(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    out, _ = process.communicate(timeout=PATIENCE + SECONDS + 60)
    return dict(json.loads(out.splitlines()[-1]))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _usage(pid: int) -> dict[str, float]:
    """CPU seconds since the process has begun to watch, and MB that it has grown: from what it left beside its data."""
    return dict(json.loads((Path(os.environ.get("TMPDIR", "/tmp")) / f"bench-vendors-{pid}.json").read_text()))


def _vendor(port: int) -> None:
    """Jobs are done SECONDS after the moment that their id tells."""
    from aiohttp import web

    looks = 0

    async def job(request: web.Request) -> web.Response:
        nonlocal looks
        looks += 1
        name = request.match_info["name"]
        ordered = int(STARTED.match(name)[1]) / 1_000  # type: ignore[index]
        told = {"id": name, "status": "started", "pending_url": "s3://pending"}
        if time.time() >= ordered + SECONDS:
            told = {"id": name, "status": "done", "result_url": f"http://127.0.0.1/{name}.mp4"}
        return web.json_response(told)

    async def serve() -> None:
        app = web.Application()
        app.router.add_get("/clips/{name}", job)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, backlog=1_024).start()
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        await stopped.wait()
        await runner.cleanup()

    asyncio.run(serve())
    print(json.dumps({"looks": looks}))


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "avatarsite.settings")
    import django

    django.setup()


def _order(count: int) -> None:
    """Rows as they are when their orders were taken."""
    _django()
    from datetime import timedelta

    from django.utils import timezone

    from twins.models import Replica
    from videos.models import Video

    face = Replica.objects.create(name="A face", portrait="amara", status="ready")
    now = timezone.now() + timedelta(seconds=2)
    videos = []
    for number in range(count):
        at = now + timedelta(seconds=SPREAD * number / count)
        waiting = {"vendor": "did", "vendor_id": f"clips/clp_{round(at.timestamp() * 1_000)}_{number}"}
        times = {
            "vendor_since": at,
            "vendor_until": at + timedelta(minutes=5),
            "next_look_at": at + timedelta(seconds=1),
        }
        size = {"width": 512, "height": 512, "fps": 25}
        videos.append(Video(replica=face, status="running", attempt=1, **waiting, **times, **size))
    Video.objects.bulk_create(videos, batch_size=500)
    print(json.dumps({"began": now.timestamp()}))


def _watch() -> None:
    """Watch until every job was handed over; the moment of that is its `not_before`."""
    _django()
    from django.conf import settings

    settings.LOGGING = {}
    import logging

    logging.disable(logging.INFO)
    from videos.models import Video
    from videos.watching import Watcher

    Video.objects.count()
    memory, cpu = _memory(), time.process_time()
    note = Path(os.environ.get("TMPDIR", "/tmp")) / f"bench-vendors-{os.getpid()}.json"
    watcher = Watcher(alone=True)
    watcher.start()
    grown, deadline = 0.0, time.time() + PATIENCE + SECONDS
    while time.time() < deadline:
        time.sleep(0.2)
        grown = max(grown, _memory() - memory)
        note.write_text(json.dumps({"cpu": time.process_time() - cpu, "grown": grown}))
        if not Video.objects.filter(status="running").exists():
            break
    watcher.stop()
    used = time.process_time() - cpu
    note.unlink()
    found = (
        Video.objects.filter(status="queued").exclude(vendor_result="").values_list("pk", "vendor_since", "not_before")
    )
    late = [(handed - since).total_seconds() - SECONDS for _, since, handed in found]
    ids = [pk for pk, _, _ in found]
    print(json.dumps({"late": late, "ids": ids, "cpu": used, "grown": grown}))


def _memory() -> float:
    """MB that this process has resident."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_048_576


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--vendor", port]:
            _vendor(int(port))
        case ["--order", count]:
            _order(int(count))
        case ["--watch"]:
            _watch()
        case counts:
            run(tuple(map(int, counts)) or (1_000, 5_000))
