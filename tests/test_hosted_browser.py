"""The page of a video in a browser, on the running product."""

from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, expect

from tests.client import wait_for
from tests.fakes.raw_server import RawServer, plain
from tests.stack import Stack
from tests.visit import Visit

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def key(stack: Stack) -> str:
    return stack.manage("create_api_key", "hosted@example.org").split()[-1]


def asked(stack: Stack, key: str, script: str) -> str:
    """A new video on the running installation; the address of its page."""
    body = {"replica_id": "re8e740a42", "script": script, "video_name": "A tour of the museum"}
    answer = requests.post(f"{stack.url}/v2/videos", json=body, headers={"x-api-key": key}, timeout=30)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["hosted_url"])


def test_a_visitor_watches_a_video_while_it_is_being_made(
    stack: Stack, key: str, visit: Visit, chromium: Browser
) -> None:
    address = asked(stack, key, "Welcome to the museum. The doors are open until nine in the evening.")
    page = visit.open(address).page
    film = page.locator("#film")
    expect(film).to_be_visible(timeout=60_000)
    wait_for(lambda: film.evaluate("video => video.readyState >= 2"))
    expect(page.locator("#download")).to_be_visible(timeout=60_000)
    assert film.evaluate("video => video.querySelectorAll('track').length") == 1
    film.evaluate("video => { video.muted = true; return video.play(); }")
    wait_for(lambda: film.evaluate("video => video.currentTime > 0.2"))
    page.keyboard.press("Tab")
    page.get_by_text("Share or embed").click()
    assert page.locator("#address").input_value() == address
    assert page.locator("#frame").input_value().startswith(f'<iframe src="{address}/embed"')
    with page.expect_download() as download:
        page.locator("#download").click()
    assert Path(download.value.path()).read_bytes()[4:8] == b"ftyp"
    phone = chromium.new_context(viewport=PHONE)  # type: ignore[arg-type]
    narrow = phone.new_page()
    narrow.goto(address)
    assert narrow.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.close()


def test_another_site_may_frame_the_player(stack: Stack, key: str, chromium: Browser) -> None:
    address = asked(stack, key, "Hello.")
    frame = f'<iframe src="{address}/embed" width="400" height="300"></iframe>'
    with RawServer(plain(frame.encode(), Content_Type="text/html")) as site:
        page = chromium.new_page()
        page.goto(site.url)
        expect(page.frame_locator("iframe").locator("#player")).to_be_visible(timeout=30_000)
        page.close()
