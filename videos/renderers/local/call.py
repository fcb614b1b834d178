"""One call to a renderer process: speech goes out while progress comes in, and either side may end it early."""

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

from avatarsite.core import logs
from avatarsite.core.children import Child
from avatarsite.core.engines import EngineFailed
from twins.tts.base import AudioChunk
from videos.renderers.base import Check, Progress, never
from videos.renderers.local.child import DONE, STOP, Request
from videos.renderers.local.clip import End

AHEAD = 20.0  # seconds of speech that may be sent before the frames for it are made
PART_FRAME = 0.25  # seconds: speech that may not fill a frame yet
LOOK_EVERY = 0.05  # seconds between two looks at whether `speech` has failed
CHECK_EVERY = 0.4  # seconds between two questions whether the caller still wants the clip
STOP_WITHIN = 5.0  # seconds that a process may take to end a call


class Feeder:
    """Iterates `speech` in a thread and sends it, no more than AHEAD of the progress made.

    `speech` may take as long as it likes (an LLM writes it): progress is reported meanwhile.
    """

    def __init__(self, speech: Iterable[AudioChunk]) -> None:
        self._speech = speech
        self._turn = threading.Condition()
        self._child: Child | None = None
        self._sent = self._made = 0.0
        self._begun = self._ended = self._stopped = False
        self.error: BaseException | None = None
        threading.Thread(target=logs.carried(self._run), name="speech", daemon=True).start()

    def wait(self, check: Check) -> bool:
        """Wait for the first chunk; False when there is none. Raises what `speech` or `check` raised."""
        with self._turn:
            while not self._turn.wait_for(lambda: self._begun or self._ended, CHECK_EVERY):
                check()
        if self.error:
            raise self.error
        return self._begun

    def connect(self, child: Child) -> None:
        with self._turn:
            self._child = child
            self._turn.notify_all()

    def progress(self, seconds: float) -> None:
        with self._turn:
            self._made = seconds
            self._turn.notify_all()

    def unmade(self) -> bool:
        """Whether speech was sent whose frames are not made yet."""
        with self._turn:
            return self._ended or self._sent - self._made > PART_FRAME

    def stop(self) -> None:
        """Nothing is sent after this returns."""
        with self._turn:
            self._stopped = True
            self._turn.notify_all()

    def _run(self) -> None:
        try:
            for chunk in self._speech:
                if not self._send(chunk):
                    break
            else:
                self._send(End())
        except BaseException as error:  # noqa: BLE001  raised again in the caller's thread
            self.error = error
        finally:
            self._close()

    def _send(self, message: AudioChunk | End) -> bool:
        with self._turn:
            if isinstance(message, AudioChunk):
                self._begun = True
            elif not self._begun:
                return True
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._stopped or (self._child and self._sent - self._made < AHEAD))
            if self._stopped or self._child is None:
                return False
            self._sent += message.seconds if isinstance(message, AudioChunk) else 0.0
            with contextlib.suppress(OSError):  # a dead process is noticed where its answers are awaited
                self._child.connection.send(message)
            return True

    def _close(self) -> None:
        close = getattr(self._speech, "close", None)
        with contextlib.suppress(Exception):  # what it raises while being closed concerns nobody any more
            if close:
                close()
        with self._turn:
            self._ended = True
            self._turn.notify_all()


class Call:
    """One call, made by `run`."""

    def __init__(
        self, child: Child, request: Request, silence: float, feeder: Feeder | None = None, check: Check = never
    ) -> None:
        self._child = child
        self._silence = silence
        self._feeder = feeder
        self._check = check
        self.broken = False  # the process is lost
        child.send(request)
        if feeder:
            feeder.connect(child)

    def run(self) -> Iterator[Progress]:
        """The call's Progress. However this ends, the process is then ready for the next call, or `broken`."""
        try:
            yield from self._progress()
        finally:
            if not self.broken:
                with contextlib.suppress(EngineFailed):  # broken now, but what was asked for is done or given up
                    self._stop()

    def _progress(self) -> Iterator[Progress]:
        """Progress up to the final one. Raises what `speech` raised, what the process refused, or how it was lost."""
        heard = checked = time.monotonic()
        while True:
            if self._feeder and self._feeder.error:
                raise self._feeder.error
            if time.monotonic() - checked > CHECK_EVERY:
                self._check()
                checked = time.monotonic()
            waited = time.monotonic() - heard
            if not self._child.connection.poll(LOOK_EVERY) and (waited < self._silence or not self._owes()):
                continue
            message = self._receive(0.0)
            heard = time.monotonic()
            if self._feeder:
                self._feeder.progress(message.seconds)
            yield message
            if message.final:
                return

    def _stop(self) -> None:
        if self._feeder:
            self._feeder.stop()
        self._child.send(STOP)
        message: Any = None
        while message != DONE:
            with contextlib.suppress(_Refused):
                message = self._receive(STOP_WITHIN)

    def _owes(self) -> bool:
        return self._feeder is None or self._feeder.unmade()

    def _receive(self, timeout: float) -> Any:
        try:
            return self._child.receive(timeout)
        except EngineFailed as error:
            self.broken = error.code.startswith("engine_")
            raise error if self.broken else _Refused(error.message, error.code, retryable=error.retryable) from error


class _Refused(EngineFailed):
    """What a healthy process could not do."""
