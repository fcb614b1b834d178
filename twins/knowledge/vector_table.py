"""Vectors of passages, compared by PostgreSQL: a table of pgvector's beside the passages, where that is installed.

The table is no model of Django's: most installations do not have it. The migrations make it where they can; an
installation that gets pgvector later makes and fills it by `manage.py index_vectors`. Everything needs pgvector 0.8,
whose scans go on until enough of the wanted personality's passages are found.

Half precision is compared (float16: likeness to about three digits); what passages keep is untouched.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import ProgrammingError, connection, transaction
from django.db.models import QuerySet
from numpy.typing import NDArray

from twins.models import Chunk

MOST_DIMENSIONS = 3_072  # what a row and its index hold; longer vectors are not found by meaning here
EXACTLY = 10_000  # passages of a personality that are compared one by one, without the index
NEEDED = (0, 8)  # pgvector's version
_STORED_AT_ONCE = 500  # rows

_MADE = [
    "CREATE EXTENSION IF NOT EXISTS vector",
    """CREATE TABLE twins_chunk_vector (
        chunk_id bigint PRIMARY KEY, personality_id varchar(40) NOT NULL, model varchar(80) NOT NULL,
        dimensions smallint NOT NULL, embedding halfvec NOT NULL)""",
    "ALTER TABLE twins_chunk_vector ALTER embedding SET STORAGE PLAIN",
    "CREATE INDEX twins_chunk_vector_of ON twins_chunk_vector (personality_id, model)",
    # No foreign key: what empties Django's tables would stumble over a table that Django does not know.
    """CREATE FUNCTION twins_chunk_vector_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM twins_chunk_vector USING gone WHERE chunk_id = gone.id; RETURN NULL; END $$""",
    """CREATE TRIGGER twins_chunk_vector_out AFTER DELETE ON twins_chunk
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION twins_chunk_vector_out()""",
]
_UNMADE = [
    "DROP TRIGGER IF EXISTS twins_chunk_vector_out ON twins_chunk",
    "DROP FUNCTION IF EXISTS twins_chunk_vector_out()",
    "DROP TABLE IF EXISTS twins_chunk_vector",
]


@dataclass(frozen=True)
class Known:
    """The vectors of one personality; `count` goes no further than one more than EXACTLY."""

    personality_id: str
    model: str
    count: int

    def __len__(self) -> int:
        return self.count

    def nearest(self, asked: NDArray[np.float32], limit: int) -> list[tuple[int, float]]:
        """(id of a passage, cosine), nearest first."""
        length = len(asked)
        if length > MOST_DIMENSIONS:
            return []
        # The index is over this very cast; without it, the passages are compared one by one.
        cast = f"::halfvec({length})" if self.count > EXACTLY else ""
        distance = f"embedding{cast} <#> %s::halfvec({length})"
        where = "WHERE personality_id = %s AND model = %s AND dimensions = %s"
        sql = f"SELECT chunk_id, {distance} FROM twins_chunk_vector {where} ORDER BY 2 LIMIT %s"  # noqa: S608
        values: list[Any] = [_written(asked), self.personality_id, self.model, length, limit]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL hnsw.iterative_scan = strict_order; SET LOCAL hnsw.ef_search = 200")
            cursor.execute(sql, values)
            return [(chunk_id, -float(product)) for chunk_id, product in cursor.fetchall()]


def exists() -> bool:
    """Whether this database has the table; asked each time, for it may be made while the server runs."""
    if connection.vendor != "postgresql":
        return False
    return bool(_one("SELECT to_regclass('twins_chunk_vector') IS NOT NULL"))


def known(personality_id: str, model: str) -> Known:
    held = "SELECT 1 FROM twins_chunk_vector WHERE personality_id = %s AND model = %s LIMIT %s"
    count = _one(f"SELECT count(*) FROM ({held}) held", personality_id, model, EXACTLY + 1)  # noqa: S608
    return Known(personality_id, model, count)


def make() -> bool:
    """Make the table and fill it from all passages, unless it is there; False where the database has no pgvector 0.8.

    Nothing is written to passages meanwhile. Raises ProgrammingError when the database's user may not do it.
    """
    if connection.vendor != "postgresql" or not _installable():
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE twins_chunk IN SHARE ROW EXCLUSIVE MODE")
        if not exists():
            for sql in _MADE:
                cursor.execute(sql)
            _fill()
    return True


def make_if_allowed() -> bool:
    """The same; False too when it needs another user's rights."""
    try:
        with transaction.atomic():
            return make()
    except ProgrammingError:
        return False


def drop() -> None:
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            for sql in _UNMADE:
                cursor.execute(sql)


def store(chunks: Sequence[Chunk]) -> None:
    """Put the vectors of passages that were just stored into the table, if there is one."""
    if any(chunk.vector for chunk in chunks) and exists():
        rows = ((chunk.pk, chunk.personality_id, chunk.vector_model, chunk.vector) for chunk in chunks if chunk.vector)
        _insert(rows)


def _fill() -> None:
    chunks: QuerySet[Chunk] = Chunk.objects.exclude(vector=None).order_by("pk")
    rows = chunks.values_list("pk", "personality_id", "vector_model", "vector")
    _insert(rows.iterator(chunk_size=_STORED_AT_ONCE))


def _insert(rows: Iterable[tuple[int, str, str, Any]]) -> None:
    """Store rows of (passage, personality, model, vector); an index for each model follows them: it is faster so."""
    kinds, waiting = set(), []
    for chunk_id, personality_id, model, data in rows:
        vector = np.frombuffer(data, dtype="<f4")
        if len(vector) > MOST_DIMENSIONS:
            continue
        kinds.add((model, len(vector)))
        waiting.append((chunk_id, personality_id, model, len(vector), _written(vector)))
        if len(waiting) == _STORED_AT_ONCE:
            _write(waiting)
            waiting = []
    _write(waiting)
    for model, length in kinds:
        _index(model, length)


def _write(rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        places = ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
        with connection.cursor() as cursor:
            sql = f"INSERT INTO twins_chunk_vector VALUES {places}"  # noqa: S608  no outside text
            cursor.execute(sql, [value for row in rows for value in row])


def _index(model: str, length: int) -> None:
    """The index over the vectors of one model and length (only they are compared), unless it is there."""
    name = f"twins_chunk_vector_{zlib.crc32(f'{model} {length}'.encode()):08x}"
    with transaction.atomic(), connection.cursor() as cursor:
        # Parallel builds take shared memory, of which containers have little.
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL max_parallel_maintenance_workers = 0")
        cursor.execute(
            f"CREATE INDEX IF NOT EXISTS {name} ON twins_chunk_vector USING hnsw "
            f"((embedding::halfvec({length})) halfvec_ip_ops) WHERE model = %s AND dimensions = %s",
            [model, length],
        )


def _written(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join(f"{number:.6g}" for number in vector.tolist()) + "]"


def _installable() -> bool:
    version = _one(
        "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'vector'"
    )
    return version is not None and tuple(map(int, version.split(".")[:2])) >= NEEDED


def _one(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return row[0] if row else None
