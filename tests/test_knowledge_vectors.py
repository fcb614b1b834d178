"""Vectors are compared by the database or in memory: both find the same passages, whatever comes and goes."""

from collections.abc import Iterator
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from numpy.typing import NDArray

from twins.knowledge import in_memory, vector_table
from twins.models import Chunk, KnowledgeFile, Personality

pytestmark = pytest.mark.django_db
MODEL, LENGTH, SUBJECTS = "model", 96, 12
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no pgvector; run on PostgreSQL"
)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    in_memory.forget()
    yield
    in_memory.forget()


def vectors(count: int, seed: int) -> NDArray[np.float32]:
    """Vectors as texts have them: of a few subjects, each with something of its own."""
    subjects = np.random.default_rng(0).normal(size=(SUBJECTS, LENGTH))
    drawn = np.random.default_rng(seed)
    made = subjects[drawn.integers(0, SUBJECTS, count)] + drawn.normal(size=(count, LENGTH))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def knowing(count: int, seed: int = 1) -> Personality:
    mind = Personality.objects.create(name="Knows")
    document = KnowledgeFile.objects.create(personality=mind, name="x", status="ready", chunk_count=count)
    rows = [
        Chunk(file=document, personality=mind, place=n, tokens="", vector=row.tobytes(), vector_model=MODEL)
        for n, row in enumerate(vectors(count, seed))
    ]
    vector_table.store(Chunk.objects.bulk_create(rows))
    return mind


def exact(mind: Personality, asked: NDArray[np.float32], limit: int) -> list[int]:
    rows = Chunk.objects.filter(personality=mind).values_list("pk", "vector")
    likeness = {pk: float(np.frombuffer(bytes(vector), "<f4") @ asked) for pk, vector in rows}
    return sorted(likeness, key=lambda pk: -likeness[pk])[:limit]


def shared(found: list[tuple[int, float]], wanted: list[int]) -> float:
    return len({pk for pk, _ in found} & set(wanted)) / len(wanted)


def test_vectors_kept_whole_find_what_is_nearest_in_its_order() -> None:
    mind, asked = knowing(200), vectors(1, 2)[0]
    assert [pk for pk, _ in in_memory.known(mind.pk, MODEL).nearest(asked, 10)] == exact(mind, asked, 10)


def test_signs_alone_lead_to_the_same_passages_in_a_small_part_of_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    mind = knowing(600)
    whole = in_memory.known(mind.pk, MODEL)
    in_memory.forget()
    monkeypatch.setattr(in_memory, "WHOLE_BYTES", 100)
    monkeypatch.setattr(in_memory, "COMPARED", 120)
    signs = in_memory.known(mind.pk, MODEL)
    assert signs.nbytes * 20 < whole.nbytes
    found = [shared(signs.nearest(asked, 10), exact(mind, asked, 10)) for asked in vectors(20, 3)]
    assert np.mean(found) > 0.95
    (_, likeness), *_rest = signs.nearest(vectors(600, 1)[0], 1)
    assert likeness == pytest.approx(1.0, abs=1e-5)  # likeness is exact, not counted in signs


def test_a_personality_without_vectors_is_known_as_such() -> None:
    mind = Personality.objects.create(name="Empty")
    assert len(in_memory.known(mind.pk, MODEL)) == 0


# PostgreSQL with pgvector


@on_postgresql
def test_migrations_make_the_table_where_pgvector_is() -> None:
    assert vector_table.exists()


@on_postgresql
def test_database_and_memory_find_the_same() -> None:
    mind = knowing(300)
    knowing(300, seed=7)  # another's, which must not be found
    for asked in vectors(5, 4):
        stored = vector_table.known(mind.pk, MODEL).nearest(asked, 10)
        kept = in_memory.known(mind.pk, MODEL).nearest(asked, 10)
        assert [pk for pk, _ in stored] == [pk for pk, _ in kept]
        assert np.allclose([likeness for _, likeness in stored], [likeness for _, likeness in kept], atol=2e-3)


@on_postgresql
def test_the_index_finds_nearly_all_and_only_passages_of_the_one_personality(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_table, "EXACTLY", 10)
    mind, other = knowing(100), knowing(900, seed=7)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    found = [vector_table.known(mind.pk, MODEL).nearest(asked, 10) for asked in vectors(5, 4)]
    wanted = [exact(mind, asked, 10) for asked in vectors(5, 4)]
    assert np.mean([shared(*pair) for pair in zip(found, wanted, strict=True)]) > 0.95
    theirs = set(Chunk.objects.filter(personality=other).values_list("pk", flat=True))
    assert not theirs & {pk for listed in found for pk, _ in listed}


@on_postgresql
def test_vectors_go_with_their_passages() -> None:
    mind = knowing(20)
    assert len(vector_table.known(mind.pk, MODEL)) == 20
    mind.delete()
    assert len(vector_table.known(mind.pk, MODEL)) == 0


@on_postgresql
def test_vectors_of_another_model_or_length_are_not_compared() -> None:
    mind = knowing(20)
    assert len(vector_table.known(mind.pk, "another")) == 0
    assert vector_table.known(mind.pk, MODEL).nearest(vectors(1, 2)[0][:40], 10) == []


@on_postgresql
def test_an_installation_that_gets_pgvector_later_fills_the_table_by_a_command() -> None:
    vector_table.drop()
    mind, asked = knowing(50), vectors(1, 2)[0]
    assert not vector_table.exists()
    call_command("index_vectors", stdout=StringIO())
    assert [pk for pk, _ in vector_table.known(mind.pk, MODEL).nearest(asked, 10)] == exact(mind, asked, 10)
    call_command("index_vectors", stdout=StringIO())  # once more changes nothing
    assert len(vector_table.known(mind.pk, MODEL)) == 50


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has what the command asks for; run on SQLite")
def test_on_sqlite_the_command_says_that_there_is_nothing_to_do() -> None:
    with pytest.raises(CommandError, match="SQLite"):
        call_command("index_vectors")
