"""Bodies that are too large, and forms of strangers, are refused at the door: nothing of them is stored.

An announced length is judged before the first byte is read; a body of unknown length is cut where the limit is. The
limit is that of the dialect: JSON is small, files come only where a dialect takes forms. There a form is read only for
a living key: for anybody else the view is given an empty body, and refuses in its own words.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from http import HTTPStatus
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest

from avatarsite.core.api import keys
from avatarsite.core.api.auth import presented_key
from avatarsite.core.api.parsing import MAX_BYTES
from avatarsite.core.api.threads import in_thread
from avatarsite.core.api.throttles import address
from conversations.dialects import Dialect, dialect_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
CLOSE = (b"connection", b"close")
LINGER_SECONDS = 2.0  # that a refused sender may still send: cut off at once, many would not see the answer


class _TooLarge(Exception):  # noqa: N818  says what the caller did
    """The body went beyond the limit while it was read."""


def limited(application: Application) -> Application:
    """The application behind this door."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        dialect, headers = dialect_of(scope["path"]), dict(scope["headers"])
        most = _most(dialect, headers)
        if _announced(headers) > most:
            await _refuse(dialect, most, receive, send)
            return
        if dialect is not None and dialect.forms and _is_form(headers) and not await _knows(scope):
            await _unread(application, scope, receive, send)
            return
        began = False

        async def telling(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await application(scope, _counted(receive, most), telling)
        except _TooLarge:
            if not began:
                await _refuse(dialect, most, receive, send)

    return answer


def _most(dialect: Dialect | None, headers: dict[bytes, bytes]) -> int:
    takes_files = dialect is None or dialect.forms
    return settings.UPLOAD_MAX_BYTES if takes_files and _is_form(headers) else MAX_BYTES


def _is_form(headers: dict[bytes, bytes]) -> bool:
    return headers.get(b"content-type", b"").strip().lower().startswith(b"multipart/form-data")


@in_thread
def _knows(scope: Scope) -> bool:
    """Whether a request brings a key that may call."""
    request = ASGIRequest(scope, BytesIO())  # type: ignore[arg-type]
    return keys.find(presented_key(request), address(request)) is not None


def _announced(headers: dict[bytes, bytes]) -> int:
    length = headers.get(b"content-length", b"").strip()
    return int(length) if length.isdigit() and len(length) < 20 else 0  # malformed ones are the server's to refuse


def _counted(receive: Receive, most: int) -> Receive:
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise _TooLarge
        return message

    return counted


async def _refuse(dialect: Dialect | None, most: int, receive: Receive, send: Send) -> None:
    words = f"The body is larger than {most} bytes."
    kind, body = b"text/plain; charset=utf-8", words.encode()
    if dialect is not None:
        told = dialect.body(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words, "body_too_large")
        kind, body = b"application/json", json.dumps(told).encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), CLOSE]
    await send({"type": "http.response.start", "status": HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "headers": headers})
    await _end({"type": "http.response.body", "body": body}, receive, send)


async def _unread(application: Application, scope: Scope, receive: Receive, send: Send) -> None:
    """Have a request answered as if its body were empty."""
    kept = [(name, value) for name, value in scope["headers"] if name not in (b"content-length", b"transfer-encoding")]
    given: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def nothing() -> Message:
        return given.pop() if given else await asyncio.Future()

    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send({**message, "headers": [*message.get("headers", ()), CLOSE]})
        elif message.get("more_body"):
            await send(message)
        else:
            await _end(message, receive, send)

    await application({**scope, "headers": [*kept, (b"content-length", b"0")]}, nothing, closing)


async def _end(message: Message, receive: Receive, send: Send) -> None:
    """Send the last piece of an answer to somebody who may still be sending: most look at it only afterwards."""
    await send({**message, "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while (await receive())["type"] == "http.request":
                pass
    await send({"type": "http.response.body"})
