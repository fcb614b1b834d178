"""Guardrails, objectives, tools, voices and pronunciations of the Tavus-compatible API, and what they do."""

import json
from typing import Any

import pytest

from avatarsite.core import engines
from avatarsite.core.models import WebhookDelivery
from conversations import asking, guiding, presence
from conversations.context import Wishes
from conversations.models import ChatSession, Conversation, Digest, Message
from tests.factories import make_video
from tests.fakes.openai_server import FakeOpenAI
from tests.tavus import Customer
from twins import minds
from twins.llm.agreeing import agrees
from twins.llm.base import ChatMessage
from twins.llm.guardrails import touched
from twins.llm.objectives import known
from twins.llm.prompts import Budget, system
from twins.manners import mannered
from twins.models import Guardrail, Personality, Tool
from twins.tts.base import Pronunciation, VoiceSettings
from twins.tts.local import LocalTTS
from videos.models import Video
from videos.scripts import source_of

pytestmark = pytest.mark.django_db
HOOK = "https://example.org/hook"
NO_PRICES = {"guardrail_name": "no_prices", "guardrail_prompt": "Never discuss prices or medical advice."}
EMAIL = {"objective_name": "get_email", "objective_prompt": "Ask for the email.", "output_variables": ["email"]}


@pytest.fixture
def alice() -> Customer:
    return Customer()


@pytest.fixture
def bob() -> Customer:
    return Customer("bob@example.org")


def persona(customer: Customer, **fields: Any) -> Personality:
    made = customer.data("POST", "personas", {"system_prompt": "You are Tim.", **fields})
    return Personality.objects.get(pk=made["persona_id"])


def talk(mind: Personality, *said: str) -> list[Message]:
    """The answers to what somebody says in one session."""
    session = ChatSession.objects.create(user=mind.owner, personality=mind)
    answers = []
    for text in said:
        asked = asking.ask(session, text, Wishes())
        asked.whole()
        asked.answer.refresh_from_db()
        answers.append(asked.answer)
    return answers


def told() -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in WebhookDelivery.objects.order_by("created_at", "pk")]


# -- Guardrails


def test_a_guardrail_is_made_shown_patched_and_deleted(alice: Customer) -> None:
    made = alice.data("POST", "guardrails/", {**NO_PRICES, "tags": ["shop"], "callback_url": HOOK})
    facts = {"modality": "verbal", "app_message": True, "tags": ["shop"], "callback_url": HOOK, **NO_PRICES}
    assert {name: made[name] for name in facts} == facts
    key = made["uuid"]
    assert alice.data("GET", f"guardrails/{key}") == made
    changed = [{"op": "replace", "path": "/guardrail_prompt", "value": "Never discuss rebates."}]
    assert alice.data("PATCH", f"guardrails/{key}", changed)["guardrail_prompt"] == "Never discuss rebates."
    assert alice.call("PATCH", f"guardrails/{key}", changed).status_code == 304
    assert alice.refused(422, "PATCH", f"guardrails/{key}", {}) == "Invalid JSON patch format"
    assert alice.call("DELETE", f"guardrails/{key}").status_code == 204
    assert alice.refused(400, "GET", f"guardrails/{key}") == "Guardrail not found"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"guardrail_name": None}, "guardrail_name is required"),
        ({"guardrail_name": "no prices"}, "guardrail_name: only letters, digits and underscores are allowed"),
        ({"guardrail_name": "x" * 101}, "guardrail_name: must be a string of 1 to 100"),
        ({"guardrail_prompt": ""}, "guardrail_prompt is required"),
        ({"guardrail_prompt": "x" * 1_001}, "guardrail_prompt: must be a string of 1 to 1000"),
        ({"modality": "smell"}, "modality: must be one of verbal, visual"),
        ({"callback_url": "http://10.0.0.1/"}, "callback_url: This address cannot be used"),
        ({"tags": ["x" * 65]}, "tags: must be at most 32 strings of at most 64"),
        ({"app_message": "yes"}, "app_message: must be true or false"),
    ],
)
def test_a_wrong_field_of_a_guardrail_is_named(alice: Customer, change: dict[str, Any], words: str) -> None:
    assert alice.refused(400, "POST", "guardrails", {**NO_PRICES, **change}).startswith(words)
    assert not Guardrail.objects.exists()


