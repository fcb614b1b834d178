"""The avatar chat dialect through HTTP, on the running product."""

import io
import re
import subprocess
import uuid

import av
import pytest
import requests

from tests.client import chat, chat_events, create_session, video_status, wait_for
from tests.stack import Stack


def decoded(content: bytes) -> tuple[float, int, int]:
    """Duration in seconds, number of pictures, number of audio frames of an MP4."""
    with av.open(io.BytesIO(content), format="mp4") as film:
        pictures = sum(1 for _ in film.decode(video=0))
    with av.open(io.BytesIO(content), format="mp4") as film:
        sounds = sum(1 for _ in film.decode(audio=0)) if film.streams.audio else 0
        return float(film.duration or 0) / av.time_base, pictures, sounds


def test_the_root_says_running_to_api_clients_and_is_a_page_to_browsers(stack: Stack) -> None:
    assert requests.get(stack.url + "/", timeout=10).json() == {"status": "running"}
    page = requests.get(stack.url + "/", headers={"Accept": "text/html,*/*;q=0.8"}, timeout=10)
    assert page.headers["Content-Type"].startswith("text/html")


def test_the_curl_commands_of_the_guide_run_unchanged(stack: Stack) -> None:
    def curl(*arguments: str) -> str:
        return subprocess.run(["curl", "-s", *arguments], capture_output=True, text=True, check=True).stdout

    created = curl("-X", "POST", f"{stack.url}/api/session/create")
    token = re.search(r'"session_token": ?"([0-9a-f-]{36})"', created).group(1)  # type: ignore[union-attr]
    body = f'{{\n        "session_token": "{token}",\n        "message": "Hello!"\n      }}'
    said = curl("-X", "POST", f"{stack.url}/api/chat", "-H", "Content-Type: application/json", "-d", body)
    assert '"reply_text"' in said and '"video_url"' in said, said
    assert (
        curl("-X", "POST", f"{stack.url}/api/session/{token}/played").replace(" ", "") == '{"ok":true,"state":"IDLE"}'
    )


def test_a_new_session_tells_everything_a_page_needs(stack: Stack) -> None:
    session = create_session(stack)
    assert uuid.UUID(session["session_token"])
    assert session["state"] == "WELCOME"
    assert session["twin"]["id"] == "amara"
    for url in (session["welcome_video_url"], session["idle_video_url"]):
        clip = requests.get(url, timeout=90)
        assert clip.headers["Content-Type"] == "video/mp4"
        assert decoded(clip.content)[0] > 2


def test_a_session_can_be_opened_with_a_twin_of_choice(stack: Stack) -> None:
    assert create_session(stack, twin_id="kenji")["twin"]["name"] == "Kenji"
    assert create_session(stack, twin_id=None)["twin"]["id"] == "amara"


def test_a_reply_comes_with_a_whole_clip_that_speaks_it(stack: Stack) -> None:
    token = create_session(stack)["session_token"]
    answer = chat(stack, token, "Hello! Who are you?")
    assert answer.status_code == 200, answer.text
    reply = answer.json()
    assert reply["reply_text"].strip()
    seconds, pictures, sounds = decoded(requests.get(reply["video_url"], timeout=30).content)
    assert abs(seconds - reply["duration"]) < 0.1
    assert abs(pictures / 25 - seconds) < 0.2
    assert sounds > 10
    words = re.sub(r"<[^>]+>", "", requests.get(reply["captions_url"], timeout=30).text)
    for word in re.findall(r"[A-Za-z]{3,}", reply["reply_text"]):
        assert word in words


def test_the_stream_tells_the_turn_in_order(stack: Stack) -> None:
    token = create_session(stack)["session_token"]
    events = list(chat_events(stack, token, "What can you tell me about yourself?"))
    names = [event.name for event in events]
    assert names[0] == "reply.delta"
    assert names[-1] == "video.ready"
    assert names.count("reply.done") == names.count("video.playable") == 1
    said = "".join(event.data["text"] for event in events if event.name == "reply.delta")
    done = next(event.data for event in events if event.name == "reply.done")
    assert " ".join(said.split()) == " ".join(done["reply_text"].split())
    captions = " ".join(event.data["text"] for event in events if event.name == "caption")
    assert captions.split()[0] == done["reply_text"].split()[0]
    assert {"video_url", "duration", "captions_url"} <= events[-1].data.keys()


