"""kokoro-onnx in a process of its own: `python -m twins.tts.kokoro_child FD`. One `Say` in, one `Said` out.

Its phonemizer is GPL-3 and keeps global state; nothing else in the project loads it.
"""

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from kokoro_onnx import Kokoro

from avatarsite.core.children import serve
from avatarsite.core.engines import EngineFailed
from twins.tts.kokoro_messages import Said, Say


@lru_cache(maxsize=1)
def _model(model: str, voices: str) -> Kokoro:
    try:
        return Kokoro(model, voices)
    except Exception as error:  # noqa: BLE001  each of its libraries has errors of its own for a file that is wrong
        words = "Kokoro cannot be loaded: KOKORO_MODEL or KOKORO_VOICES is broken, or no Kokoro model."
        raise EngineFailed(words, "tts_model_broken") from error


def _said(asked: Say) -> Said:
    model = _model(asked.model, asked.voices)
    if asked.voice not in model.voices:
        known = ", ".join(sorted(model.voices))
        raise EngineFailed(f"Kokoro has no voice “{asked.voice[:40]}”. There are: {known}.", "voice_unknown")
    try:
        audio, rate, timings = model.create_timed(asked.text, asked.voice, asked.speed, asked.language)
    except ValueError as error:  # no phoneme of the text is in the model's vocabulary
        raise EngineFailed("The voice cannot speak this text.", "tts_unspeakable") from error
    pcm = np.round(np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes()
    return Said(pcm, rate, tuple((one.phoneme, one.start, one.end) for one in timings))


def _handle(request: Say, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    send(_said(request))


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    serve(_handle)