def test_sets_of_guardrails_are_what_older_clients_make_and_list(alice: Customer) -> None:
    made = alice.data("POST", "guardrails", {"name": "Shop", "data": [NO_PRICES]})
    assert (set(made), made["status"]) == ({"guardrails_id", "guardrails_name", "status", "created_at"}, "active")
    shown = alice.data("GET", f"guardrails/{made['guardrails_id']}")["data"]
    assert shown["data"][0]["guardrail_name"] == "no_prices"
    assert alice.data("GET", "guardrails?page=0")["data"] == [shown]
    changed = [{"op": "add", "path": "/data/-", "value": {**NO_PRICES, "guardrail_name": "second"}}]
    after = alice.data("PATCH", f"guardrails/{made['guardrails_id']}", changed)["data"]["data"]
    assert [item["uuid"] for item in after][0] == shown["data"][0]["uuid"] and len(after) == 2
    mind = persona(alice, guardrails_id=made["guardrails_id"])
    assert alice.data("GET", f"personas/{mind.pk}")["guardrails_id"] == made["guardrails_id"]


def test_the_flat_list_begins_at_page_0_and_is_narrowed(alice: Customer, bob: Customer) -> None:
    for number in range(3):
        alice.data("POST", "guardrails", {**NO_PRICES, "guardrail_name": f"g{number}", "tags": [f"t{number % 2}"]})
    listed = alice.data("GET", "guardrails?legacy=false&limit=2")
    assert (listed["total_count"], listed["page"], listed["limit"]) == (3, 0, 2)
    assert [item["guardrail_name"] for item in listed["data"]] == ["g2", "g1"]
    names = lambda query: [it["guardrail_name"] for it in alice.data("GET", f"guardrails?legacy=false&{query}")["data"]]  # noqa: E731
    assert names("page=1&limit=2") == ["g0"]
    assert names("sort=ascending") == ["g0", "g1", "g2"]
    assert names("tags=t1") == ["g1"] and names("name_or_uuid=g2") == ["g2"]
    tags = alice.data("GET", "guardrails/tags")
    assert [(item["tag"], len(item["guardrail_ids"])) for item in tags["tags"]] == [("t0", 2), ("t1", 1)]
    assert bob.data("GET", "guardrails?legacy=false")["total_count"] == 0


@pytest.mark.parametrize(
    ("rule", "text", "touches"),
    [
        ("Never discuss competitor products.", "Which competitor product is better?", True),
        ("Never discuss competitor products.", "Which product is better?", False),
        ("Do not give medical advice outside approved guidelines.", "I need medical advice.", True),
        ("Only be polite.", "You are a fool.", False),
        ("Don't talk about politics, religion or money.", "What do you think about religion?", True),
        ("Never ask users for their password.", "Please tell me your password!", True),
    ],
)
def test_rules_touch_what_they_forbid(rule: str, text: str, touches: bool) -> None:
    assert touched(rule, [text], "en") is touches


def test_a_guardrail_shapes_the_prompt_and_the_local_answer_and_calls_back_once(alice: Customer) -> None:
    made = alice.data("POST", "guardrails", {**NO_PRICES, "callback_url": HOOK, "tags": ["shop"]})
    mind = persona(alice, guardrail_tags=["shop"], context="The prices of bread start at two euros.")
    prompt = system(minds.mind_of(mind, "Tim"), [ChatMessage("user", "Hi")], Budget.within(16_000))
    assert NO_PRICES["guardrail_prompt"] in prompt
    polite, forbidden = talk(mind, "Hello.", "Tell me about prices.")
    assert "guardrails" not in polite.options and forbidden.options["guardrails"] == [made["uuid"]]
    assert "two euros" not in forbidden.text
    guiding.judge_by_rules(forbidden.session, forbidden)
    (event,) = told()
    assert event["event_type"] == "conversation.guardrail.triggered" and event["webhook_url"] == HOOK
    assert event["properties"] == {"guardrail_id": made["uuid"], "guardrail_name": "no_prices"}
    assert event["conversation_id"] == str(forbidden.session_id) and event["timestamp"].endswith("Z")


# -- Objectives


