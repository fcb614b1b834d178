"""Bodies that are too large are refused at the door: nothing of them is stored, and no view is called.

An announced length is judged before the first byte is read; a body of unknown length is cut where the limit is. The
limit is that of the dialect: JSON is small, files come only where a dialect takes forms.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.conf import settings

from avatarsite.core.api.parsing import MAX_BYTES
from conversations.dialects import Dialect, dialect_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
LINGER_SECONDS = 2.0  # that a refused sender may still send: cut off at once, many would not see the answer


class _TooLarge(Exception):  # noqa: N818  says what the caller did
    """The body went beyond the limit while it was read."""


def limited(application: Application) -> Application:
    """The application behind this door."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        dialect, headers = dialect_of(scope["path"]), dict(scope["headers"])
        most = _most(dialect, headers.get(b"content-type", b""))
        if _announced(headers) > most:
            await _refuse(dialect, most, receive, send)
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


def _most(dialect: Dialect | None, content_type: bytes) -> int:
    form = content_type.strip().lower().startswith(b"multipart/form-data")
    takes_files = dialect is None or dialect.forms
    return settings.UPLOAD_MAX_BYTES if form and takes_files else MAX_BYTES


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
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while (await receive())["type"] == "http.request":
                pass
    await send({"type": "http.response.body"})
