"""What goes to and from the process of the espeak-ng library (a module of its own: pickles name its classes)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Utterance:
    """What to say. language: file below the data's `lang`. timbre: lines of a voice file.

    phonemes: what stands in [[ ]] are the library's names of sounds; else brackets are no more than brackets.
    """

    text: str
    language: str
    timbre: str
    words_per_minute: int
    phonemes: bool = False


@dataclass(frozen=True)
class Speech:
    """Mono s16 PCM; phonemes as (first sample, raw IPA); words as (first sample, index into the text)."""

    pcm: bytes
    sample_rate: int
    phonemes: tuple[tuple[int, str], ...]
    words: tuple[tuple[int, int], ...]
