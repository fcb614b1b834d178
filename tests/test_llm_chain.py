"""Which model answers, with whose key, and what the record says of each that was tried."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors import accounts
from avatarsite.core.vendors.chain import Attempt
from tests.factories import make_twin, make_user
from tests.fakes.openai_server import FakeOpenAI
from twins import minds, moderation
from twins.llm.base import ChatMessage
from twins.models import Twin

pytestmark = pytest.mark.django_db
QUESTION = [ChatMessage("user", "How is the sea?")]


@pytest.fixture
def model() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as server:
        server.say("The sea is calm. Two gulls watch it.")
        yield server


@pytest.fixture
def twin(model: FakeOpenAI, settings: Any) -> Twin:
    """Of ada's; the site has no key for the model."""
    cache.clear()
    engines.load_with_key.cache_clear()  # the server before had the same key
    options = {"base_url": model.url, "model": model.model, "timeout": 5.0, "max_retries": 0}
    engine = {"BACKEND": "twins.llm.openai.OpenAILLM", "VENDOR": "openai", "OPTIONS": options}
    settings.LLM = {**settings.LLM, "openai": engine}
    settings.LLM_CHAIN = ["openai", "local"]
    settings.LLM_PRICES = {model.model: (2.0, 10.0)}
    settings.VENDORS = {
        **settings.VENDORS, "openai": {**settings.VENDORS["openai"], "KEY": "", "KEYLESS": False, "BASE_URL": model.url}
    }  # fmt: skip
    return make_twin(owner=make_user())


def asked(twin: Twin) -> tuple[str, list[Attempt]]:
    attempts: list[Attempt] = []
    personality = twin.personality
    assert personality is not None
    route = minds.route_for(personality, speaker=twin)
    mind = minds.mind_of(personality, twin.name)
    pieces = minds.reply(
        mind, QUESTION, route, served_by=lambda served: None, take_back=lambda: True, record=attempts.append
    )
    return "".join(pieces), attempts


def test_without_any_key_the_model_is_passed_over_and_not_recorded(twin: Twin, model: FakeOpenAI) -> None:
    _, attempts = asked(twin)
    assert [attempt.engine for attempt in attempts] == ["local"] and model.requests == []


def test_the_owners_own_key_is_used_and_tokens_and_cost_are_recorded(twin: Twin, model: FakeOpenAI) -> None:
    accounts.keep("openai", model.key, twin.owner_id)
    text, (attempt,) = asked(twin)
    assert "gulls" in text and model.requests[0].headers["authorization"] == f"Bearer {model.key}"
    assert (attempt.engine, attempt.model, attempt.code) == ("openai", model.model, "")
    assert (attempt.tokens_in, attempt.tokens_out, attempt.estimated) == (101, 23, False)
    assert attempt.cost == pytest.approx((101 * 2 + 23 * 10) / 1e6)
    assert {"layer", "engine", "model", "seconds", "tokens_in", "tokens_out", "cost"} <= set(attempt.as_json())


def test_a_strangers_twin_does_not_use_it(twin: Twin, model: FakeOpenAI) -> None:
    accounts.keep("openai", model.key, twin.owner_id)
    other = make_twin(owner=make_user("bob@example.org"))
    assert [attempt.engine for attempt in asked(other)[1]] == ["local"] and model.requests == []


def test_a_refused_key_is_tried_once_and_a_new_one_at_once(twin: Twin, model: FakeOpenAI, settings: Any) -> None:
    settings.BREAKER_KEY_SECONDS = 300
    accounts.keep("openai", "sk-wrong-0123456789", twin.owner_id)
    codes = [[attempt.code for attempt in asked(twin)[1]] for _ in range(2)]
    assert codes == [["llm_auth", ""], ["vendor_resting", ""]] and len(model.requests) == 1
    accounts.keep("openai", model.key, twin.owner_id)
    assert [attempt.code for attempt in asked(twin)[1]] == [""]


@pytest.mark.parametrize("behaviour", ["overloaded", "cut_early", "html"])
def test_the_local_engine_stands_in_and_the_record_says_why(twin: Twin, model: FakeOpenAI, behaviour: str) -> None:
    accounts.keep("openai", model.key, twin.owner_id)
    model.behave(behaviour)
    text, (failed, served) = asked(twin)
    assert text.strip() and (failed.engine, served.engine) == ("openai", "local")
    assert failed.code.startswith("llm_") and failed.words and served.code == ""
    assert model.key not in str(failed.as_json())


def test_a_twins_own_order_goes_before_the_sites(twin: Twin, model: FakeOpenAI) -> None:
    accounts.keep("openai", model.key, twin.owner_id)
    twin.chains = {"llm": ["local"]}
    assert [attempt.engine for attempt in asked(twin)[1]] == ["local"]
    twin.chains = {"llm": ["openai"]}
    model.behave("overloaded")
    with pytest.raises(EngineFailed, match="overloaded"):
        asked(twin)


def test_a_stream_that_nobody_wants_to_the_end_is_counted_by_us(twin: Twin, model: FakeOpenAI) -> None:
    accounts.keep("openai", model.key, twin.owner_id)
    model.say("One sentence. " * 40)
    _, (attempt,) = asked(twin)
    assert attempt.estimated and attempt.tokens_in > 20 and attempt.tokens_out > 5


@pytest.mark.parametrize("profile", ["ollama", "llamacpp", "vllm"])
def test_local_servers_are_asked_for_their_count_and_nothing_that_they_lack(
    twin: Twin, settings: Any, profile: str
) -> None:
    """The fake complains of every field that such a server would ignore."""
    with FakeOpenAI(profile=profile) as server:
        options = {"base_url": server.url, "model": server.model, "profile": profile}
        settings.LLM = {**settings.LLM, "openai": {**settings.LLM["openai"], "OPTIONS": options}}
        settings.VENDORS = {**settings.VENDORS, "openai": {**settings.VENDORS["openai"], "KEYLESS": True}}
        engines.load.cache_clear()
        _, (attempt,) = asked(twin)
    engines.load.cache_clear()
    assert (attempt.engine, attempt.tokens_in, attempt.estimated) == ("openai", 101, False)


def test_moderation_works_with_the_accounts_key_and_rests_when_it_is_refused(
    twin: Twin, model: FakeOpenAI, settings: Any
) -> None:
    settings.BREAKER_KEY_SECONDS = 300
    engine = {"BACKEND": "twins.llm.moderation.OpenAIModerator", "VENDOR": "openai", "OPTIONS": {"base_url": model.url}}
    settings.MODERATION, settings.MODERATION_ENGINE = {"openai": engine}, "openai"
    model.flagged = "harm"
    accounts.keep("openai", model.key, twin.owner_id)
    assert moderation.refusal("This does harm.", "en", twin.owner_id)
    accounts.keep("openai", "sk-wrong-0123456789", twin.owner_id)
    assert [moderation.refusal("This does harm.", "en", twin.owner_id) for _ in range(3)] == [""] * 3
    assert len(model.requests) == 2
