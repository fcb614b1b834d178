"""Piper with the operator's own voices: its command, in processes of its own, for it is GPL-3."""

import json
import re
import shlex
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from avatarsite.core.diagnosis import Diagnosis
from avatarsite.core.engines import EngineFailed
from twins.tts.base import TTS, AudioChunk, VoiceSettings

PIECE = 0.25  # seconds of a chunk
SCALES = (0.5, 2.0)  # of a sound's length
SECONDS_PER_TEXT = 120.0


@dataclass(frozen=True)
class PiperVoice:
    """One voice of the folder; its id is the file's name without .onnx."""

    model: Path
    sample_rate: int
    language: str  # BCP-47
    language_name: str


class PiperTTS(TTS):
    """Natural voices in many languages, one for each voice file; no times of sounds. Pitch is the voice's own.

    command: how Piper is started, e.g. "piper" or "/opt/piper/bin/python -m piper". voices: folder of *.onnx files,
    each with its .onnx.json. A process speaks one text and ends; the next is started beforehand, so that nobody waits
    for the loading of its voice.
    Further codes of EngineFailed: tts_not_configured, voice_unknown, voice_broken, language_unsupported.
    """

    def __init__(self, command: str = "", voices: str = "") -> None:
        self._command = shlex.split(command)
        self._folder = Path(voices) if voices else None
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}

    def voices(self) -> dict[str, PiperVoice]:
        files = sorted(self._folder.glob("*.onnx")) if self._folder else []
        return {file.stem: voice for file in files if (voice := _described(file))}

    def languages(self) -> dict[str, str]:
        return {voice.language: voice.language_name for voice in self.voices().values()}

    def diagnosis(self) -> Diagnosis:
        return Diagnosis(
            missing=self._missing(),
            licence="Piper GPL-3, in a process of its own; each voice its own, see its MODEL_CARD",
            source="the piper-tts package; voices (.onnx with .onnx.json) from the rhasspy/piper-voices collection",
            cost="about 0.2 GB of memory for each voice in use; 5 to 20 x real time for each processor core",
        )

    def close(self) -> None:
        with self._lock:
            waiting, self._waiting = list(self._waiting.values()), {}
        for process in waiting:
            _end(process)

    def _missing(self) -> str:
        if not self._command or not shutil.which(self._command[0]):
            return "PIPER_COMMAND must start Piper: pip install piper-tts in an environment of its own, then name it."
        if not self.voices():
            return "PIPER_VOICES must be a folder with at least one voice: NAME.onnx and NAME.onnx.json."
        return ""

    def measured(self) -> str:
        name, voice = next(iter(self.voices().items()))
        return self.pace(VoiceSettings(name, language=voice.language))

    def _stream(self, text: str, voice: VoiceSettings) -> Iterator[AudioChunk]:
        found = self._find(voice)
        scale = 1 / min(max(voice.rate, SCALES[0]), SCALES[1])
        command = (*self._command, "-m", str(found.model), "--output-raw", "--length-scale", f"{scale:.3f}")
        size = 2 * round(PIECE * found.sample_rate)
        with self._process(command) as process:
            for piece in _spoken(process, text, size):
                yield AudioChunk(piece, found.sample_rate)

    def _find(self, voice: VoiceSettings) -> PiperVoice:
        missing = self._missing()
        if missing:
            raise EngineFailed(missing, "tts_not_configured")
        voices = self.voices()
        found = voices.get(voice.voice_id)
        if found is None:
            words = f"Piper has no voice “{voice.voice_id[:60]}”. There are: {', '.join(voices)}."
            raise EngineFailed(words, "voice_unknown")
        if voice.language.split("-")[0].lower() != found.language.split("-")[0].lower():
            words = f"This voice speaks {found.language_name} ({found.language}), not “{voice.language[:20]}”."
            raise EngineFailed(words, "language_unsupported")
        return found

    @contextmanager
    def _process(self, command: tuple[str, ...]) -> Iterator[subprocess.Popen[bytes]]:
        with self._lock:
            process = self._waiting.pop(command, None)
        process = process if process and process.poll() is None else _start(command)
        watch = threading.Timer(SECONDS_PER_TEXT, process.kill)
        watch.start()
        try:
            yield process
        finally:
            watch.cancel()
            _end(process)
        self._prepare(command)

    def _prepare(self, command: tuple[str, ...]) -> None:
        """Keep one process ready, of the voice that spoke last."""
        with self._lock:
            others, self._waiting = self._waiting, {command: _start(command)}
        for process in others.values():
            _end(process)


def _described(model: Path) -> PiperVoice | None:
    """None for a model without a description that can be read."""
    try:
        facts = json.loads(Path(f"{model}.json").read_text("utf-8"))
        language = facts.get("language") or {}
        code = str(language.get("code") or facts["espeak"]["voice"]).replace("_", "-")
        name = " ".join(str(language.get(key, "")) for key in ("name_english", "country_english")).strip()
        return PiperVoice(model, int(facts["audio"]["sample_rate"]), code, name or code)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _start(command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603  the operator's own command, and none of its words are a customer's
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it may repeat what is spoken
            start_new_session=True,
        )
    except OSError as error:
        raise EngineFailed("Piper cannot be started.", "engine_crashed", retryable=True) from error


def _spoken(process: subprocess.Popen[bytes], text: str, size: int) -> Iterator[bytes]:
    """Pieces of PCM as they come. The text is one line, and [[ ]], which would be read as phonemes, is left out."""
    assert process.stdin and process.stdout  # noqa: S101  both are pipes
    line = re.sub(r"\[\[|\]\]", " ", " ".join(text.split()))
    try:
        process.stdin.write(f"{line}\n".encode())
        process.stdin.close()
    except OSError as error:
        raise EngineFailed("Piper cannot load this voice.", "voice_broken") from error
    while piece := process.stdout.read(size):
        yield piece[: len(piece) // 2 * 2]
    if process.wait() < 0:
        raise EngineFailed("The voice took too long and was stopped.", "engine_timeout", retryable=True)
    if process.returncode:
        raise EngineFailed("Piper cannot load this voice, or cannot speak with it.", "voice_broken")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe and not pipe.closed:
            try:
                pipe.close()
            except OSError:  # what was still to be written has no reader any more
                continue
