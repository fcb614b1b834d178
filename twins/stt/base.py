"""Speech to text: what every engine that listens promises."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from time import monotonic

import av
import numpy as np

from avatarsite.core.diagnosis import pace
from avatarsite.core.engines import EngineFailed

RATE = 16_000  # Hz: what the engines listen at
NOTHING_HEARD = "stt_nothing_heard"


@dataclass(frozen=True)
class Sound:
    """Mono signed 16-bit little-endian PCM; `avatarsite.core.media.sound` makes it of any file."""

    pcm: bytes
    sample_rate: int = RATE

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / self.sample_rate

    def at(self, rate: int) -> "Sound":
        """The same sound at another sample rate."""
        if rate == self.sample_rate:
            return self
        frame = av.AudioFrame.from_ndarray(np.frombuffer(self.pcm, "<i2")[None], format="s16", layout="mono")
        frame.sample_rate = self.sample_rate
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        pieces = [*resampler.resample(frame), *resampler.resample(None)]
        return Sound(b"".join(piece.to_ndarray().tobytes() for piece in pieces), rate)


@dataclass(frozen=True)
class Word:
    """One word that was heard; seconds from the start of the sound. confidence: 0 to 1, None when unknown."""

    text: str
    start: float
    end: float
    confidence: float | None = None


@dataclass(frozen=True)
class Segment:
    """What was said between two pauses; seconds from the start of the sound. words: () when they are not timed."""

    text: str
    start: float
    end: float
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Transcript:
    """All that was heard. language: BCP-47. seconds: of the sound. engine: the alias of who heard it."""

    segments: tuple[Segment, ...]
    language: str
    seconds: float
    engine: str = ""

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for segment in self.segments for word in segment.words)

    @property
    def confidence(self) -> float | None:
        """Mean over the words that have one, 0 to 1."""
        known = [word.confidence for word in self.words if word.confidence is not None]
        return sum(known) / len(known) if known else None


@dataclass(frozen=True)
class Listening:
    """What an engine is asked to hear: a sound at RATE. language: one of the engine's own, or "" to find out.

    expected: a text that is probably being read aloud. deadline: monotonic seconds.
    """

    sound: Sound
    language: str
    expected: str
    deadline: float

    def left(self) -> float:
        """Seconds until the deadline. Raises EngineFailed stt_timeout when there are none."""
        seconds = self.deadline - monotonic()
        if seconds <= 0:
            raise EngineFailed("Listening took too long and was stopped.", "stt_timeout", retryable=True)
        return seconds


@dataclass
class Heard:
    """What an engine reports while it listens: its segments, in order, and the language when it found one out."""

    segments: Iterator[Segment]
    language: str = field(default="")


class STT(ABC):
    """Speech to text. Raises EngineFailed: stt_nothing_heard, stt_too_long, stt_too_short, stt_language_unsupported,
    stt_timeout, and what the engine adds.

    basic: whether its quality is good enough only for clear speech without noise. streams: whether segments come
    while the rest is still being heard. biased: whether it makes use of an expected text.
    most_seconds: of one sound. pace: seconds of work that a second of sound may take.
    """

    basic: bool = False
    streams: bool = False
    biased: bool = False
    most_seconds: float = 1_800.0
    least_seconds: float = 0.1
    pace: float = 2.0
    patience: float = 30.0  # seconds on top of the pace, to load models and to wait for a turn

    def transcribe(self, audio: Sound, *, language: str = "en", expected: str = "") -> Transcript:
        """All that is said. language: BCP-47, "" lets the engine find out or take its only one."""
        heard = self.listen(audio, language=language, expected=expected)
        segments = tuple(segment for segment in heard.segments if segment.text.strip())
        if not segments:
            raise EngineFailed("Nothing was heard in the recording.", NOTHING_HEARD)
        return Transcript(segments, heard.language, audio.seconds)

    def listen(self, audio: Sound, *, language: str = "en", expected: str = "") -> Heard:
        """The segments as they are heard."""
        self._check(audio)
        deadline = monotonic() + self.patience + self.pace * audio.seconds
        heard = self._listen(Listening(audio.at(RATE), self.known(language), expected, deadline))
        return replace(heard, language=heard.language or self.known(language) or "en")

    def known(self, language: str) -> str:
        """The engine's own code for a language. Raises EngineFailed stt_language_unsupported with the list."""
        names = self.languages()
        for code in (language, language.split("-")[0].lower()):
            if code in names or not code:
                return code or (next(iter(names)) if len(names) == 1 else "")
        spoken = ", ".join(f"{name} ({code})" for code, name in names.items())
        words = f"The language “{language[:20]}” is not understood here. These are: {spoken}."
        raise EngineFailed(words, "stt_language_unsupported")

    def _check(self, audio: Sound) -> None:
        if audio.seconds > self.most_seconds:
            words = f"The recording is {audio.seconds:.0f} s long; at most {self.most_seconds:.0f} s are listened to."
            raise EngineFailed(words, "stt_too_long")
        if audio.seconds < self.least_seconds:
            raise EngineFailed(f"The recording is shorter than {self.least_seconds:g} s.", "stt_too_short")

    @abstractmethod
    def _listen(self, asked: Listening) -> Heard: ...

    @abstractmethod
    def languages(self) -> dict[str, str]:
        """Languages that this engine understands: code -> English name."""

    def pace_of(self, sound: Sound) -> str:
        """How fast it hears this sound on this machine, in words. Raises EngineFailed."""
        return pace(lambda: self.transcribe(sound, language="en").seconds)

    def close(self) -> None:  # noqa: B027  an engine without processes has nothing to let go of
        """Let go of processes and connections."""
