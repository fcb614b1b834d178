"""What all tests share: an environment of their own, and the running product."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.stack import Stack
from tests.visit import CHROMIUM, DESKTOP, QUIET, Visit, visit_in


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite tests run on a file: threads of a job must see what the test wrote, as they do in the product."""
    from django.conf import settings

    default = settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite"):
        default["TEST"]["NAME"] = str(settings.DATA_DIR / "test.sqlite3")


@pytest.fixture(autouse=True)
def fast_passwords(settings: Any) -> None:
    """The product's password hash is slow on purpose; no test is about that."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The running product, shared by the tests of one process: for tests that leave it as they found it."""
    running = Stack(tmp_path_factory.mktemp("stack"), new=True).start()
    yield running
    running.stop()


@pytest.fixture
def start_stack(tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    """Start an installation of the test's own, with its environment; its clips are small, so soon made."""
    started: list[Stack] = []

    def start(**environment: str) -> Stack:
        started.append(Stack(tmp_path / f"stack{len(started)}", **{"VIDEO_SIZE": "256", **environment}).start())
        return started[-1]

    yield start
    for running in started:
        running.stop()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser that lets sound out only after a gesture, as every visitor's does."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def trusting_chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser whose owner lets pages play sound at once."""
    trust = ["--autoplay-policy=no-user-gesture-required"]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET + trust)
    yield browser
    browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """A visitor at a desk; no page may complain in the console while it is used as intended."""
    context = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    visiting = visit_in(context)
    yield visiting
    context.close()
    assert visiting.complaints == []


@pytest.fixture
def troubled_visit(chromium: Browser) -> Iterator[Visit]:
    """A visitor whom the server refuses something: the browser itself logs that."""
    context = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    visiting = visit_in(context)
    yield visiting
    context.close()
    assert [words for words in visiting.complaints if not words.startswith("Failed to load resource")] == []
