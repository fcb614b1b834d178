"""`python -m stack`: everything that docker-compose.yml describes, on this machine, until Ctrl-C.

DATA_DIR/stack keeps its data, its secrets and its logs. `--disk` keeps media on disk instead of in a bucket.
"""

import os
import secrets
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import requests
from cryptography.fernet import Fernet

from stack import servers
from stack.compose import ROOT
from stack.installation import Installation

SERVICES = ("worker-chat", "worker-batch", "web")
LOOK_SECONDS = 0.5


def main() -> int:
    missing = servers.what_is_missing()
    if missing:
        print("Missing: " + ", ".join(missing) + ". `make stack` installs what pip has; apt-get has redis-server.")
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    folder = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve() / "stack"
    try:
        with ExitStack() as running:
            return _run(folder, running, with_bucket="--disk" not in sys.argv)
    except KeyboardInterrupt:
        print("\nEverything has ended.")
        return 0


def _run(folder: Path, running: ExitStack, *, with_bucket: bool) -> int:
    print("Starting PostgreSQL and Redis" + (", and a bucket" if with_bucket else "") + " …")
    port = int(os.environ.get("PORT") or 8000)
    elsewhere = {"UVICORN_HOST": os.environ.get("HOST") or "127.0.0.1", "UVICORN_PORT": str(port)}
    elsewhere |= {"DATA_DIR": str(folder / "data"), **_addresses(folder, running, with_bucket)}
    installation = Installation(folder, _variables(folder, port), elsewhere)
    running.callback(installation.stop)
    print("Preparing …")
    installation.prepare()
    for service in SERVICES:
        installation.start(service)
    print(f"Started {', '.join(SERVICES)}; logs and data are in {folder}")
    return _watch(installation, f"http://{elsewhere['UVICORN_HOST']}:{port}")


def _addresses(folder: Path, running: ExitStack, with_bucket: bool) -> dict[str, str]:
    """Where the servers that others made are, instead of the names of containers."""
    postgres = running.enter_context(servers.postgres(folder / "postgres"))
    redis, _ = running.enter_context(servers.redis())
    found = {
        "DATABASE_URL": f"postgres://postgres@127.0.0.1:{postgres}/postgres",
        "CELERY_BROKER_URL": f"redis://127.0.0.1:{redis}/0",
    }
    if not with_bucket:
        return found
    bucket = running.enter_context(servers.bucket(folder / "bucket"))
    return {**found, "STORAGE": "s3", "S3_BUCKET": "media", "S3_ENDPOINT": bucket.endpoint, **servers.BUCKET_KEYS}


def _variables(folder: Path, port: int) -> dict[str, str]:
    """What a .env would say: secrets of this folder's own, made once."""
    made = {"SECRET_KEY": secrets.token_urlsafe(50), "FIELD_KEYS": Fernet.generate_key().decode()}
    path = folder / "secrets"
    if path.exists():
        made = dict(line.split("=", 1) for line in path.read_text().splitlines())
    else:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text("\n".join(f"{name}={value}" for name, value in made.items()))
    hosts = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1")
    return {**made, "ALLOWED_HOSTS": hosts, "POSTGRES_PASSWORD": "not-asked-for", "PORT": str(port)}


def _watch(installation: Installation, url: str) -> int:
    """Tell when it is ready; end with the first process that ends by itself."""
    told = False
    while not (ended := installation.ended()):
        if not told and _is_ready(url):
            told = True
            print(f"\n  Ready: {url}/   Talk to a twin: {url}/chat/amara\n  Ctrl-C ends everything.\n", flush=True)
        time.sleep(LOOK_SECONDS)
    print(f"{', '.join(ended)} ended by itself:\n{installation.logs()}")
    return 1


def _is_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=10).status_code == 200
    except requests.RequestException:
        return False


if __name__ == "__main__":
    sys.exit(main())
