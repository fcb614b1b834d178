"""PDF: the text of each page, without what is printed on every page."""

import io
import re
from collections import Counter
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from twins.knowledge.formats.base import Document, Refused
from twins.knowledge.passages import Block, unwrapped

_EDGE = 2  # lines at the top and the bottom of a page that may be its header and footer
_FEWEST = 4  # pages from which a line that is on most of them is one


def blocks(document: Document) -> Iterator[Block]:
    try:
        pages = _pages(document)
    except (FileNotDecryptedError, DependencyError) as error:
        raise document.encrypted() from error
    except Refused:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise document.broken("its pages cannot be read") from error
    repeated = _repeated(pages)
    for number, lines in enumerate(pages, 1):
        kept = [line for line in lines if _shape(line) not in repeated]
        kept = kept if any(kept) else lines
        for paragraph in re.split(r"\n\s*\n", "\n".join(kept)):
            yield Block(unwrapped(re.sub(r"(?<=[a-zà-ÿ])-\n(?=[a-zà-ÿ])", "", paragraph)), f"page {number}")


def _pages(document: Document) -> list[list[str]]:
    reader = PdfReader(io.BytesIO(document.content), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise document.encrypted()
    count = len(reader.pages)
    if not count:
        raise document.broken("it has no pages")
    pages, characters = [], 0
    for page in reader.pages:
        document.turn_page(document.pages + 1, count)
        text = page.extract_text() or ""
        characters += len(text)
        if characters > document.limits.characters:
            raise document.too_large(f"more than {document.limits.characters:,} characters of text")
        pages.append([line.strip() for line in text.split("\n")])
    return pages


def _shape(line: str) -> str:
    """A line without its numbers: page numbers make footers differ."""
    return re.sub(r"\d+", "#", line.strip())


def _repeated(pages: list[list[str]]) -> frozenset[str]:
    if len(pages) < _FEWEST:
        return frozenset()
    edges = [{_shape(line) for line in [*lines[:_EDGE], *lines[-_EDGE:]] if line} for lines in pages]
    counted = Counter(shape for edge in edges for shape in edge)
    return frozenset(shape for shape, count in counted.items() if count > len(pages) * 0.6)
