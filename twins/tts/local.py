"""The local voice: the espeak-ng library in child processes, own voices, exact phoneme and word times."""

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from avatarsite.core.children import ChildPool
from avatarsite.core.diagnosis import Diagnosis
from avatarsite.core.engines import EngineFailed
from twins.tts import languages, pronunciations, voices
from twins.tts.base import TTS, AudioChunk, Phoneme, VoiceChoice, VoiceSettings, Word
from twins.tts.espeak_messages import Speech, Utterance
from twins.tts.mastering import Mastering, Samples, released
from twins.tts.reader import Reader
from twins.tts.sounds import STOPS, Span, spans
from twins.tts.speakable import Piece, pieces

_FACTORS = (0.5, 2.0)  # of rate and pitch; beyond, no speech is understood
_SLOWEST, _FASTEST = 80, 450  # words per minute that the library takes
_SECONDS_PER_PIECE = 20.0  # a piece takes some 5 ms; this only ends a hang
_AUDIBLE = 0.004  # of full scale
_BREAK = 0.06  # seconds; a shorter pause is no pause to the ear


class LocalTTS(TTS):
    """Speaks from the first sentence on; a piece of text at a time, so it can be interrupted anywhere.

    processes: how many pieces are synthesised at once, by all callers together.
    Further codes of EngineFailed: language_unsupported, voice_unknown, text_too_long, tts_unspeakable.
    """

    timings = True

    def __init__(self, processes: int = 1) -> None:
        self._pool = ChildPool("twins.tts.espeak_child", processes)
        self._reader = Reader()

    def diagnosis(self) -> Diagnosis:
        return Diagnosis(
            licence="espeak-ng GPL-3, in a process of its own",
            cost="30 to 130 MB of memory for each process; hundreds of times real time",
            used=True,
        )

    def measured(self) -> str:
        return self.pace(VoiceSettings("amara"))

    def _stream(self, text: str, voice: VoiceSettings) -> Iterator[AudioChunk]:
        speaker = voices.find(voice.voice_id)
        if voice.fit:
            speaker = voices.fitted(speaker, voice.fit)
        language = languages.find(voice.language, speaker.accent)
        rate = _factor(voice.rate)
        mastering: Mastering | None = None
        for piece in pieces(text, language, self._reader, speaker.accent, voice.pronunciations):
            speech = self._say(_utterance(piece, speaker, rate, _factor(voice.pitch)))
            if not speech.pcm:
                continue
            mastering = mastering or Mastering(speaker.colour, speech.sample_rate)
            yield _chunk(piece, speech, mastering, piece.pause / rate)

    def _say(self, utterance: Utterance) -> Speech:
        with self._pool.child() as child:
            child.send(utterance)
            speech = child.receive(_SECONDS_PER_PIECE)
        if not isinstance(speech, Speech):
            raise EngineFailed("The engine gave an answer that is no speech.", "engine_crashed", retryable=True)
        return speech

    def choices(self) -> list[VoiceChoice]:
        return [
            VoiceChoice(voice.id, voice.name, voice.gender, voice.accent, voice.description) for voice in voices.VOICES
        ]

    def stand_in(self, gender: str, language: str) -> str:
        return voices.nearest(gender, language).id

    def languages(self) -> dict[str, str]:
        return {language.code: language.name for language in languages.LANGUAGES}

    def approximations(self) -> dict[str, str]:
        return {language.code: language.approximate for language in languages.LANGUAGES if language.approximate}

    def warm(self) -> None:
        self._pool.warm()

    def close(self) -> None:
        self._pool.close()
        self._reader.close()


def _factor(value: float) -> float:
    return min(max(value, _FACTORS[0]), _FACTORS[1]) if math.isfinite(value) else 1.0


