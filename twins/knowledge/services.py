"""Writes of knowledge: documents come and go by their name, within their personality."""

from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from avatarsite.core import fetch, jobs, webhooks
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status
from twins.knowledge import ingestion
from twins.models import KnowledgeFile, Personality

Kind = KnowledgeFile.Kind
LONGEST_NAME = 500
AT_ONCE = 200_000  # characters of a typed text that are ingested while its writer waits


def add_text(personality: Personality, name: str, text: str) -> KnowledgeFile:
    """Create or replace the document `name`; it can be found when this returns."""
    document = _put(personality, name, kind=Kind.TEXT, text=text, size=len(text.encode("utf-8", "ignore")))
    return _ingest_now(document)


def add_file(personality: Personality, name: str, uploaded: "File[Any]", *, webhook_url: str = "") -> KnowledgeFile:
    """Create or replace the document `name` by a file, which a worker will ingest.

    Raises EngineFailed("file_too_large", or "url_refused" for the webhook) before anything is stored. What is wrong
    inside the file is found by the worker, and said on the document and to `webhook_url`.
    """
    _check(webhook_url)
    size = uploaded.size or 0
    if size > settings.KNOWLEDGE_MAX_BYTES:
        most = settings.KNOWLEDGE_MAX_BYTES // 1_048_576
        raise EngineFailed(
            f"“{shown(name)}” is larger than {most} MB. Split it, or leave out pictures.", "file_too_large"
        )
    stored = default_storage.save(ingestion.upload_name(), uploaded)
    try:
        document = _put(personality, name, kind=Kind.FILE, upload=stored, size=size, webhook_url=webhook_url)
    except BaseException:
        default_storage.delete(stored)
        raise
    return document


def add_page(personality: Personality, url: str, *, name: str = "", webhook_url: str = "") -> KnowledgeFile:
    """Create or replace the document of a web page, which a worker will fetch; by default, its name is its address.

    Raises EngineFailed("url_refused") for an address that may not be fetched.
    """
    fetch.check(url)
    _check(webhook_url)
    return _put(personality, name or url, kind=Kind.PAGE, url=url, webhook_url=webhook_url)


def remove(personality: Personality, name: str) -> bool:
    """Delete the document with all that was made of it; False when there is none of that name."""
    document = KnowledgeFile.objects.filter(personality=personality, name=_name(name)).first()
    if document is not None:
        delete(document)
    return document is not None


@transaction.atomic
def delete(document: KnowledgeFile) -> None:
    """Delete a document: its row, its passages, its vectors, its entries in the full text, and its stored file."""
    _forget_later(document.upload.name)
    document.delete()


def renew(document: KnowledgeFile) -> KnowledgeFile:
    """Ingest a document once more, because its text, its name or the personality's language changed."""
    jobs.start_over(document)
    return _ingest_now(document) if document.kind == Kind.TEXT else document


def report(document: KnowledgeFile) -> None:
    """Tell the webhook of a document how its ingestion ended."""
    if document.personality.is_shelf:
        from twins import documents

        documents.ended(document)
        return
    owner = document.personality.owner
    if owner is None or not document.webhook_url or document.status == Status.CANCELLED:
        return
    ready = document.status == Status.READY
    payload = {
        "personalityId": document.personality_id,
        "status": ready,
        "message": "File ingested successfully." if ready else document.status_details,
        "fileName": document.name,
    }
    with transaction.atomic():
        webhooks.send(owner, document.webhook_url, payload, "knowledge.ingested", about=str(document.pk))


def shown(name: str) -> str:
    """The name of a file as errors say it."""
    return _name(name)[:80]


def _check(webhook_url: str) -> None:
    if webhook_url:
        fetch.check(webhook_url)


def _name(name: str) -> str:
    """A name without folders and control characters."""
    text = "".join(character for character in name if character.isprintable())
    short = text if "://" in text else PurePath(text.replace("\\", "/")).name
    return (short.strip() or "document")[:LONGEST_NAME]


@transaction.atomic
def _put(personality: Personality, name: str, **source: Any) -> KnowledgeFile:
    """The row of this name, queued with this source; what it served so far is served until the new is ingested."""
    Personality.with_shelves.select_for_update().get(pk=personality.pk)  # two uploads of one name take turns
    source = {"text": "", "url": "", "upload": "", "webhook_url": "", **source}
    document = KnowledgeFile.objects.filter(personality=personality, name=_name(name)).first()
    if document is None:
        document = KnowledgeFile.objects.create(personality=personality, name=_name(name), **source)
        jobs.enqueue(document)
        return document
    _forget_later(document.upload.name)
    jobs.start_over(document, **source)
    return document


def _ingest_now(document: KnowledgeFile) -> KnowledgeFile:
    """Make a typed text known at once. Its vectors, which cost a vendor's call, are left to the worker."""
    if len(document.text) > AT_ONCE:
        return document
    if settings.EMBEDDINGS_ENGINE:
        ingestion.serve_words(document)
    else:
        jobs.execute(document, "at once")
    document.refresh_from_db()
    return document


def _forget_later(upload: str | None) -> None:
    if upload:
        transaction.on_commit(lambda: default_storage.delete(upload), robust=True)
