"""The process that opens an untrusted document: `python -m twins.knowledge.child JSON < document`.

It takes limits on itself before it looks, and writes one JSON object per line: {"progress": 0…100}, one per passage
{"text", "location", "tokens"}, the page's {"links"} when its address is given, and last {"pages"} or {"code", "words"}.
"""

import io
import json
import os
import resource
import sys
from itertools import islice
from typing import Any

from twins.knowledge import formats
from twins.knowledge.formats.base import Document, Limits, Refused
from twins.knowledge.passages import pieces

MEMORY = 1_500 * 1_048_576  # bytes of address space
MOST_PIECES = 200_000
MOST_LINKS, LONGEST_LINK = 2_000, 2_000


def main() -> None:
    asked = json.loads(sys.argv[1])
    _limit(asked["seconds"])
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", newline="\n")
    sys.stdout = sys.stderr  # a library that prints must not be taken for an answer
    try:
        _read(asked, out)
    except Refused as error:
        _say(out, code=error.code, words=error.words)
    except MemoryError:
        words = f"“{asked['name'][:80]}” needs too much memory to read. Split it, or save it as plain text."
        _say(out, code="file_too_large", words=words)
    except Exception:  # noqa: BLE001  parsers raise anything at all on broken files
        words = f"“{asked['name'][:80]}” is broken: it cannot be read. Open it in its program and save it anew."
        _say(out, code="file_broken", words=words)
    out.flush()
    os._exit(0)  # a parser's threads and destructors have no say


def _limit(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)


def _read(asked: dict[str, Any], out: io.TextIOBase) -> None:
    limits = Limits(asked["max_bytes"], asked["max_pages"], asked["max_characters"])
    content = sys.stdin.buffer.read(limits.bytes + 1)
    document = Document(content, asked["name"], asked["media_type"], limits, lambda share: _say(out, progress=share))
    made = 0
    for piece in pieces(formats.blocks(document), document.name, asked["language"]):
        made += 1
        if made > MOST_PIECES:
            raise document.too_large(f"more than {MOST_PIECES:,} passages")
        _say(out, text=piece.text, location=piece.location, tokens=piece.tokens)
    if asked.get("address"):
        found = (link for link in formats.links(document, asked["address"]) if 0 < len(link) <= LONGEST_LINK)
        _say(out, links=list(dict.fromkeys(islice(found, MOST_LINKS))))
    elif not made:
        raise document.no_text()
    _say(out, pages=document.pages)


def _say(out: Any, **message: Any) -> None:
    out.write(json.dumps(message) + "\n")
    if "progress" in message:
        out.flush()


if __name__ == "__main__":
    main()