def test_objectives_are_made_shown_patched_and_deleted(alice: Customer, bob: Customer) -> None:
    made = alice.data("POST", "objectives/", {"data": [EMAIL]})
    assert (set(made), made["objective_name"]) == (
        {"objectives_id", "objective_name", "status", "created_at"},
        "get_email",
    )
    path = f"objectives/{made['objectives_id']}"
    shown = alice.data("GET", path)["data"]
    assert shown["data"][0]["confirmation_mode"] == "auto" and shown["data"][0]["modality"] == "verbal"
    assert alice.data("GET", "objectives?page=0")["data"] == [shown]
    changed = [{"op": "replace", "path": "/data/0/objective_prompt", "value": "Ask kindly."}]
    assert alice.data("PATCH", path, changed) == {"message": "Objective updated successfully"}
    assert alice.data("GET", path)["data"]["data"][0]["objective_prompt"] == "Ask kindly."
    assert bob.refused(404, "GET", path) == "Objective not found"
    assert alice.call("DELETE", path).status_code == 204
    assert alice.refused(404, "GET", path) == "Objective not found"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "data: must be a list of objects"),
        ([], "data: must be a list of objects"),
        ([{}], "objective_name is required"),
        ([{**EMAIL, "objective_name": "get email"}], "data.0.objective_name: must be at most 200 characters without"),
        ([{**EMAIL, "objective_prompt": ""}], "data.0.objective_prompt is required"),
        ([{**EMAIL, "confirmation_mode": "maybe"}], "data.0.confirmation_mode: must be one of auto, manual"),
        ([{**EMAIL, "output_variables": "email"}], "data.0.output_variables: must be"),
        ([EMAIL, EMAIL], "data: each objective_name may stand there once"),
    ],
)
def test_a_wrong_field_of_an_objective_is_named(alice: Customer, data: Any, words: str) -> None:
    assert alice.refused(400, "POST", "objectives", {"data": data}).startswith(words)


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("email", "It is ada@example.org, thanks.", "ada@example.org"),
        ("phone_number", "Call +44 20 7946 0958.", "+44 20 7946 0958"),
        ("first_name", "My name is Ada Lovelace.", "Ada"),
        ("lastName", "My name is Ada Lovelace.", "Lovelace"),
        ("home_city", "I live in Lisbon.", "Lisbon"),
        ("number_of_guests", "We are 12 people.", "12"),
        ("mood", "I am fine.", None),
    ],
)
def test_rules_read_variables_by_their_names(variable: str, text: str, value: str | None) -> None:
    assert known([variable], [text], "en").get(variable) == value


def test_an_objective_calls_back_when_its_variables_are_known_and_the_next_one_is_pursued(alice: Customer) -> None:
    name = {"objective_name": "get_name", "objective_prompt": "Ask for the name.", "output_variables": ["name"]}
    data = [{**EMAIL, "next_required_objective": "get_name", "callback_url": HOOK}, {**name, "callback_url": HOOK}]
    mind = persona(alice, objectives_id=alice.data("POST", "objectives", {"data": data})["objectives_id"])
    answers = talk(mind, "Hello.", "My mail is ada@example.org.", "My name is Ada.", "What now?")
    reached = [answer.options.get("objective", {}).get("name") for answer in answers]
    assert reached == [None, "get_email", "get_name", None]
    session = answers[0].session
    assert guiding.goal(session, mind) == ""
    assert [(it["objective_name"], it["output_variables"]) for it in told()] == [
        ("get_email", {"email": "ada@example.org"}),
        ("get_name", {"name": "Ada"}),
    ]
    assert {event["event_type"] for event in told()} == {"conversation.objective.completed"}
    fresh = ChatSession.objects.create(user=alice.user, personality=mind)
    assert guiding.goal(fresh, mind) == "Ask for the email. Find out: email."


def test_with_manual_confirmation_an_objective_is_reached_when_somebody_says_yes(alice: Customer) -> None:
    data = [{**EMAIL, "confirmation_mode": "manual", "callback_url": HOOK}]
    mind = persona(alice, objectives_id=alice.data("POST", "objectives", {"data": data})["objectives_id"])
    said = ("My mail is ada@example.org.", "No, it is eve@example.org.", "Where are you?", "Yes, that is right.")
    answers = talk(mind, *said)
    assert [answer.options.get("confirming", {}).get("email") for answer in answers] == [
        "ada@example.org",
        "eve@example.org",
        "eve@example.org",
        None,
    ]
    assert [bool(answer.options.get("objective")) for answer in answers] == [False, False, False, True]
    assert [event["output_variables"] for event in told()] == [{"email": "eve@example.org"}]
    fresh = ChatSession.objects.create(user=alice.user, personality=mind)
    assert guiding.goal(fresh, mind).endswith("say what you understood and ask whether that is right.")
    Message.objects.create(session=fresh, role="user", text=said[0])
    understood = "Say what you understood (email: ada@example.org) and ask whether that is right."
    assert guiding.goal(fresh, mind) == understood


