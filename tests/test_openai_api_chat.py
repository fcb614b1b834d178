"""Chat completions and models of the OpenAI-compatible dialect, through the official SDK, on the running product."""

import json
import time
from collections.abc import Iterator
from typing import Any

import openai
import pytest
import requests

from tests.fakes.openai_server import FakeOpenAI
from tests.stack import Stack

AMARA = "p-amara"
TOOLS: Any = [
    {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}},
    {"type": "function", "function": {"name": "clock", "parameters": {"type": "object", "properties": {}}}},
]


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as server:
        yield server


@pytest.fixture(autouse=True)
def healthy(model: FakeOpenAI) -> None:
    model.behave("ok")
    model.say("I am the fake model. I answer in two sentences.")
    model.requests.clear()


@pytest.fixture(scope="module")
def served(model: FakeOpenAI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    keys = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": model.key, "OPENAI_MODEL": model.model}
    stack = Stack(tmp_path_factory.mktemp("stack"), **keys, LLM_TIMEOUT="3").start()
    yield stack
    stack.stop()


@pytest.fixture(scope="module")
def key(served: Stack) -> str:
    return served.manage("create_api_key", "alice@example.org").strip()


@pytest.fixture
def client(served: Stack, key: str) -> openai.OpenAI:
    return openai.OpenAI(api_key=key, base_url=f"{served.url}/openai/v1", max_retries=0)


@pytest.fixture
def local_client(stack: Stack) -> openai.OpenAI:
    """A client of an installation that has nothing but the local engine."""
    key = stack.manage("create_api_key", "carol@example.org").strip()
    return openai.OpenAI(api_key=key, base_url=f"{stack.url}/openai/v1", max_retries=0)


def ask(client: openai.OpenAI, text: str = "Hi.", **more: Any) -> Any:
    given = {"model": AMARA, "messages": [{"role": "user", "content": text}], **more}
    return client.chat.completions.create(**given)


# -- Models


def test_each_personality_is_a_model(client: openai.OpenAI) -> None:
    listed = {found.id: found for found in client.models.list()}
    assert listed[AMARA].owned_by == "system" and listed[AMARA].object == "model"
    assert client.models.retrieve(AMARA).id == AMARA


def test_a_model_that_is_none_is_not_found_in_openais_words(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-9")
    assert caught.value.code == "model_not_found" and caught.value.body["param"] == "model"  # type: ignore[index]


# -- Answers


def test_an_answer_comes_whole(client: openai.OpenAI) -> None:
    answer = ask(client)
    choice = answer.choices[0]
    assert choice.message.content == "I am the fake model. I answer in two sentences."
    assert (choice.message.role, choice.finish_reason, answer.object, answer.model) == (
        "assistant",
        "stop",
        "chat.completion",
        AMARA,
    )


def test_the_answer_says_which_model_served(client: openai.OpenAI) -> None:
    assert ask(client).system_fingerprint == "openai/gpt-5.6-terra"


def test_the_tokens_are_counted(client: openai.OpenAI) -> None:
    usage = ask(client).usage
    assert usage.prompt_tokens > 100 > usage.completion_tokens > 5
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_an_answer_is_streamed_piece_by_piece(client: openai.OpenAI) -> None:
    chunks = list(ask(client, stream=True))
    assert len(chunks) > 5
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant" and chunks[0].choices[0].delta.content == ""
    assert chunks[-1].choices[0].finish_reason == "stop"
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert said == "I am the fake model. I answer in two sentences."


def test_the_first_words_come_while_the_model_still_writes(client: openai.OpenAI, model: FakeOpenAI) -> None:
    model.say("one " * 30 + "end.")
    model.behave("slow")
    times = [time.monotonic() for chunk in ask(client, stream=True) if chunk.choices[0].delta.content]
    assert times[-1] - times[0] > 0.3


def test_a_stream_can_end_with_its_usage(client: openai.OpenAI) -> None:
    *_, last = ask(client, stream=True, stream_options={"include_usage": True})
    assert last.choices == [] and last.usage.total_tokens > 100


def test_a_stream_ends_with_done(served: Stack, key: str) -> None:
    body = {"model": AMARA, "stream": True, "messages": [{"role": "user", "content": "Hi."}]}
    headers = {"Authorization": f"Bearer {key}"}
    answer = requests.post(f"{served.url}/openai/v1/chat/completions", json=body, headers=headers, timeout=30)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.text.endswith("data: [DONE]\n\n")


def test_the_callers_instructions_are_added_to_the_personality(client: openai.OpenAI, model: FakeOpenAI) -> None:
    messages = [
        {"role": "system", "content": "Today it rains."},
        {"role": "developer", "content": "The visitor is a pilot."},
        {"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "text", "text": "there."}]},
    ]
    ask(client, messages=messages)
    system = model.requests[-1].system
    assert "Amara" in system and "Today it rains." in system and "The visitor is a pilot." in system
    assert system.index("Amara") < system.index("Today it rains.")
    assert model.requests[-1].messages[-1]["content"] == "Hi\nthere."


def test_the_conversation_is_given_in_order(client: openai.OpenAI, model: FakeOpenAI) -> None:
    said = [("user", "One."), ("assistant", "Two."), ("user", "Three.")]
    ask(client, messages=[{"role": role, "content": text} for role, text in said])
    assert [message["content"] for message in model.requests[-1].messages[1:]] == ["One.", "Two.", "Three."]


def test_a_long_conversation_is_summarised_and_not_cut(client: openai.OpenAI, model: FakeOpenAI) -> None:
    said = [{"role": "user", "content": "My boat is called Wanderer."}]
    for number in range(80):
        said += [{"role": "assistant", "content": f"Yes {number}. " + "and so on " * 30}]
        said += [{"role": "user", "content": f"Go on with {number}. " + "and so on " * 30}]
    ask(client, messages=said)
    assert "Wanderer" in model.requests[-1].system and len(model.requests[-1].messages) < 42


def test_what_a_user_of_the_account_told_is_remembered(client: openai.OpenAI, served: Stack, key: str) -> None:
    created = requests.post(f"{served.url}/v1/users", json={}, headers={"x-api-key": key}, timeout=30).json()
    user = created["data"]["id"]
    ask(client, "I live in Lisbon.", user=user)
    assert "Lisbon" not in str(ask(client, "Hi.").choices)
    body = {"model": AMARA, "messages": [{"role": "user", "content": "Where do I live?"}], "user": user}
    client.chat.completions.create(**body)  # type: ignore[call-overload]


def test_fewer_tokens_than_the_answer_has_cut_it(client: openai.OpenAI) -> None:
    choice = ask(client, max_tokens=6).choices[0]
    assert choice.finish_reason == "length" and choice.message.content.startswith("I am the")
    assert len(choice.message.content) < 24


def test_the_callers_sampling_reaches_the_model_and_unknown_fields_do_not(
    client: openai.OpenAI, model: FakeOpenAI
) -> None:
    ask(client, temperature=1, top_p=0.5, seed=7, max_completion_tokens=500, extra_body={"top_k": 5, "x": {}})
    assert (model.requests[-1].body["top_p"], model.requests[-1].body["seed"]) == (0.5, 7)
    assert "top_k" not in model.requests[-1].body and "x" not in model.requests[-1].body


def test_a_model_that_takes_no_sampling_answers_by_its_own(client: openai.OpenAI, model: FakeOpenAI) -> None:
    assert ask(client, temperature=0.2).choices[0].message.content.startswith("I am the fake model.")
    assert [request.body.get("temperature") for request in model.requests] == [0.2, None]


def test_an_answer_ends_before_what_it_is_to_stop_at(client: openai.OpenAI) -> None:
    choice = ask(client, stop=["answer in"]).choices[0]
    assert (choice.message.content, choice.finish_reason) == ("I am the fake model. I", "stop")
    assert ask(client, stop="never said").choices[0].message.content.endswith("two sentences.")


@pytest.mark.parametrize("wrong", [{"temperature": 3}, {"temperature": "hot"}, {"stop": [""]}, {"seed": 0.5}])
def test_wrong_sampling_is_named(client: openai.OpenAI, wrong: Any) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, **wrong)
    assert caught.value.body["param"] == next(iter(wrong))  # type: ignore[index]


def test_the_local_engine_answers_with_nothing_configured(local_client: openai.OpenAI) -> None:
    answer = ask(local_client, "Who are you?")
    assert "Amara" in answer.choices[0].message.content and answer.system_fingerprint == "local/local"


def test_a_model_that_cannot_be_reached_is_replaced_by_the_local_engine(
    client: openai.OpenAI, model: FakeOpenAI
) -> None:
    model.behave("unauthorized")
    assert ask(client, "Who are you?").system_fingerprint == "local/local"


# -- Tools


def test_calls_of_tools_come_whole(client: openai.OpenAI, model: FakeOpenAI) -> None:
    model.behave("tool_calls")
    choice = ask(client, "What is the weather in Lisbon?", tools=TOOLS, tool_choice="auto").choices[0]
    assert choice.finish_reason == "tool_calls" and choice.message.content is None
    calls = [(call.id, call.function.name, json.loads(call.function.arguments)) for call in choice.message.tool_calls]
    assert calls == [("call_1", "weather", {"city": "Lisbon"}), ("call_2", "clock", {})]
    assert model.requests[-1].body["tools"] == TOOLS and model.requests[-1].body["tool_choice"] == "auto"


def test_calls_of_tools_are_streamed(client: openai.OpenAI, model: FakeOpenAI) -> None:
    model.behave("tool_calls")
    given = {"model": AMARA, "messages": [{"role": "user", "content": "Hi."}], "tools": TOOLS}
    with client.chat.completions.stream(**given) as stream:
        final = stream.get_final_completion()
    calls = final.choices[0].message.tool_calls or []
    assert [call.function.arguments for call in calls] == ['{"city": "Lisbon"}', "{}"]


def test_calls_without_an_index_are_told_apart(client: openai.OpenAI, model: FakeOpenAI) -> None:
    model.behave("whole_tool_calls")
    choice = ask(client, tools=TOOLS).choices[0]
    assert [call.function.name for call in choice.message.tool_calls] == ["weather", "clock"]
    assert choice.finish_reason == "tool_calls"


def test_the_results_of_tools_are_passed_on(client: openai.OpenAI, model: FakeOpenAI) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
    ]
    answer = ask(client, messages=messages, tools=TOOLS)
    assert model.requests[-1].messages[1:] == messages
    assert answer.usage.total_tokens == 124
    assert "Amara" in model.requests[-1].system


def calling(number: int, result: str) -> list[dict[str, Any]]:
    """A call of a tool and its result."""
    call = {"id": f"call_{number}", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    asked = {"role": "assistant", "content": None, "tool_calls": [call]}
    return [asked, {"role": "tool", "tool_call_id": f"call_{number}", "content": result}]


def test_a_long_conversation_with_tools_loses_its_oldest_turns_whole(client: openai.OpenAI, model: FakeOpenAI) -> None:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "My dog is called Ada."}, *calling(0, "fine")]
    for number in range(1, 60):
        messages += [{"role": "user", "content": f"Weather {number}?"}, *calling(number, "sunny and mild " * 40)]
    ask(client, messages=messages, tools=TOOLS)
    sent = model.requests[-1].messages[1:]
    assert sent == messages[-len(sent) :] and 6 <= len(sent) < 90
    assert sent[0]["role"] == "user" and sent[1]["tool_calls"][0]["id"] == sent[2]["tool_call_id"]
    assert "My dog is called Ada." in model.requests[-1].system


