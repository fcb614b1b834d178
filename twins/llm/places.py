"""What the name of a document and a place in it say in words: they are searched like the text under them."""

import re

_EXTENSION = re.compile(r"\.(?:pdf|docx?|pptx?|html?|md|txt|csv|tsv|jsonl?|srt|vtt)$", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:page|slide|rows?|items?) [\d–]+|[\d:]*")


def title_of(source: str) -> str:
    """The words of a document's name: not its extension, and nothing of a web address."""
    return "" if "://" in source else _EXTENSION.sub("", source).replace("_", " ").replace("-", " ")


def heading(location: str) -> str:
    """The headings that a location names; "" for pages, rows and times."""
    return "" if _NUMBERED.fullmatch(location) else location
