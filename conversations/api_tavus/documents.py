"""Documents: knowledge of an account, fetched and read by a worker."""

from http import HTTPStatus
from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import FINAL, Status
from conversations.api_tavus import fields, finding
from conversations.api_tavus.door import TavusView, bad_request, iso, listed
from conversations.api_tavus.fields import Body
from conversations.api_tavus.lists import NAMED, SORTED, TAGGED, chosen
from conversations.api_tavus.openapi import (
    MOMENT,
    TEXT,
    TEXTS,
    WHOLE,
    described,
    nullable,
    page,
    paging,
    query,
    several,
    shape,
)
from twins import documents
from twins.models import Chunk, Document, KnowledgeFile

DIALECT = "tavus"
DEEPEST, MOST_PAGES = 10, 100
MOST_TAGS, LONGEST_TAG = 50, 100
STATUSES = ("started", "processing", "ready", "error", "recrawling")
CRAWL = shape((), depth={**WHOLE, "minimum": 1, "maximum": DEEPEST}, max_pages={**WHOLE, "minimum": 1, "maximum": 100})
PLAIN = {"document_name": TEXT, "tags": TEXTS}
SHOWN = shape(
    (),
    document_id=TEXT,
    document_url=TEXT,
    **PLAIN,
    status={**TEXT, "enum": list(STATUSES)},
    progress=nullable(WHOLE),
    error_message=nullable(TEXT),
    callback_url=TEXT,
    crawl_config=nullable(CRAWL),
    crawled_urls=nullable(TEXTS),
    last_crawled_at=nullable(MOMENT),
    crawl_count=WHOLE,
    created_at=MOMENT,
    updated_at=MOMENT,
)
REFUSALS = {
    "limit": HTTPStatus.TOO_MANY_REQUESTS,
    "too_soon": HTTPStatus.TOO_MANY_REQUESTS,
    "busy": HTTPStatus.CONFLICT,
    "no_crawl": HTTPStatus.BAD_REQUEST,
}


class OfDocuments(TavusView):
    """What the views of documents share."""

    @property
    def rows(self) -> QuerySet[Document]:
        light = KnowledgeFile.objects.defer("text")
        found = Document.objects.filter(owner=self.account).select_related("shelf")
        return found.prefetch_related(Prefetch("shelf__knowledge", queryset=light))

    def found(self, key: str) -> Document:
        return finding.own(self.rows, self.account, key, "Document")


