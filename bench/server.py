"""The embedded default as a user starts it, in a folder of the bench's own."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import requests

ROOT = Path(__file__).parent.parent
QUIET = {"LOG_LEVEL": "WARNING"}
UNLIMITED = {"CHAT_PER_SESSION": "0/m", "CHAT_PER_ADDRESS": "0/m", "SESSIONS_PER_ADDRESS": "0/m"}
SERVICES = ("DATABASE_URL", "CELERY_BROKER_URL", "REDIS_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "LLM_CHAIN")


class Server:
    """`with Server(folder) as server:` serves on `server.url` until the block ends."""

    def __init__(self, folder: Path, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        plain = {name: value for name, value in os.environ.items() if name not in SERVICES}
        own = {"DATA_DIR": str(folder), "HOST": "127.0.0.1", "PORT": str(port)}
        self._environment = {**plain, **QUIET, **UNLIMITED, **own, **environment}

    def __enter__(self) -> Self:
        command = [sys.executable, "manage.py", "serve"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    break
            except requests.RequestException:
                time.sleep(0.1)
        self._wait_for_standing_clips()
        return self

    def _wait_for_standing_clips(self) -> None:
        """Welcome and idle clips are made at the first start; they must not be measured."""
        session = requests.post(f"{self.url}/api/session/create", timeout=60).json()
        for url in (session["welcome_video_url"], session["idle_video_url"]):
            requests.get(url, timeout=120)
        time.sleep(10)

    def manage(self, *arguments: str) -> str:
        """Run a management command on this installation; returns its stdout."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self._environment, check=True, capture_output=True, text=True
        ).stdout

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)
