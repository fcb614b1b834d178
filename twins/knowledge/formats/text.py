"""Plain text and Markdown."""

import codecs
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

from twins.knowledge.formats.base import Document
from twins.knowledge.passages import Block, unwrapped

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSED_FROM = 65_536  # bytes
_MOST_CONTROLS = 0.02  # share of control characters from which bytes are no text


def decoded(document: Document) -> str:
    """The text of a file of whatever encoding. Raises Refused("file_type_refused") when it is none."""
    content = document.content
    encoding = next((name for mark, name in _BOMS if content.startswith(mark)), "utf-8")
    try:
        found = content.decode(encoding)
    except UnicodeDecodeError:
        found = _guessed(document)
    controls = sum(1 for character in found[:_GUESSED_FROM] if character < " " and character not in "\t\n\r\f")
    if controls > _MOST_CONTROLS * len(found[:_GUESSED_FROM]):
        raise document.refused("is no text")
    return found.replace("\r\n", "\n").replace("\r", "\n")


def _guessed(document: Document) -> str:
    best = from_bytes(document.content[:_GUESSED_FROM]).best()
    if best is None or best.percent_chaos > 20:
        raise document.refused("has no known encoding of text")
    return document.content.decode(best.encoding, "replace")


def plain(document: Document) -> Iterator[Block]:
    for paragraph in re.split(r"\n[ \t]*\n", decoded(document)):
        yield Block(unwrapped(paragraph))


_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t#]*$")
_UNDERLINE = re.compile(r"(=|-){3,}[ \t]*$")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t:|-]*-[ \t:|-]*$")
_MARKUP = (
    (re.compile(r"!\[([^\]\n]{0,300})\]\([^)\n]{0,2000}\)"), r"\1"),
    (re.compile(r"\[([^\]\n]{1,500})\](?:\([^)\n]{0,2000}\)|\[[^\]\n]{0,200}\])"), r"\1"),
    (re.compile(r"<(https?://[^>\s]{1,2000})>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^>\n]{0,500}>"), ""),
    (re.compile(r"(\*\*|__|~~|`+)(?=\S)(.{1,500}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,500})(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE), ""),
)


def markdown(document: Document) -> Iterator[Block]:
    """Paragraphs under the path of their headings; a table row is a line of its own."""
    path: dict[int, str] = {}
    held: list[str] = []
    fenced = False
    for line in [*decoded(document).split("\n"), ""]:
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line)
        if heading is None and not fenced and len(held) == 1 and _UNDERLINE.match(line) and len(held[0]) < 120:
            heading = _HEADING.match(("# " if "=" in line else "## ") + held.pop())
        if heading is None and line.strip():
            if not _FENCE.match(line) and not _TABLE_RULE.match(line):
                held.append(_row(line))
            continue
        if held:
            yield Block(unwrapped(_plain("\n".join(held))), headings(path))
            held = []
        if heading:
            enter(path, len(heading[1]), _plain(heading[2]))


def enter(path: dict[int, str], level: int, title: str) -> None:
    """Go to a heading: those of its level and below are left."""
    for deeper in [known for known in path if known >= level]:
        del path[deeper]
    if title.strip():
        path[level] = " ".join(title.split())[:100]


def headings(path: dict[int, str]) -> str:
    return " › ".join(path[level] for level in sorted(path))


def _row(line: str) -> str:
    if not line.lstrip().startswith("|"):
        return line
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    return ", ".join(cell for cell in cells if cell) + "."


def _plain(text: str) -> str:
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return text
