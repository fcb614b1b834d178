"""Word and PowerPoint: their text in reading order, headings as places. Both are zip files, and zip files lie."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from twins.knowledge.formats.base import Document
from twins.knowledge.formats.text import enter, headings
from twins.knowledge.passages import Block

MOST_FILES = 5_000
MOST_UNPACKED = 300 * 1_048_576  # bytes; a long thesis has 20 MB
MOST_XML = 60 * 1_048_576  # of one XML part, which becomes a tree ten times its size
MOST_RATIO = 200  # of what is unpacked to what is packed; text has about 10
_SMALL = 1_048_576  # below which no ratio is a threat


def blocks(document: Document) -> Iterator[Block]:
    try:
        names = _guarded(document)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise document.broken("its parts cannot be unpacked") from error
    if "word/document.xml" in names:
        return _word(document)
    if "ppt/presentation.xml" in names:
        return _slides(document)
    if "xl/workbook.xml" in names:
        raise document.refused("is an Excel workbook; save its sheets as CSV")
    raise document.refused("is a zip archive; send the files in it one by one")


def old(document: Document) -> Iterator[Block]:
    """An OLE container: Office before 2007, or Office with a password."""
    if "EncryptedPackage".encode("utf-16-le") in document.content:
        raise document.encrypted()
    raise document.refused("is a file of an Office before 2007; save it as docx or pptx")


def _guarded(document: Document) -> frozenset[str]:
    """The names of the parts, after all of them proved to be of a bearable size and without declared entities."""
    with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_FILES:
            raise document.too_large(f"{len(parts):,} parts")
        unpacked = 0
        for part in parts:
            if part.flag_bits & 1:
                raise document.encrypted()
            unpacked += _unpacked(document, archive, part)
            if unpacked > MOST_UNPACKED or (
                unpacked > _SMALL and unpacked > MOST_RATIO * max(len(document.content), 1)
            ):
                raise document.too_large(f"parts that unpack to more than {unpacked // 1_048_576} MB")
        return frozenset(part.filename for part in parts)


def _unpacked(document: Document, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """The true size of a part, counted while unpacking: what its header says is only a claim."""
    is_xml = part.filename.endswith((".xml", ".rels"))
    most = MOST_XML if is_xml else MOST_UNPACKED
    if max(part.file_size, 0) > most:
        raise document.too_large(f"a part of {part.file_size // 1_048_576} MB")
    if not is_xml:
        return part.file_size  # never opened: pictures, fonts
    size, head = 0, b""
    with archive.open(part) as stream:
        while piece := stream.read(262_144):
            size += len(piece)
            head = head if len(head) >= 2_048 else head + piece[:2_048]
            if size > most or (size > _SMALL and size > MOST_RATIO * max(part.compress_size, 1)):
                raise document.too_large("a part that unpacks without end")
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", head.replace(b"\x00", b""), re.IGNORECASE):
        raise document.broken("it declares entities, which no Office does")
    return size


def _word(document: Document) -> Iterator[Block]:
    from docx import Document as Word
    from docx.table import Table

    path: dict[int, str] = {}
    for item in Word(io.BytesIO(document.content)).iter_inner_content():
        if isinstance(item, Table):
            yield from (Block(row, headings(path)) for row in _rows(item.rows))
            continue
        level = _level(item.style.name if item.style is not None else "")
        if level is not None:
            enter(path, level, item.text)
        elif item.text.strip():
            yield Block(item.text, headings(path))


def _level(style: str | None) -> int | None:
    if style == "Title":
        return 0
    found = re.fullmatch(r"[Hh]eading (\d)", style or "")
    return int(found[1]) if found else None


def _rows(rows: Iterable[Any]) -> Iterator[str]:
    """Rows of a table as lines, each cell with its column's name; merged cells once."""
    header: list[str] = []
    for row in rows:
        cells: list[str] = []
        for cell in row.cells:
            text = " ".join(cell.text.split())
            if not cells or cells[-1] != text:
                cells.append(text)
        if not header:
            header = cells
        line = told(header, cells) if cells is not header else ", ".join(filter(None, cells)) + "."
        if line.strip(" ."):
            yield line


def told(header: list[str], cells: list[str]) -> str:
    """A row as a sentence: "Name: Espresso, Price: 2.50."."""
    named = len(header) == len(cells)
    said = [
        f"{header[n]}: {cell}" if named and header[n] and header[n] != cell else cell
        for n, cell in enumerate(cells)
        if cell
    ]
    return ", ".join(said) + "."


def _slides(document: Document) -> Iterator[Block]:
    from pptx import Presentation

    slides = Presentation(io.BytesIO(document.content)).slides
    count = len(slides)
    for number, slide in enumerate(slides, 1):
        document.turn_page(number, count)
        for text in _shapes(slide.shapes, 0):
            yield Block(text, f"slide {number}")
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            yield Block(slide.notes_slide.notes_text_frame.text, f"slide {number}")


def _shapes(shapes: Iterable[Any], depth: int) -> Iterator[str]:
    for shape in shapes:
        if depth < 10 and hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes, depth + 1)
        elif getattr(shape, "has_table", False) and shape.has_table:
            yield from _rows(shape.table.rows)
        elif getattr(shape, "has_text_frame", False) and shape.has_text_frame:
            yield from (_ended(paragraph.text) for paragraph in shape.text_frame.paragraphs if paragraph.text.strip())


def _ended(text: str) -> str:
    line = " ".join(text.split())
    return line if line[-1] in ".!?:;…。" else f"{line}."