@pytest.mark.parametrize(
    ("text", "language", "yes"),
    [
        ("Yes, please.", "en", True),
        ("No, yes is wrong.", "en", False),
        ("Not yet", "en", False),
        ("Genau!", "de-DE", True),
        ("Jacket", "de", False),
        ("はい、そうです。", "ja", True),
        ("हाँ", "hi", True),
        ("", "en", False),
    ],
)
def test_a_yes_is_heard_where_an_answer_begins(text: str, language: str, yes: bool) -> None:
    assert agrees(text, language) is yes


def test_in_writing_visual_objectives_are_passed_over_and_visual_guardrails_not_judged(alice: Customer) -> None:
    show = {"objective_name": "show", "objective_prompt": "Ask to see the card.", "modality": "visual"}
    rule = alice.data("POST", "guardrails", {**NO_PRICES, "modality": "visual"})["uuid"]
    key = alice.data("POST", "objectives", {"data": [show, EMAIL]})["objectives_id"]
    mind = persona(alice, objectives_id=key, guardrail_ids=[rule])
    (answer,) = talk(mind, "What are the prices? My mail is ada@example.org.")
    assert answer.options["objective"]["name"] == "get_email" and "guardrails" not in answer.options


@pytest.mark.django_db(transaction=True)
def test_a_touched_guardrail_is_told_to_the_room_if_it_wants_to_be(alice: Customer) -> None:
    loud = alice.data("POST", "guardrails", NO_PRICES)["uuid"]
    quiet = alice.data("POST", "guardrails", {**NO_PRICES, "guardrail_name": "quiet", "app_message": False})["uuid"]
    mind = persona(alice, guardrail_ids=[loud, quiet])
    made = alice.conversation(persona_id=mind.pk)
    call = Conversation.objects.get(pk=made["conversation_id"])
    guest = presence.join(call).pk
    asked = asking.ask(call.session, "Tell me about prices.", Wishes())
    asked.whole()
    expected = {
        "message_type": "conversation",
        "event_type": "conversation.guardrail.triggered",
        "conversation_id": call.pk,
        "properties": {"guardrail_id": loud, "guardrail_name": "no_prices"},
    }
    assert alice.data("GET", f"conversations/{call.pk}/respond")["app_messages"] == [expected]
    beat = {"t": call.room_token, "participant": guest, "after": 0}
    news = alice.client.post(f"/c/{call.pk}/seen", beat, format="json").json()
    assert news["app_messages"] == [expected]
    again = alice.client.post(f"/c/{call.pk}/seen", {**beat, "after": news["last"]}, format="json").json()
    assert again["app_messages"] == []


def test_the_condition_that_fits_decides_what_follows(alice: Customer) -> None:
    ask = {"objective_name": "ask", "objective_prompt": "Ask for the city.", "output_variables": ["city"]}
    ways = {"abroad": "The visitor lives in Paris or Rome.", "here": "The visitor lives in Lisbon."}
    others = [{"objective_name": way, "objective_prompt": f"Speak of {way}."} for way in ways]
    data = [{**ask, "next_conditional_objectives": ways}, *others]
    mind = persona(alice, objectives_id=alice.data("POST", "objectives", {"data": data})["objectives_id"])
    answer = talk(mind, "I live in Lisbon.")[0]
    assert answer.options["objective"] == {"name": "ask", "output_variables": {"city": "Lisbon"}, "next": "here"}
    assert guiding.goal(answer.session, mind) == "Speak of here."


def test_with_a_language_model_it_judges_instead_of_the_rules(alice: Customer, settings: Any) -> None:
    with FakeOpenAI() as server:
        options = {"base_url": server.url, "api_key": server.key, "model": server.model}
        settings.LLM = {"judge": {"BACKEND": "twins.llm.openai.OpenAILLM", "OPTIONS": options}}
        settings.LLM_CHAIN = ["judge"]
        engines.load.cache_clear()
        guardrail = alice.data("POST", "guardrails", {**NO_PRICES, "callback_url": HOOK})["uuid"]
        objectives = alice.data("POST", "objectives", {"data": [{**EMAIL, "callback_url": HOOK}]})["objectives_id"]
        mind = persona(alice, guardrail_ids=[guardrail], objectives_id=objectives)
        (answer,) = talk(mind, "Tell me about prices.")
        assert "guardrails" not in answer.options and Digest.objects.count() == 1
        server.say('{"broken": [0], "output_variables": {"email": "a@b.org", "x": 1}, "reached": true, "next": null}')
        guiding.judge(engines.load("LLM", "judge"), answer.session, answer)
        answer.refresh_from_db()
        assert answer.options["guardrails"] == [guardrail]
        assert answer.options["objective"]["output_variables"] == {"email": "a@b.org"}
        assert [event["event_type"] for event in told()] == [guiding.TOUCHED, guiding.REACHED]
    engines.load.cache_clear()


