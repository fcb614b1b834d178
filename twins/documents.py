"""Documents of accounts: knowledge that personalities and conversations are given by id or by tag.

A document's passages stand on a shelf, a personality that answers nobody; the shelf's one file is the job of fetching
and reading it, and what it served before is served until the new is read.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string

from avatarsite.core import fetch, webhooks
from avatarsite.core.erasing import erase
from avatarsite.core.jobs import Status
from avatarsite.core.models import User
from twins.knowledge import services as knowledge
from twins.models import Document, KnowledgeFile, Personality

MOST_CRAWLED = 100  # documents of an account that are websites
COOL_DOWN = timedelta(hours=1)  # between two crawls of one website
MOST_GIVEN = 200  # documents that one answer looks into

# What the customer is told of an error: the codes that this API promises, by ours.
ERRORS = {
    "url_refused": "invalid_file_url",
    "url_unreachable": "file_download_failed",
    "url_timeout": "file_download_failed",
    "url_bad_answer": "file_download_failed",
    "url_too_large": "file_size_too_large",
    "file_too_large": "file_size_too_large",
    "file_type_refused": "file_format_unsupported",
    "file_empty": "file_empty",
    "file_no_text": "file_empty",
    "website_refused": "website_processing_failed",
}
OTHER_ERROR = "document_processing_failed"
OF_EMBEDDINGS = "embedding_failed"


class Refused(Exception):  # noqa: N818  said by the service, rendered by the dialect
    """A document is not taken or not read again now. code: limit, no_crawl, busy, too_soon."""

    def __init__(self, words: str, code: str) -> None:
        super().__init__(words)
        self.words, self.code = words, code


@transaction.atomic
def create(
    owner: User,
    url: str,
    *,
    name: str = "",
    tags: Iterable[str] = (),
    crawl: dict[str, int] | None = None,
    webhook_url: str = "",
    dialect: str = "",
) -> Document:
    """A document that a worker will fetch and read. Raises EngineFailed url_refused, Refused limit."""
    fetch.check(url)
    if crawl and Document.objects.filter(owner=owner).exclude(crawl=None).count() >= MOST_CRAWLED:
        words = f"Crawl document limit reached ({MOST_CRAWLED}). Delete crawled documents that you no longer need."
        raise Refused(words, "limit")
    shelf = Personality.with_shelves.create(owner=owner, name=(name or url)[:120], is_shelf=True)
    document = Document.objects.create(
        owner=owner,
        shelf=shelf,
        name=name or url[:500],
        url=url,
        tags=list(tags),
        crawl=crawl or None,
        webhook_url=webhook_url,
        dialect=dialect,
    )
    knowledge.add_page(shelf, url, name=document.name)
    return document


def change(document: Document, *, name: str | None = None, tags: list[str] | None = None) -> Document:
    """Rename it, and put other tags in the place of its own."""
    if name is not None:
        document.name = name
        KnowledgeFile.objects.filter(personality=document.shelf_id).update(name=name[:500])
    if tags is not None:
        document.tags = tags
    document.save(update_fields=["name", "tags", "updated_at"])
    return document


@transaction.atomic
def crawl_again(document: Document, crawl: dict[str, int] | None = None) -> Document:
    """Read a website anew, within other bounds if they are given. Raises Refused no_crawl, busy, too_soon."""
    if not (crawl or document.crawl):
        raise Refused("This document has no crawl configuration: send crawl.", "no_crawl")
    file = file_of(document)
    if file is None or not file.is_final:
        raise Refused("The document is being processed: wait until it is ready.", "busy")
    again = (document.last_crawled_at or document.asked_at) + COOL_DOWN
    if file.status == Status.READY and document.crawl and timezone.now() < again:
        minutes = max(1, round((again - timezone.now()).total_seconds() / 60))
        raise Refused(
            f"The document was crawled just now. Wait {minutes} minutes before crawling it again.", "too_soon"
        )
    document.crawl, document.asked_at = crawl or document.crawl, timezone.now()
    document.save(update_fields=["crawl", "asked_at", "updated_at"])
    knowledge.renew(file)
    return document


def delete(document: Document) -> None:
    """Delete it with its passages; personalities that had it know it no more."""
    erase(Personality.with_shelves.filter(pk=document.shelf_id))


def file_of(document: Document) -> KnowledgeFile | None:
    """Its job; from what was prefetched, if it was."""
    return next(iter(document.shelf.knowledge.all()), None)


def status_of(document: Document) -> tuple[str, str | None]:
    """(started, processing, ready, error or recrawling; the code of the error)."""
    file = file_of(document)
    if file is None or file.status == Status.CANCELLED:
        return "error", OTHER_ERROR
    if file.status == Status.READY:
        return "ready", None
    if file.status == Status.ERROR:
        return "error", error_of(document, file)
    if document.crawl_count:
        return "recrawling", None
    return ("started" if file.status == Status.QUEUED and not file.attempt else "processing"), None


def error_of(document: Document, file: KnowledgeFile) -> str:
    """The promised code of what went wrong."""
    if file.stage == "embedding":
        return OF_EMBEDDINGS
    code = ERRORS.get(file.error_code, OTHER_ERROR)
    return "website_processing_failed" if document.crawl and code == OTHER_ERROR else code


def ended(file: KnowledgeFile) -> None:
    """The job of a document is final: count the crawl, tell whoever asked. Called in the transaction that ends it."""
    document = Document.objects.select_related("owner", "shelf").filter(shelf=file.personality_id).first()
    if document is None:
        return
    if file.status == Status.READY and document.crawl:
        facts: dict[str, Any] = {"crawl_count": F("crawl_count") + 1, "last_crawled_at": timezone.now()}
        Document.objects.filter(pk=document.pk).update(**facts)
        document.refresh_from_db(fields=list(facts))
    if document.webhook_url and document.owner and file.status != Status.CANCELLED:
        payload = import_string(settings.DOCUMENT_WEBHOOKS[document.dialect])(document)
        webhooks.send(document.owner, document.webhook_url, payload, f"document.{file.status}")


def of_persona(persona: Personality) -> tuple[str, ...]:
    """The shelves of the documents that a persona knows."""
    return shelves(persona.owner_id, persona.documents.all(), persona.document_tags)


def shelves(owner_id: Any, documents: Iterable[Document], tags: Iterable[str]) -> tuple[str, ...]:
    """The shelves of these documents, and of all of the account's with one of these tags."""
    found = {document.pk: document.shelf_id for document in documents}
    wanted = set(tags)
    if wanted and owner_id:
        own = Document.objects.filter(owner=owner_id).values_list("pk", "shelf_id", "tags")
        found |= {key: shelf for key, shelf, tagged in own if wanted & set(tagged)}
    return tuple(found.values())[:MOST_GIVEN]
