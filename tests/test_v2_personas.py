"""Personas of the Tavus-compatible API: every layer kept, secrets hidden, patches, stock, and what a persona does."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from avatarsite.core.engines import EngineFailed
from conversations import asking, context, memory, stores
from conversations.context import Wishes
from conversations.models import ChatSession, Conversation, Memory
from tests.fakes.openai_server import FakeOpenAI
from tests.fetching import reach
from tests.tavus import Customer
from twins import layers, minds, personas, seeding
from twins.manners import mannered
from twins.models import Personality
from twins.tts.base import VoiceSettings

pytestmark = pytest.mark.django_db
KEY = "sk-a-long-secret-1234"
WEATHER = {"type": "function", "function": {"name": "get_weather", "description": "Weather.", "parameters": {}}}
LAYERS: dict[str, Any] = {
    "llm": {
        "model": "their-model",
        "base_url": "https://llm.example.com/v1",
        "api_key": KEY,
        "headers": {"X-Team": "blue", "Authorization": "Bearer zzzzzzzzzzzz9876"},
        "extra_body": {"temperature": 0.2},
        "default_query": {"v": "2"},
        "tools": [WEATHER],
        "speculative_inference": True,
    },
    "tts": {
        "api_key": KEY,
        "tts_engine": "playht",
        "playht_user_id": "me",
        "external_voice_id": "v",
        "voice_settings": {"speed": "fast", "emotion": ["curiosity"]},
        "tts_emotion_control": "false",
        "tts_model_name": "sonic",
    },
    "stt": {
        "stt_engine": "tavus-advanced",
        "participant_pause_sensitivity": "high",
        "participant_interrupt_sensitivity": "low",
        "smart_turn_detection": True,
        "hotwords": "Avatarsite",
    },
    "perception": {
        "perception_model": "raven-0",
        "ambient_awareness_queries": ["Is the user showing an ID card?"],
        "perception_tool_prompt": "Notify.",
        "perception_tools": [WEATHER],
    },
    "transport": {"transport_type": "livekit", "input_settings": {"microphone": "off"}},
    "vqa": {"enabled": False},
    "conversational_flow": {"turn_detection_model": "sparrow-1", "anything": [1, {"new": None}]},
}


@pytest.fixture
def alice() -> Customer:
    return Customer()


@pytest.fixture
def bob() -> Customer:
    return Customer("bob@example.org")


@pytest.fixture
def llm(settings: Any) -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as server:
        reach(settings, urlsplit(server.url).port or 0)
        yield server


def create(customer: Customer, **fields: Any) -> str:
    made = customer.data("POST", "personas", {"system_prompt": "You are Tim.", **fields})
    assert set(made) == {"persona_id", "persona_name", "created_at"}
    return str(made["persona_id"])


def patch(path: str, value: Any, op: str = "replace") -> list[dict[str, Any]]:
    return [{"op": op, "path": path, "value": value}]


def reply(persona: Personality, question: str = "Hello?") -> str:
    """What a persona answers in a stored session."""
    session = ChatSession.objects.create(user=persona.owner, personality=persona)
    asked = asking.ask(session, question, Wishes())
    asked.whole()
    return asked.answer.text


# -- Created, listed, shown, deleted


def test_every_layer_is_given_back_as_it_came_with_its_secrets_masked(alice: Customer) -> None:
    shown = alice.data("GET", f"personas/{create(alice, layers=LAYERS)}")
    llm_, tts = shown["layers"]["llm"], shown["layers"]["tts"]
    assert (llm_.pop("api_key"), tts.pop("api_key")) == ("…1234", "…1234")
    assert llm_["headers"].pop("Authorization") == "…9876"
    given = {name: dict(layer) for name, layer in LAYERS.items()}
    given["llm"] |= {"headers": {"X-Team": "blue"}}
    del given["llm"]["api_key"], given["tts"]["api_key"]
    assert shown["layers"] == given


def test_a_secret_is_nowhere_in_the_database(alice: Customer) -> None:
    key = create(alice, layers=LAYERS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM twins_personality WHERE id = %s", [key])
        assert KEY not in repr(cursor.fetchall())


def test_a_persona_is_shown_flat_and_once_more_under_data(alice: Customer) -> None:
    shown = alice.data("GET", f"personas/{create(alice, persona_name='Tim', context='He sells bread.')}/")
    data = shown.pop("data")
    assert data == [shown]
    facts = {"persona_name": "Tim", "context": "He sells bread.", "pipeline_mode": "full", "persona_type": "user"}
    assert {name: shown[name] for name in facts} == facts
    assert shown["default_replica_id"] is None and shown["document_ids"] == [] and shown["updated_at"].endswith("Z")


def test_lists_begin_at_page_1_and_take_0_for_it(alice: Customer) -> None:
    ids = [create(alice) for _ in range(3)]
    first = alice.data("GET", "personas?limit=2")
    assert (first["total_count"], [item["persona_id"] for item in first["data"]]) == (3, [ids[2], ids[1]])
    assert alice.data("GET", "personas?limit=2&page=0") == first
    assert [item["persona_id"] for item in alice.data("GET", "personas?limit=2&page=2")["data"]] == [ids[0]]


def test_a_list_costs_the_same_number_of_queries_however_long(
    alice: Customer, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        create(alice)
    with django_assert_max_num_queries(9):
        assert len(alice.data("GET", "personas")["data"]) == 4


def test_a_deleted_persona_is_unknown(alice: Customer) -> None:
    key = create(alice)
    answer = alice.call("DELETE", f"personas/{key}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert alice.refused(400, "GET", f"personas/{key}") == "Invalid persona_id"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "system_prompt is required when pipeline_mode is full"),
        ({"system_prompt": " "}, "system_prompt is required when pipeline_mode is full"),
        ({"system_prompt": 7}, "system_prompt: must be a string"),
        ({"pipeline_mode": "loud"}, "pipeline_mode: must be one of full, echo, speech-to-speech"),
        ({"pipeline_mode": "echo", "system_prompt": "x"}, "system_prompt: must be absent when pipeline_mode is echo"),
        ({"pipeline_mode": "echo", "context": "x"}, "context: must be absent when pipeline_mode is echo"),
        ({"system_prompt": "x", "layers": []}, "layers: must be an object"),
        ({"system_prompt": "x", "layers": {"llm": "gpt"}}, "layers.llm: must be an object"),
        ({"system_prompt": "x", "layers": {"llm": {"model": 4}}}, "layers.llm.model: must be a string"),
        (
            {"system_prompt": "x", "layers": {"llm": {"base_url": "http://127.0.0.1/v1"}}},
            "layers.llm.base_url: This address cannot be used: it leads to an address that is not public.",
        ),
        ({"system_prompt": "x", "layers": {"llm": {"tools": {}}}}, "layers.llm.tools: must be a list"),
        ({"system_prompt": "x", "layers": {"vqa": {"enabled": 1}}}, "layers.vqa.enabled: must be true or false"),
        (
            {"system_prompt": "x", "layers": {"stt": {"participant_pause_sensitivity": "huge"}}},
            "layers.stt.participant_pause_sensitivity: must be one of superlow, verylow, low, medium, high, auto",
        ),
        ({"system_prompt": "x", "default_replica_id": "r0"}, "Invalid replica_uuid"),
        ({"system_prompt": "x", "objectives_id": "o0"}, "Invalid objectives_id"),
        ({"system_prompt": "x", "document_ids": "d0"}, "document_ids: must be a list of strings"),
    ],
)
def test_a_wrong_field_is_named(alice: Customer, body: dict[str, Any], words: str) -> None:
    assert alice.refused(400, "POST", "personas", body) == words
    assert not Personality.objects.filter(owner=alice.user).exists()


def test_an_echo_persona_needs_no_prompt_and_unknown_fields_are_ignored(alice: Customer) -> None:
    key = alice.data("POST", "personas", {"pipeline_mode": "echo", "is_template": True, "memories": []})["persona_id"]
    assert alice.data("GET", f"personas/{key}")["pipeline_mode"] == "echo"


def test_a_persona_of_somebody_else_does_not_exist(alice: Customer, bob: Customer) -> None:
    key, replica = create(alice), alice.replica()
    for method, path, body in (
        ("GET", f"personas/{key}", {}),
        ("PATCH", f"personas/{key}", patch("/context", "mine")),
        ("PATCH", f"personas/{key}/context", {"context": "mine"}),
        ("DELETE", f"personas/{key}", {}),
    ):
        assert bob.refused(400, method, path, body) == "Invalid persona_id"
    assert bob.data("GET", "personas")["total_count"] == 0
    asked = {"system_prompt": "x", "default_replica_id": replica.pk}
    assert bob.refused(400, "POST", "personas", asked) == "Invalid replica_uuid"
    assert Personality.objects.get(pk=key).context == ""


def test_a_post_that_is_sent_twice_makes_one_persona(alice: Customer) -> None:
    body = {"system_prompt": "You are Tim."}
    answers = [alice.call("POST", "personas", body, HTTP_IDEMPOTENCY_KEY="one") for _ in range(2)]
    assert answers[0].json() == answers[1].json() and answers[1]["Idempotent-Replayed"] == "true"
    assert Personality.objects.filter(owner=alice.user).count() == 1


# -- Changed


def test_a_patch_changes_what_it_names_and_keeps_masked_secrets(alice: Customer) -> None:
    key = create(alice, layers=LAYERS)
    answer = alice.call("PATCH", f"personas/{key}", patch("/layers/llm/model", "another"))
    assert answer.status_code == 200 and answer.json()["layers"]["llm"]["model"] == "another"
    persona = Personality.objects.get(pk=key)
    known = layers.whole(persona.layers, personas.secrets_of(persona))
    assert (known["llm"]["api_key"], known["tts"]["api_key"]) == (KEY, KEY)
    assert known["llm"]["headers"]["Authorization"] == "Bearer zzzzzzzzzzzz9876"


def test_a_patch_can_change_and_remove_a_secret(alice: Customer) -> None:
    key = create(alice, layers=LAYERS)
    changed = alice.data("PATCH", f"personas/{key}", patch("/layers/llm/api_key", "a-completely-new-key-5678"))
    assert changed["layers"]["llm"]["api_key"] == "…5678"
    removed = alice.data("PATCH", f"personas/{key}", [{"op": "remove", "path": "/layers/llm/api_key"}])
    assert "api_key" not in removed["layers"]["llm"] and removed["layers"]["tts"]["api_key"] == "…1234"


def test_a_mask_that_stands_for_nothing_is_refused(alice: Customer) -> None:
    words = alice.refused(400, "POST", "personas", {"system_prompt": "x", "layers": {"llm": {"api_key": "…9999"}}})
    assert words == "layers.llm.api_key: is masked: send the whole secret, or leave it as it is shown"


@pytest.mark.parametrize(
    "operations",
    [
        {"op": "replace", "path": "/context", "value": "x"},
        [],
        [{"op": "swap", "path": "/context", "value": "x"}],
        [{"op": "replace", "value": "x"}],
        [{"op": "replace", "path": "/nothing/here", "value": "x"}],
        [{"op": "replace", "path": "/persona_id", "value": "p1"}],
        [{"op": "replace", "path": "", "value": "x"}],
        [{"op": "add", "path": "/layers/~3", "value": 1}],
        [{"op": "copy", "from": "", "path": "/layers/a"}] * 5,
    ],
)
def test_a_malformed_patch_changes_nothing(alice: Customer, operations: Any) -> None:
    key = create(alice, context="old")
    assert alice.refused(422, "PATCH", f"personas/{key}", operations) == "Invalid JSON patch format"
    assert Personality.objects.get(pk=key).context == "old"


def test_a_patch_that_changes_nothing_is_answered_304(alice: Customer) -> None:
    answer = alice.call("PATCH", f"personas/{create(alice, context='old')}", patch("/context", "old"))
    assert (answer.status_code, answer.content) == (304, b"")


def test_what_a_patch_makes_is_checked_like_a_new_persona(alice: Customer) -> None:
    key = create(alice)
    words = alice.refused(400, "PATCH", f"personas/{key}", patch("/system_prompt", ""))
    assert words == "system_prompt is required when pipeline_mode is full"


def test_the_context_is_replaced_by_its_own_route(alice: Customer) -> None:
    key = create(alice, context="old")
    assert alice.data("PATCH", f"personas/{key}/context", {"context": "new"})["context"] == "new"
    assert alice.data("PATCH", f"personas/{key}/context", {"context": ""})["context"] == ""
    assert alice.refused(400, "PATCH", f"personas/{key}/context", {}) == "context is required"


# -- Stock personas


def test_stock_personas_stand_under_the_ids_that_clients_know_and_are_read_only(alice: Customer) -> None:
    seeding.seed()
    listed = alice.data("GET", "personas?persona_type=system&limit=100")["data"]
    stock = {item["persona_id"]: item for item in listed}
    full = {"p7697228", "p5317866", "pb8bb46b", "p88964a7", "p24293d6", "pd43ffef", "p7fb0be3", "pe930b05"}
    echo = {"pipecat0", "pipecat-stream", "pb87e71797da"}
    assert full | echo <= stock.keys()
    assert all(stock[key]["system_prompt"] and stock[key]["greeting"] for key in full)
    assert all(stock[key]["pipeline_mode"] == "echo" and not stock[key]["system_prompt"] for key in echo)
    assert all(stock[key]["default_replica_id"] and stock[key]["persona_type"] == "system" for key in full | echo)
    assert "read-only" in alice.refused(403, "DELETE", "personas/p7697228")
    assert "read-only" in alice.refused(403, "PATCH", "personas/p7697228", patch("/context", "mine"))
    assert alice.data("GET", "personas")["total_count"] == 0
    tutor = Personality.objects.get(pk="p88964a7")
    Personality.objects.filter(pk=tutor.pk).update(owner=alice.user)
    tutor.refresh_from_db()
    assert "two x" in reply(tutor, "What is the derivative of x squared?")


# -- What a persona does


def test_a_personas_own_server_is_asked_as_an_openai_server_with_all_it_wants(alice: Customer, llm: FakeOpenAI) -> None:
    llm.say("I am the customer's own model.")
    own = {"base_url": llm.url, "api_key": llm.key, "model": llm.model, "headers": {"X-Team": "blue"}}
    key = create(alice, context="He sells bread.", layers={"llm": {**own, "extra_body": {"seed": 3, "stream": False}}})
    assert reply(Personality.objects.get(pk=key)) == "I am the customer's own model."
    request = llm.requests[-1].body
    headers = {name.lower(): value for name, value in llm.requests[-1].headers.items()}
    assert (request["stream"], request["seed"], headers["x-team"]) == (True, 3, "blue")
    assert not {"max_tokens", "max_completion_tokens"} & request.keys()
    told = request["messages"][0]
    assert "New Persona" not in told["content"]
    assert told["role"] == "system" and "You are Tim." in told["content"] and "He sells bread." in told["content"]


def test_tools_are_offered_and_their_calls_are_kept_beside_what_is_said_meanwhile(
    alice: Customer, llm: FakeOpenAI
) -> None:
    llm.behave("tool_calls", "ok")
    llm.say("I am looking it up.")
    own = {"base_url": llm.url, "api_key": llm.key, "model": llm.model, "tools": [WEATHER]}
    persona = Personality.objects.get(pk=create(alice, layers={"llm": own}))
    session = ChatSession.objects.create(user=alice.user, personality=persona)
    asked = asking.ask(session, "How is the weather?", Wishes())
    asked.whole()
    assert asked.answer.text == "I am looking it up."
    calls = asked.answer.options["toolCalls"]
    assert all(set(call) == {"id", "name", "arguments"} for call in calls) and len(calls) == 2
    assert all(isinstance(json.loads(call["arguments"]), dict) for call in calls)
    first, second = (request.body for request in llm.requests)
    assert first["tools"] == [WEATHER] and "tools" not in second
    assert [message["role"] for message in second["messages"][-3:]] == ["assistant", "tool", "tool"]


def test_a_call_is_named_to_its_personas_server(alice: Customer, llm: FakeOpenAI) -> None:
    own = {"base_url": llm.url, "api_key": llm.key, "model": llm.model}
    persona = Personality.objects.get(pk=create(alice, layers={"llm": own}))
    session = ChatSession.objects.create(user=alice.user, personality=persona)
    call = Conversation.objects.create(owner=alice.user, personality=persona, session=session, context="It is Maya.")
    asking.ask(session, "Hello.", Wishes()).whole()
    headers = {name.lower(): value for name, value in llm.requests[-1].headers.items()}
    assert (headers["conversation_id"], headers["x-conversation-id"]) == (call.pk, call.pk)
    assert "It is Maya." in llm.requests[-1].system


def test_a_server_whose_address_is_no_longer_allowed_is_not_connected_to(
    alice: Customer, llm: FakeOpenAI, settings: Any
) -> None:
    key = create(alice, layers={"llm": {"base_url": llm.url, "api_key": "another-key-0001", "model": llm.model}})
    settings.FETCH_ALLOW_PRIVATE = []
    with pytest.raises(EngineFailed) as caught:
        reply(Personality.objects.get(pk=key))
    assert caught.value.code == "url_refused" and llm.requests == []


def test_nothing_stands_in_for_a_personas_own_server(alice: Customer, llm: FakeOpenAI) -> None:
    llm.behave("forbidden")
    own = {"base_url": llm.url, "api_key": "a-wrong-key-for-it", "model": llm.model}
    with pytest.raises(EngineFailed):
        reply(Personality.objects.get(pk=create(alice, layers={"llm": own})))


def test_the_platforms_model_names_mean_this_sites_models(alice: Customer, settings: Any) -> None:
    for name in ("tavus-llama", "tavus-gpt-4o", "tavus-gpt-4o-mini"):
        persona = Personality.objects.get(pk=create(alice, layers={"llm": {"model": name}}))
        assert minds.route_for(persona).engines == ("local",)


def test_prompt_and_context_are_what_the_mind_knows(alice: Customer) -> None:
    persona = Personality.objects.get(pk=create(alice, context="The bakery opens at seven in the morning."))
    assert "seven" in reply(persona, "When does the bakery open?")


def test_tempo_and_pitch_of_the_layers_are_the_voices(alice: Customer) -> None:
    wanted = {"tts_engine": "cartesia", "voice_settings": {"speed": "slow", "pitch": 1.2}}
    persona = Personality.objects.get(pk=create(alice, layers={"tts": wanted}))
    spoken = mannered(persona, VoiceSettings("amara"))
    assert (spoken.rate, spoken.pitch) == (0.85, 1.2)
    notes = alice.data("GET", f"personas/{persona.pk}")["notes"]
    assert notes == [
        "layers.tts: There is no key for Cartesia. Add one on the Providers page. "
        "Until then the replica's own voice speaks."
    ]


def test_what_is_remembered_in_a_store_is_known_in_the_next_conversation_and_can_be_forgotten(alice: Customer) -> None:
    persona = Personality.objects.get(pk=create(alice))
    sessions = [ChatSession.objects.create(user=alice.user, personality=persona) for _ in range(2)]
    for session, names in zip(sessions, (["family", "anna 1"], ["anna 1"]), strict=True):
        Conversation.objects.create(owner=alice.user, personality=persona, session=session, memory_stores=names)
    asking.ask(sessions[0], "My name is Anna and I live in Lisbon.", Wishes()).whole()
    asked = asking.ask(sessions[1], "Hello.", Wishes())
    answer = context.answer(sessions[1], asked.answer)
    assert "I live in Lisbon." in answer.mind.memory
    listed = alice.data("GET", "memories/anna%201")["data"]
    home = next(item for item in listed if "Lisbon" in item["text"])
    assert alice.call("DELETE", f"memories/anna%201/{home['memory_id']}").status_code == 204
    assert [row["text"] for row in alice.data("GET", "memories/family")["data"] if "Lisbon" in row["text"]] == [
        home["text"]
    ], "each store remembers, and forgets, for itself"
    assert alice.call("DELETE", "memories/family").status_code == 204
    assert not Memory.objects.filter(text__contains="Lisbon").exists()
    assert alice.refused(404, "DELETE", f"memories/anna%201/{home['memory_id']}") == "Memory not found"


def test_what_two_stores_of_a_call_remember_is_told_once_and_the_later_word_counts(alice: Customer) -> None:
    persona = Personality.objects.get(pk=create(alice))
    told = {"work": "I live in Porto.", "home": "I live in Lisbon."}
    for name, words in told.items():
        person = stores.person_in(alice.user, name, create=True)
        assert person
        memory.write(person, persona, words)
    session = ChatSession.objects.create(user=alice.user, personality=persona)
    call = Conversation(owner=alice.user, personality=persona, session=session, memory_stores=list(told))
    call.save()
    asked = asking.ask(session, "Hello.", Wishes())
    assert context.answer(session, asked.answer).mind.memory == ("I live in Lisbon.",)


# -- Pals and faces


def test_pals_are_personas_and_faces_replicas_by_newer_names(alice: Customer) -> None:
    face = alice.replica(name="Nora")
    body = {"pal_name": "Tim", "system_prompt": "You are Tim.", "default_face_id": face.pk}
    made = alice.data("POST", "pals", body)
    assert set(made) == {"pal_id", "pal_name", "created_at"}
    shown = alice.data("GET", f"pals/{made['pal_id']}")
    assert (shown["pal_name"], shown["default_face_id"], shown["pal_type"]) == ("Tim", face.pk, "user")
    assert alice.data("GET", f"personas/{made['pal_id']}")["default_replica_id"] == face.pk
    assert alice.data("PATCH", f"pals/{made['pal_id']}", patch("/pal_name", "Tom"))["pal_name"] == "Tom"
    listed = alice.data("GET", "faces?face_type=user&verbose=true")["data"]
    assert [(item["face_id"], item["face_name"], item["face_type"]) for item in listed] == [(face.pk, "Nora", "user")]
    assert alice.call("PATCH", f"faces/{face.pk}/name", {"face_name": "Nina"}).status_code in (200, 204)
    face.refresh_from_db()
    assert face.name == "Nina"
    assert alice.refused(400, "GET", "pals/p0") == "Invalid pal_id"
    assert alice.call("DELETE", f"pals/{made['pal_id']}").status_code == 204
