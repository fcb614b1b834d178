"""Text to speech: what every voice engine promises."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field

from avatarsite.core.engines import EngineFailed


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
class VoiceSettings:
    """Which voice, and how it speaks. `rate` and `pitch` are factors around the voice's own (1.0)."""

    voice_id: str
    language: str = "en"  # BCP-47
    rate: float = 1.0
    pitch: float = 1.0
    options: dict[str, str] = field(default_factory=dict)


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

    def warm(self) -> None:  # noqa: B027  an engine without start-up cost needs none
        """Get ready, so that the first call is fast."""

    def close(self) -> None:  # noqa: B027
        """Let go of processes and connections."""
