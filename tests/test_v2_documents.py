"""Documents of the Tavus-compatible API: fetched, read, crawled within limits, and known to personas."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from avatarsite.core import jobs
from avatarsite.core.models import WebhookDelivery
from conversations.models import ChatSession, Conversation
from tests.fakes.raw_server import RawServer, Received, answer
from tests.fetching import reach
from tests.tavus import Customer
from twins import documents, minds
from twins.models import Document, KnowledgeFile, Personality

pytestmark = pytest.mark.django_db
HOOK = "https://example.org/hook"
OPENING = b"The lighthouse cafe in Porto opens at seven in the morning."


def html(text: str, *links: str, head: str = "") -> bytes:
    anchors = "".join(f'<a href="{link}">more</a> ' for link in links)
    return f"<!doctype html><html><head>{head}</head><body><nav>{anchors}</nav><p>{text}</p></body></html>".encode()


class Site:
    """A website on loopback: path -> body; what is missing is 404."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        self.pages = pages
        self.server = RawServer(self.serve)

    def serve(self, received: Received) -> Iterator[bytes]:
        path = received.head.split(" ", 2)[1]
        body = self.pages.get(path)
        kind = "text/html" if body and body.startswith(b"<!doctype") else "text/plain"
        status = "200 OK" if body is not None else "404 Not Found"
        body = body or b""
        yield answer(status, body, Content_Length=str(len(body)), Content_Type=kind)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.port}{path}"

    @property
    def asked(self) -> list[str]:
        return [request.head.split(" ", 2)[1] for request in self.server.requests]


@pytest.fixture
def alice() -> Customer:
    return Customer()


@pytest.fixture
def bob() -> Customer:
    return Customer("bob@example.org")


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    settings.JOB_HEARTBEAT = 60.0  # the test's transaction holds the database's lock while a job runs
    made = Site({})
    with made.server:
        reach(settings, made.server.port)
        yield made


def work(document_id: str) -> None:
    """A worker looks at the document once."""
    file = KnowledgeFile.objects.get(personality__document=document_id)
    assert jobs.execute(file, "a worker")


def added(customer: Customer, url: str, **more: Any) -> str:
    return str(customer.data("POST", "documents", {"document_url": url, **more})["document_id"])


def known_by(persona: Personality, question: str = "When?") -> str:
    return " ".join(passage.text for passage in minds.mind_of(persona, "", question).knowledge)


def persona(customer: Customer, **fields: Any) -> Personality:
    made = customer.data("POST", "personas", {"system_prompt": "You are Tim.", **fields})
    return Personality.objects.get(pk=made["persona_id"])


# -- One file or page


def test_a_document_is_fetched_and_read_by_a_worker_and_its_owner_is_told(alice: Customer, site: Site) -> None:
    site.pages["/cafe.txt"] = OPENING
    body = {"document_url": site.url("/cafe.txt"), "document_name": "Cafe", "tags": ["a"], "callback_url": HOOK}
    made = alice.data("POST", "documents", body)
    assert set(made) == {
        *("document_id", "document_name", "document_url", "status", "progress", "error_message", "created_at"),
        *("updated_at", "callback_url", "tags", "crawl_config", "crawled_urls", "last_crawled_at", "crawl_count"),
    }
    assert {name: made[name] for name in body} == body
    assert (made["status"], made["progress"], made["error_message"], made["crawl_count"]) == ("started", None, None, 0)
    assert site.asked == []
    work(made["document_id"])
    ready = alice.data("GET", f"documents/{made['document_id']}")
    assert (ready["status"], ready["progress"]) == ("ready", 100)
    (delivery,) = WebhookDelivery.objects.all()
    assert json.loads(delivery.body)["status"] == "ready" and delivery.kind == "document.ready"
    chunks = alice.data("GET", f"documents/{made['document_id']}/chunks")
    assert chunks["data"][0]["text"] == OPENING.decode() and chunks["total_count"] == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "file_download_failed"),
        (b"", "file_empty"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "file_format_unsupported"),
        (b"%PDF-1.7 broken", "document_processing_failed"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_by_the_promised_code(
    alice: Customer, site: Site, content: bytes | None, code: str
) -> None:
    if content is not None:
        site.pages["/file"] = content
    key = added(alice, site.url("/file"), callback_url=HOOK)
    work(key)
    shown = alice.data("GET", f"documents/{key}")
    assert (shown["status"], shown["error_message"]) == ("error", code)
    assert json.loads(WebhookDelivery.objects.get().body)["error_message"] == code


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Invalid request: document_url is required"),
        ({"document_url": 7}, "document_url: must be a string"),
        ({"document_url": "http://10.0.0.1/x"}, "document_url: This address cannot be used"),
        ({"document_url": "https://example.org/", "tags": "a"}, "tags: must be a list of strings"),
        ({"document_url": "https://example.org/", "crawl": 3}, "crawl: must be an object"),
        ({"document_url": "https://example.org/", "crawl": {"depth": 11}}, "crawl.depth: must be a whole number"),
        ({"document_url": "https://example.org/", "crawl": {"max_pages": 0}}, "crawl.max_pages: must be a whole"),
        ({"document_url": "https://example.org/", "callback_url": "ftp://x"}, "callback_url: This address"),
    ],
)
def test_a_wrong_field_is_named(alice: Customer, body: dict[str, Any], words: str) -> None:
    assert alice.refused(400, "POST", "documents", body).startswith(words)
    assert not Document.objects.exists()


