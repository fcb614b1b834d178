"""How a Speech is made: the text is spoken into an MP3."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files import File

from avatarsite.core import disk
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status, Ticket, move
from twins.speech import spoken
from twins.tts.base import AudioChunk
from twins.tts.encoding import encode
from videos.errors import check_script, failed
from videos.models import Speech
from videos.progress import LETTER_SECONDS
from videos.selectors import voice_of

FORMAT = "mp3"
SPOKEN = 95  # per cent of the job when all is spoken
TELL_SECONDS = 0.5  # between two signs of progress


def speak(ticket: Ticket) -> None:
    """Make the file of a Speech ticket; the row ends READY, or EngineFailed is raised and nothing stays."""
    speech: Speech = ticket.job
    voice = voice_of(speech)
    if not speech.replica.usable:
        raise failed("replica_in_error_state", speech.replica_id)
    if voice is None:
        raise EngineFailed("This replica has no voice.", "voice_missing")
    check_script(speech.script, voice.language, speech.owner_id)
    told = _Told(ticket, len(speech.script) * LETTER_SECONDS)
    try:
        with TemporaryDirectory(prefix="speech-") as folder:
            path = Path(folder) / f"speech.{FORMAT}"
            with path.open("wb") as file:
                file.writelines(encode(told.through(spoken(voice, speech.script, owner_id=speech.owner_id)), FORMAT))
            _publish(ticket, path, told.seconds)
    except OSError as error:
        raise disk.trouble(error) from error


class _Told:
    """Passes speech on, counts it, and tells now and then how far the job is; a cancelled one ends there."""

    def __init__(self, ticket: Ticket, expected: float) -> None:
        """expected: seconds that the whole will probably take to say."""
        self._ticket, self._expected = ticket, expected
        self._next = 0.0
        self.seconds = 0.0

    def through(self, chunks: Iterator[AudioChunk]) -> Iterator[AudioChunk]:
        for chunk in chunks:
            self.seconds += chunk.seconds
            if time.monotonic() >= self._next:
                self._next = time.monotonic() + TELL_SECONDS
                share = min(1.0, self.seconds / max(self._expected, self.seconds))
                self._ticket.progress("speaking", round(SPOKEN * share))
            yield chunk


def _publish(ticket: Ticket, path: Path, seconds: float) -> None:
    """Store the file, then tell of it."""
    speech: Speech = ticket.job
    ticket.progress("saving", SPOKEN)
    storage = speech.file.storage
    with path.open("rb") as file:
        name = storage.save(speech.file.field.generate_filename(speech, f"speech.{FORMAT}"), File(file))
    if not move(speech, Status.READY, ticket=ticket.attempt, stage="", progress=100, file=name, duration=seconds):
        storage.delete(name)
