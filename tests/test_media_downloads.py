"""Files from customers' addresses, fetched to disk: whole or not at all, with flat memory."""

import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from avatarsite.core.engines import EngineFailed
from avatarsite.core.fetch import fetch_to
from tests.fakes.raw_server import RawServer, answer, drips, pieces, plain
from tests.fetching import reach

pytestmark = pytest.mark.engine
BIG = 24 * 1_048_576


def refused(settings: Any, behaviour: Any, path: Path, **options: Any) -> EngineFailed:
    with RawServer(behaviour) as server, pytest.raises(EngineFailed) as failure:
        reach(settings, server.port)
        fetch_to(server.url, path, **{"max_bytes": BIG, "seconds": 5, **options})
    return failure.value


def test_a_file_is_stored_as_it_was_served_and_its_progress_is_told(settings: Any, tmp_path: Path) -> None:
    block = bytes(range(256)) * 4_096
    told: list[int] = []
    head = answer(Content_Type="video/mp4", Content_Length=str(BIG))
    with RawServer(pieces(head, *[block] * 24)) as server:
        reach(settings, server.port)
        tracemalloc.start()
        try:
            saved = fetch_to(server.url, tmp_path / "film", max_bytes=BIG, seconds=20, on_progress=told.append)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert (saved.size, saved.content_type, saved.final_url) == (BIG, "video/mp4", server.url)
    assert (tmp_path / "film").read_bytes() == block * 24 and [path.name for path in tmp_path.iterdir()] == ["film"]
    assert told == sorted(told) and told[-1] == BIG and len(told) > 10
    assert peak < BIG / 8


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (plain(b"gone", "404 Not Found"), "url_bad_answer"),
        (plain(b"", "206 Partial Content"), "url_bad_answer"),
        (pieces(answer(Content_Length="20000", body=b"x" * 5_000)), "url_bad_answer"),
        (pieces(answer(Transfer_Encoding="chunked", body=b"1388\r\n" + b"x" * 3_000)), "url_bad_answer"),
        (plain(b"x" * 2_000), "url_too_large"),
        (pieces(answer(body=b"x" * 2_000)), "url_too_large"),
        (plain(b"", "302 Found", Location="http://169.254.169.254/"), "url_refused"),
        (drips(answer(Content_Length="900")), "url_timeout"),
    ],
    ids=["missing", "part", "cut", "cut chunk", "announced", "unannounced", "redirected", "drips"],
)
def test_what_is_not_whole_does_not_stay(settings: Any, tmp_path: Path, behaviour: Any, code: str) -> None:
    most = 1_000 if code == "url_too_large" else BIG
    assert refused(settings, behaviour, tmp_path / "film", max_bytes=most, seconds=0.5).code == code
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_not_blamed_on_the_address(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "film.part").symlink_to("/dev/full")
    failure = refused(settings, plain(b"x" * 100_000), tmp_path / "film")
    assert (failure.code, failure.retryable) == ("disk_full", True)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_cannot_be_written_is_told_without_its_path(settings: Any, tmp_path: Path) -> None:
    failure = refused(settings, plain(), tmp_path / "no such folder" / "film")
    assert failure.code == "storage_failed" and str(tmp_path) not in failure.message


def test_a_download_that_is_not_wanted_any_more_ends_at_the_next_piece(settings: Any, tmp_path: Path) -> None:
    class Unwanted(Exception):
        pass

    def unwanted(size: int) -> None:
        raise Unwanted

    with RawServer(drips(answer(Content_Length="900"))) as server, pytest.raises(Unwanted):
        reach(settings, server.port)
        fetch_to(server.url, tmp_path / "film", max_bytes=BIG, seconds=60, on_progress=unwanted)
    assert list(tmp_path.iterdir()) == []