def test_lists_begin_at_page_0_and_are_sorted_and_narrowed(alice: Customer, bob: Customer) -> None:
    for number in range(3):
        added(alice, f"https://example.org/{number}", document_name=f"Doc {number}", tags=[f"t{number % 2}"])
    listed = alice.data("GET", "documents?limit=2")
    assert (listed["total_count"], listed["page"], listed["limit"]) == (3, 0, 2)

    def names(query: str) -> list[str]:
        return [item["document_name"] for item in alice.data("GET", f"documents?{query}")["data"]]

    assert names("limit=2&page=1") == ["Doc 0"]
    assert names("sort=ascending") == ["Doc 0", "Doc 1", "Doc 2"] and names("sort=desc")[0] == "Doc 2"
    assert names("tags=t1,nothing") == ["Doc 1"] and names("name_or_uuid=doc%202") == ["Doc 2"]
    assert len(names("status=started")) == 3 and names("status=ready") == names("status=recrawling") == []
    tags = alice.data("GET", "documents/tags")["tags"]
    assert [(item["tag"], len(item["document_ids"])) for item in tags] == [("t0", 2), ("t1", 1)]
    words = alice.refused(400, "GET", "documents?limit=-1")
    assert words == "Invalid request: limit must be a positive integer"
    assert bob.data("GET", "documents")["total_count"] == 0


def test_a_document_is_renamed_tagged_and_deleted_with_all_that_was_learned(alice: Customer, site: Site) -> None:
    site.pages["/cafe.txt"] = OPENING
    key = added(alice, site.url("/cafe.txt"))
    work(key)
    shown = alice.data("PATCH", f"documents/{key}", {"document_name": "Cafe", "tags": ["x"]})
    assert (shown["document_name"], shown["tags"]) == ("Cafe", ["x"])
    assert alice.call("DELETE", f"documents/{key}").status_code == 204
    assert alice.refused(404, "GET", f"documents/{key}") == "Document not found"
    assert not KnowledgeFile.objects.exists() and not Personality.with_shelves.exists()


def test_a_document_of_somebody_else_does_not_exist(alice: Customer, bob: Customer) -> None:
    key = added(alice, "https://example.org/")
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/recrawl"), ("GET", "/chunks")):
        assert bob.refused(404, method, f"documents/{key}{path}", {}) == "Document not found"
    refused = bob.refused(400, "POST", "personas", {"system_prompt": "x", "document_ids": [key]})
    assert refused.startswith("Invalid document_id")


def test_a_post_that_is_sent_twice_makes_one_document(alice: Customer) -> None:
    body = {"document_url": "https://example.org/"}
    answers = [alice.call("POST", "documents", body, HTTP_IDEMPOTENCY_KEY="one").json() for _ in range(2)]
    assert answers[0] == answers[1] and Document.objects.count() == 1


# -- Who knows them


def test_a_persona_knows_its_documents_by_id_and_by_tag_and_no_others(
    alice: Customer, bob: Customer, site: Site
) -> None:
    site.pages |= {"/cafe.txt": OPENING, "/ferry.txt": b"The ferry to Gaia costs two euros."}
    cafe, ferry = added(alice, site.url("/cafe.txt")), added(alice, site.url("/ferry.txt"), tags=["travel"])
    theirs = added(bob, site.url("/cafe.txt"), tags=["travel"])
    for key in (cafe, ferry, theirs):
        work(key)
    by_id, by_tag = persona(alice, document_ids=[cafe]), persona(alice, document_tags=["travel"])
    assert known_by(by_id) == OPENING.decode()
    assert known_by(by_tag) == "The ferry to Gaia costs two euros."
    assert known_by(persona(alice)) == ""
    assert alice.data("GET", f"personas/{by_id.pk}")["document_ids"] == [cafe]


