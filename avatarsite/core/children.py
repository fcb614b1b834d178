"""Long-lived helper processes, for libraries that must not live in a server's process.

Some engines hold global state, are not thread-safe, burn a core, or carry a licence that is kept at arm's length.
Each such engine is a module run as `python -m MODULE`, whose `main()` calls `serve(handler)`. The parent keeps a
`ChildPool` of them. A child does one call at a time; messages are pickles over a socket pair, both ends ours.
A child that dies, hangs or misbehaves is killed and replaced: the caller gets `EngineFailed`, never a hang.
"""

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from avatarsite.core.engines import EngineFailed

CHECK_EVERY = 0.4  # seconds between two questions whether a caller still waits
READY_TIMEOUT = 30.0  # seconds a child may take to import its libraries


class Child:
    """One running helper process: `send` objects to it, `receive` objects from it."""

    def __init__(self, module: str, niceness: int = 0) -> None:
        ours, theirs = socket.socketpair()
        self.module = module
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(  # noqa: S603  our own interpreter and module, nothing from outside
            [sys.executable, "-m", module, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=environment,
            start_new_session=True,  # Ctrl-C goes to the parent alone, which then ends its children in order
        )
        theirs.close()
        if niceness:
            with contextlib.suppress(ProcessLookupError):  # it died: that is noticed below
                os.setpriority(os.PRIO_PROCESS, self.process.pid, niceness)
        self.connection = Connection(ours.detach())
        if self.receive(READY_TIMEOUT) != "ready":
            self.kill()
            raise EngineFailed("A helper process did not start.", "engine_crashed", retryable=True)

    def send(self, message: Any) -> None:
        try:
            self.connection.send(message)
        except OSError as error:
            raise self._crashed() from error

    def receive(self, timeout: float) -> Any:
        """The child's next message. Raises EngineFailed: what the child raised, its death, or its silence."""
        try:
            if not self.connection.poll(timeout):
                self.kill()
                raise EngineFailed("The engine took too long and was stopped.", "engine_timeout", retryable=True)
            message = self.connection.recv()
        except (EOFError, OSError) as error:
            raise self._crashed() from error
        if isinstance(message, EngineFailed):
            raise message
        return message

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self.connection.close()

    def _crashed(self) -> EngineFailed:
        self.kill()
        return EngineFailed("The engine's process ended unexpectedly.", "engine_crashed", retryable=True)


class ChildPool:
    """Up to `size` children of one module; started when first needed, reused, replaced when broken.

    niceness: how far they stand back when processors are short, 0 (not at all) to 19.
    reused: False gives every call a new child, so that nothing that a stranger's file did lives on in it.
    """

    def __init__(self, module: str, size: int, niceness: int = 0, *, reused: bool = True) -> None:
        self.module = module
        self._niceness = niceness
        self._reused = reused
        self._slots: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(size):
            self._slots.put(None)
        self._lock = threading.Lock()
        self._living: set[Child] = set()

    @contextlib.contextmanager
    def child(self, wait: float = 60.0, check: Callable[[], None] | None = None) -> Iterator[Child]:
        """A child for one call; it goes back to the pool only after the call ended without an exception.

        wait: seconds for a child to become free. check: called every now and then meanwhile, and what it raises ends
        the waiting, which then has no other end.
        """
        child = self._free(wait) if check is None else self._free_in_time(check)
        clean = False
        try:
            child = child if child is not None and child.process.poll() is None else self._start()
            yield child
            clean = True
        except EngineFailed as error:
            clean = not error.code.startswith("engine_")  # the child itself refused: it is healthy
            raise
        finally:
            if not (clean and self._reused):
                self._discard(child)
                child = None
            self._slots.put(child)

    def _free(self, wait: float) -> Child | None:
        try:
            return self._slots.get(timeout=wait)
        except queue.Empty as error:
            raise EngineFailed("Every engine process is busy.", "engine_busy", retryable=True) from error

    def _free_in_time(self, check: Callable[[], None]) -> Child | None:
        while True:
            with contextlib.suppress(queue.Empty):
                return self._slots.get(timeout=CHECK_EVERY)
            check()

    def warm(self) -> None:
        """Start one child now, so that the first call does not wait for imports."""
        with self.child():
            pass

    def close(self) -> None:
        with self._lock:
            living, self._living = self._living, set()
        for child in living:
            child.kill()

    def _start(self) -> Child:
        child = Child(self.module, self._niceness)
        with self._lock:
            self._living.add(child)
        return child

    def _discard(self, child: Child | None) -> None:
        if child is not None:
            child.kill()
            with self._lock:
                self._living.discard(child)


def serve(handler: Callable[[Any, Callable[[], Any], Callable[[Any], None]], None]) -> None:
    """The child's main loop: `handler(request, receive, send)` once per call, until the parent goes away.

    The handler may send any number of messages and receive further ones. An EngineFailed that it raises is sent to
    the parent, and the child stays alive: a handler that fails in mid-call must therefore leave no message unread,
    or raise anything else, which ends the child.
    """
    connection = Connection(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the parent is gone: so are we
        connection.send("ready")
        while True:
            request = connection.recv()
            try:
                handler(request, connection.recv, connection.send)
            except EngineFailed as error:
                connection.send(error)
