"""Whisper with the operator's own weights on disk, by faster-whisper, in child processes."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from avatarsite.core.children import ChildPool
from avatarsite.core.diagnosis import Diagnosis
from avatarsite.core.engines import EngineFailed
from twins.stt.base import STT, Heard, Listening, Segment
from twins.stt.example import spoken
from twins.stt.languages import WHISPER
from twins.stt.whisper_child import Listen

FILES = ("model.bin", "config.json", "tokenizer.json")  # of a model in CTranslate2's form


class WhisperSTT(STT):
    """Understands many languages; quality and speed are those of the model.

    model: folder of a Whisper model in CTranslate2's form. compute: how it calculates, e.g. int8, float32, float16.
    threads: processor threads of one process. Further codes of EngineFailed: stt_not_configured, stt_model_broken.
    """

    streams = True
    pace = 10.0

    def __init__(
        self, model: str = "", *, compute: str = "int8", device: str = "cpu", threads: int = 2, processes: int = 1
    ) -> None:
        self._folder = Path(model)
        self._loading = (model, device, compute, threads)
        self._pool = ChildPool("twins.stt.whisper_child", processes)

    def languages(self) -> dict[str, str]:
        return WHISPER

    def diagnosis(self) -> Diagnosis:
        return Diagnosis(
            missing=self._missing(),
            licence="faster-whisper and OpenAI's weights MIT",
            source="a Whisper model in CTranslate2's form, e.g. Systran/faster-whisper-small of the Hugging Face hub",
            cost="int8, two cores: tiny 0.2 GB and 10 x real time, small 0.6 GB and 2 x, medium 1.5 GB and below 1 x",
        )

    def _missing(self) -> str:
        if not find_spec("faster_whisper"):
            return "The package faster-whisper is not installed: pip install -r requirements-models.txt"
        absent = [name for name in FILES if not (self._folder / name).is_file()]
        if not self._loading[0] or absent:
            return f"WHISPER_MODEL must name the folder of a Whisper model in CTranslate2's form: {', '.join(FILES)}."
        return ""

    def measured(self) -> str:
        return self.pace_of(spoken())

    def close(self) -> None:
        self._pool.close()

    def _listen(self, asked: Listening) -> Heard:
        missing = self._missing()
        if missing:
            raise EngineFailed(missing, "stt_not_configured")
        parts = self._parts(asked)
        return Heard(_segments(parts), str(next(parts)))

    def _parts(self, asked: Listening) -> Iterator[Segment | str]:
        """The language first, then the segments."""
        with self._pool.child(wait=asked.left()) as child:
            child.send(Listen(self._loading, asked.sound.pcm, asked.language))
            while (part := child.receive(asked.left())) is not None:
                yield part


def _segments(parts: Iterator[Segment | str]) -> Iterator[Segment]:
    return (part for part in parts if isinstance(part, Segment))
