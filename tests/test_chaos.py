"""A short `make chaos`: speeches, clips of ours and of a vendor, while the most telling faults happen once each."""

from pathlib import Path

import pytest

from tests.chaos import prepared
from tests.stack import ON_SERVICES

JOBS, SEED, PAUSE = 6, 7, (0.3, 0.8)
FAULTS = (
    ("worker killed", "Redis flushed", "worker frozen")
    if ON_SERVICES
    else ("server killed", "helper processes killed", "server frozen")
)


@pytest.mark.timeout(600)
def test_whatever_falls_over_nothing_is_lost_done_twice_or_paid_for_twice(tmp_path: Path) -> None:
    with prepared(tmp_path, JOBS, SEED, silent=1.0, trouble=4.0) as run:
        assert run.whole(*FAULTS, pause=PAUSE) == []
        assert sum(run.vendor.orders.values()) >= 1 and run.done.total() == len(FAULTS)
