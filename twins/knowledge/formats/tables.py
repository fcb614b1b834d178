"""CSV and JSON: each row or item becomes a sentence that names its fields."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from twins.knowledge.formats.base import Document
from twins.knowledge.formats.office import told
from twins.knowledge.formats.text import decoded
from twins.knowledge.passages import Block

_SNIFFED = 16_384  # characters
_DEEPEST = 32
_LONGEST_FIELD = 1_048_576


def csv_rows(document: Document) -> Iterator[Block]:
    text = decoded(document)
    csv.field_size_limit(_LONGEST_FIELD)
    header: list[str] | None = None
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=_delimiter(text)), 1):
            cells = [" ".join(cell.split()) for cell in row]
            if not any(cells):
                continue
            if header is None:
                header = cells if _is_header(cells) else []
                if header:
                    continue
            yield Block(told(header, cells), f"row {number}")
    except csv.Error as error:
        raise document.broken("its rows cannot be told apart") from error


def _delimiter(text: str) -> str:
    """The delimiter that occurs in every one of the first lines."""
    lines = [line for line in text[:_SNIFFED].split("\n")[:20] if line.strip()]
    lines = lines[:-1] if len(lines) > 2 else lines
    return max(",;\t|", key=lambda mark: (min((line.count(mark) for line in lines), default=0), mark == ","))


def _is_header(cells: list[str]) -> bool:
    """Names of columns: all there, all different, none of them a number."""
    return len(cells) > 1 and all(cells) and len(set(cells)) == len(cells) and not any(map(_is_number, cells))


def _is_number(cell: str) -> bool:
    return cell.replace(".", "").replace(",", "").replace("-", "").strip("€$£% ").isdigit()


def json_items(document: Document) -> Iterator[Block]:
    text = decoded(document)
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise document.broken("it is nested too deeply") from error
    except ValueError as error:
        data = _lines(document, text, error)
    if isinstance(data, list):
        for number, item in enumerate(data, 1):
            yield Block(_said(document, item, 0), f"item {number}")
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _entries(document, key, value)
    else:
        yield Block(_said(document, data, 0))


def _lines(document: Document, text: str, error: ValueError) -> list[Any]:
    """JSON Lines: one object per line."""
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise document.broken("it is no valid JSON") from error


def _entries(document: Document, key: str, value: Any) -> Iterator[Block]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        yield from (Block(_said(document, item, 1), key[:100]) for item in value)
    else:
        yield Block(f"{key}: {_said(document, value, 1)}", key[:100] if isinstance(value, dict) else "")


def _said(document: Document, value: Any, depth: int) -> str:
    """A value as a sentence."""
    return _flat(document, value, depth).rstrip(" .") + "."


def _flat(document: Document, value: Any, depth: int) -> str:
    if depth > _DEEPEST:
        raise document.broken("it is nested too deeply")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_flat(document, item, depth + 1)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_flat(document, item, depth + 1) for item in value)
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return str(value)
