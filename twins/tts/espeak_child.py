"""The espeak-ng library in its own process: `python -m twins.tts.espeak_child FD`.

Nothing else in the project loads this library: it is GPL-3, keeps global state and is not thread-safe.
C interface: espeak-ng's `speak_lib.h` (API revision 12). One `Utterance` in, one `Speech` out.
"""

import ctypes
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import espeakng_loader

from avatarsite.core.children import serve
from avatarsite.core.engines import EngineFailed
from twins.tts.espeak_messages import Speech, Utterance

_SYNCHRONOUS, _PHONEME_EVENTS, _PHONEME_IPA, _DO_NOT_EXIT = 2, 1, 2, 0x8000
_RATE, _VOLUME, _PITCH, _RANGE, _WORD_GAP = 1, 2, 3, 4, 7
_UTF8 = 1  # SSML is never interpreted
_PHONEMES = 0x100  # [[phoneme]] input is, when the utterance was written so by us
_WORD, _PHONEME = 1, 7


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event))


class Library:
    """The loaded library; one per process."""

    def __init__(self) -> None:
        # The library keeps the data path in a small fixed buffer: a long path fails, so it gets ".".
        data = Path(espeakng_loader.get_data_path())
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        os.chdir(data.parent)
        self._data = data
        options = _PHONEME_EVENTS | _PHONEME_IPA | _DO_NOT_EXIT
        self.sample_rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, b".", options)
        if self.sample_rate <= 0:
            raise RuntimeError("espeak-ng did not initialise")
        self._callback = _Callback(self._collect)  # kept: the library holds only a pointer to it
        self._library.espeak_SetSynthCallback(self._callback)
        self._settings: tuple[str, str, int] | None = None
        self._begin()

    def speak(self, said: Utterance) -> Speech:
        self._use(said)
        self._begin()
        text = said.text.encode()
        flags = _UTF8 | (_PHONEMES if said.phonemes else 0)
        status = self._library.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, 1, 0, flags, None, None)
        if status != 0:
            raise RuntimeError("espeak-ng refused to synthesise")
        return Speech(b"".join(self._pcm), self.sample_rate, tuple(self._phonemes), tuple(self._words))

    def _begin(self) -> None:
        self._pcm: list[bytes] = []
        self._phonemes: list[tuple[int, str]] = []
        self._words: list[tuple[int, int]] = []

    def _use(self, said: Utterance) -> None:
        settings = (said.language, said.timbre, said.words_per_minute)
        if settings == self._settings:
            return
        self._settings = None
        self._load_voice(said.language, said.timbre)
        # Always all of them: tempo otherwise leaks from the language that was loaded before.
        for parameter, value in ((_RATE, said.words_per_minute), (_PITCH, 50), (_RANGE, 50), (_WORD_GAP, 0)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._settings = settings

    def _load_voice(self, language: str, timbre: str) -> None:
        """A voice file is the language's lines followed by the voice's own; later lines win."""
        lines = (self._data / "lang" / language).read_bytes()
        with tempfile.NamedTemporaryFile(prefix="voice") as file:
            file.write(lines + b"\n" + timbre.encode() + b"\n")
            file.flush()
            if self._library.espeak_ng_SetVoiceByFile(file.name.encode()) != 0:
                raise EngineFailed("The voice could not be loaded.", "voice_broken")

    def _collect(self, pcm: int | None, count: int, events: Any) -> int:
        if pcm and count > 0:
            self._pcm.append(ctypes.string_at(pcm, 2 * count))
        index = 0
        while (event := events[index]).type:
            if event.type == _WORD:
                self._words.append((event.sample, event.text_position - 1))
            elif event.type == _PHONEME:
                self._phonemes.append((event.sample, _name(event)))
            index += 1
        return 0


def _name(event: _Event) -> str:
    """The phoneme's name: up to 8 bytes of UTF-8, without a final NUL when all 8 are used."""
    raw = ctypes.string_at(ctypes.addressof(event.id), 8)
    return raw.split(b"\0", 1)[0].decode(errors="ignore")


def main() -> None:
    library = Library()

    def answer(request: Utterance, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
        send(library.speak(request))

    serve(answer)


if __name__ == "__main__":
    main()
