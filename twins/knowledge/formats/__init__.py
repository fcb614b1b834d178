"""What a document says, block by block: by what it is, not by what it is called."""

from collections.abc import Callable, Iterator

import filetype

from twins.knowledge.formats import office, page, pdf, subtitles, tables, text
from twins.knowledge.formats.base import Document
from twins.knowledge.passages import Block

Reader = Callable[[Document], Iterator[Block]]

# Formats that are plain text are told apart by their names; a wrong name costs structure, never safety.
_TEXTS: dict[str, Reader] = {
    "md": text.markdown,
    "markdown": text.markdown,
    "html": page.blocks,
    "htm": page.blocks,
    "xhtml": page.blocks,
    "csv": tables.csv_rows,
    "tsv": tables.csv_rows,
    "json": tables.json_items,
    "jsonl": tables.json_items,
    "srt": subtitles.cues,
    "vtt": subtitles.cues,
}
_MEDIA_TYPES: dict[str, Reader] = {
    "text/html": page.blocks,
    "application/xhtml+xml": page.blocks,
    "text/markdown": text.markdown,
    "text/csv": tables.csv_rows,
    "application/json": tables.json_items,
    "text/vtt": subtitles.cues,
}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def blocks(document: Document) -> Iterator[Block]:
    """The blocks of a document, in order. Raises Refused for what is refused, and anything for what is broken."""
    if len(document.content) > document.limits.bytes:
        raise document.too_large(f"more than {document.limits.bytes // 1_048_576} MB")
    if not document.content.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise document.empty()
    return document.bounded(_reader(document)(document))


def links(document: Document, address: str) -> Iterator[str]:
    """The links of a web page; none of anything else."""
    return page.links(document, address) if _reader(document) is page.blocks else iter(())


def _reader(document: Document) -> Reader:
    head = document.content[:1_024]
    if b"%PDF-" in head:
        return pdf.blocks
    if head.startswith(b"PK\x03\x04"):
        return office.blocks
    if head.startswith(_OLD_OFFICE):
        return office.old
    if document.extension in ("pdf", "docx", "pptx"):
        raise document.refused(f"is no {document.extension.upper()} file, whatever its name says{_really(document)}")
    if kind := filetype.guess(head):
        raise document.refused(f"is a file of type {kind.extension}, which has no text to learn from")
    if document.media_type:
        return _MEDIA_TYPES.get(document.media_type.split(";")[0].strip().lower(), _by_name(document))
    return _by_name(document)


def _by_name(document: Document) -> Reader:
    by_name = _TEXTS.get(document.extension)
    if by_name is None and document.content[:512].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return page.blocks
    return by_name or text.plain


def _really(document: Document) -> str:
    kind = filetype.guess(document.content[:1_024])
    return f": it is of type {kind.extension}" if kind else ""
