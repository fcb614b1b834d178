"""A visit to a page in a browser: what a visitor does and sees, and what happened behind the page."""

import base64
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import BrowserContext, Page, Request, expect

CHROMIUM = "/usr/bin/chromium"
DESKTOP = {"width": 1280, "height": 800}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Picture = NDArray[np.uint8]
FRAME_OF = """(selector) => {
  const video = document.querySelector(selector);
  const canvas = Object.assign(document.createElement("canvas"), {width: 512, height: 512});
  canvas.getContext("2d").drawImage(video, 0, 0, 512, 512);
  return canvas.toDataURL("image/png").split(",")[1];
}"""


@dataclass
class Visit:
    """An open chat page, and what happened behind it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def open(self, url: str) -> "Visit":
        self.page.goto(url)
        return self

    def say(self, text: str) -> None:
        self.page.get_by_label("Message to").fill(text)
        self.page.keyboard.press("Enter")

    def state(self, name: str, seconds: float = 20) -> None:
        """Wait until the stage is "ready", "thinking" or "talking"."""
        expect(self.page.locator("#stage")).to_have_attribute("data-state", name, timeout=seconds * 1000)

    def reply(self) -> str:
        """The words of the newest reply, once it is complete and can be played again."""
        newest = self.page.locator(".theirs").last
        expect(newest.locator(".replay")).to_be_visible(timeout=20_000)
        return newest.locator(".words").inner_text()

    def clip(self, attribute: str) -> Any:
        return self.page.locator(".clip").evaluate(f"(video) => video.{attribute}")

    def frame(self, selector: str) -> Picture:
        return decoded(self.page.evaluate(FRAME_OF, selector))

    def posts(self, path_end: str) -> int:
        return sum(1 for request in self.requests if request.method == "POST" and request.url.endswith(path_end))


def decoded(base64_png: str) -> Picture:
    picture = cv2.imdecode(np.frombuffer(base64.b64decode(base64_png), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8)


def difference(one: Picture, other: Picture) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def visit_in(context: BrowserContext) -> Visit:
    visit = Visit(context.new_page())
    visit.page.on("console", lambda said: visit.complaints.append(said.text) if said.type == "error" else None)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    visit.page.on("request", lambda request: visit.requests.append(request))
    return visit
