"""The operator's own network for mouths: where it is, and what it needs; apart from how it is run.

Its inputs and outputs are those of Wav2Lip (Prajwal et al., "A Lip Sync Expert Is All You Need", ACM MM 2020).
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from avatarsite.core.diagnosis import Diagnosis, pace
from avatarsite.core.engines import EngineFailed

FRAMES, FPS = 10, 25  # that are measured


@dataclass(frozen=True)
class MouthModel:
    """path: of an ONNX file; "" when mouths are to be drawn without one. threads: processor cores for one clip."""

    path: str = ""
    threads: int = 1

    def __bool__(self) -> bool:
        return bool(self.path)

    @property
    def missing(self) -> str:
        """What is not there yet, in words; "" when nothing."""
        if not self.path or not Path(self.path).is_file():
            return "MOUTH_MODEL must name a file that is there: Wav2Lip in ONNX."
        if not find_spec("onnxruntime"):
            return "The package onnxruntime is not installed: pip install -r requirements.txt"
        return ""

    def diagnosis(self) -> Diagnosis:
        return Diagnosis(
            missing=self.missing,
            licence="of the weights: their maker's; those of the Wav2Lip project are for research only",
            source="Wav2Lip's weights in ONNX, mel (B, 1, 80, 16) and faces (B, 6, 96, 96) in: see docs/models.md",
            cost="0.35 GB of memory for each process; 63 ms of a core for each frame: too slow for live talk",
            used=bool(self),
        )

    def measured(self) -> str:
        """Raises EngineFailed: mouth_model_missing, mouth_model_broken."""
        from videos.renderers.local.neural_mouth import network

        return pace(lambda: network(self).rehearse(FRAMES) / FPS) + f", pictures alone, MOUTH_THREADS={self.threads}"

    def check(self) -> None:
        """Raises EngineFailed("mouth_model_missing")."""
        if self.missing:
            raise EngineFailed(self.missing, "mouth_model_missing")


NO_MODEL = MouthModel()
