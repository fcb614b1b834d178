"""Training: documents become passages, replace each other as a whole, and leave nothing behind."""

import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from avatarsite.core import jobs
from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import WebhookDelivery
from tests import documents
from tests.factories import make_twin, make_user
from tests.fakes.raw_server import RawServer, plain
from tests.fetching import reach
from twins.knowledge import services
from twins.knowledge.search import search
from twins.models import Chunk, KnowledgeFile, Personality

pytestmark = pytest.mark.django_db
HOOK = "https://example.org/hook"


@pytest.fixture
def mind() -> Personality:
    found = make_twin(owner=make_user()).personality
    assert found is not None
    Personality.objects.filter(pk=found.pk).update(owner=found.twin.owner)
    found.refresh_from_db()
    return found


def upload(mind: Personality, name: str, content: bytes | str, **more: Any) -> KnowledgeFile:
    return services.add_file(
        mind, name, ContentFile(content if isinstance(content, bytes) else content.encode()), **more
    )


def trained(document: KnowledgeFile) -> KnowledgeFile:
    """The document after a worker looked at it once."""
    document.refresh_from_db()
    assert jobs.execute(document, "a worker")
    document.refresh_from_db()
    return document


def texts(mind: Personality) -> list[str]:
    return list(mind.chunks.order_by("file__created_at", "place").values_list("text", flat=True))


def sources(mind: Personality, question: str) -> list[tuple[str, str]]:
    return [(found.source, found.location) for found in search(mind, question)]


def indexed() -> int:
    """How many terms the database's full text knows."""
    if connection.vendor != "sqlite":
        return Chunk.objects.count()  # the index is over the rows themselves
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.known USING fts5vocab('main', 'twins_chunk_words', 'row')"
        )
        cursor.execute("SELECT count(*) FROM temp.known")
        return int(cursor.fetchone()[0])


def stored() -> list[str]:
    return default_storage.listdir("knowledge")[1] if default_storage.exists("knowledge") else []


def test_a_typed_text_is_known_at_once(mind: Personality) -> None:
    document = services.add_text(mind, "Opening hours", "We open at nine. On Sundays we are closed.")
    assert (document.status, document.progress, document.chunk_count) == ("ready", 100, 1)
    assert sources(mind, "When do you open?") == [("Opening hours", "")]


def test_a_file_is_known_when_a_worker_has_read_it(mind: Personality) -> None:
    document = upload(mind, "harbour.pdf", documents.pdf(["Welcome.", documents.SENTENCE]))
    assert document.status == "queued" and sources(mind, "Who built the lighthouse?") == []
    document = trained(document)
    assert (document.status, document.pages, document.chunk_count, document.progress) == ("ready", 2, 2, 100)
    assert sources(mind, "Who built the lighthouse?") == [("harbour.pdf", "page 2")]


def test_a_web_page_is_fetched_and_known_by_its_address(mind: Personality, settings: Any) -> None:
    with RawServer(plain(documents.HTML.encode(), Content_Type="text/html")) as server:
        reach(settings, server.port)
        document = trained(services.add_page(mind, server.url))
        assert (document.status, document.name, document.kind) == ("ready", server.url, "page")
        assert sources(mind, "Who built the lighthouse?") == [(server.url, "The harbour")]


def test_an_address_of_our_own_network_is_refused_when_it_is_given(mind: Personality) -> None:
    with pytest.raises(EngineFailed, match="not public") as caught:
        services.add_page(mind, "http://127.0.0.1/secrets")
    assert caught.value.code == "url_refused" and not KnowledgeFile.objects.exists()


def test_a_webhook_to_our_own_network_is_refused_when_it_is_given(mind: Personality) -> None:
    before = stored()
    with pytest.raises(EngineFailed):
        upload(mind, "a.txt", "Words.", webhook_url="http://169.254.169.254/")
    assert not KnowledgeFile.objects.exists() and stored() == before


def test_a_document_of_the_same_name_replaces_the_one_before(mind: Personality) -> None:
    services.add_text(mind, "Hours", "We open at nine.")
    services.add_text(mind, "Hours", "We open at eleven.")
    assert texts(mind) == ["We open at eleven."]
    assert KnowledgeFile.objects.count() == 1


def test_the_old_passages_serve_until_the_new_ones_are_in(mind: Personality) -> None:
    trained(upload(mind, "boats.txt", "The Gaivota is nine metres long."))
    again = upload(mind, "boats.txt", "The Gaivota is ten metres long.")
    assert texts(mind) == ["The Gaivota is nine metres long."]
    trained(again)
    assert texts(mind) == ["The Gaivota is ten metres long."]