# -- Tools


def test_tools_are_made_given_to_personas_and_taken(alice: Customer, bob: Customer) -> None:
    body = {"name": "get_weather", "description": "Weather.", "parameters": {"type": "object"}}
    made = alice.data("POST", "tools", body)
    assert made["function"] == body and made["name"] == "get_weather" and made["type"] == "function"
    key, mind = made["tool_id"], persona(alice)
    assert alice.data("GET", f"tools/{key}") == made
    assert alice.data("PATCH", f"tools/{key}", {"description": "The weather."})["description"] == "The weather."
    assert alice.data("POST", f"personas/{mind.pk}/tools/", {"tool_ids": [key]})["total_count"] == 1
    assert [item["tool_id"] for item in alice.data("GET", f"personas/{mind.pk}/tools/")["data"]] == [key]
    assert alice.data("GET", f"personas/{mind.pk}")["tool_ids"] == [key]
    assert bob.refused(404, "GET", f"tools/{key}") == "Tool not found"
    assert bob.refused(400, "POST", f"personas/{persona(bob).pk}/tools", {"tool_ids": [key]}) == "Invalid tool_id"
    assert alice.call("DELETE", f"personas/{mind.pk}/tools/{key}").status_code == 204
    assert alice.data("GET", f"personas/{mind.pk}/tools")["data"] == []
    assert alice.call("DELETE", f"tools/{key}").status_code == 204 and not Tool.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "tool.function.name: must be 1 to 64 letters"),
        ({"name": "get weather"}, "tool.function.name: must be 1 to 64 letters"),
        ({"name": "x", "parameters": []}, "tool.function.parameters: must be a JSON Schema object"),
        ({"name": "x", "delivery": {"api": {"url": "https://x"}}}, "delivery.api: calls of tools are told as events"),
    ],
)
def test_a_wrong_tool_is_named(alice: Customer, body: dict[str, Any], words: str) -> None:
    assert alice.refused(400, "POST", "tools", body).startswith(words)


# -- Voices


def test_voices_are_listed_with_their_replicas_and_a_sample_that_can_be_heard(alice: Customer, bob: Customer) -> None:
    face = alice.replica()
    listed = alice.data("GET", "voices?search=voice")
    assert (listed["total_count"], listed["page"], listed["limit"]) == (1, 1, 10)
    (voice,) = listed["data"]
    assert (voice["voice_name"], voice["replica_id"]) == ("A voice", face.pk)
    assert {"tag_name": "en-US"} in voice["tags"]
    sample = alice.client.get(voice["audio_url"])
    assert sample.status_code == 200 and sample["Content-Type"] == "audio/mpeg"
    assert len(b"".join(sample.streaming_content)) > 5_000
    assert alice.client.get(voice["audio_url"].replace("signature=", "signature=0")).status_code == 404
    assert alice.refused(400, "GET", "voices?limit=101") == "Invalid request: limit must be 1 to 100"
    assert bob.data("GET", "voices")["data"][0]["replica_id"] is None


# -- Pronunciation dictionaries


