"""A picture of a whole web page, taken with headless Chromium when that is installed.

The page is a stranger's program. Whatever it loads goes through our proxy, which connects to public addresses alone
(`videos.filtering_proxy`); the browser resolves no name itself, keeps nothing, and is ended after a time, or when its
processes hold too much memory. It is driven over a pipe: there is no port that another could command it by.
"""

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from avatarsite.core import addresses
from avatarsite.core.diagnosis import Diagnosis
from avatarsite.core.engines import EngineFailed
from videos.filtering_proxy import FilteringProxy
from videos.renderers.base import VideoFormat

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
SECONDS = 45.0  # for all of it
LOAD_SECONDS = 20.0  # for the page to say that it is loaded; what is there then is shown
MOST_MEMORY = 1_500 * 1_048_576  # bytes that all its processes hold together
MOST_VIEWS = 8  # frame heights of a page that are shown
LAYOUT_WIDTHS = {"wide": 1280, "square": 900, "tall": 430}  # CSS pixels: a desk, a tablet, a phone
LOOK_SECONDS = 0.2
# Scrolls once through the page, so that what loads when it is seen is loaded, and back to the top.
WALK = """(async (views) => {
  const step = innerHeight, end = Math.min(document.documentElement.scrollHeight, views * step);
  for (let y = 0; y < end; y += step) { scrollTo(0, y); await new Promise((done) => setTimeout(done, 120)); }
  scrollTo(0, 0); await new Promise((done) => setTimeout(done, 400));
})(%d)"""
# Puts the pipes where Chromium looks for them, and becomes Chromium.
START = """import os, sys
for place, number in enumerate(sys.argv[1:3], 3):
    os.dup2(int(number), place)
os.execv(sys.argv[3], sys.argv[3:])"""
FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--proxy-bypass-list=<-loopback>",  # addresses of this machine are asked through the proxy too, which refuses them
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--block-new-web-contents",
    "--deny-permission-prompts",
    "--hide-scrollbars",
    "--mute-audio",
    "--js-flags=--max-old-space-size=256",
)

Check = Callable[[], None]


def photograph(url: str, path: Path, video_format: VideoFormat, check: Check) -> None:
    """Write a PNG of the page, as wide as the format and up to MOST_VIEWS of it high.

    check: called at least twice a second; what it raises ends the browser. Raises EngineFailed: url_refused,
    browser_missing, page_unusable.
    """
    addresses.read(url)
    width, height = video_format.width, video_format.height
    layout = LAYOUT_WIDTHS["square" if width == height else "wide" if width > height else "tall"]
    view = {"width": layout, "height": round(layout * height / width), "deviceScaleFactor": width / layout}
    with _browser(check) as browser:
        page = browser.open_page()
        page.ask("Emulation.setDeviceMetricsOverride", **view, mobile=False)
        page.visit(url)
        page.ask("Runtime.evaluate", expression=WALK % MOST_VIEWS, awaitPromise=True)
        size = page.ask("Page.getLayoutMetrics")["cssContentSize"]
        most = MOST_VIEWS * view["height"]
        clip = {"x": 0, "y": 0, "width": layout, "height": min(max(size["height"], view["height"]), most), "scale": 1}
        shot = page.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))


class Chromium:
    """What `manage.py doctor` tells of it."""

    def diagnosis(self) -> Diagnosis:
        try:
            command()
        except EngineFailed as error:
            missing = f"{error.message} Install it, or name it by CHROMIUM."
        else:
            missing = ""
        return Diagnosis(missing, "BSD", "the system's package chromium", "seconds and 0.5 GB for each page")


def command() -> str:
    """The browser's path. Raises EngineFailed browser_missing."""
    found = settings.CHROMIUM or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        words = "Web pages can be shown behind a person only where Chromium is installed: it is not on this server."
        raise EngineFailed(words, "browser_missing")
    return str(found)


