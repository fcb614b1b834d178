"""Views that may wait long, for a language model or for a customer's server: in threads of their own.

The few threads of the plain views, and those of short database work, stay free for everybody else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from avatarsite.core import logs

THREADS = 32  # such requests that one process serves at a time
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="apart")


def in_own_thread(function: Callable[..., Any], *arguments: Any) -> "asyncio.Future[Any]":
    """Run a function that uses the database; call from the event loop."""
    return asyncio.get_running_loop().run_in_executor(_threads, logs.carried(_run), function, arguments)


def apart(view: Callable[..., Any]) -> Callable[..., Awaitable[HttpResponseBase]]:
    """The async form of a DRF view. Its answer may be a stream of async pieces."""

    @wraps(view)
    async def answer(request: HttpRequest, **names: str) -> HttpResponseBase:
        response: HttpResponseBase = await rendered(view, request, names)
        return response

    return csrf_exempt(answer)


def rendered(view: Callable[..., Any], request: HttpRequest, names: dict[str, str]) -> "asyncio.Future[HttpResponse]":
    """What a DRF view answers, worked out in a thread of its own."""

    def work() -> Any:
        response = view(request, **names)
        return response.render() if hasattr(response, "render") else response

    return in_own_thread(work)


def _run(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    with _connections():
        return function(*arguments)


@contextmanager
def _connections() -> Iterator[None]:
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()
