"""The database's own full-text index over the tokens of passages: the same questions to SQLite and to PostgreSQL.

Both index every token with its personality in front ("p0123:bread"), so that a term's list holds the passages of one
personality alone, and the work of a question does not grow with other customers' knowledge.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

_MOST_COUNTED = 120  # terms of one question, synonyms included


def counts(personality_id: str, terms: Iterable[str], most: int) -> dict[str, int]:
    """How many passages hold each term; counted no further than `most`."""
    listed = sorted(terms)[:_MOST_COUNTED]
    if not listed:
        return {}
    one = f"SELECT count(*) FROM (SELECT 1 FROM {_held()} LIMIT {int(most)}) held"  # noqa: S608  no outside text
    asked = [_quoted(personality_id, term) for term in listed]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT {n}, ({one})" for n in range(len(listed))), asked)
        found = dict(cursor.fetchall())
    return {term: found[n] for n, term in enumerate(listed)}


def holding_any(personality_id: str, terms: Sequence[str], most: int) -> dict[int, str]:
    """Tokens by id of at most so many passages that hold any of the terms."""
    return _rows(_either().join(_quoted(personality_id, term) for term in terms), most)


def holding_all(personality_id: str, terms: Sequence[str], most: int) -> dict[int, str]:
    return _rows(_both().join(_quoted(personality_id, term) for term in terms), most)


def beginning(personality_id: str, words: Sequence[str], most: int) -> dict[int, str]:
    """Passages with a term that begins like one of these words, which nothing holds: they may be misspelt."""
    alike = [_prefix(personality_id, word[:3]) for word in words if len(word) > 4 and word.isalpha()][:4]
    return _rows(_either().join(alike), most * 4) if alike else {}


def _rows(asked: str, most: int) -> dict[int, str]:
    with connection.cursor() as cursor:
        if _is_sqlite():
            sql = (
                "SELECT id, tokens FROM twins_chunk WHERE id IN "
                "(SELECT rowid FROM twins_chunk_words WHERE twins_chunk_words MATCH %s LIMIT %s)"
            )
        else:
            sql = (
                "SELECT id, tokens FROM twins_chunk WHERE twins_chunk_words(personality_id, tokens) @@ %s::tsquery "
                "LIMIT %s"
            )
        cursor.execute(sql, [asked, most])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return dict(rows)  # type: ignore[arg-type]


def _held() -> str:
    if _is_sqlite():
        return "twins_chunk_words WHERE twins_chunk_words MATCH %s"
    return "twins_chunk WHERE twins_chunk_words(personality_id, tokens) @@ %s::tsquery"


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _either() -> str:
    return " OR " if _is_sqlite() else " | "


def _both() -> str:
    return " AND " if _is_sqlite() else " & "


def _quoted(personality_id: str, term: str) -> str:
    """A term as both query languages take it literally."""
    token = f"{personality_id}:{term}"
    if _is_sqlite():
        return '"' + token.replace('"', '""') + '"'
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def _prefix(personality_id: str, beginning: str) -> str:
    return _quoted(personality_id, beginning) + (" *" if _is_sqlite() else ":*")
