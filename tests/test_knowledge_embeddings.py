"""Embeddings over the wire: order, length, retries, and what is said when there are no vectors."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from avatarsite.core.engines import EngineFailed
from tests.fakes.embeddings_server import FakeEmbeddings, vector
from twins.embeddings import openai as module
from twins.embeddings.openai import OpenAIEmbeddings

pytestmark = pytest.mark.engine
TEXTS = ["The bakery opens at eight.", "Bread.", "A sourdough loaf costs 6 euros."]


@pytest.fixture
def server() -> Iterator[FakeEmbeddings]:
    with FakeEmbeddings() as running:
        yield running


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)


def engine(server: FakeEmbeddings, **options: Any) -> OpenAIEmbeddings:
    return OpenAIEmbeddings(base_url=server.url, api_key=server.key, model=server.model, **options)


def failure(server: FakeEmbeddings, **options: Any) -> EngineFailed:
    with pytest.raises(EngineFailed) as caught:
        engine(server, **options).embed(TEXTS)
    assert server.key not in str(caught.value) and caught.value.__cause__ is None
    return caught.value


def test_each_text_gets_its_own_vector_whatever_the_order_of_the_answer(server: FakeEmbeddings) -> None:
    made = engine(server).embed(TEXTS)
    for row, text in zip(made, TEXTS, strict=True):
        wanted = np.array(vector(text, 8))
        assert np.allclose(row, wanted / np.linalg.norm(wanted), atol=1e-5)


def test_vectors_have_length_one(server: FakeEmbeddings) -> None:
    assert np.allclose(np.linalg.norm(engine(server).embed(TEXTS), axis=1), 1.0, atol=1e-5)


def test_dimensions_are_asked_for_and_part_of_the_name(server: FakeEmbeddings) -> None:
    short = engine(server, dimensions=4)
    assert short.embed(TEXTS).shape == (3, 4)
    assert server.bodies[0]["dimensions"] == 4
    assert short.name != engine(server).name


def test_models_that_cannot_be_shortened_are_not_asked_to(server: FakeEmbeddings) -> None:
    engine(server).embed(TEXTS)
    assert "dimensions" not in server.bodies[0]


def test_no_texts_cost_no_call(server: FakeEmbeddings) -> None:
    assert len(engine(server).embed([])) == 0
    assert server.bodies == []


def test_an_empty_text_is_not_sent_empty_and_a_long_one_is_cut(server: FakeEmbeddings) -> None:
    engine(server).embed(["", "x" * 100_000])
    assert [len(text) for text in server.bodies[0]["input"]] == [1, 8_000]


@pytest.mark.parametrize("trouble", ["overloaded", "rate_limited", "html"])
def test_what_may_pass_is_tried_again(server: FakeEmbeddings, trouble: str) -> None:
    server.behave(trouble, trouble, "ok")
    assert len(engine(server).embed(TEXTS)) == 3
    assert len(server.bodies) == 3


@pytest.mark.parametrize(
    ("trouble", "code", "calls"),
    [
        ("overloaded", "embeddings_overloaded", 3),
        ("quota", "embeddings_quota", 1),
        ("rejected", "embeddings_rejected", 1),
        ("html", "embeddings_malformed", 3),
        ("one_missing", "embeddings_malformed", 1),
    ],
)
def test_trouble_ends_with_a_code_and_no_more_calls_than_make_sense(
    server: FakeEmbeddings, trouble: str, code: str, calls: int
) -> None:
    server.behave(trouble)
    assert failure(server, max_retries=2).code == code
    assert len(server.bodies) == calls


def test_a_wrong_key_is_said_without_the_key(server: FakeEmbeddings) -> None:
    with pytest.raises(EngineFailed) as caught:
        OpenAIEmbeddings(base_url=server.url, api_key="sk-wrong", model=server.model).embed(TEXTS)
    assert caught.value.code == "embeddings_auth" and server.key not in caught.value.message


def test_a_server_that_is_not_there_is_said_so() -> None:
    with pytest.raises(EngineFailed) as caught:
        OpenAIEmbeddings(base_url="http://127.0.0.1:9/v1", model="x", max_retries=0).embed(TEXTS)
    assert (caught.value.code, caught.value.retryable) == ("embeddings_unreachable", True)
