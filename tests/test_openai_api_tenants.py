"""Whose personalities, voices and users a key may use, and embeddings where an engine is configured; in process."""

import asyncio
import base64
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from django.test import AsyncClient

from avatarsite.core import engines
from avatarsite.core.api import keys
from avatarsite.core.models import User
from conversations import memory
from conversations.models import Memory, Person
from tests.factories import make_twin, make_user
from twins.embeddings.base import Embeddings, Matrix
from twins.models import Personality, Voice

pytestmark = pytest.mark.django_db(transaction=True)


class Account:
    def __init__(self, email: str) -> None:
        self.user: User = make_user(email)
        self.row, self.key = keys.create(self.user)

    def call(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        headers = {"authorization": f"Bearer {self.key if key is None else key}"}
        client = AsyncClient()

        async def send() -> Any:
            url = f"/openai/v1/{path}"
            if body is None:
                return await client.get(url, headers=headers)
            answer = await client.post(url, json.dumps(body), content_type="application/json", headers=headers)
            if answer.streaming:
                assert b"".join([part async for part in answer.streaming_content])
            return answer

        return asyncio.run(send())

    def ask(self, model: str, text: str = "Hello!", **more: Any) -> Any:
        return self.call("chat/completions", {"model": model, "messages": [{"role": "user", "content": text}], **more})


@pytest.fixture
def alice() -> Account:
    return Account("alice@example.org")


@pytest.fixture
def bob() -> Account:
    return Account("bob@example.org")


def mind_of(account: Account | None, *, public: bool = False) -> Personality:
    twin = make_twin(owner=account.user if account else None, is_public=public)
    assert twin.personality is not None
    Personality.objects.filter(pk=twin.personality.pk).update(owner=twin.owner)
    return twin.personality


# -- Personalities


@pytest.mark.parametrize("public", [False, True])
def test_another_accounts_personality_does_not_exist_even_if_its_twin_is_public(
    alice: Account, bob: Account, public: bool
) -> None:
    theirs = mind_of(bob, public=public)
    assert theirs.pk not in str(alice.call("models").json())
    unknown, foreign = alice.call("models/p0"), alice.call(f"models/{theirs.pk}")
    assert (unknown.status_code, foreign.status_code) == (404, 404)
    assert foreign.json() == json.loads(unknown.content.replace(b"`p0`", f"`{theirs.pk}`".encode()))
    assert alice.ask(theirs.pk).status_code == 404


def test_own_and_stock_personalities_answer(alice: Account) -> None:
    for mind in (mind_of(alice), mind_of(None)):
        assert alice.ask(mind.pk).json()["choices"][0]["message"]["content"] == "Hello, I am Ada."
    assert {found["owned_by"] for found in alice.call("models").json()["data"]} == {alice.user.pk, "system"}


def test_a_personality_without_a_twin_answers(alice: Account) -> None:
    mind = Personality.objects.create(owner=alice.user, name="Guide", greeting="Hi, I am the guide.")
    assert alice.ask(mind.pk).json()["choices"][0]["message"]["content"] == "Hi, I am the guide."


def test_a_revoked_key_is_refused_everywhere(alice: Account) -> None:
    from django.utils import timezone

    mind = mind_of(alice)
    alice.row.revoked_at = timezone.now()
    alice.row.save()
    speech = {"model": "tts-1", "voice": "amara", "input": "Hi."}
    embeddings = {"model": "m", "input": "Hi."}
    answers = [alice.call("models"), alice.call(f"models/{mind.pk}"), alice.ask(mind.pk)]
    answers += [alice.call("audio/speech", speech), alice.call("embeddings", embeddings)]
    answers += [alice.call("audio/transcriptions", {})]
    assert {answer.status_code for answer in answers} == {401}


def test_a_key_that_asks_too_often_is_told_when_to_come_back(alice: Account, settings: Any) -> None:
    settings.V1_PER_KEY = "2/h"
    *_, last = [alice.call("models") for _ in range(3)]
    assert (last.status_code, last.json()["error"]["type"]) == (429, "requests") and int(last["Retry-After"]) > 0


# -- Users


def test_a_users_memory_serves_only_its_own_account(alice: Account, bob: Account) -> None:
    mind, person = mind_of(None), Person.objects.create(owner=bob.user)
    memory.write(person, mind, "I live in Lisbon.")
    assert "Lisbon" in bob.ask(mind.pk, "Where do I live?", user=person.pk).content.decode()
    assert "Lisbon" not in alice.ask(mind.pk, "Where do I live?", user=person.pk).content.decode()


def test_nothing_is_remembered_for_somebody_elses_user(alice: Account, bob: Account) -> None:
    person = Person.objects.create(owner=bob.user)
    alice.ask(mind_of(None).pk, "I live in Lisbon.", user=person.pk)
    assert not Memory.objects.exists()


# -- Voices


def test_another_accounts_voice_does_not_exist(alice: Account, bob: Account) -> None:
    theirs = Voice.objects.create(name="Bobs own", engine_voice="leo", owner=bob.user)
    for name in (theirs.pk, theirs.name):
        answer = alice.call("audio/speech", {"model": "tts-1", "voice": name, "input": "Hi."})
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, "voice")
        assert "Bobs own" not in answer.json()["error"]["message"]
    assert bob.call("audio/speech", {"model": "tts-1", "voice": "bobs OWN", "input": "Hi."}).status_code == 200


