"""The samples of the platform's documentation, with the host, the key and the placeholders filled in and no more.

Those of curl, Python and JavaScript run as they stand; bodies that are shown alone are sent. Samples that join a
room of Daily are not here: there is no such room.
"""

import json
import shutil
import subprocess
import sys
from typing import Any

import pytest
import requests

from tests.stack import Stack

HOST = "https://tavusapi.com"
NATHAN = "re8e740a42"
STORYTELLER = {
    "system_prompt": "You are a storyteller. You like telling stories to people of all ages.",
    "context": "Here are some of your favorite stories: Little Red Riding Hood and The Three Little Pigs",
    "persona_name": "Mert the Storyteller",
}
CUSTOM = {"model": "custom_model_here", "api_key": "example-api-key", "base_url": "https://llm.example/v1"}
HEARING = {
    "participant_pause_sensitivity": "high",
    "participant_interrupt_sensitivity": "high",
    "smart_turn_detection": True,
    "stt_engine": "tavus-advanced",
}
VOICE = {"api_key": "example-api-key", "external_voice_id": "professional-voice-clone-id"}


def tool(name: str, **properties: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": [next(iter(properties))]}
    return {"type": "function", "function": {"name": name, "description": "As it says.", "parameters": parameters}}


PLACE = {"type": "string", "description": "The city and state, e.g. San Francisco, CA"}
UNIT = {"type": "string", "enum": ["celsius", "fahrenheit"]}
LAYERS: dict[str, dict[str, Any]] = {
    "llm, tts, perception, stt": {
        "llm": {**CUSTOM, "speculative_inference": True},
        "tts": {**VOICE, "tts_engine": "playht", "playht_user_id": "your-playht-user-id", "voice_settings": {},
                "tts_emotion_control": False},
        "perception": {"perception_model": "raven-0",
                       "ambient_awareness_queries": ["Is the user showing an ID card?"]},
        "stt": HEARING,
    },
    "an own language model": {"llm": {**CUSTOM, "speculative_inference": True}},
    "tools": {
        "llm": {**CUSTOM, "tools": [tool("get_current_weather", location=PLACE, unit=UNIT)]},
        "tts": {**VOICE, "tts_engine": "elevenlabs", "voice_settings": {}, "tts_emotion_control": False},
        "vqa": {"enabled": False},
        "stt": HEARING,
        "perception": {"perception_model": "raven-0"},
    },
    "emotions": {
        "llm": CUSTOM,
        "tts": {**VOICE, "tts_engine": "cartesia", "tts_emotion_control": True, "tts_model_name": "sonic",
                "voice_settings": {"speed": "normal", "emotion": ["positivity:high", "curiosity"]}},
        "perception": {"perception_model": "raven-0"},
    },
    "perception tools": {
        "perception": {
            "perception_model": "raven-0",
            "ambient_awareness_queries": ["Is the user showing an ID card?", "Is the user wearing a mask?"],
            "perception_tool_prompt": "You have a tool to notify the system when an ID card is detected.",
            "perception_tools": [tool("notify_if_id_shown", id_type={"type": "string"})],
        }
    },
    "turn taking": {"stt": HEARING},
}  # fmt: skip

CURL_CREATE = """
curl --request POST \\
    --url https://tavusapi.com/v2/replicas \\
    --header 'Content-Type: application/json' \\
    --header 'x-api-key: <api-key>' \\
    --data '{
    "callback_url": "",
    "replica_name": "",
    "train_video_url": "<film>"
  }'
"""
CURL_GET = """
curl --request GET \\
    --url https://tavusapi.com/v2/replicas/{replica_id} \\
    --header 'x-api-key: <api-key>'
"""
PYTHON_CREATE = """
import requests

url = "https://tavusapi.com/v2/replicas"

payload = {
    "callback_url": "",
    "replica_name": "",
    "train_video_url": "<film>"
}
headers = {
    "x-api-key": "<api-key>",
    "Content-Type": "application/json"
}

response = requests.request("POST", url, json=payload, headers=headers)

print(response.text)
"""
PYTHON_GET = """
import requests

url = "https://tavusapi.com/v2/replicas/{replica_id}"

headers = {"x-api-key": "<api-key>"}

response = requests.request("GET", url, headers=headers)

print(response.text)
"""
JAVASCRIPT_CREATE = """
const options = {
  method: 'POST',
  headers: {'x-api-key': '<api-key>', 'Content-Type': 'application/json'},
  body: '{"callback_url":"","replica_name":"","train_video_url":"<film>"}'
};

fetch('https://tavusapi.com/v2/replicas', options)
  .then(response => response.json())
  .then(response => console.log(response))
  .catch(err => console.error(err));
"""
JAVASCRIPT_GET = """
const options = {method: 'GET', headers: {'x-api-key': '<api-key>'}};

fetch('https://tavusapi.com/v2/replicas/{replica_id}', options)
  .then(response => response.json())
  .then(response => console.log(response))
  .catch(err => console.error(err));
"""
RUN_BY = {"sh": ["sh", "-c"], "python": [sys.executable, "-c"], "node": ["node", "-e"]}
CREATE = {"sh": CURL_CREATE, "python": PYTHON_CREATE, "node": JAVASCRIPT_CREATE}
GET = {"sh": CURL_GET, "python": PYTHON_GET, "node": JAVASCRIPT_GET}


@pytest.fixture(scope="module")
def key(stack: Stack) -> str:
    return stack.manage("create_api_key", "samples@example.org").strip()


def run(language: str, sample: str, stack: Stack, key: str, replica: str = NATHAN, film: str = "") -> str:
    """What a sample prints; JavaScript prints an object and not JSON."""
    if language == "node" and shutil.which("node") is None:
        pytest.skip("node is not installed: THE JAVASCRIPT SAMPLES WERE NOT RUN")
    filled = sample.replace(HOST, stack.url).replace("<api-key>", key)
    filled = filled.replace("{replica_id}", replica).replace("<film>", film)
    done = subprocess.run([*RUN_BY[language], filled], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "Error" not in done.stderr, done.stderr
    return done.stdout.replace("'", '"')


def posted(stack: Stack, key: str, path: str, body: dict[str, Any]) -> requests.Response:
    return requests.post(f"{stack.url}/v2/{path}", json=body, headers={"x-api-key": key}, timeout=30)


@pytest.mark.parametrize("language", CREATE)
def test_the_sample_that_trains_a_replica_runs(stack: Stack, key: str, language: str) -> None:
    printed = run(language, CREATE[language], stack, key, film="https://films.example/film.mp4")
    assert "replica_id" in printed and '"training"' in printed


@pytest.mark.parametrize("language", CREATE)
def test_the_same_sample_without_a_film_is_told_what_it_lacks(stack: Stack, key: str, language: str) -> None:
    assert "Either train_video_url or train_image_url must be provided." in run(language, CREATE[language], stack, key)


@pytest.mark.parametrize("language", GET)
def test_the_sample_that_looks_at_a_replica_runs(stack: Stack, key: str, language: str) -> None:
    printed = run(language, GET[language], stack, key)
    assert NATHAN in printed and '"completed"' in printed and '"100/100"' in printed


@pytest.mark.parametrize("layers", LAYERS)
def test_personas_of_the_documentation_are_taken_and_given_back(stack: Stack, key: str, layers: str) -> None:
    made = posted(stack, key, "personas", {**STORYTELLER, "layers": LAYERS[layers]})
    assert made.status_code == 200, made.text
    path = f"{stack.url}/v2/personas/{made.json()['persona_id']}"
    kept = requests.get(path, headers={"x-api-key": key}, timeout=30).json()
    assert kept["persona_name"] == "Mert the Storyteller"
    for name, layer in LAYERS[layers].items():
        plain = {field: value for field, value in layer.items() if field != "api_key"}
        assert plain.items() <= kept["layers"][name].items()
    assert "example-api-key" not in json.dumps(kept)


def test_the_quick_start_begins_a_conversation_with_the_stock_pair(stack: Stack, key: str) -> None:
    body = {
        "replica_id": "re8e740a42",
        "persona_id": "p24293d6",
        "conversation_name": "Music Chat with DJ Kot",
        "conversational_context": "Talk about the greatest hits from my favorite band, Daft Punk.",
        "properties": {"enable_recording": True},
    }
    made = posted(stack, key, "conversations", body)
    assert made.status_code == 200, made.text
    told = made.json()
    assert (told["replica_id"], told["persona_id"], told["status"]) == ("re8e740a42", "p24293d6", "active")
    assert requests.get(told["conversation_url"], timeout=30).status_code == 200


def test_a_lipsync_of_the_documentation_is_started(stack: Stack, key: str) -> None:
    body = {
        "original_video_url": "https://example.com/video.mp4",
        "source_audio_url": "https://example.com/audio.mp3",
        "callback_url": "https://your-callback-url.com",
        "lipsync_name": "My Lipsync Video",
    }
    made = posted(stack, key, "lipsync", body)
    assert made.status_code == 200, made.text
    assert (made.json()["status"], made.json()["lipsync_name"]) == ("started", "My Lipsync Video")


def test_a_video_in_another_language_is_queued(stack: Stack, key: str) -> None:
    made = posted(stack, key, "videos", {"replica_id": NATHAN, "script": "¡Hola a todos, este no es Hassaan!"})
    assert (made.status_code, made.json()["status"]) == (200, "queued")