def test_of_many_calls_on_one_question_the_latest_stay_with_it(client: openai.OpenAI, model: FakeOpenAI) -> None:
    question = {"role": "user", "content": "Compare the weather of all towns."}
    calls = [message for number in range(60) for message in calling(number, "sunny and mild " * 40)]
    ask(client, messages=[question, *calls], tools=TOOLS)
    sent = model.requests[-1].messages[1:]
    assert sent[0] == question and sent[1:] == calls[-len(sent) + 1 :] and len(sent) < 90
    assert sent[1]["role"] == "assistant" and sent[-1]["tool_call_id"] == "call_59"


def test_tools_without_a_model_that_uses_them_are_refused(local_client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        ask(local_client, tools=TOOLS)
    assert (caught.value.code, caught.value.param) == ("tools_unsupported", "tools")


# -- Refusals


def test_no_key_is_401_in_openais_words(served: Stack) -> None:
    answer = requests.get(f"{served.url}/openai/v1/models", timeout=30)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["code"]) == (401, "invalid_request_error", None)
    assert error["message"].startswith("You didn't provide an API key.")


def test_a_wrong_key_is_401_and_is_not_repeated(served: Stack) -> None:
    wrong = "sk-not-a-key-of-this-place"
    with pytest.raises(openai.AuthenticationError) as caught:
        openai.OpenAI(api_key=wrong, base_url=f"{served.url}/openai/v1", max_retries=0).models.list()
    assert caught.value.code == "invalid_api_key" and wrong not in str(caught.value.body)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"model": None}, "model"),
        ({"model": 7}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "Hi."}, "messages"),
        ({"messages": [{"role": "king", "content": "Hi."}]}, "messages[0]"),
        ({"messages": ["Hi."]}, "messages[0]"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages[0].content"),
        ({"messages": [{"role": "assistant", "content": "Hi."}]}, "messages"),
        ({"n": 2}, "n"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_completion_tokens": "many"}, "max_completion_tokens"),
        ({"tools": {"a": 1}}, "tools"),
    ],
)
def test_a_wrong_field_is_named(served: Stack, key: str, change: dict[str, Any], param: str) -> None:
    body = {"model": AMARA, "messages": [{"role": "user", "content": "Hi."}], **change}
    headers = {"Authorization": f"Bearer {key}"}
    answer = requests.post(f"{served.url}/openai/v1/chat/completions", json=body, headers=headers, timeout=30)
    error = answer.json()["error"]
    assert answer.status_code == 400 and set(error) == {"message", "type", "param", "code"}
    assert error["param"] == param and error["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b'{"a": NaN}'])
def test_a_body_that_is_no_object_is_refused(served: Stack, key: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    answer = requests.post(f"{served.url}/openai/v1/chat/completions", data=body, headers=headers, timeout=30)
    assert answer.status_code == 400 and answer.json()["error"]["type"] == "invalid_request_error"


def test_an_unknown_route_and_a_wrong_method_are_told_in_openais_shape(served: Stack, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    unknown = requests.get(f"{served.url}/openai/v1/nosuch", headers=headers, timeout=30)
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_url")
    wrong = requests.get(f"{served.url}/openai/v1/chat/completions", headers=headers, timeout=30)
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST") and "error" in wrong.json()


def test_a_model_that_fails_in_mid_stream_ends_it_with_an_error(client: openai.OpenAI, model: FakeOpenAI) -> None:
    model.say("These are a few words of one sentence that is never ended because it is cut")
    model.behave("cut_early")
    with pytest.raises(openai.APIError) as caught:
        for _ in ask(client, stream=True):
            pass
    assert "cannot be reached" in str(caught.value) or "broke off" in str(caught.value)


def test_a_client_that_hangs_up_ends_the_work_of_the_model(client: openai.OpenAI, model: FakeOpenAI) -> None:
    model.say("word " * 40)
    model.behave("slow")
    before = model.hang_ups
    stream = ask(client, stream=True)
    next(iter(stream))
    stream.close()
    deadline = time.monotonic() + 5
    while model.hang_ups == before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert model.hang_ups == before + 1


def test_what_people_say_is_not_in_the_logs(client: openai.OpenAI, served: Stack) -> None:
    ask(client, "My secret is marmalade.")
    assert "marmalade" not in served.logs()
