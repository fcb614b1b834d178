"""Texts to vectors: what every embeddings engine promises."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from avatarsite.core.engines import EngineFailed

Matrix = NDArray[np.float32]


class Embeddings(ABC):
    """Vectors whose scalar product tells how alike the meanings of two texts are.

    name: which model made a vector; vectors of different names are not compared.
    batch: how many texts one call takes.
    """

    name: str
    batch: int = 64
    longest = 8_000  # characters of one text that are looked at

    def embed(self, texts: Sequence[str]) -> Matrix:
        """One row of length one per text, in their order. Raises EngineFailed."""
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        made = np.asarray(self._embed([text[: self.longest] or " " for text in texts]), dtype=np.float32)
        if made.ndim != 2 or len(made) != len(texts) or not np.isfinite(made).all():
            raise EngineFailed("The embeddings engine answered something else than vectors.", "embeddings_malformed")
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
        return np.asarray(made / np.maximum(lengths, 1e-9), dtype=np.float32)

    @abstractmethod
    def _embed(self, texts: Sequence[str]) -> Matrix: ...
