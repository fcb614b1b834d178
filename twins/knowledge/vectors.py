"""Vectors of passages: made by the configured embeddings engine, kept as float32."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings

from avatarsite.core.vendors import keys
from avatarsite.core.vendors.chain import Attempt, Chain
from twins.embeddings.base import Embeddings, Matrix


@dataclass(frozen=True)
class Embedded:
    """One vector per text (float32, little-endian, of length one), or None where there is none."""

    model: str
    vectors: Sequence[bytes | None]


class Vectors:
    """The configured embeddings engine with the key of one account (None: the site's), behind its circuit."""

    def __init__(self, alias: str, owner_id: str | None) -> None:
        self._chain = Chain("EMBEDDINGS", "embeddings", [alias], owner_id, lambda attempt: None)
        engine: Embeddings = keys.engine_for("EMBEDDINGS", alias, owner_id)
        self.name, self.batch = engine.name, engine.batch

    def embed(self, texts: Sequence[str]) -> Matrix:
        """As Embeddings.embed. Raises EngineFailed, vendor_resting too."""

        def ask(_alias: str, engine: Embeddings, _attempt: Attempt) -> Matrix:
            return engine.embed(texts)

        return self._chain.first(ask)


def engine(owner_id: str | None = None) -> Vectors | None:
    """The configured engine; None when knowledge is searched by its words alone. Raises vendor_not_configured."""
    alias = settings.EMBEDDINGS_ENGINE
    return Vectors(alias, owner_id) if alias else None


def none(count: int) -> Embedded:
    return Embedded("", [None] * count)


def of(texts: Sequence[str], progress: Callable[[int], None], owner_id: str | None = None) -> Embedded:
    """The vectors of texts; progress is told the share that is done, 0 to 100."""
    embeddings = engine(owner_id)
    if embeddings is None:
        return none(len(texts))
    made: list[bytes | None] = []
    for start in range(0, len(texts), embeddings.batch):
        matrix = embeddings.embed(texts[start : start + embeddings.batch])
        made += [row.astype("<f4").tobytes() for row in matrix]
        progress(len(made) * 100 // len(texts))
    return Embedded(embeddings.name, made)
