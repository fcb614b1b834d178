"""Who asks for work in a run of chaos, and the vendor that some of it is ordered from.

Speeches, clips of our own renderer, and clips of D-ID, which an account gets by bringing a key of its own.
"""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import requests

from tests.fakes.did import KEY, FakeDID
from tests.fakes.server import Behaviour, accept_then_freeze, accept_then_hang_up, honest, refuse
from tests.stack import Stack
from tests.talking_film import talking_film

SCRIPT = "This is a short clip that is made while everything around it falls over. It should be whole all the same."
SHORT = "Even this should be whole."
PRESENTER = "amy-jcwCkr1grs"
ORDER = "POST /clips"
SILENT = 40.0  # seconds for which a vendor holds a line: longer than anybody listens
PAUSE = (0.05, 0.4)  # seconds between two wishes of a customer
KINDS = ("speech", "vendor", "vendor", "local", "speech", "vendor")  # in turn


class RestlessDID(FakeDID):
    """D-ID on a bad day: of 100 orders it takes 6 and hangs up, takes 3 and falls silent, and refuses 2.

    Of its other answers 2 in 100 are refusals too. What it took is listed at once, as with D-ID. silent: seconds.
    """

    def __init__(self, chance: random.Random, silent: float = SILENT, trouble: float = 1.0) -> None:
        """trouble: how much more often that is."""
        super().__init__(talking_film(1.0))
        self._chance, self._silent, self._trouble = chance, silent, trouble
        self.behaved: Counter[str] = Counter()

    def usual(self, where: str) -> Behaviour:
        drawn = self._chance.random() / self._trouble
        told = {"took an order and hung up": 0.06, "took an order and fell silent": 0.09} if where == ORDER else {}
        lost = max(told.values(), default=0.0)
        told |= {"answered 503": lost + 0.01, "answered 429": lost + 0.02}
        name = next((name for name, most in told.items() if drawn < most), "")
        if not name:
            return honest()
        self.behaved[f"the vendor {name}"] += 1
        if name.endswith("hung up"):
            return accept_then_hang_up()
        if name.endswith("silent"):
            return accept_then_freeze(self._silent)
        return refuse(503) if name.endswith("503") else refuse(429, retry_after=1)

    def orders_of(self, video_id: str) -> int:
        """How many paid orders were taken for a video, under whatever reference of ours."""
        with self.lock:
            return sum(number for reference, number in self.orders.items() if reference.startswith(f"{video_id}-"))


def settings_of(vendor: FakeDID) -> dict[str, str]:
    """With which an installation orders from `vendor` for whoever has a key for it, and for nobody else."""
    return {"DID_BASE_URL": vendor.url, "PRESENTER_ID": PRESENTER, "RENDERER_CHAIN": "did,local"}


@dataclass
class Customers:
    """They ask for `jobs` things, each until it is confirmed, under one Idempotency-Key, as careful customers do."""

    stack: Stack
    callback_url: str
    jobs: int
    chance: random.Random

    def prepare(self) -> None:
        """Open the accounts: one works with our renderer, the other with its own key for D-ID."""
        self.keys = {name: self._account(name) for name in ("chaos", "vendor")}
        self.replica = self.stack.rows("SELECT id FROM twins_replica WHERE owner_id IS NULL ORDER BY id")[0]["id"]
        headers = {"x-api-key": self.keys["vendor"]}
        kept = requests.put(f"{self.stack.url}/v1/providers/did", json={"key": KEY}, headers=headers, timeout=60)
        assert kept.ok, kept.text

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._ask_all, daemon=True)
        thread.start()
        return thread

    def asked(self, kind: str) -> int:
        """How many jobs of a kind there must be."""
        return sum(KINDS[number % len(KINDS)] == kind for number in range(self.jobs))

    def _account(self, name: str) -> str:
        return str(self.stack.manage("create_api_key", f"{name}@example.org").split()[-1])

    def _ask_all(self) -> None:
        for number in range(self.jobs):
            path, body, account = self._wish(number, KINDS[number % len(KINDS)])
            headers = {"x-api-key": self.keys[account], "Idempotency-Key": f"chaos-{number}"}
            while not self._confirmed(path, body, headers):
                time.sleep(0.3)
            time.sleep(self.chance.uniform(*PAUSE))

    def _wish(self, number: int, kind: str) -> tuple[str, dict[str, Any], str]:
        body = {"replica_id": self.replica, "callback_url": self.callback_url}
        name = f"chaos-{kind}-{number}"
        if kind == "speech":
            return "speech", {**body, "script": SHORT, "speech_name": name}, "chaos"
        script, account = (SHORT, "vendor") if kind == "vendor" else (SCRIPT, "chaos")
        return "videos", {**body, "script": script, "video_name": name, "fast": True}, account

    def _confirmed(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> bool:
        try:
            answer = requests.post(f"{self.stack.url}/v2/{path}", json=body, headers=headers, timeout=30)
        except requests.RequestException:
            return False
        if answer.status_code not in (200, 409) and answer.status_code < 500:
            raise AssertionError(answer.text)
        return answer.status_code == 200