def test_large_documents_are_searched_for_what_the_question_asks(
    alice: Customer, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from twins.knowledge import selection

    monkeypatch.setattr(selection, "SMALL", 0)
    site.pages |= {"/cafe.txt": OPENING, "/ferry.txt": b"The ferry to Gaia costs two euros."}
    keys = [added(alice, site.url(path)) for path in ("/cafe.txt", "/ferry.txt")]
    for key in keys:
        work(key)
    mind = persona(alice, document_ids=keys)
    assert known_by(mind, "What does the ferry cost?") == "The ferry to Gaia costs two euros."
    assert known_by(mind, "When does the cafe open?") == OPENING.decode()


def test_a_conversation_can_be_given_documents_of_its_own(alice: Customer, site: Site) -> None:
    from conversations.briefing import briefed

    site.pages["/cafe.txt"] = OPENING
    key = added(alice, site.url("/cafe.txt"))
    work(key)
    mind = persona(alice)
    session = ChatSession.objects.create(user=alice.user, personality=mind)
    call = Conversation.objects.create(owner=alice.user, personality=mind, session=session)
    call.documents.add(key)
    mind.documents.add(key)  # what persona and call have in common is told once
    knowledge = briefed(minds.mind_of(mind, "When?"), session, "When?").knowledge
    assert [passage.text for passage in knowledge] == [OPENING.decode()]


# -- Websites


def test_a_website_is_crawled_within_its_host_depth_pages_and_robots(alice: Customer, site: Site) -> None:
    site.pages |= {
        "/robots.txt": b"User-agent: *\nDisallow: /private\n",
        "/": html("The harbour is old.", "/one", "/private", "https://example.org/away", "/one#again", "mailto:x@y.z"),
        "/one": html("The first pier is long.", "/two", "/missing"),
        "/two": html("The second pier is short.", "/three"),
        "/three": html("The third pier is lost."),
        "/private": html("Nobody may read this."),
    }
    key = added(alice, site.url("/"), crawl={"depth": 2, "max_pages": 10}, callback_url=HOOK)
    work(key)
    shown = alice.data("GET", f"documents/{key}")
    assert (shown["status"], shown["crawl_count"]) == ("ready", 1) and shown["last_crawled_at"]
    assert shown["crawled_urls"] == [site.url(path) for path in ("/", "/one", "/two")]
    assert site.asked == ["/robots.txt", "/", "/one", "/two", "/missing"]
    known = known_by(persona(alice, document_ids=[key]))
    assert known == "The harbour is old. The first pier is long. The second pier is short."
    places = [item["location"] for item in alice.data("GET", f"documents/{key}/chunks")["data"]]
    assert places == ["", "one", "two"]


def test_a_crawl_stops_at_its_number_of_pages_and_heeds_nofollow(alice: Customer, site: Site) -> None:
    nofollow = '<meta name="robots" content="noindex, nofollow">'
    site.pages |= {
        "/": html("The start.", "/a", "/b", "/c"),
        "/a": html("Page a leads nowhere.", "/d", head=nofollow),
        "/b": html("Page b."),
    }
    key = added(alice, site.url("/"), crawl={"depth": 3, "max_pages": 3})
    work(key)
    assert alice.data("GET", f"documents/{key}")["crawled_urls"] == [site.url(path) for path in ("/", "/a", "/b")]
    assert "/d" not in site.asked


def test_a_website_that_forbids_it_is_not_read(alice: Customer, site: Site) -> None:
    site.pages |= {"/robots.txt": b"User-agent: *\nDisallow: /\n", "/": html("Secret.")}
    key = added(alice, site.url("/"), crawl={"depth": 1})
    work(key)
    shown = alice.data("GET", f"documents/{key}")
    assert (shown["status"], shown["error_message"]) == ("error", "website_processing_failed")
    assert site.asked == ["/robots.txt"]


def test_a_website_is_crawled_again_after_a_while_and_serves_the_old_until_then(
    alice: Customer, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/"] = html("The harbour is old.")
    key = added(alice, site.url("/"), crawl={"depth": 1})
    assert alice.refused(409, "POST", f"documents/{key}/recrawl").startswith("The document is being processed")
    work(key)
    assert "Wait 60 minutes" in alice.refused(429, "POST", f"documents/{key}/recrawl", {})
    monkeypatch.setattr(documents, "COOL_DOWN", documents.COOL_DOWN * 0)
    site.pages["/"] = html("The harbour is new.")
    answer_ = alice.call("POST", f"documents/{key}/recrawl", {"crawl": {"max_pages": 2}})
    assert answer_.status_code == 202 and answer_.json()["status"] == "recrawling"
    assert answer_.json()["crawl_config"] == {"depth": 1, "max_pages": 2}
    mind = persona(alice, document_ids=[key])
    assert known_by(mind) == "The harbour is old."
    work(key)
    assert known_by(mind) == "The harbour is new."
    assert alice.data("GET", f"documents/{key}")["crawl_count"] == 2


def test_a_file_without_crawl_is_not_crawled_again(alice: Customer) -> None:
    words = alice.refused(400, "POST", f"documents/{added(alice, 'https://example.org/')}/recrawl", {})
    assert words == "This document has no crawl configuration: send crawl."


def test_an_account_has_a_limit_of_websites(alice: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_CRAWLED", 1)
    added(alice, "https://example.org/", crawl={"depth": 1})
    body = {"document_url": "https://example.org/", "crawl": {"depth": 1}}
    assert alice.refused(429, "POST", "documents", body).startswith("Crawl document limit reached (1).")
    assert Document.objects.count() == 1
