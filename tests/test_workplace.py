"""Where attempts at a job work: none may touch the files of a later one."""

from pathlib import Path
from typing import Any

import pytest

from avatarsite.core.jobs import Ticket
from videos.models import Video
from videos.workplace import folder_of, forget, workplace

PK = "c1"


@pytest.fixture(autouse=True)
def streams(settings: Any, tmp_path: Path) -> Path:
    settings.STREAMS_DIR = tmp_path
    return tmp_path


def test_a_worker_that_wakes_up_late_leaves_the_folder_of_the_one_that_took_over() -> None:
    with workplace(Ticket(Video(pk=PK, attempt=2), 2)) as later:
        with workplace(Ticket(Video(pk=PK, attempt=1), 1)) as earlier:
            (later / "clip.mp4").touch()
        assert not earlier.exists() and (later / "clip.mp4").exists()


def test_an_attempt_removes_what_killed_ones_left_and_in_the_end_everything(streams: Path) -> None:
    folder_of(PK, 1).mkdir(parents=True)
    with workplace(Ticket(Video(pk=PK, attempt=2), 2)):
        pass
    assert list(streams.iterdir()) == []


def test_what_is_deleted_leaves_nothing_of_any_attempt(streams: Path) -> None:
    folder_of(PK, 7).mkdir(parents=True)
    forget(PK)
    assert list(streams.iterdir()) == []
