"""Where a video's words come from: a source yields sentences, as early as it has them."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

from twins.llm.sentences import split

if TYPE_CHECKING:
    from avatarsite.core.jobs import Ticket
    from twins.speech import Route
    from twins.tts.base import VoiceSettings
    from videos.models import Video


class ScriptSource(ABC):
    """Yields the sentences to be spoken. A rerun of a job must yield what is on the row, and pay for nothing twice."""

    @abstractmethod
    def sentences(self, ticket: "Ticket") -> Iterator[str]: ...

    def language(self, video: "Video") -> str:
        """The language that the words are in, a code; "" when the source does not know it."""
        return ""

    def manner(self, video: "Video", voice: "VoiceSettings") -> "VoiceSettings":
        """How these words are spoken by a voice: who says them may have a tempo and pronunciations of their own."""
        return voice

    def service(self, video: "Video") -> "Route | None":
        """The voice service that these words' own speaker names, tried before the voice of the video; None: none."""
        return None

    def playable(self, video: "Video") -> None:  # noqa: B027  most sources need not know
        """The first fragment of the clip can be played."""

    def ended(self, video: "Video") -> None:  # noqa: B027
        """The job is final, whichever way it ended."""


class TextScript(ScriptSource):
    """The words stand on the row already."""

    def sentences(self, ticket: "Ticket") -> Iterator[str]:
        yield from split(ticket.job.script)


class NoScript(ScriptSource):
    """Nothing is known of what is said: the video's speech is a recording."""

    def sentences(self, ticket: "Ticket") -> Iterator[str]:
        yield from ()


def source_of(name: str) -> ScriptSource:
    """The source that `settings.SCRIPT_SOURCES` names."""
    source: ScriptSource = import_string(settings.SCRIPT_SOURCES[name])()
    return source
