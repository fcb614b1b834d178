"""What tests of vendors' renderers share: orders, files to be uploaded, and a look as the watcher takes it."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from avatarsite.core.engines import EngineFailed
from tests.fakes.server import Behaviour, html, refuse, truncate
from videos.renderers.base import Look, RemoteRenderer, Scene, Scroll

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 64
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
MP4 = b"\x00\x00\x00\x20ftypisom" + b"\x00" * 64

# what may go wrong with any request, and what is said of it: behaviour, code, whether a second try may help
TROUBLES: list[tuple[str, Behaviour, str, bool]] = [
    ("asked too often", refuse(429, retry_after=7), "vendor_rate_limited", True),
    ("in trouble", refuse(503), "vendor_unavailable", True),
    ("its proxy in trouble", html(502), "vendor_unavailable", True),
    ("a page with 200", html(), "vendor_bad_answer", True),
    ("garbage", refuse(200, body=b"\x00\xff{"), "vendor_bad_answer", True),
    ("something else", refuse(200, body=["?"]), "vendor_bad_answer", True),
    ("cut off", truncate(5), "vendor_unreachable", True),
    ("the key is wrong", refuse(401), "vendor_auth", False),
    ("nothing left", refuse(402), "vendor_quota", False),
]
CASES = [pytest.param(*rest, id=name) for name, *rest in TROUBLES]
TROUBLE = pytest.mark.parametrize(("behaviour", "code", "retryable"), CASES)
# a line that breaks is seen by whoever asks the question of a look
TROUBLE_OF_LOOKS = pytest.mark.parametrize(
    ("behaviour", "code", "retryable"), [case for case in CASES if "vendor_unreachable" not in case.values]
)
SCENES = {
    "transparent": Scene(color="#00ff9b", webm="/tmp/alpha.webm"),
    "color": Scene(color="#1d3b5c"),
    "page": Scene(file="/tmp/page.png", scroll=Scroll()),
    "file": Scene(file="/tmp/picture.png"),
    "watermark": Scene(watermark="/tmp/logo.png"),
}


def look_at(renderer: RemoteRenderer, vendor_id: str) -> Look:
    """Asks after a job as the watcher does."""
    question = renderer.question(vendor_id)
    answer = requests.get(question.url, headers=dict(question.headers), timeout=30)
    return renderer.look(answer.status_code, answer.headers, answer.content)


def refused(work: Callable[[], Any]) -> EngineFailed:
    with pytest.raises(EngineFailed) as caught:
        work()
    return caught.value
