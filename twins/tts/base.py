"""Text to speech: what every voice engine promises."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from avatarsite.core.diagnosis import pace
from avatarsite.core.engines import EngineFailed

EXAMPLE = "The harbour museum opens at nine. Take the second door on the left, and ask for the keeper of the lamp."


@dataclass(frozen=True)
class Phoneme:
    """One spoken sound: IPA symbol without stress marks ("" is a pause); seconds from the start of its chunk."""

    symbol: str
    start: float
    end: float


@dataclass(frozen=True)
class Word:
    """One spoken word: its text as written; seconds from the start of its chunk."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class AudioChunk:
    """A piece of speech: mono signed 16-bit little-endian PCM. Chunks of one call follow each other without a gap."""

    pcm: bytes
    sample_rate: int
    phonemes: tuple[Phoneme, ...] = ()
    words: tuple[Word, ...] = ()

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / self.sample_rate


@dataclass(frozen=True)
class Pronunciation:
    """How a text is said: as if `said` stood there, or, with `ipa`, by these sounds (International Phonetic Alphabet).

    word_boundaries: only where the text stands as whole words.
    """

    text: str
    said: str
    ipa: bool = False
    case_sensitive: bool = False
    word_boundaries: bool = True


@dataclass(frozen=True)
class VoiceSettings:
    """Which voice, and how it speaks. `rate` and `pitch` are factors around the voice's own (1.0).

    options: what one engine has beyond that, under its own names (see its class). fit: what `twins.tts.fitting` found
    in a person's sample; pronunciations: earlier ones go before later ones. Engines that cannot use them leave them.
    """

    voice_id: str
    language: str = "en"  # BCP-47
    rate: float = 1.0
    pitch: float = 1.0
    options: dict[str, Any] = field(default_factory=dict)
    fit: dict[str, Any] | None = None
    pronunciations: tuple[Pronunciation, ...] = ()


@dataclass(frozen=True)
class VoiceChoice:
    """A voice as a vendor lists it. id: what `VoiceSettings.voice_id` names; gender, language: "" when not told."""

    id: str
    name: str
    gender: str = ""
    language: str = ""
    description: str = ""


class TTS(ABC):
    """Text to speech. Raises EngineFailed; never returns silence for text.

    timings: whether chunks carry phonemes and words.
    """

    timings: bool = False

    def stream(self, text: str, voice: VoiceSettings) -> Iterator[AudioChunk]:
        """Speak `text`; the first chunk comes as early as the engine can."""
        heard = False
        for chunk in self._stream(text, voice):
            heard = heard or bool(chunk.pcm.strip(b"\0"))
            yield chunk
        if not heard:
            raise EngineFailed("The voice cannot speak this text.", "tts_unspeakable")

    @abstractmethod
    def _stream(self, text: str, voice: VoiceSettings) -> Iterator[AudioChunk]: ...

    @abstractmethod
    def languages(self) -> dict[str, str]:
        """Languages that this engine speaks: BCP-47 code -> English name."""

    def stand_in(self, gender: str, language: str) -> str:
        """Its own voice that is nearest to one of that gender ("" when unknown) and language; "" when it has none."""
        return ""

    def choices(self) -> list["VoiceChoice"]:
        """The voices that its vendor has for the account of its key; [] for an engine that is no vendor's."""
        return []

    def approximations(self) -> dict[str, str]:
        """Those of them that it speaks only approximately: BCP-47 code -> in which way."""
        return {}

    def warm(self) -> None:  # noqa: B027  an engine without start-up cost needs none
        """Get ready, so that the first call is fast."""

    def pace(self, voice: VoiceSettings) -> str:
        """How fast it speaks on this machine, in words. Raises EngineFailed."""
        return pace(lambda: sum(chunk.seconds for chunk in self.stream(EXAMPLE, voice)))

    def close(self) -> None:  # noqa: B027
        """Let go of processes and connections."""
