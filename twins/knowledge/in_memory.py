"""Vectors of passages, compared in this process: how it is done on SQLite, and on PostgreSQL without pgvector.

The vectors of a personality are kept whole, and compared exactly. Where they are too many for that, only the sign of
each number is kept (binary quantization: a thirty-second of the memory); the passages with the most signs in common are
read and compared exactly.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Count, Max, QuerySet, Sum
from numpy.typing import NDArray

from twins.models import Chunk, KnowledgeFile

KEPT_BYTES = 512 * 1_048_576  # of all personalities together; the longest unused ones are forgotten
WHOLE_BYTES = 256 * 1_048_576  # of one personality's vectors that are kept whole: 131,072 of 512 numbers
COMPARED = 1_000  # passages that are compared exactly where only signs are kept
_READ_AT_ONCE = 2_000  # rows

Vector = NDArray[np.float32]
Stamp = tuple[Any, ...]
Near = list[tuple[int, float]]  # (id of a passage, cosine), nearest first


@dataclass(frozen=True)
class Whole:
    """The vectors of one personality as they were when `stamp` was true."""

    stamp: Stamp
    ids: NDArray[np.int64]
    matrix: Vector  # (passages, dimensions), rows of length one

    @property
    def nbytes(self) -> int:
        return self.matrix.nbytes

    def __len__(self) -> int:
        return len(self.ids)

    def nearest(self, asked: Vector, limit: int) -> Near:
        likeness = self.matrix @ asked
        return [(int(self.ids[n]), float(likeness[n])) for n in _largest(likeness, limit)]


@dataclass(frozen=True)
class Signs:
    """The signs of them."""

    stamp: Stamp
    ids: NDArray[np.int64]
    codes: NDArray[np.uint64]  # (passages, dimensions / 64)
    middle: Vector  # what is subtracted before the signs are taken: vectors of one subject lie on one side of zero

    @property
    def nbytes(self) -> int:
        return self.codes.nbytes

    def __len__(self) -> int:
        return len(self.ids)

    def nearest(self, asked: Vector, limit: int) -> Near:
        differing = np.bitwise_count(self.codes ^ _codes(asked[None] - self.middle)).sum(axis=1, dtype=np.int32)
        likely = self.ids[_largest(-differing, max(COMPARED, limit))]
        return _read(Chunk.objects.filter(pk__in=likely.tolist()), self.stamp).nearest(asked, limit)


Kept = Whole | Signs
_kept: "OrderedDict[tuple[str, str], Kept]" = OrderedDict()
_lock = threading.Lock()


def known(personality_id: str, model: str) -> Kept:
    """The vectors of a personality, read again only when its documents changed."""
    key, stamp = (personality_id, model), _stamp(personality_id)
    with _lock:
        kept = _kept.get(key)
        if kept is not None and kept.stamp == stamp:
            _kept.move_to_end(key)
            return kept
    rows = Chunk.objects.filter(personality=personality_id, vector_model=model).order_by("pk")
    fresh: Kept = _read(rows, stamp) if _bytes(rows) <= WHOLE_BYTES else _read_signs(rows, stamp)
    with _lock:
        _kept[key] = fresh
        _kept.move_to_end(key)
        while len(_kept) > 1 and sum(item.nbytes for item in _kept.values()) > KEPT_BYTES:
            _kept.popitem(last=False)
    return fresh


def forget() -> None:
    """Drop all vectors that are kept in memory."""
    with _lock:
        _kept.clear()


def _stamp(personality_id: str) -> Stamp:
    """What changes whenever any passage of a personality does."""
    rows = KnowledgeFile.objects.filter(personality=personality_id)
    facts = rows.aggregate(files=Count("pk"), latest=Max("ingested_at"), chunks=Sum("chunk_count"))
    return tuple(facts.values())


def _bytes(rows: "QuerySet[Chunk]") -> int:
    one = rows.values_list("vector", flat=True).first()
    return rows.count() * len(one or b"")


def _read(rows: "QuerySet[Chunk]", stamp: Stamp) -> Whole:
    ids: list[int] = []
    parts: list[Vector] = [np.zeros((0, 1), dtype=np.float32)]
    for some, matrix in _batches(rows):
        ids += some
        parts.append(matrix)
    return Whole(stamp, np.array(ids, dtype=np.int64), np.concatenate(parts[1:] or parts))


def _read_signs(rows: "QuerySet[Chunk]", stamp: Stamp) -> Signs:
    ids: list[int] = []
    parts: list[NDArray[np.uint64]] = []
    middle: Vector = np.zeros(0, dtype=np.float32)
    for some, matrix in _batches(rows):
        middle = middle if len(middle) else matrix.mean(axis=0)
        ids += some
        parts.append(_codes(matrix - middle))
    return Signs(stamp, np.array(ids, dtype=np.int64), np.concatenate(parts), middle)


def _batches(rows: "QuerySet[Chunk]") -> Iterator[tuple[list[int], Vector]]:
    """(ids, vectors) of some of the rows at a time."""
    ids: list[int] = []
    data: list[bytes] = []
    for chunk_id, vector in rows.values_list("pk", "vector").iterator(chunk_size=_READ_AT_ONCE):
        ids.append(chunk_id)
        data.append(bytes(vector or b""))
        if len(ids) == _READ_AT_ONCE:
            yield ids, np.frombuffer(b"".join(data), dtype="<f4").reshape(len(ids), -1)
            ids, data = [], []
    if ids:
        yield ids, np.frombuffer(b"".join(data), dtype="<f4").reshape(len(ids), -1)


def _codes(matrix: Vector) -> NDArray[np.uint64]:
    """The signs of the numbers of each row, 64 in one."""
    bits = np.packbits(matrix > 0, axis=1)
    return np.ascontiguousarray(np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8)))).view(np.uint64)


def _largest(values: NDArray[Any], count: int) -> NDArray[np.intp]:
    """The places of the largest values, largest first."""
    if not len(values):
        return np.zeros(0, dtype=np.intp)
    count = min(count, len(values))
    best = np.argpartition(-values, count - 1)[:count]
    return best[np.argsort(-values[best], kind="stable")]
