"""Reads untrusted documents in a child process: it has little memory, little time, and nothing to lose."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings

from avatarsite.core.engines import EngineFailed
from twins.knowledge.passages import Piece

MODULE = "twins.knowledge.child"
COPIED = 1_048_576  # bytes at a time


@dataclass(frozen=True)
class Read:
    pieces: list[Piece]
    pages: int
    links: tuple[str, ...] = ()


def read_bytes(
    content: bytes,
    name: str,
    language: str,
    progress: Callable[[int], None],
    *,
    media_type: str = "",
    address: str = "",
) -> Read:
    """As `read`. address: where a page of a website stands; its links are told too, and it may be without text."""
    with tempfile.TemporaryFile() as source:
        source.write(content)
        source.seek(0)
        return _run(source, name, language, progress, media_type, address)


def read(source: Any, name: str, language: str, progress: Callable[[int], None]) -> Read:
    """The passages of a document. `source` is an open binary file of any storage.

    Raises EngineFailed, never retryable unless the machine is to blame: file_empty, file_type_refused,
    file_encrypted, file_broken, file_no_text, file_too_large, file_took_too_long.
    """
    with tempfile.TemporaryFile() as copy:
        while part := source.read(COPIED):
            copy.write(part)
        copy.seek(0)
        return _run(copy, name, language, progress, "")


def _run(
    source: IO[bytes],
    name: str,
    language: str,
    progress: Callable[[int], None],
    media_type: str,
    address: str = "",
) -> Read:
    facts = {"name": name, "language": language, "media_type": media_type, "address": address}
    asked = json.dumps({**facts, **_limits()})
    process = subprocess.Popen(  # noqa: S603  our own interpreter and module; the file itself comes by stdin
        [sys.executable, "-m", MODULE, asked],
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env=_environment(),
        start_new_session=True,
    )
    alarm = threading.Timer(settings.KNOWLEDGE_READ_SECONDS, process.kill)
    alarm.start()
    found: list[Piece] = []
    links: list[str] = []
    pages = -1
    try:
        for message in _messages(process):
            if "text" in message:
                found.append(Piece(message["text"], message["location"], message["tokens"]))
            elif "progress" in message:
                progress(message["progress"])
            elif "links" in message:
                links = message["links"]
            elif "code" in message:
                raise EngineFailed(message["words"], message["code"])
            else:
                pages = message["pages"]
    finally:
        alarm.cancel()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    if pages < 0:  # it ended without a last word: killed by the alarm or by its limits
        words = f"“{name[:80]}” takes too long or too much memory to read. Split it, or save it as plain text."
        raise EngineFailed(words, "file_took_too_long")
    return Read(found, pages, tuple(links))


def _messages(process: "subprocess.Popen[bytes]") -> Iterator[dict[str, Any]]:
    for line in process.stdout or ():
        yield json.loads(line)


def _limits() -> dict[str, int]:
    return {
        "max_bytes": settings.KNOWLEDGE_MAX_BYTES,
        "max_pages": settings.KNOWLEDGE_MAX_PAGES,
        "max_characters": settings.KNOWLEDGE_MAX_CHARACTERS,
        "seconds": int(settings.KNOWLEDGE_READ_SECONDS),
    }


def _environment() -> dict[str, str]:
    """What Python needs, and none of our keys."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "VIRTUAL_ENV") if name in os.environ}
    return {**kept, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
