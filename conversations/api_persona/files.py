"""Files that a body carries, sent along or as a link; whatever is wrong with one is said with its field's name."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from avatarsite.core import fetch, media
from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import User
from twins import voices
from twins.models import Voice

MOST_SAMPLE = 50 * 1_048_576  # bytes of a recording that a voice is fitted to
FETCH_SECONDS = 30.0


@contextmanager
def named(field: str) -> Iterator[None]:
    """Errors in the block begin with the name of the field that they are about."""
    try:
        yield
    except EngineFailed as error:
        raise EngineFailed(f"{field}: {error.message}", error.code, retryable=error.retryable) from error


def address_in(fields: dict[str, Any], field: str) -> str:
    """An address in a body, "" without one. Raises EngineFailed url_refused naming the field."""
    with named(field):
        if fields.get(field):
            fetch.check(fields[field])
    return str(fields.get(field, ""))


@contextmanager
def fitted_voice(
    account: User, name: str, fields: dict[str, Any], upload: str, link: str, *, language: str = "en"
) -> Iterator[Voice | None]:
    """A new voice from the recording in a body, or None without one; it does not outlive a failure of the block.

    Raises EngineFailed: url_…, media_…, sample_….
    """
    field = next((name for name in (upload, link) if name in fields), "")
    if not field:
        yield None
        return
    with named(field), _on_disk(fields[field]) as path:
        media.probe(path, media.Limits(bytes=MOST_SAMPLE, needs_audio=True))
        voice = voices.create_from_file(account, name, path, language=language)
    try:
        yield voice
    except BaseException:
        voices.delete(voice)
        raise


@contextmanager
def _on_disk(source: Any) -> Iterator[Path]:
    """The path of an uploaded file, or of what is behind an address."""
    if not isinstance(source, str):
        with media.local(source) as path:
            yield path
        return
    with tempfile.TemporaryDirectory(prefix="fetched-") as folder:
        path = Path(folder) / "file"
        fetch.fetch_to(source, path, max_bytes=MOST_SAMPLE, seconds=FETCH_SECONDS)
        yield path
