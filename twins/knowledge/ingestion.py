"""The job of ingesting a document: read it, make passages and vectors, and put them where the old ones served."""

import logging
import secrets
from collections.abc import Callable, Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from avatarsite.core import fetch, jobs
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status, Ticket, TicketLost
from twins.knowledge import crawling, reading, vector_table, vectors
from twins.knowledge.passages import Block, Piece, pieces, unwrapped
from twins.models import Chunk, Document, KnowledgeFile

logger = logging.getLogger(__name__)

Kind = KnowledgeFile.Kind
BATCH = 500  # rows of one INSERT


def upload_name() -> str:
    """Where an upload is stored: what customers call their files never becomes a path."""
    return f"knowledge/{secrets.token_hex(16)}"


@jobs.runner(KnowledgeFile)
def ingest(ticket: Ticket) -> None:
    """Read the document and serve it. Raises EngineFailed with words that name it and the fix."""
    document: KnowledgeFile = ticket.job
    ticket.progress("reading", 5)
    found, pages, size = _read(document, lambda share: ticket.progress("reading", 5 + share * 55 // 100))
    embedded = vectors.of(
        [piece.text for piece in found],
        lambda share: ticket.progress("embedding", 60 + share * 30 // 100),
        document.personality.owner_id,
    )
    ticket.progress("storing", 90)
    with transaction.atomic():
        _replace(document, found, embedded)
        facts = {"pages": pages, "size": size, "chunk_count": len(found), "ingested_at": timezone.now()}
        if not jobs.move(document, Status.READY, ticket=ticket.attempt, progress=100, stage="", **facts):
            raise TicketLost  # which rolls the passages back


@transaction.atomic
def serve_words(document: KnowledgeFile) -> None:
    """Make a typed text known by its words at once; the queued job adds the vectors."""
    found, pages, _ = _read(document, lambda share: None)
    _replace(document, found, vectors.none(len(found)))
    facts = {"pages": pages, "chunk_count": len(found), "ingested_at": timezone.now()}
    KnowledgeFile.objects.filter(pk=document.pk).update(**facts)


def _read(document: KnowledgeFile, progress: Callable[[int], None]) -> tuple[list[Piece], int, int]:
    """(passages, pages, bytes) of a document."""
    language = document.personality.language
    if document.kind == Kind.TEXT:
        blocks = [Block(unwrapped(part)) for part in document.text.replace("\x00", "").split("\n\n")]
        return _some(document, list(pieces(blocks, document.name, language))), 1, document.size
    if document.kind == Kind.PAGE:
        return _read_page(document, progress)
    try:
        with document.upload.open("rb") as source:
            read = reading.read(source, document.name, language, progress)
    except OSError as error:
        words = f"The stored file of “{document.name[:80]}” cannot be read. Upload it again."
        raise EngineFailed(words, "file_missing") from error
    return read.pieces, read.pages, document.size


def _read_page(document: KnowledgeFile, progress: Callable[[int], None]) -> tuple[list[Piece], int, int]:
    website = Document.objects.filter(shelf=document.personality_id).exclude(crawl=None).first()
    if website is not None:
        return _read_website(document, website, progress)
    fetched = fetch.fetch(document.url, max_bytes=settings.KNOWLEDGE_MAX_BYTES)
    called = document.url.split("?")[0].split("#")[0]  # its ending tells the format where nothing else does
    read = reading.read_bytes(
        fetched.content, called, document.personality.language, progress, media_type=fetched.content_type
    )
    return read.pieces, read.pages, len(fetched.content)


def _read_website(
    document: KnowledgeFile, website: Document, progress: Callable[[int], None]
) -> tuple[list[Piece], int, int]:
    bounds = website.crawl or {}
    language = document.personality.language
    found = crawling.crawl(document.url, bounds.get("depth", 1), bounds.get("max_pages", 1), language, progress)
    Document.objects.filter(pk=website.pk).update(crawled_urls=found.urls)
    return found.pieces, len(found.urls), found.size


def _some(document: KnowledgeFile, found: list[Piece]) -> list[Piece]:
    if not found:
        raise EngineFailed(f"“{document.name[:80]}” is empty: write what the twin should know.", "file_empty")
    return found


def _replace(document: KnowledgeFile, found: Sequence[Piece], embedded: "vectors.Embedded") -> None:
    document.chunks.all().delete()
    rows = (
        Chunk(
            file=document,
            personality_id=document.personality_id,
            place=place,
            text=piece.text,
            location=piece.location,
            tokens=piece.tokens,
            vector=vector,
            vector_model=embedded.model if vector is not None else "",
        )
        for place, (piece, vector) in enumerate(zip(found, embedded.vectors, strict=True))
    )
    vector_table.store(Chunk.objects.bulk_create(rows, batch_size=BATCH))
