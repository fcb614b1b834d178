"""What every format reader is given, and how it refuses."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from twins.knowledge.passages import Block


class Refused(Exception):  # noqa: N818  what is refused is the document
    """A document cannot be read. The words name it and the fix; the code is stable."""

    def __init__(self, words: str, code: str) -> None:
        super().__init__(words)
        self.words = words
        self.code = code


CHARACTERS_OF_A_PAGE = 3_000  # of a format that has no pages


@dataclass(frozen=True)
class Limits:
    bytes: int
    pages: int
    characters: int


@dataclass
class Document:
    """An untrusted document: its bytes, what it is called, and what it may cost.

    media_type: what the server of a web page says that it is; "" for files.
    pages: how many pages or slides were read so far; for other formats, how many their text would fill.
    """

    content: bytes
    name: str
    media_type: str
    limits: Limits
    progress: Callable[[int], None] = lambda share: None
    pages: int = 0
    _told: int = field(default=0, repr=False)

    @property
    def called(self) -> str:
        return f"“{self.name[:80]}”"

    @property
    def extension(self) -> str:
        return self.name.rsplit(".", 1)[-1].lower() if "." in self.name else ""

    def turn_page(self, done: int, of: int) -> None:
        """Count a page; raises Refused when there are too many."""
        self.pages += 1
        if self.pages > self.limits.pages:
            raise self.too_large(f"more than {self.limits.pages:,} pages")
        share = done * 100 // max(of, 1)
        if share >= self._told + 5:
            self._told = share
            self.progress(share)

    def bounded(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The blocks, cleaned; raises Refused when they are too much text."""
        characters = 0
        for block in blocks:
            characters += len(block.text)
            if characters > self.limits.characters:
                raise self.too_large(f"more than {self.limits.characters:,} characters of text")
            yield Block(_clean(block.text), _clean(block.location))
        self.pages = self.pages or -(-characters // CHARACTERS_OF_A_PAGE)

    def refused(self, is_what: str) -> Refused:
        known = "PDF, Word (docx), PowerPoint (pptx), HTML, Markdown, CSV, JSON, subtitles (srt, vtt) or plain text"
        return Refused(f"{self.called} {is_what}. Send it as {known}.", "file_type_refused")

    def broken(self, why: str) -> Refused:
        return Refused(f"{self.called} is broken: {why}. Open it in its program and save it anew.", "file_broken")

    def encrypted(self) -> Refused:
        return Refused(f"{self.called} is protected by a password. Save it without one.", "file_encrypted")

    def no_text(self) -> Refused:
        words = f"{self.called} holds no text. If it is a scan, run text recognition (OCR) on it first."
        return Refused(words, "file_no_text")

    def empty(self) -> Refused:
        return Refused(f"{self.called} is empty. Choose the file that has the text.", "file_empty")

    def too_large(self, what: str) -> Refused:
        return Refused(f"{self.called} is too large: it has {what}. Split it.", "file_too_large")


def _clean(text: str) -> str:
    """Without what no database keeps: NUL, lone surrogates, private controls."""
    kept = text.encode("utf-8", "ignore").decode("utf-8")
    return kept.translate(_CONTROLS)


_CONTROLS = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {0xFEFF: None, 0xFFFE: None, 0xAD: None}
