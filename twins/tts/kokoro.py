"""Kokoro with the operator's own model files, by kokoro-onnx, in child processes."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from avatarsite.core.children import ChildPool
from avatarsite.core.diagnosis import Diagnosis
from avatarsite.core.engines import EngineFailed
from twins.tts.base import TTS, AudioChunk, Phoneme, VoiceSettings, Word
from twins.tts.kokoro_messages import Said, Say

LANGUAGES = {  # those that its phonemizer reads well: code -> name, espeak-ng's code
    "en-US": ("English (United States)", "en-us"),
    "en-GB": ("English (United Kingdom)", "en-gb"),
    "es-ES": ("Spanish (Spain)", "es"),
    "fr-FR": ("French (France)", "fr-fr"),
    "hi": ("Hindi", "hi"),
    "it": ("Italian", "it"),
    "pt-BR": ("Portuguese (Brazil)", "pt-br"),
}
SPEEDS = (0.5, 2.0)
MARKS = frozenset("ˈˌː")
SECONDS_PER_TEXT = 120.0


class KokoroTTS(TTS):
    """Human-like voices; which ones, the voices file says. Pitch is the voice's own.

    model, voices: files of the operator. Phonemes and words are timed when the model tells durations.
    Further codes of EngineFailed: tts_not_configured, tts_model_broken, voice_unknown, language_unsupported.
    """

    timings = True

    def __init__(self, model: str = "", voices: str = "", processes: int = 1) -> None:
        self._model, self._voices = model, voices
        self._pool = ChildPool("twins.tts.kokoro_child", processes)

    def languages(self) -> dict[str, str]:
        return {code: name for code, (name, _) in LANGUAGES.items()}

    def diagnosis(self) -> Diagnosis:
        return Diagnosis(
            missing=self._missing(),
            licence="model and code Apache-2.0 and MIT; its phonemizer GPL-3, in a process of its own",
            source="kokoro-v1.0.onnx and voices-v1.0.bin of the kokoro-onnx project's releases",
            cost="about 0.5 GB of memory; 1 to 3 x real time for each processor core",
        )

    def measured(self) -> str:
        with np.load(self._voices, allow_pickle=False) as voices:
            return self.pace(VoiceSettings(voices.files[0], language="en-US"))

    def close(self) -> None:
        self._pool.close()

    def _missing(self) -> str:
        if not find_spec("kokoro_onnx"):
            return "The package kokoro-onnx is not installed: pip install -r requirements-models.txt"
        for name, path in (("KOKORO_MODEL", self._model), ("KOKORO_VOICES", self._voices)):
            if not path or not Path(path).is_file():
                return f"{name} must name a file that is there."
        return ""

    def _stream(self, text: str, voice: VoiceSettings) -> Iterator[AudioChunk]:
        missing = self._missing()
        if missing:
            raise EngineFailed(missing, "tts_not_configured")
        speed = min(max(voice.rate, SPEEDS[0]), SPEEDS[1])
        asked = Say(self._model, self._voices, text, voice.voice_id, _espeak_code(voice.language), speed)
        with self._pool.child() as child:
            child.send(asked)
            said = child.receive(SECONDS_PER_TEXT)
        if not isinstance(said, Said):
            raise EngineFailed("The engine gave an answer that is no speech.", "engine_crashed", retryable=True)
        yield AudioChunk(said.pcm, said.sample_rate, _phonemes(said), _words(text, said))


def _espeak_code(language: str) -> str:
    for code, (_, espeak) in LANGUAGES.items():
        if language.lower() == code.lower() or language.lower() == code.split("-")[0]:
            return espeak
    known = ", ".join(LANGUAGES)
    raise EngineFailed(f"Kokoro does not speak “{language[:20]}”. It speaks: {known}.", "language_unsupported")


def _phonemes(said: Said) -> tuple[Phoneme, ...]:
    """IPA symbols; spaces and punctuation are pauses, marks of stress and length belong to the sound beside them."""
    found: list[Phoneme] = []
    for symbol, start, end in said.phonemes:
        if symbol in MARKS and found:
            found[-1] = Phoneme(found[-1].symbol, found[-1].start, end)
        elif symbol not in MARKS:
            found.append(Phoneme(symbol if symbol.isalpha() else "", start, end))
    return tuple(found)


def _words(text: str, said: Said) -> tuple[Word, ...]:
    """The written words by the groups of phonemes between spaces; none when their numbers differ."""
    written, groups = text.split(), _groups(said)
    if len(written) != len(groups):
        return ()
    return tuple(Word(word, start, end) for word, (start, end) in zip(written, groups, strict=True))


def _groups(said: Said) -> list[tuple[float, float]]:
    groups: list[tuple[float, float]] = []
    apart = True
    for symbol, start, end in said.phonemes:
        if not (symbol.isalpha() or symbol in MARKS):
            apart = apart or symbol == " "
            continue
        if apart:
            groups.append((start, end))
        else:
            groups[-1] = (groups[-1][0], end)
        apart = False
    return groups
