"""Reads a website: breadth first from one page, within its host, as its robots.txt allows (RFC 9309)."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urldefrag, urlsplit

from django.conf import settings
from protego import Protego

from avatarsite.core import fetch
from avatarsite.core.engines import EngineFailed
from twins.knowledge import reading
from twins.knowledge.passages import Piece

ROBOTS_BYTES = 512_000
SECONDS = 900.0  # for a whole website
PAGE_SECONDS = 30.0
LONGEST_DELAY = 10.0  # seconds between two pages that a robots.txt may ask for
LONGEST_LOCATION = 200
_UNREACHABLE = frozenset({"url_unreachable", "url_timeout"})


@dataclass
class Website:
    """What was read: passages, the pages they are from, and the bytes that all took."""

    pieces: list[Piece] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    size: int = 0


def crawl(start: str, depth: int, most: int, language: str, progress: Callable[[int], None]) -> Website:
    """At most `most` pages, and no further than `depth` links from `start`.

    progress: told per cent before every page; what it raises ends the crawl. Pages that cannot be read are passed over,
    but for the first. Raises EngineFailed: as `fetch` and `reading` do for the first page, website_refused when
    robots.txt forbids it, file_no_text when nothing was found.
    """
    site, deadline = Website(), time.monotonic() + SECONDS
    robots = _robots(start)
    if not robots.can_fetch(start, fetch.USER_AGENT):
        raise EngineFailed("The website's robots.txt does not allow this page to be read.", "website_refused")
    pause = min(robots.crawl_delay(fetch.USER_AGENT) or 0.0, LONGEST_DELAY)
    waiting, seen, host = deque([(start, 0)]), {start}, _host(start)
    while waiting and len(site.urls) < most and time.monotonic() < deadline:
        url, steps = waiting.popleft()
        progress(min(99, 100 * len(site.urls) // most))
        if site.urls:
            time.sleep(pause)
        try:
            final, links = _read_page(site, url, language)
        except EngineFailed:
            if not site.urls:
                raise
            continue
        if len(site.urls) == 1:  # the first page may redirect, to www. and the like
            host = _host(final)
        for link in links if steps < depth else ():
            if link not in seen and _host(link) == host and robots.can_fetch(link, fetch.USER_AGENT):
                seen.add(link)
                waiting.append((link, steps + 1))
    if not site.pieces:
        raise EngineFailed("No page of the website holds any text.", "file_no_text")
    return site


def _read_page(site: Website, url: str, language: str) -> tuple[str, list[str]]:
    """Add a page; returns its address after redirects, and its links."""
    fetched = fetch.fetch(url, max_bytes=settings.KNOWLEDGE_MAX_BYTES - site.size, seconds=PAGE_SECONDS)
    site.size += len(fetched.content)
    path = urlsplit(fetched.final_url).path
    read = reading.read_bytes(
        fetched.content, path, language, lambda share: None, media_type=fetched.content_type, address=fetched.final_url
    )
    where = path.strip("/")
    site.pieces += [replace(piece, location=_joined(where, piece.location)) for piece in read.pieces]
    site.urls.append(url)
    return fetched.final_url, [urldefrag(link).url for link in read.links]


def _joined(path: str, location: str) -> str:
    return " – ".join(filter(None, (path, location)))[:LONGEST_LOCATION]


def _robots(start: str) -> Protego:
    """The rules of a host. A missing file allows everything; one that cannot be reached, nothing yet."""
    parts = urlsplit(start)
    try:
        fetched = fetch.fetch(
            f"{parts.scheme}://{parts.netloc}/robots.txt", max_bytes=ROBOTS_BYTES, seconds=PAGE_SECONDS
        )
    except EngineFailed as error:
        if error.code in _UNREACHABLE or error.retryable:
            words = "The website could not be reached, or its robots.txt could not be read."
            raise EngineFailed(words, error.code, retryable=True) from error
        return Protego.parse("")
    return Protego.parse(fetched.content.decode("utf-8", "replace"))


def _host(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc.lower() if parts.scheme in ("http", "https") else ""