def test_the_playable_clip_is_a_fragmented_mp4_from_its_first_byte(stack: Stack) -> None:
    token = create_session(stack)["session_token"]
    for event in chat_events(stack, token, "Tell me something about yourself, please."):
        if event.name == "video.playable":
            clip = requests.get(event.data["url"], timeout=60)
            break
    assert clip.status_code == 200 and clip.headers["Content-Type"] == "video/mp4"
    assert clip.content[4:8] == b"ftyp" and b"moov" in clip.content[:4096]
    assert decoded(clip.content)[1] > 10


def test_history_belongs_to_its_session_and_is_given_back(stack: Stack) -> None:
    mine, theirs = (create_session(stack)["session_token"] for _ in range(2))
    chat(stack, mine, "My favourite colour is vermilion.")
    history = requests.get(f"{stack.url}/api/session/{mine}/history", timeout=10).json()
    assert [message["role"] for message in history["messages"]] == ["user", "assistant"]
    assert history["messages"][0]["text"] == "My favourite colour is vermilion."
    assert requests.get(history["messages"][1]["video_url"], timeout=10).status_code == 200
    assert requests.get(f"{stack.url}/api/session/{theirs}/history", timeout=10).json()["messages"] == []


def test_the_state_walks_from_welcome_over_talking_to_idle(stack: Stack) -> None:
    session = create_session(stack)
    token = session["session_token"]
    seen = [session["state"]]
    for event in chat_events(stack, token, "Hello there!"):
        if event.name in ("reply.delta", "video.playable"):
            state = requests.get(f"{stack.url}/api/session/{token}/history", timeout=10).json()["state"]
            if state != seen[-1]:
                seen.append(state)
    played = requests.post(f"{stack.url}/api/session/{token}/played", timeout=10).json()
    assert played == {"ok": True, "state": "IDLE"}
    assert seen == ["WELCOME", "THINKING", "TALKING"] or seen == ["WELCOME", "TALKING"]


def test_a_wait_past_the_limit_answers_202_with_an_address_to_look_at(start_stack) -> None:
    stack = start_stack(CHAT_WAIT_SECONDS="0")
    token = create_session(stack)["session_token"]
    answer = chat(stack, token, "Hello!")
    assert answer.status_code == 202
    waiting = answer.json()
    status = wait_for(lambda: (now := requests.get(waiting["status_url"], timeout=10).json())["duration"] and now)
    assert status["video_url"] and status["reply_text"] and status["duration"] > 0.5


def test_a_stranger_to_the_session_cannot_see_its_videos(stack: Stack) -> None:
    mine, theirs = (create_session(stack)["session_token"] for _ in range(2))
    video_id = chat(stack, mine, "Hello!").json()["video_id"]
    assert video_status(stack, mine, video_id)["status"] == "ready"
    refused = requests.get(f"{stack.url}/api/session/{theirs}/videos/{video_id}", timeout=10)
    assert refused.status_code == 404


def test_another_site_may_call_this_dialect(stack: Stack) -> None:
    origin = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    preflight = requests.options(f"{stack.url}/api/chat", headers=origin, timeout=10)
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"


def test_named_origins_close_the_dialect_to_all_others(start_stack) -> None:
    stack = start_stack(CORS_ALLOWED_ORIGINS="https://app.example")
    good = requests.post(f"{stack.url}/api/session/create", headers={"Origin": "https://app.example"}, timeout=10)
    bad = requests.post(f"{stack.url}/api/session/create", headers={"Origin": "https://evil.example"}, timeout=10)
    assert good.headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert "Access-Control-Allow-Origin" not in bad.headers


def test_every_route_stands_in_the_api_document(stack: Stack) -> None:
    document = requests.get(f"{stack.url}/docs/openapi.json", headers={"Accept": "application/json"}, timeout=30).json()
    expected = {
        "/api/chat": "post",
        "/api/chat/stream": "post",
        "/api/session/create": "post",
        "/api/session/{token}/played": "post",
        "/api/session/{token}/history": "get",
        "/api/session/{token}/videos/{video_id}": "get",
    }
    paths = document["paths"]
    assert {path: method for path, method in expected.items() if method in paths.get(path, {})} == expected
    assert requests.get(f"{stack.url}/docs/", timeout=30).status_code == 200


@pytest.mark.parametrize("path", ["/api/session/create/", "/api/chat/", "/api/chat/stream/"])
def test_a_trailing_slash_is_the_same_route(stack: Stack, path: str) -> None:
    assert requests.post(stack.url + path, json={}, timeout=10, allow_redirects=False).status_code in (200, 400, 404)
