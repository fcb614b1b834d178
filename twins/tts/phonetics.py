"""The sounds of a text's words, by the embedded voice's own reading of it: for lips, when a vendor tells words only."""

from collections.abc import Sequence

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from twins.tts.base import TTS, AudioChunk, Phoneme, VoiceSettings
from twins.tts.timed import Sounds, written

READER = "local"  # alias of the embedded voice
VOICE = "amara"  # any will do: which one changes no sound


def sounds_of(text: str, voice: VoiceSettings) -> list[Sounds]:
    """For each word of `written(text)`, its sounds with how long each lasts in the embedded voice.

    [] when the embedded voice is not configured or cannot read the language.
    """
    try:
        reader: TTS = engines.load("TTS", READER)
        chunks = list(reader.stream(text, VoiceSettings(VOICE, voice.language, pronunciations=voice.pronunciations)))
    except EngineFailed:
        return []
    return _by_word(text, chunks)


def _by_word(text: str, chunks: Sequence[AudioChunk]) -> list[Sounds]:
    ends = _ends(text)
    found: list[list[tuple[str, float]]] = [[] for _ in ends]
    at, number = 0, 0
    for chunk in chunks:
        for n, word in enumerate(chunk.words):
            place = text.find(word.text, at)
            if place < 0:
                continue
            at = place + len(word.text)
            while number + 1 < len(ends) and place >= ends[number]:
                number += 1
            until = chunk.words[n + 1].start if n + 1 < len(chunk.words) else chunk.seconds
            covered = max(1, sum(place < end <= at for end in ends[number:]))
            _share_out(_between(chunk.phonemes, word.start, until), found[number : number + covered])
    return list(found)


def _share_out(sounds: list[tuple[str, float]], words: list[list[tuple[str, float]]]) -> None:
    """Sounds of one word of the reader's, in order, to the written words that it stands for."""
    for n, sound in enumerate(sounds):
        words[n * len(words) // len(sounds)].append(sound)


def _ends(text: str) -> list[int]:
    """Where each word of the text ends."""
    ends, at = [], 0
    for word in written(text):
        at = text.index(word, at) + len(word)
        ends.append(at)
    return ends


def _between(phonemes: Sequence[Phoneme], start: float, end: float) -> list[tuple[str, float]]:
    return [(p.symbol, p.end - p.start) for p in phonemes if p.symbol and start <= (p.start + p.end) / 2 < end]
