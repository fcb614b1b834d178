"""faster-whisper in a process of its own: `python -m twins.stt.whisper_child FD`.

One `Listen` in; the language out, then the segments one by one, and None. The model stays loaded.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from avatarsite.core.children import serve
from avatarsite.core.engines import EngineFailed
from twins.stt.base import Segment, Word


@dataclass(frozen=True)
class Listen:
    """loading: folder of the model, device, compute type, threads. pcm: at 16 kHz. language: "" to find out."""

    loading: tuple[str, str, str, int]
    pcm: bytes
    language: str


@lru_cache(maxsize=1)
def _model(loading: tuple[str, str, str, int]) -> Any:
    from faster_whisper import WhisperModel

    folder, device, compute, threads = loading
    try:
        return WhisperModel(folder, device=device, compute_type=compute, cpu_threads=threads, local_files_only=True)
    except (RuntimeError, ValueError, OSError) as error:
        words = "The Whisper model cannot be loaded: it is broken, or does not fit WHISPER_COMPUTE."
        raise EngineFailed(words, "stt_model_broken") from error


def _heard(asked: Listen) -> Iterator[Segment | str]:
    audio = np.frombuffer(asked.pcm, "<i2").astype(np.float32) / np.float32(32768)
    segments, facts = _model(asked.loading).transcribe(
        audio, language=asked.language or None, word_timestamps=True, vad_filter=False, condition_on_previous_text=False
    )
    yield str(facts.language)
    for segment in segments:
        words = tuple(Word(one.word.strip(), one.start, one.end, one.probability) for one in segment.words or ())
        yield Segment(segment.text.strip(), segment.start, segment.end, words)


def main() -> None:
    def answer(request: Listen, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
        for part in _heard(request):
            send(part)
        send(None)

    serve(answer)


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"  # weights come from the operator's disk, from nowhere else
    main()
