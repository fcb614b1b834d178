"""Training and retrieval: how often the right passage is found and said, how fast documents are read and searched.

`python -m bench.knowledge` measures on a database of its own: SQLite, or the server of DATABASE_URL.
The questions and documents of bench/held were written for it and are used nowhere else.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.table import print_table
from twins.embeddings.base import Embeddings, Matrix

if TYPE_CHECKING:
    from twins.models import Personality

HELD = Path(__file__).parent / "held"
SIZES = (100, 10_000, 100_000)
ASKED = 200  # questions for each size
PAGES = 200  # of the document that is read for speed
SENTENCES_A_PASSAGE = 5
DIMENSIONS = 512  # what OPENAI_EMBEDDINGS_DIMENSIONS is by default
ENGINES = {"bench": {"BACKEND": "bench.knowledge.Directions"}}
SYLLABLES = tuple(a + b for a in "bdfgklmprstvz" for b in "aeiou")


@dataclass(frozen=True)
class Question:
    question: str
    document: str  # "" when no document answers it
    answer: tuple[str, ...]  # one of which a right answer holds


class Directions(Embeddings):
    """Each word is a direction, drawn by its letters; a text is the sum of its words."""

    name = "bench"

    def _embed(self, texts: Sequence[str]) -> Matrix:
        return np.stack([np.sum([_direction(word) for word in text.lower().split()], axis=0) for text in texts])


@cache
def _direction(word: str) -> Matrix:
    return np.random.default_rng(zlib.crc32(word.encode())).normal(size=DIMENSIONS).astype(np.float32)


def run() -> None:
    """Measure in a process of its own: it needs another data folder than the other benches."""
    with tempfile.TemporaryDirectory(prefix="avatarsite-bench-") as folder:
        environment = {**os.environ, "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "avatarsite.settings"}
        subprocess.run([sys.executable, "-m", "bench.knowledge"], env=environment, check=True)


def main() -> None:
    import django

    django.setup()
    with _database():
        mind = _trained()
        _quality(mind, questions(), "held questions")
        _quality(mind, questions("fresh.json"), "questions asked later, and learnt from")
        _quality(mind, questions("unseen.json"), "questions that nothing was tuned by")
        _ingestion()
        _speed()


@contextmanager
def _database() -> Iterator[None]:
    from django.conf import settings
    from django.test.utils import setup_databases, teardown_databases

    default = settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite"):
        default["TEST"] = {**default.get("TEST", {}), "NAME": str(settings.DATA_DIR / "bench.sqlite3")}  # on disk
    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)


# -- Quality


def questions(listed: str = "questions.json") -> list[Question]:
    rows = json.loads((HELD / listed).read_text("utf-8"))
    return [Question(row["question"], row["document"], tuple(row["answer"])) for row in rows]


def _quality(mind: "Personality", listed: list[Question], named: str) -> None:
    answerable = [asked for asked in listed if asked.document]
    unanswerable = [asked for asked in listed if not asked.document]
    ranks = [_rank(mind, asked) for asked in answerable]
    right = [asked for asked in answerable if _is_right(asked, _answer(mind, asked))]
    honest = [asked for asked in unanswerable if _admits(_answer(mind, asked))]
    rows = [
        ("right passage found first", *_share(sum(rank == 1 for rank in ranks), len(ranks))),
        ("right passage among the first five", *_share(sum(0 < rank <= 5 for rank in ranks), len(ranks))),
        ("right answer of the local engine", *_share(len(right), len(answerable))),
        ("honest “I do not know” of the local engine", *_share(len(honest), len(unanswerable))),
    ]
    print_table(f"{len(listed)} {named}, {_documents()} documents", ("", "share", "of"), rows)
    if os.environ.get("BENCH_DETAILS"):
        _tell_misses(mind, answerable, unanswerable, ranks)


def _documents() -> int:
    return len({asked.document for asked in questions() if asked.document})


def _share(count: int, whole: int) -> tuple[str, str]:
    return f"{count / whole:.2f}", f"{count}/{whole}"


def _trained() -> "Personality":
    from django.core.files.base import ContentFile

    from avatarsite.core import jobs
    from twins.knowledge import services
    from twins.models import Personality

    mind = Personality.objects.create(name="Robin", system_prompt="You are Robin, a guide.", max_sentences=3)
    for name in sorted({asked.document for asked in questions() if asked.document}):
        jobs.execute(services.add_file(mind, name, ContentFile((HELD / name).read_bytes())), "bench")
    assert mind.knowledge.exclude(status="ready").count() == 0, list(mind.knowledge.values_list("status_details"))
    return mind


def _rank(mind: "Personality", asked: Question) -> int:
    """At which place the first passage is that holds the answer; 0 when it is not among the first ten."""
    from twins.knowledge.search import search

    for place, found in enumerate(search(mind, asked.question, 10), 1):
        if found.source == asked.document and _is_right(asked, found.text):
            return place
    return 0


def _answer(mind: "Personality", asked: Question) -> str:
    from twins import minds
    from twins.llm.base import ChatMessage
    from twins.llm.local import LocalLLM

    given = minds.mind_of(mind, "Robin", asked.question)
    return "".join(LocalLLM().stream(given, [ChatMessage("user", asked.question)]))


def _is_right(asked: Question, text: str) -> bool:
    return any(part.casefold() in " ".join(text.split()).casefold() for part in asked.answer)


def _admits(reply: str) -> bool:
    """Whether a reply is one of the phrases that say that nothing is known."""
    from twins.llm.phrases import phrases

    known = phrases("en")
    starts = [variant.split("{")[0].strip() for variant in (*known.unknown, *known.unknown_bare)]
    return any(start and start in reply for start in starts)


def _tell_misses(
    mind: "Personality", answerable: list[Question], unanswerable: list[Question], ranks: list[int]
) -> None:
    for asked, rank in zip(answerable, ranks, strict=True):
        reply = _answer(mind, asked)
        if rank != 1 or not _is_right(asked, reply):
            print(f"  rank {rank}  {'right' if _is_right(asked, reply) else 'WRONG'}  {asked.question} -> {reply}")
    for asked in unanswerable:
        if not _admits(reply := _answer(mind, asked)):
            print(f"  NOT HONEST  {asked.question} -> {reply}")


# -- Speed


def _ingestion() -> None:
    from django.core.files.base import ContentFile

    from avatarsite.core import jobs
    from tests import documents
    from twins.knowledge import services
    from twins.models import Personality

    mind = Personality.objects.create(name="Reader")
    page = "\n".join(" ".join(_sentence(random.Random(line)).split()) for line in range(30))
    made = {
        "pages.pdf": documents.pdf([page] * PAGES),
        "pages.md": "\n\n".join(f"# Part {n}\n\n{page}" for n in range(PAGES)).encode(),
    }
    rows = []
    for name, content in made.items():
        document = services.add_file(mind, name, ContentFile(content))
        begun = time.perf_counter()
        jobs.execute(document, "bench")
        seconds = time.perf_counter() - begun
        document.refresh_from_db()
        assert document.status == "ready", document.status_details
        rows.append((name, f"{len(page) * PAGES / 1e6:.1f}", f"{seconds:.1f}", f"{PAGES / seconds:.0f}"))
    print_table(f"Ingesting {PAGES} pages", ("document", "MB of text", "seconds", "pages/s"), rows)


def _speed() -> None:
    from django.db import connection

    rows = []
    for size in SIZES:
        mind, seconds = _filled(size)
        asked = [_asked(random.Random(number), size) for number in range(ASKED)]
        by_words, by_both = _times(mind, asked, ""), _times(mind, asked, "bench")
        recall, kept = _recall(mind, asked[:20])
        stored, megabytes = f"{size / seconds:,.0f}", f"{kept / 1e6:.1f}"
        rows.append((f"{size:,}", *by_words, *by_both, f"{recall:.2f}", megabytes, stored))
    header = ("passages", "words p50 ms", "p95", "with vectors p50 ms", "p95", "recall", "MB kept", "stored/s")
    title = (
        f"Finding the best 8 passages, {connection.vendor}, {_vectors_by()}, {DIMENSIONS} dimensions, {ASKED} questions"
    )
    print_table(title, header, rows)


def _times(mind: "Personality", asked: list[str], engine: str) -> tuple[str, str]:
    """Median and 95th percentile of whole searches, in milliseconds."""
    from django.test import override_settings

    with override_settings(EMBEDDINGS=ENGINES, EMBEDDINGS_ENGINE=engine):
        for question in asked[:20]:
            _milliseconds(mind, question)
        times = sorted(_milliseconds(mind, question) for question in asked)
    return f"{statistics.median(times):.1f}", f"{times[int(len(times) * 0.95)]:.1f}"


def _milliseconds(mind: "Personality", question: str) -> float:
    from twins.knowledge.search import search

    begun = time.perf_counter()
    search(mind, question, 8)
    return (time.perf_counter() - begun) * 1_000


def _vectors_by() -> str:
    from twins.knowledge import vector_table

    return "pgvector" if vector_table.exists() else "vectors in memory"


def _recall(mind: "Personality", asked: list[str]) -> tuple[float, int]:
    """(share of the 30 nearest vectors that is found, bytes of vectors that a process keeps)."""
    from twins.knowledge import in_memory, vector_table
    from twins.models import Chunk

    compared = vector_table if vector_table.exists() else in_memory
    known, kept = compared.known(mind.pk, Directions.name), sum(item.nbytes for item in in_memory._kept.values())
    rows = list(Chunk.objects.filter(personality=mind).values_list("pk", "vector"))
    ids, matrix = [pk for pk, _ in rows], np.frombuffer(b"".join(bytes(data) for _, data in rows), "<f4")
    shares = []
    for vector in Directions().embed(asked):
        wanted = {ids[n] for n in np.argsort(-(matrix.reshape(len(ids), -1) @ vector))[:30]}
        shares.append(len(wanted & {pk for pk, _ in known.nearest(vector, 30)}) / len(wanted))
    in_memory.forget()
    return statistics.mean(shares), kept


def _filled(size: int) -> tuple["Personality", float]:
    """A personality with so many passages of words that are as common as words are (Zipf)."""
    from django.db import connection, transaction

    from twins.knowledge import vector_table
    from twins.knowledge.passages import Block, pieces
    from twins.models import Chunk, KnowledgeFile, Personality

    mind = Personality.objects.create(name=f"Knows {size}")
    document = KnowledgeFile.objects.create(personality=mind, name="Everything", status="ready", chunk_count=size)
    drawn, engine = random.Random(size), Directions()
    vector_table.drop()  # and made when all is stored: an index is built faster than extended
    begun = time.perf_counter()
    for start in range(0, size, 5_000):
        rows = []
        for place in range(start, min(start + 5_000, size)):
            text = " ".join(_sentence(drawn) for _ in range(SENTENCES_A_PASSAGE))
            piece = next(pieces([Block(text)], "Everything", "en"))
            rows.append(Chunk(file=document, personality=mind, place=place, text=text, tokens=piece.tokens))
        for row, vector in zip(rows, engine.embed([row.text for row in rows]), strict=True):
            row.vector, row.vector_model = vector.tobytes(), engine.name
        with transaction.atomic():
            Chunk.objects.bulk_create(rows, batch_size=500)
    if vector_table.make():
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE twins_chunk_vector")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE twins_chunk")
    return mind, time.perf_counter() - begun


def _sentence(drawn: random.Random) -> str:
    return " ".join(_word(drawn) for _ in range(14)).capitalize() + "."


def _word(drawn: random.Random) -> str:
    """One of 50,000 made-up words, as common as words are (Zipf); the first 40 would be stop words."""
    number = int(40 * (50_000 / 40) ** drawn.random())
    word = ""
    while number or len(word) < 4:
        number, digit = divmod(number, len(SYLLABLES))
        word += SYLLABLES[digit]
    return word


def _asked(drawn: random.Random, size: int) -> str:
    """A question of as common words as those of the passages."""
    return "What is " + " ".join(_word(drawn) for _ in range(6)) + "?"


if __name__ == "__main__":
    main()
