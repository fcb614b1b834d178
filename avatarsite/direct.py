"""The routes that clients call all the time, answered past Django's handler and middleware and past WSGI, which cost
several times the work itself.

The very view that the URL is routed to runs in a thread, between Django's own security middlewares: the answer is the
same, byte for byte, as by the long way. Sessions, forms, messages and pages' policies have no part in it.
"""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware

from avatarsite.bodies import Receive, Scope, Send
from avatarsite.core import logs
from avatarsite.core.api.parsing import MAX_BYTES
from conversations.api_tavus.urls import urlpatterns

THREADS = 8
PREFIX = "/v2/"
View = Callable[..., HttpResponseBase]
Found = tuple[View, dict[str, str]]
Answer = tuple[int, list[tuple[bytes, bytes]], bytes]
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="direct")


def _guarded(view: View) -> View:
    return lambda request, **ids: XFrameOptionsMiddleware(SecurityMiddleware(lambda _: view(request, **ids)))(request)  # type: ignore[arg-type, return-value]


ROUTES = [
    (re.compile("^" + PREFIX + pattern.pattern.regex.pattern.removeprefix("^")), _guarded(pattern.callback))
    for pattern in urlpatterns
    if getattr(pattern.callback, "direct", False)
]


def find(scope: Scope) -> Found | None:
    """The view of a direct route and the ids in its path, or None: the request goes the usual way."""
    path = scope["path"]
    if not path.startswith(PREFIX) or not _small(scope):
        return None
    return next(((view, match.groupdict()) for route, view in ROUTES if (match := route.match(path))), None)


def _small(scope: Scope) -> bool:
    """Whether a request has no body, or one of JSON that is as short as it says."""
    if scope["method"] == "GET":
        return True
    headers = dict(scope["headers"])
    length, kind = headers.get(b"content-length", b"0"), headers.get(b"content-type", b"")
    known = length.isdigit() and len(length) < 9 and int(length) <= MAX_BYTES and b"transfer-encoding" not in headers
    return known and not kind.lower().startswith(b"multipart/")


async def answer(found: Found, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request for which `find` found something."""
    body = b"" if scope["method"] == "GET" else await _body(receive)
    if body is None:
        return
    work = logs.carried(_work)
    status, headers, content = await asyncio.get_running_loop().run_in_executor(_threads, work, *found, scope, body)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when the caller has gone."""
    pieces = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


def _work(view: View, ids: dict[str, str], scope: Scope, body: bytes) -> Answer:
    close_old_connections()
    try:
        response: Any = view(ASGIRequest(scope, BytesIO(body)), **ids)
        if hasattr(response, "render"):
            response.render()
    finally:
        close_old_connections()
    response.headers.setdefault("Content-Length", str(len(response.content)))
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.items()]
    return response.status_code, headers, response.content
