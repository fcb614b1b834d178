"""Finding passages: by words in the database's full text, by meaning with an embeddings engine, or by both."""

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from tests.factories import make_twin
from twins import minds
from twins.embeddings.base import Embeddings, Matrix
from twins.knowledge import in_memory, selection, services
from twins.knowledge import search as searching
from twins.knowledge.search import search
from twins.llm.base import ChatMessage
from twins.llm.local import LocalLLM
from twins.models import Chunk, Personality

pytestmark = pytest.mark.django_db

BAKERY = {
    "Opening hours": "The bakery opens at eight in the morning. On Sundays it is closed.",
    "Prices": "A sourdough loaf costs 6 euros. Croissants are 1.80 euros each.",
    "Delivery": "We deliver in Lisbon. Delivery takes about two hours.",
    "History": "Maya founded the bakery in 2015 with her sister Ines.",
}


@pytest.fixture
def mind() -> Personality:
    found = make_twin().personality
    assert found is not None
    for name, text in BAKERY.items():
        services.add_text(found, name, text)
    return found


def first(mind: Personality, question: str) -> str:
    found = search(mind, question, 3)
    return found[0].source if found else ""


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("How much is a sourdough loaf?", "Prices"),
        ("do you ship", "Delivery"),
        ("who founded the bakery", "History"),
        ("opening", "Opening hours"),
        ("croissant", "Prices"),
        ("how much is a crossant", "Prices"),
        ("What is on sundays?", "Opening hours"),
    ],
)
def test_the_passage_that_answers_comes_first(mind: Personality, question: str, source: str) -> None:
    assert first(mind, question) == source


@pytest.mark.parametrize(
    "question",
    [
        "",
        "the of and",
        "?!",
        "zyzzyva",
        "\x00",
        "' OR 'x'='x' --",
        '"unclosed',
        "a:b*^ NEAR(",
        "\ud800",
        "x" * 100_000,
        "*",
    ],
)
def test_no_question_breaks_the_search(mind: Personality, question: str) -> None:
    assert search(mind, question) == []


@pytest.mark.parametrize(
    ("language", "text", "question"),
    [
        ("fr", "Les bouquets coûtent 25 euros.", "combien coute un bouquet ?"),
        ("de", "Eine Prüfung der Fahrräder kostet 60 Euro.", "Prüfungen"),
        ("ru", "Хлеб стоит сто рублей.", "Сколько стоит хлеба?"),
        ("zh", "红茶每壶四十元。", "红茶多少钱？"),
        ("ko", "커피는 사천 원입니다.", "커피가 얼마예요?"),
        ("hi", "रोटी बीस रुपये की है।", "रोटी कितने की है"),
    ],
)
def test_any_language_is_searched(language: str, text: str, question: str) -> None:
    mind = Personality.objects.create(name="Polyglot", language=language)
    services.add_text(mind, "x", text)
    assert [found.text for found in search(mind, question)] == [text]


def test_a_passage_with_more_of_the_question_comes_before_one_with_less(mind: Personality) -> None:
    services.add_text(mind, "Rye", "Rye bread is dark.")
    services.add_text(mind, "Rye price", "Rye bread costs 5 euros on Mondays.")
    assert first(mind, "What does rye bread cost on a Monday?") == "Rye price"


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    mind = Personality.objects.create(name="Many")
    services.add_text(mind, "common", "\n\n".join(f"The bakery has bread of kind {n} today." for n in range(300)))
    services.add_text(mind, "rare", "The brioche is only there in May.")
    assert first(mind, "Is there brioche bread in the bakery?") == "rare"


def test_words_that_nearly_every_passage_holds_are_found_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "COMMON", 20)
    monkeypatch.setattr(searching, "CANDIDATES", 30)
    mind = Personality.objects.create(name="Many")
    for n in range(50):
        services.add_text(mind, f"bread {n}", "There is bread.")
        services.add_text(mind, f"flour {n}", "There is flour.")
    services.add_text(mind, "both", "Bread is made of flour.")
    assert first(mind, "bread flour") == "both"
    assert first(mind, "bread").startswith("bread")


# By meaning


class ByMeaning(Embeddings):
    """Knows what a few words mean: each group of them is a direction of its own."""

    name = "by-meaning"
    batch = 2
    groups = (("loaf", "bread", "baguette"), ("automobile", "car"), ("weather", "rain"), ("costs", "euros"))

    def __init__(self) -> None:
        self.calls = 0
        self.broken = False

    def _embed(self, texts: Sequence[str]) -> Matrix:
        self.calls += 1
        assert len(texts) <= self.batch
        if self.broken:
            raise EngineFailed("The embeddings engine cannot be reached.", "embeddings_unreachable", retryable=True)
        rows = [[float(any(word in text.lower() for word in group)) for group in self.groups] for text in texts]
        return np.array(rows, dtype=np.float32) + 1e-6