class Browser:
    """A running Chromium and its DevTools pipe (https://chromedevtools.github.io/devtools-protocol)."""

    def __init__(self, process: "subprocess.Popen[bytes]", into: int, out: int, check: Check) -> None:
        self._process, self._into, self._out, self._check = process, into, out, check
        self._end = time.monotonic() + SECONDS
        self._waiting = b""
        self._last = 0
        self.events: list[dict[str, Any]] = []

    def open_page(self) -> "Page":
        self.ask("Browser.setDownloadBehavior", None, behavior="deny")
        target = self.ask("Target.createTarget", None, url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", None, targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Network"):
            page.ask(f"{domain}.enable")
        return page

    def ask(self, method: str, session: str | None, **params: Any) -> dict[str, Any]:
        """The result of one command; events that come meanwhile are kept."""
        number = self.send(method, session, **params)
        while True:
            message = self.next(self._end) or {}
            if message.get("id") == number:
                if "error" in message:
                    raise unusable("The browser could not show it.")
                result: dict[str, Any] = message["result"]
                return result

    def send(self, method: str, session: str | None, **params: Any) -> int:
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        data = json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0"
        while data:
            data = data[os.write(self._into, data) :]
        return self._last

    def next(self, until: float) -> dict[str, Any] | None:
        """The next message, None when there is none in time; events are kept. Dialogs are answered: they hold pages."""
        while b"\0" not in self._waiting:
            self._look()
            if time.monotonic() > until:
                return None
            if select.select([self._out], [], [], LOOK_SECONDS)[0]:
                piece = os.read(self._out, 1_048_576)
                if not piece:
                    raise unusable("The browser ended while it was shown.")
                self._waiting += piece
        raw, _, self._waiting = self._waiting.partition(b"\0")
        message: dict[str, Any] = json.loads(raw)
        if message.get("method") == "Page.javascriptDialogOpening":
            self.send("Page.handleJavaScriptDialog", message.get("sessionId"), accept=False)
        if "method" in message:
            self.events.append(message)
        return message

    def _look(self) -> None:
        self._check()
        if time.monotonic() > self._end:
            raise unusable(f"It could not be shown within {SECONDS:g} seconds.")
        if _memory_of(self._process.pid) > MOST_MEMORY:
            raise unusable("It needs too much memory.")


class Page:
    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.ask(method, self._session, **params)

    def visit(self, url: str) -> None:
        """Go there, and wait until it is loaded, or for LOAD_SECONDS."""
        went = self.ask("Page.navigate", url=url)
        if went.get("errorText"):
            raise unusable("It could not be reached.")
        until = time.monotonic() + LOAD_SECONDS
        while not self._has("Page.loadEventFired") and self._browser.next(until):
            pass
        for event in self._browser.events:
            facts = event.get("params", {})
            if event["method"] == "Network.responseReceived" and facts.get("loaderId") == went.get("loaderId"):
                status = facts["response"]["status"]
                if facts.get("type") == "Document" and status >= 400:
                    raise unusable(f"Its server answers with status {status}.")

    def _has(self, method: str) -> bool:
        return any(event["method"] == method for event in self._browser.events)


@contextmanager
def _browser(check: Check) -> Iterator[Browser]:
    with tempfile.TemporaryDirectory(prefix="page-", ignore_cleanup_errors=True) as folder, FilteringProxy() as proxy:
        theirs_in, ours_out = (_high(number) for number in os.pipe())
        ours_in, theirs_out = (_high(number) for number in os.pipe())
        flags = [*FLAGS, f"--proxy-server=http://127.0.0.1:{proxy.port}", f"--user-data-dir={folder}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium refuses to start as root with it
        process = subprocess.Popen(  # noqa: S603  the browser that the operator installed
            [sys.executable, "-c", START, str(theirs_in), str(theirs_out), command(), *flags, "about:blank"],
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": folder},
            start_new_session=True,
        )
        try:
            for number in (theirs_in, theirs_out):
                os.close(number)
            os.setpriority(os.PRIO_PGRP, process.pid, 10)
            yield Browser(process, ours_out, ours_in, check)
        except OSError as error:
            raise unusable("The browser ended while it was shown.") from error
        finally:
            _end(process)
            for number in (ours_out, ours_in):
                os.close(number)


def _high(number: int) -> int:
    """The same pipe under a number above those that Chromium looks at."""
    high = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(number)
    return high


def _end(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _memory_of(session: int) -> int:
    """Bytes that the processes of a session hold, those shared with files left out."""
    pages = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                after_name = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(after_name[3]) == session:
                    resident, shared = map(int, (entry / "statm").read_text().split()[1:3])
                    pages += resident - shared
    return pages * os.sysconf("SC_PAGE_SIZE")


def unusable(words: str) -> EngineFailed:
    return EngineFailed(f"The page cannot be used as a background. {words}", "page_unusable")