def test_a_broken_new_version_leaves_the_old_passages_and_says_what_is_wrong(mind: Personality) -> None:
    trained(upload(mind, "boats.pdf", documents.pdf(["The Gaivota is nine metres long."])))
    document = trained(upload(mind, "boats.pdf", documents.encrypted_pdf()))
    assert (document.status, document.error_code) == ("error", "file_encrypted")
    assert "boats.pdf" in document.status_details
    assert texts(mind) == ["The Gaivota is nine metres long."]


def test_a_worker_that_reads_a_replaced_file_changes_nothing(mind: Personality) -> None:
    from twins.knowledge import ingestion

    document = upload(mind, "boats.txt", "The Gaivota is nine metres long.")
    ticket = jobs.claim(document, "a slow worker")
    assert ticket is not None
    trained(upload(mind, "boats.txt", "The Gaivota is ten metres long."))
    with pytest.raises((jobs.TicketLost, EngineFailed)):
        ingestion.ingest(ticket)
    assert texts(mind) == ["The Gaivota is ten metres long."]


def test_one_broken_file_does_no_harm_to_the_others(mind: Personality) -> None:
    bad = trained(upload(mind, "bad.docx", documents.bomb(100)))
    good = trained(upload(mind, "good.docx", documents.docx()))
    assert (bad.status, bad.error_code, good.status) == ("error", "file_too_large", "ready")


def test_deleting_leaves_nothing_behind(mind: Personality, django_capture_on_commit_callbacks: Any) -> None:
    before = indexed(), len(stored())
    with django_capture_on_commit_callbacks(execute=True):
        trained(upload(mind, "boats.txt", "The Gaivota is nine metres long."))
        assert services.remove(mind, "boats.txt")
    assert not Chunk.objects.exists() and not KnowledgeFile.objects.exists()
    assert (indexed(), len(stored())) == before
    assert search(mind, "How long is the Gaivota?") == []


def test_deleting_a_personality_empties_the_index(mind: Personality) -> None:
    before = indexed()
    services.add_text(mind, "Boats", "The Gaivota is nine metres long.")
    mind.delete()
    assert indexed() == before and not Chunk.objects.exists()


def test_there_is_nothing_to_remove_of_an_unknown_name(mind: Personality) -> None:
    assert not services.remove(mind, "nothing.txt")


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\boats\\list.txt", "list.txt"), ("a\x00b.txt", "ab.txt"), ("", "document")],
)
def test_a_file_is_called_by_the_last_part_of_its_name(mind: Personality, name: str, kept: str) -> None:
    document = upload(mind, name, "Words.")
    assert document.name == kept and ".." not in document.upload.name


def test_a_file_that_is_too_large_is_refused_before_it_is_stored(mind: Personality, settings: Any) -> None:
    settings.KNOWLEDGE_MAX_BYTES = 1_048_576
    before = stored()
    with pytest.raises(EngineFailed, match="huge.txt.* larger than 1 MB") as caught:
        upload(mind, "huge.txt", b"x" * 1_048_577)
    assert caught.value.code == "file_too_large" and stored() == before


def deliveries() -> list[dict[str, Any]]:
    return [json.loads(delivery.body) for delivery in WebhookDelivery.objects.order_by("created_at")]


def test_the_webhook_is_told_of_success(mind: Personality) -> None:
    trained(upload(mind, "boats.txt", "The Gaivota is nine metres long.", webhook_url=HOOK))
    assert deliveries() == [
        {
            "personalityId": mind.pk,
            "status": True,
            "message": "File ingested successfully.",
            "fileName": "boats.txt",
        }
    ]


def test_the_webhook_is_told_of_failure_in_words(mind: Personality) -> None:
    document = trained(upload(mind, "empty.pdf", "", webhook_url=HOOK))
    assert deliveries() == [
        {"personalityId": mind.pk, "status": False, "message": document.status_details, "fileName": "empty.pdf"}
    ]


def test_two_personalities_know_nothing_of_each_other(mind: Personality) -> None:
    other = make_twin(name="Bea").personality
    assert other is not None
    services.add_text(mind, "Boats", "The Gaivota is nine metres long.")
    services.add_text(other, "Boats", "The Gaivota was sold in 2020.")
    assert [found.text for found in search(mind, "Gaivota")] == ["The Gaivota is nine metres long."]
