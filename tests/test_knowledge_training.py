"""Training: documents become passages, replace each other as a whole, and leave nothing behind."""

import pytest

from tests.factories import make_twin
from twins.knowledge import services
from twins.knowledge.search import search
from twins.models import Chunk, KnowledgeFile, Personality

pytestmark = pytest.mark.django_db


@pytest.fixture
def mind() -> Personality:
    found = make_twin().personality
    assert found is not None
    return found


def texts(mind: Personality) -> list[str]:
    return list(mind.chunks.order_by("file__created_at", "place").values_list("text", flat=True))


def test_a_typed_text_is_known_at_once(mind: Personality) -> None:
    document = services.add_text(mind, "Opening hours", "We open at nine. On Sundays we are closed.")
    assert (document.status, document.progress, document.chunk_count) == ("ready", 100, 1)
    assert [found.source for found in search(mind, "When do you open?")] == ["Opening hours"]


def test_a_text_of_the_same_name_replaces_the_one_before(mind: Personality) -> None:
    services.add_text(mind, "Hours", "We open at nine.")
    services.add_text(mind, "Hours", "We open at eleven.")
    assert texts(mind) == ["We open at eleven."]
    assert KnowledgeFile.objects.count() == 1


def test_what_was_removed_is_not_found_again(mind: Personality) -> None:
    services.add_text(mind, "Hours", "We open at nine.")
    assert services.remove(mind, "Hours")
    assert not search(mind, "When do you open?") and not Chunk.objects.exists()
