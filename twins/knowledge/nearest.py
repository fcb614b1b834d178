"""The passages whose vectors are nearest to a question's: compared exactly, with the vectors kept in memory."""

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Count, Max, Sum
from numpy.typing import NDArray

from avatarsite.core.engines import EngineFailed
from twins.knowledge import vectors
from twins.models import Chunk, KnowledgeFile

logger = logging.getLogger(__name__)

KEPT_BYTES = 512 * 1_048_576  # of all personalities together; the longest unused ones are forgotten
LEAST_LIKE = 0.2  # cosine below which two texts have nothing to do with each other
_READ_AT_ONCE = 2_000  # rows


@dataclass(frozen=True)
class _Kept:
    """The vectors of one personality as they were when `stamp` was true."""

    stamp: tuple[Any, ...]
    ids: NDArray[np.int64]
    matrix: NDArray[np.float32]


_kept: "OrderedDict[tuple[str, str], _Kept]" = OrderedDict()
_lock = threading.Lock()


def search(personality_id: str, question: str, limit: int) -> list[int]:
    """Ids of passages, nearest first; empty without an embeddings engine, or when it fails: words still find."""
    engine = vectors.engine()
    if engine is None or not question.strip():
        return []
    try:
        known = _known(personality_id, engine.name)
        if not len(known.ids):
            return []
        asked = engine.embed([question])[0]
    except EngineFailed as error:
        logger.warning("embeddings.failed code=%s", error.code)
        return []
    likeness = known.matrix @ asked
    count = min(limit, len(likeness))
    best = np.argpartition(-likeness, count - 1)[:count]
    best = best[np.argsort(-likeness[best], kind="stable")]
    return [int(known.ids[n]) for n in best if likeness[n] >= LEAST_LIKE]


def forget() -> None:
    """Drop all vectors that are kept in memory."""
    with _lock:
        _kept.clear()


def _known(personality_id: str, model: str) -> _Kept:
    """The vectors of a personality, read again only when its documents changed."""
    key, stamp = (personality_id, model), _stamp(personality_id)
    with _lock:
        kept = _kept.get(key)
        if kept is not None and kept.stamp == stamp:
            _kept.move_to_end(key)
            return kept
    fresh = _read(personality_id, model, stamp)
    with _lock:
        _kept[key] = fresh
        _kept.move_to_end(key)
        while len(_kept) > 1 and sum(item.matrix.nbytes for item in _kept.values()) > KEPT_BYTES:
            _kept.popitem(last=False)
    return fresh


def _stamp(personality_id: str) -> tuple[Any, ...]:
    """What changes whenever any passage of a personality does."""
    rows = KnowledgeFile.objects.filter(personality=personality_id)
    facts = rows.aggregate(files=Count("pk"), latest=Max("ingested_at"), chunks=Sum("chunk_count"))
    return tuple(facts.values())


def _read(personality_id: str, model: str, stamp: tuple[Any, ...]) -> _Kept:
    rows = Chunk.objects.filter(personality=personality_id, vector_model=model).order_by("pk")
    ids: list[int] = []
    parts: list[NDArray[np.float32]] = []
    for chunk_id, vector in rows.values_list("pk", "vector").iterator(chunk_size=_READ_AT_ONCE):
        ids.append(chunk_id)
        parts.append(np.frombuffer(vector or b"", dtype="<f4"))
    matrix = np.stack(parts) if parts else np.zeros((0, 1), dtype=np.float32)
    return _Kept(stamp, np.array(ids, dtype=np.int64), matrix)