def _utterance(piece: Piece, speaker: voices.Voice, rate: float, pitch: float) -> Utterance:
    tempo = min(max(round(speaker.words_per_minute * rate), _SLOWEST), _FASTEST)
    low, high = (round(hertz * pitch) for hertz in speaker.pitch)
    text = _text(piece)
    timbre = f"{speaker.timbre}\npitch {low} {high}"
    return Utterance(text, piece.language.file, timbre, tempo, phonemes=pronunciations.OPENING in text)


def _text(piece: Piece) -> str:
    """A piece that goes on in another language or breath keeps its tone up, as before a comma."""
    text = " ".join(word.said for word in piece.words)
    return text + "," if piece.pause < _BREAK and text[-1:].isalnum() else text


def _chunk(piece: Piece, speech: Speech, mastering: Mastering, pause: float) -> AudioChunk:
    audio = np.frombuffer(speech.pcm, "<i2").astype(np.float32) / np.float32(32768)
    audio = audio[: _last_sound(audio, speech.sample_rate)]
    rate = speech.sample_rate
    silence = round(pause * rate)
    sounds = _joined([*spans(speech.phonemes, audio, rate), ("", len(audio), len(audio) + silence)])
    mastered = mastering.feed(released(audio, _endings(sounds, rate), rate), silence)
    pcm = np.round(mastered * 32767).astype("<i2").tobytes()
    phonemes = tuple(Phoneme(symbol, start / rate, stop / rate) for symbol, start, stop in sounds)
    return AudioChunk(pcm, rate, phonemes, _timed_words(piece, speech, sounds, rate))


def _endings(sounds: list[Span], rate: int) -> list[int]:
    """Where a pause begins after a sound that can die away; the burst of a stop cannot."""
    return [
        start
        for before, (symbol, start, stop) in pairwise(sounds)
        if not symbol and before[0] not in STOPS and stop - start > _BREAK * rate
    ]


def _last_sound(audio: Samples, rate: int) -> int:
    """Where the speech ends; the silence after it is ours to choose."""
    loud = np.flatnonzero(np.abs(audio) > _AUDIBLE)
    return min(len(audio), int(loud[-1]) + rate // 100) if len(loud) else len(audio)


def _joined(sounds: list[Span]) -> list[Span]:
    """Pauses that follow each other are one pause."""
    result: list[Span] = []
    for symbol, start, stop in sounds:
        if result and not symbol and not result[-1][0]:
            result[-1] = ("", result[-1][1], stop)
        elif stop > start:
            result.append((symbol, start, stop))
    return result


def _timed_words(piece: Piece, speech: Speech, sounds: list[Span], rate: int) -> tuple[Word, ...]:
    """Each written word from its own first event to the pause or word after it."""
    end = sounds[-1][1] if not sounds[-1][0] else sounds[-1][2]
    starts = _starts(piece, speech, [start for symbol, start, _ in sounds if symbol], end)
    pauses = {stop: start for symbol, start, stop in sounds if not symbol}
    bounds = [pauses.get(stop, stop) for stop in starts[1:]] + [end]
    return tuple(
        Word(word.written, start / rate, max(start, stop) / rate)
        for word, start, stop in zip(piece.words, starts, bounds, strict=True)
    )


def _starts(piece: Piece, speech: Speech, sounds: list[int], end: int) -> list[int]:
    """First sample of each word: the start of the sound nearest to the library's word event.

    Words said in one breath have one event; each gets its share of the time by its letters.
    """
    owner = [index for index, word in enumerate(piece.words) for _ in range(len(word.said) + 1)]
    known: dict[int, int] = {0: 0}
    for sample, place in speech.words:
        index = owner[min(max(place, 0), len(owner) - 1)]
        start = min(sounds, key=lambda sound: abs(sound - sample), default=end)
        if index > max(known) and max(known.values()) < start < end:  # never backwards
            known[index] = start
    known.setdefault(len(piece.words), end)
    anchors = sorted(known)
    letters = np.cumsum([0, *(len(word.said) + 1 for word in piece.words)])
    return [int(np.interp(letters[n], letters[anchors], [known[a] for a in anchors])) for n in range(len(piece.words))]
