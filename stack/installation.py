"""The services of docker-compose.yml that are our own, as processes of this machine.

Commands and environments are the file's; only addresses and folders are others, for there are no containers to name.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from stack.compose import ROOT, arguments, services
from stack.servers import Process, end

PROGRAMS = Path(sys.executable).parent
GRACE_SECONDS = 40.0  # stop_grace_period of the file


class Installation:
    """`variables`: what a .env beside the file would say. `elsewhere`: settings that this machine needs otherwise."""

    def __init__(self, folder: Path, variables: Mapping[str, str], elsewhere: Mapping[str, str]) -> None:
        self.folder = folder
        self._variables = dict(variables)
        self._elsewhere = {"STATIC_ROOT": str(folder / "collected"), "ENV_FILE": os.devnull, **elsewhere}
        self._running: dict[str, Process] = {}

    def environment(self, service: str, **others: str) -> dict[str, str]:
        """What a service is given; others: for this one alone."""
        written = services()[service].environment_with(self._variables)
        return {**os.environ, **self._variables, **written, **self._elsewhere, **others}

    def prepare(self, **others: str) -> None:
        """What the image does when it is built, and what `prepare` does before the rest starts."""
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = self.environment("prepare", **others)
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
        subprocess.run(collect, cwd=ROOT, env={**environment, "ENVIRONMENT": ""}, check=True)
        with (self.folder / "prepare.log").open("wb") as out:
            command = arguments("prepare", PROGRAMS)
            done = subprocess.run(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        if done.returncode:
            raise SystemExit(f"It could not be prepared:\n{self.logs()}")

    def start(self, service: str, **others: str) -> Process:
        """Start one service; its words go to a file of its name."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{service}.log").open("ab") as out:
            self._running[service] = subprocess.Popen(
                arguments(service, PROGRAMS),
                cwd=ROOT,
                env=self.environment(service, **others),
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C goes to us, and we end them in order
            )
        return self._running[service]

    def ended(self) -> list[str]:
        """Services that are not running any more."""
        return [name for name, process in self._running.items() if process.poll() is not None]

    def stop(self) -> None:
        """Ask all to end at once, as `docker compose down` does, and wait for each."""
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        for process in self._running.values():
            end(process, GRACE_SECONDS)
        self._running.clear()

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-4_000:] for path in sorted(self.folder.glob("*.log")))
