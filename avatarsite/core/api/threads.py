"""Database work of async views: in a thread of the loop's pool, for as long as a query takes and no longer."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from asgiref.sync import SyncToAsync, sync_to_async
from django.db import close_old_connections, connections

P = ParamSpec("P")
R = TypeVar("R")


def in_thread(function: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """An awaitable form of a function that uses the database."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return sync_to_async(run, thread_sensitive=False)


def let_go() -> None:
    """End the thread that Django's ASGI handler keeps for the sync code of this request, before a long wait.

    Its middleware has run there. A further call of such code, when the response is closed, starts another one.
    """
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.pop(context, None) if context else None
    if executor is not None:
        executor.submit(connections.close_all)  # in that thread, before it ends: they are its own
        executor.shutdown(wait=False)