@pytest.fixture
def meaning(settings: Any) -> Any:
    engines.load.cache_clear()
    settings.EMBEDDINGS = {"test": {"BACKEND": "tests.test_knowledge_search.ByMeaning"}}
    settings.EMBEDDINGS_ENGINE = "test"
    in_memory.forget()
    yield engines.load("EMBEDDINGS", "test")
    engines.load.cache_clear()


@pytest.fixture
def understood(meaning: ByMeaning) -> Personality:
    from avatarsite.core import jobs

    found = Personality.objects.create(name="Understood")
    for name, text in {**BAKERY, "The house": "There is room for your automobile behind the house."}.items():
        assert jobs.execute(services.add_text(found, name, text), "a worker")
    return found


def test_what_means_the_same_is_found_without_a_shared_word(understood: Personality) -> None:
    assert first(understood, "Can I bring a car?") == "The house"


def test_words_still_count_when_meaning_is_known(understood: Personality) -> None:
    assert first(understood, "Who is Ines?") == "History"


def test_a_typed_text_is_found_by_its_words_before_its_vectors_are_made(meaning: ByMeaning) -> None:
    mind = Personality.objects.create(name="New")
    document = services.add_text(mind, "Prices", BAKERY["Prices"])
    assert document.status == "queued" and meaning.calls == 0
    assert first(mind, "sourdough") == "Prices"


def test_every_passage_gets_one_vector_of_length_one(understood: Personality) -> None:
    vectors = [np.frombuffer(bytes(row.vector), "<f4") for row in Chunk.objects.filter(personality=understood)]
    assert len(vectors) == 5
    assert all(math.isclose(float(np.linalg.norm(vector)), 1.0, rel_tol=1e-5) for vector in vectors)


def test_vectors_of_a_replaced_document_are_forgotten(understood: Personality) -> None:
    from avatarsite.core import jobs

    assert first(understood, "Can I bring a car?") == "The house"
    jobs.execute(services.add_text(understood, "The house", "There is no room at all."), "a worker")
    assert first(understood, "Can I bring a car?") != "The house"


def test_vectors_of_another_model_are_not_compared(understood: Personality, meaning: ByMeaning) -> None:
    meaning.name = "another"
    assert search(understood, "Can I bring a car?") == []


def test_when_the_embeddings_engine_fails_words_still_find(understood: Personality, meaning: ByMeaning) -> None:
    meaning.broken = True
    assert first(understood, "sourdough") == "Prices"


def test_a_document_whose_vectors_cannot_be_made_now_is_tried_again(meaning: ByMeaning) -> None:
    from avatarsite.core import jobs

    meaning.broken = True
    document = services.add_text(Personality.objects.create(name="New"), "Prices", BAKERY["Prices"])
    jobs.execute(document, "a worker")
    document.refresh_from_db()
    assert (document.status, document.error_code) == ("queued", "embeddings_unreachable")


# What a mind is given


def ask(mind: Personality, question: str) -> str:
    given = minds.mind_of(mind, mind.name, question)
    return "".join(LocalLLM().stream(given, [ChatMessage("user", question)]))


def test_a_small_personality_knows_everything_in_the_order_of_its_documents(mind: Personality) -> None:
    given = minds.mind_of(mind, "Ada", "anything").knowledge
    assert [passage.source for passage in given] == list(BAKERY)


def test_a_large_personality_is_given_what_was_found(mind: Personality, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "SMALL", 3)
    given = minds.mind_of(mind, "Ada", "What does a sourdough loaf cost?").knowledge
    assert [passage.source for passage in given] == ["Prices"]
    assert "6 euros" in ask(mind, "What does a sourdough loaf cost?")


def test_a_large_personality_says_what_it_does_not_know(mind: Personality, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "SMALL", 3)
    assert re.search("I do not know|no answer|beyond what I know", ask(mind, "What is the capital of Mongolia?"))


def test_headings_are_searched_with_the_text_under_them(mind: Personality) -> None:
    from django.core.files.base import ContentFile

    from avatarsite.core import jobs

    text = b"# Wheelchairs\n\nThere is a ramp at the back door.\n\n# Children\n\nThere is a corner with toys.\n"
    jobs.execute(services.add_file(mind, "house.md", ContentFile(text)), "a worker")
    assert [(found.location, found.text) for found in search(mind, "wheelchair")] == [
        ("Wheelchairs", "There is a ramp at the back door.")
    ]
    assert "ramp" in ask(mind, "Is there anything for wheelchairs?")
