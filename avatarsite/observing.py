"""Every request has an id, is counted, and leaves a line in the log: around the whole application, whatever serves it.

The id is the caller's `X-Request-ID`, or made here; it is answered, stands in every line that is written on behalf of
the request, and in the rows of the jobs that it queued. Paths are not logged: they may hold tokens.
"""

import logging
import time
from http import HTTPStatus

from django.urls import Resolver404, resolve

from avatarsite.bodies import Application, Message, Receive, Scope, Send
from avatarsite.core import logs, metrics
from conversations.dialects import dialect_of

logger = logging.getLogger(__name__)

READING = frozenset({"GET", "HEAD", "OPTIONS"})
METHODS = READING | {"POST", "PUT", "PATCH", "DELETE"}


def observed(application: Application) -> Application:
    """The application with its requests counted and logged."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        request = _Request(scope, send)
        with logs.about(request=request.id):
            try:
                await application(scope, receive, request.send)
            finally:
                request.note()

    return answer


class _Request:
    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._began = time.monotonic()
        self._status: int = HTTPStatus.INTERNAL_SERVER_ERROR  # the server's answer when the application has none
        wanted = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        self.id = logs.new_request_id(wanted.decode("latin-1"))

    async def send(self, message: Message) -> None:
        """Pass on; the head of the answer is counted, and carries the id."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message = {**message, "headers": [*message["headers"], (b"x-request-id", self.id.encode())]}
            metrics.request_seconds.labels(_door(self._scope["path"])).observe(time.monotonic() - self._began)
        await self._send(message)

    def note(self) -> None:
        """Count the request, and log it: reads that went well, which clients make all the time, at DEBUG only."""
        path, method = self._scope["path"], self._scope["method"]
        known = method if method in METHODS else "other"
        metrics.requests.labels(_door(path), known, f"{self._status // 100}xx").inc()
        fine = method in READING and self._status < HTTPStatus.BAD_REQUEST
        level = logging.DEBUG if fine else logging.INFO if self._status < 500 else logging.ERROR
        if logger.isEnabledFor(level):
            words = "http.answered method=%s view=%s status=%d seconds=%.3f"
            logger.log(level, words, known, _view(path), self._status, time.monotonic() - self._began)


def _door(path: str) -> str:
    """The dialect of a path, or which other door it is."""
    dialect = dialect_of(path)
    if dialect:
        return dialect.prefix.strip("/")
    first = path.split("/", 2)[1]
    return first if first in ("media", "static", "admin", "docs", "c", "video") else "pages"


def _view(path: str) -> str:
    """Who answers a path, without what stands in it."""
    try:
        return str(resolve(path).view_name)
    except Resolver404:
        return _door(path)