class DocumentsView(OfDocuments):
    @described(
        "create_document",
        SHOWN,
        request=shape(("document_url",), document_url=TEXT, **PLAIN, callback_url=TEXT, crawl=CRAWL),
        post=True,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Take a file or page by its address; with `crawl`, the website behind it, as its robots.txt allows."""
        body = self.body
        if not body.get("document_url"):
            raise bad_request("Invalid request: document_url is required")
        made = _served(
            lambda: documents.create(
                self.account,
                fields.url(body, "document_url"),
                name=fields.text(body, "document_name", most=500).strip(),
                tags=_tags(body),
                crawl=_crawl(body),
                webhook_url=fields.url(body, "callback_url"),
                dialect=DIALECT,
            )
        )
        return Response(shown(self.found(made.pk)))

    @described(
        "list_documents",
        page(SHOWN, page=WHOLE, limit=WHOLE),
        refusals=(400,),
        parameters=[*paging(0), SORTED, query("status", ", ".join(STATUSES)), NAMED, TAGGED],
    )
    def get(self, request: Request) -> Response:
        """The account's documents."""
        status = fields.choice(request.query_params.dict(), "status", STATUSES)
        rows = chosen(self.rows, request)
        return listed(_of_status(rows, status) if status else rows, request, shown, first=0, numbered=True)


class DocumentTagsView(OfDocuments):
    @described(
        "list_document_tags", shape((), tags=several(shape((), tag=TEXT, document_ids=TEXTS)), total_count=WHOLE)
    )
    def get(self, request: Request) -> Response:
        """Every tag, and the documents that bear it."""
        bearing: dict[str, list[str]] = {}
        for key, tags in Document.objects.filter(owner=self.account).values_list("pk", "tags"):
            for tag in tags:
                bearing.setdefault(tag, []).append(key)
        listed_tags = [{"tag": tag, "document_ids": keys} for tag, keys in sorted(bearing.items())]
        return Response({"tags": listed_tags, "total_count": len(listed_tags)})


class DocumentView(OfDocuments):
    @described("get_document", SHOWN, refusals=(404,))
    def get(self, request: Request, document_id: str) -> Response:
        """A document and how far it is."""
        return Response(shown(self.found(document_id)))

    @described("patch_document", SHOWN, request=shape((), **PLAIN), refusals=(404,))
    def patch(self, request: Request, document_id: str) -> Response:
        """Rename a document, or give it other tags."""
        found, body = self.found(document_id), self.body
        name = fields.text(body, "document_name", most=500).strip() or None
        return Response(shown(documents.change(found, name=name, tags=_tags(body) if "tags" in body else None)))

    @described("delete_document", status=204, refusals=(404,))
    def delete(self, request: Request, document_id: str) -> Response:
        """Delete a document with all that was learned from it."""
        documents.delete(self.found(document_id))
        return Response(status=204)


class RecrawlView(OfDocuments):
    @described("recrawl_document", SHOWN, request=shape((), crawl=CRAWL), status=202, post=True, refusals=(404,))
    @idempotent
    def post(self, request: Request, document_id: str) -> Response:
        """Read a website anew; what was learned before is served until then."""
        found, crawl = self.found(document_id), _crawl(self.body)
        _served(lambda: documents.crawl_again(found, crawl))
        return Response(shown(self.found(document_id)), status=HTTPStatus.ACCEPTED)


class DocumentChunksView(OfDocuments):
    @described(
        "list_document_chunks",
        page(shape((), chunk_index=WHOLE, text=TEXT, location=TEXT), page=WHOLE, limit=WHOLE),
        refusals=(400, 404),
        parameters=paging(0),
    )
    def get(self, request: Request, document_id: str) -> Response:
        """What was learned from a document, passage by passage."""
        rows = Chunk.objects.filter(personality=self.found(document_id).shelf_id).defer("vector", "tokens")
        return listed(rows.order_by("place"), request, _chunk, first=0, numbered=True)


def shown(document: Document) -> dict[str, Any]:
    """The wire's object of a document; callbacks carry it too."""
    status, error = documents.status_of(document)
    file = documents.file_of(document)
    crawled = document.crawl is not None
    return {
        "document_id": document.pk,
        "document_name": document.name,
        "document_url": document.url,
        "status": status,
        "progress": file.progress if file and status in ("processing", "recrawling", "ready") else None,
        "error_message": error,
        "callback_url": document.webhook_url,
        "tags": document.tags,
        "crawl_config": document.crawl,
        "crawled_urls": document.crawled_urls if crawled else None,
        "last_crawled_at": iso(document.last_crawled_at) if document.last_crawled_at else None,
        "crawl_count": document.crawl_count,
        "created_at": iso(document.created_at),
        "updated_at": iso(document.updated_at),
    }


def _chunk(row: Chunk) -> dict[str, Any]:
    return {"chunk_index": row.place, "text": row.text, "location": row.location}


def _of_status(rows: QuerySet[Document], status: str) -> QuerySet[Document]:
    """As `documents.status_of` tells it."""
    match status:
        case "ready" | "error":
            return rows.filter(shelf__knowledge__status=Status(status))
        case "recrawling":
            return rows.filter(crawl_count__gt=0).exclude(shelf__knowledge__status__in=FINAL)
    first = {"shelf__knowledge__status": Status.QUEUED, "shelf__knowledge__attempt": 0}
    begun = rows.filter(crawl_count=0).exclude(shelf__knowledge__status__in=FINAL)
    return begun.filter(**first) if status == "started" else begun.exclude(**first)


def _tags(body: Body) -> list[str]:
    return fields.texts(body, "tags", most=MOST_TAGS, longest=LONGEST_TAG)


def _crawl(body: Body) -> dict[str, int] | None:
    crawl = body.get("crawl")
    if crawl is None:
        return None
    inner = fields.mapping(body, "crawl")
    try:
        depth = fields.whole(inner, "depth", default=1, least=1, most=DEEPEST)
        pages = fields.whole(inner, "max_pages", default=10, least=1, most=MOST_PAGES)
    except ApiError as error:
        raise bad_request(f"crawl.{error.message}") from error
    return {"depth": depth, "max_pages": pages}


def _served(work: Any) -> Any:
    """What the service answers; what it refuses, with its status."""
    try:
        return work()
    except documents.Refused as refused:
        raise ApiError(REFUSALS[refused.code], refused.words, refused.code) from refused
    except EngineFailed as error:
        raise bad_request(f"document_url: {error.message}") from error