# -- Embeddings


class Lengths(Embeddings):
    """A real, small engine: a vector of how long the text is and how many vowels it has."""

    name = "lengths"
    batch = 2

    def _embed(self, texts: Sequence[str]) -> Matrix:
        return np.array([[len(text), sum(text.count(v) for v in "aeiou"), 1.0] for text in texts], dtype=np.float32)


@pytest.fixture
def embedding(settings: Any) -> None:
    engines.load.cache_clear()
    settings.EMBEDDINGS = {"own": {"BACKEND": f"{__name__}.Lengths"}}
    settings.EMBEDDINGS_ENGINE = "own"


@pytest.mark.usefixtures("embedding")
def test_texts_become_vectors_in_their_order(alice: Account) -> None:
    body = {"model": "text-embedding-3-small", "input": ["aaaa", "b", "ae", "x", "y"]}
    answer = alice.call("embeddings", body).json()
    assert [one["index"] for one in answer["data"]] == [0, 1, 2, 3, 4] and answer["model"] == "lengths"
    assert answer["data"][0]["embedding"] == pytest.approx(list(Lengths().embed(["aaaa"])[0]))
    assert answer["usage"]["prompt_tokens"] > 0


@pytest.mark.usefixtures("embedding")
def test_vectors_can_be_had_in_base64(alice: Account) -> None:
    body = {"model": "m", "input": "aaaa", "encoding_format": "base64"}
    written = alice.call("embeddings", body).json()["data"][0]["embedding"]
    assert np.frombuffer(base64.b64decode(written), "<f4") == pytest.approx(Lengths().embed(["aaaa"])[0])


@pytest.mark.usefixtures("embedding")
@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": ["a", ""]}, "input"),
        ({"input": [1, 2]}, "input"),
        ({"input": ["a"] * 2_049}, "input"),
        ({"encoding_format": "hex"}, "encoding_format"),
        ({"dimensions": 7}, "dimensions"),
        ({"model": None}, "model"),
    ],
)
def test_a_wrong_field_of_embeddings_is_named(alice: Account, change: dict[str, Any], param: str) -> None:
    answer = alice.call("embeddings", {"model": "m", "input": "a", **change})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


# -- The document


def test_every_route_is_in_the_openapi_document() -> None:
    from tests.routes import document

    paths = {path: set(routes) - {"parameters"} for path, routes in document()["paths"].items() if "/openai/" in path}
    assert paths == {
        "/openai/v1/models": {"get"},
        "/openai/v1/models/{model}": {"get"},
        "/openai/v1/chat/completions": {"post"},
        "/openai/v1/embeddings": {"post"},
        "/openai/v1/audio/speech": {"post"},
        "/openai/v1/audio/transcriptions": {"post"},
        "/openai/v1/audio/translations": {"post"},
    }
