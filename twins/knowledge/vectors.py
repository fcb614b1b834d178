"""Vectors of passages: made by the configured embeddings engine, kept as float32."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings

from avatarsite.core import engines
from twins.embeddings.base import Embeddings


@dataclass(frozen=True)
class Embedded:
    """One vector per text (float32, little-endian, of length one), or None where there is none."""

    model: str
    vectors: Sequence[bytes | None]


def engine() -> Embeddings | None:
    """The configured engine; None when knowledge is searched by its words alone."""
    alias = settings.EMBEDDINGS_ENGINE
    return engines.load("EMBEDDINGS", alias) if alias else None


def none(count: int) -> Embedded:
    return Embedded("", [None] * count)


def of(texts: Sequence[str], progress: Callable[[int], None]) -> Embedded:
    """The vectors of texts; progress is told the share that is done, 0 to 100."""
    embeddings = engine()
    if embeddings is None:
        return none(len(texts))
    made: list[bytes | None] = []
    for start in range(0, len(texts), embeddings.batch):
        matrix = embeddings.embed(texts[start : start + embeddings.batch])
        made += [row.astype("<f4").tobytes() for row in matrix]
        progress(len(made) * 100 // len(texts))
    return Embedded(embeddings.name, made)
