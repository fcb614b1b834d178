"""HTML: what a reader of the page would read, without its menus."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import html

from twins.knowledge.formats.base import Document
from twins.knowledge.formats.text import decoded, enter, headings
from twins.knowledge.passages import Block


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UNREAD = _words(
    "script style noscript template svg math nav aside form button select iframe object canvas head menu dialog"
)
_FRAME = frozenset({"header", "footer"})  # of the page they are frame, inside an article they are text
_BLOCKS = _words(
    "p div section article main li ul ol dl dt dd table tr blockquote pre figure figcaption address body details "
    "summary header footer h1 h2 h3 h4 h5 h6 hr caption thead tbody tfoot center"
)
_LINES = frozenset({"br"})
_CELLS = frozenset({"td", "th"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_DEEPEST = 200


def blocks(document: Document) -> Iterator[Block]:
    root = _tree(document)
    body = root.find("body")
    start = _main(body if body is not None else root)
    return _Walk(start is not body).blocks(start)


def links(document: Document, address: str) -> Iterator[str]:
    """Where the page at `address` leads, as it wants to be followed (rel and <meta name="robots"> say nofollow)."""
    root = _tree(document)
    if any("nofollow" in _said(meta) for meta in root.iter("meta")):
        return
    root.make_links_absolute(address, resolve_base_href=True, handle_failures="ignore")
    for element in root.iter("a"):
        if "nofollow" not in element.get("rel", "").lower():
            yield element.get("href", "")


def _tree(document: Document) -> Any:
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    return html.document_fromstring(_declared(document).encode("utf-8", "ignore"), parser=parser)


def _said(meta: Any) -> str:
    """What a <meta> tells robots."""
    robots = meta.get("name", "").lower() in ("robots", "avatarsite")
    return str(meta.get("content", "")).lower() if robots else ""


def _declared(document: Document) -> str:
    """The text in the encoding that the server or the page names, if it is true."""
    declared = re.search(
        rb"charset=[\"']?([\w-]{2,20})", document.media_type.encode() + b" " + document.content[:2_048]
    )
    if declared:
        try:
            return document.content.decode(declared[1].decode())
        except (LookupError, UnicodeDecodeError):
            pass
    return decoded(document)


def _main(body: Any) -> Any:
    """The part that the page itself names as its content, if there is exactly one with most of the text."""
    for path in (".//main", ".//*[@role='main']", ".//article"):
        found = body.findall(path)
        if len(found) == 1 and len(found[0].text_content()) > 200:
            return found[0]
    return body


class _Walk:
    """Walks the tree in reading order, gathering lines of text."""

    def __init__(self, inside: bool) -> None:
        self._inside = inside
        self._path: dict[int, str] = {}
        self._line: list[str] = []

    def blocks(self, start: Any) -> Iterator[Block]:
        yield from self._visit(start, 0)
        yield from self._flush()

    def _visit(self, element: Any, depth: int) -> Iterator[Block]:
        tag = element.tag if isinstance(element.tag, str) else ""
        if depth > _DEEPEST or tag in _UNREAD or (tag in _FRAME and not self._inside) or _hidden(element):
            return
        if tag in _HEADINGS:
            yield from self._flush()
            enter(self._path, _HEADINGS[tag], element.text_content())
            return
        if tag in _BLOCKS or tag in _LINES:
            yield from self._flush()
        self._line.append(element.text or "")
        for child in element:
            yield from self._visit(child, depth + 1)
            self._line.append(child.tail or "")
        if tag in _CELLS:
            self._line.append(", ")
        if tag in _BLOCKS:
            yield from self._flush()

    def _flush(self) -> Iterator[Block]:
        line = " ".join("".join(self._line).split()).replace(" ,", ",").strip(" ,")
        self._line = []
        if line:
            yield Block(line if line[-1] in ".!?:;…。" else f"{line}.", headings(self._path))


def _hidden(element: Any) -> bool:
    style = element.get("style", "").replace(" ", "").lower()
    return "display:none" in style or element.get("hidden") is not None or element.get("aria-hidden") == "true"
