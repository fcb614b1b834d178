"""What is sent to the process that Kokoro lives in, and what comes back; no library is needed to read it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Say:
    """model, voices: files. language: espeak-ng's code. speed: 0.5 to 2."""

    model: str
    voices: str
    text: str
    voice: str
    language: str
    speed: float


@dataclass(frozen=True)
class Said:
    """Mono 16-bit PCM; phonemes with their seconds, () when the model does not tell them."""

    pcm: bytes
    sample_rate: int
    phonemes: tuple[tuple[str, float, float], ...]