def test_a_dictionary_is_made_listed_without_rules_patched_and_taken_from_its_personas(alice: Customer) -> None:
    rule = {"text": "Tavus", "pronunciation": "TAH-vus"}
    answer = alice.call("POST", "pronunciation-dictionaries/", {"name": "Brands", "rules": [rule]})
    made = answer.json()
    assert answer.status_code == 201 and made["rules_count"] == 1
    assert made["rules"] == [{**rule, "type": "alias", "case_sensitive": False, "word_boundaries": True}]
    key = made["pronunciation_dictionary_id"]
    assert key.startswith("pd_")
    listed = alice.data("GET", "pronunciation-dictionaries")
    assert listed["page"] == 0 and "rules" not in listed["data"][0]
    assert alice.refused(400, "GET", "pronunciation-dictionaries?limit=101").startswith("Invalid request: limit")
    changed = [{"op": "replace", "path": "/name", "value": "Names"}]
    assert alice.data("PATCH", f"pronunciation-dictionaries/{key}", changed)["name"] == "Names"
    mind = persona(alice, layers={"tts": {"pronunciation_dictionary_id": key}})
    assert mannered(mind, VoiceSettings("amara")).pronunciations == (Pronunciation("Tavus", "TAH-vus"),)
    assert alice.call("DELETE", f"pronunciation-dictionaries/{key}").status_code == 204
    assert alice.data("GET", f"personas/{mind.pk}")["layers"] == {"tts": {}}
    assert alice.refused(404, "GET", f"pronunciation-dictionaries/{key}") == "Pronunciation dictionary not found"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "name is required"),
        ({"name": "x", "rules": [{"text": "a"}]}, "rules.0.pronunciation is required"),
        ({"name": "x", "rules": [{"text": "a", "pronunciation": "b", "type": "song"}]}, "rules.0.type: must be one"),
        ({"name": "x", "rules": [{"text": "a", "pronunciation": "b"}] * 2}, "rules: each text may stand there once"),
    ],
)
def test_a_wrong_rule_is_named(alice: Customer, body: dict[str, Any], words: str) -> None:
    assert alice.refused(400, "POST", "pronunciation-dictionaries", body).startswith(words)


def test_the_clip_of_a_reply_is_spoken_as_its_persona_speaks(alice: Customer) -> None:
    rule = {"text": "Tavus", "pronunciation": "TAH-vus"}
    made = alice.call("POST", "pronunciation-dictionaries", {"name": "Brands", "rules": [rule]}).json()
    tts = {"pronunciation_dictionary_id": made["pronunciation_dictionary_id"], "voice_settings": {"speed": "fast"}}
    session = ChatSession.objects.create(user=alice.user, personality=persona(alice, layers={"tts": tts}))
    video = make_video(source=Video.Source.REPLY)
    Message.objects.create(session=session, role=Message.Role.ASSISTANT, text="Tavus.", video=video)
    spoken = source_of(video.source).manner(video, VoiceSettings("amara"))
    assert (spoken.rate, spoken.pronunciations) == (1.15, (Pronunciation("Tavus", "TAH-vus"),))


def sounds(engine: LocalTTS, text: str, *rules: Pronunciation, language: str = "en-US") -> tuple[str, list[str]]:
    """What is heard, sound by sound, and the words of the captions."""
    chunks = list(engine.stream(text, VoiceSettings("leo", language, pronunciations=rules)))
    heard = "".join(phoneme.symbol for chunk in chunks for phoneme in chunk.phonemes)
    return heard, [word.text for chunk in chunks for word in chunk.words]


def test_the_local_voice_says_words_as_the_rules_tell_and_captions_show_what_was_written() -> None:
    engine = LocalTTS()
    try:
        alias, ipa = Pronunciation("tavus", "TAH-vus"), Pronunciation("tavus", "ˈ|t|ɑ|v|ə|s", ipa=True)
        assert sounds(engine, "Tavus works.")[0].startswith("tævəs")
        assert sounds(engine, "Tavus works.", alias) == ("tɑvʌswɜks", ["Tavus", "works."])
        assert sounds(engine, "Tavus works.", ipa) == ("tɑvəswɜks", ["Tavus", "works."])
        several = Pronunciation("New York Times", "the paper")
        assert sounds(engine, "The New York Times is here.", several)[1] == ["The", "New York Times", "is", "here."]
        exact = Pronunciation("SQL", "sequel", case_sensitive=True)
        assert sounds(engine, "It is SQL.", exact)[0].endswith("sikwəl")
        assert sounds(engine, "It is sql.", exact)[0] == sounds(engine, "It is sql.")[0]
        inside = Pronunciation("cat", "dog", word_boundaries=False)
        assert "dɑɡ" in sounds(engine, "A wildcat.", inside)[0]
        assert "dɑɡ" not in sounds(engine, "A wildcat.", Pronunciation("cat", "dog"))[0]
        assert sounds(engine, "Say [[h@l'oU]] now.", ipa) == sounds(engine, "Say [[h@l'oU]] now.")
        assert (
            "tavʊs" in sounds(engine, "Das ist Tavus.", Pronunciation("Tavus", "ˈtaːvʊs", ipa=True), language="de")[0]
        )
    finally:
        engine.close()
