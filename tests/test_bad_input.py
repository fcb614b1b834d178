"""What a wrong request gets in the avatar chat dialect: a clear error in its shape, and nothing half-made."""

import json
from typing import Any

import pytest
import requests

from tests.client import chat, chat_events, create_session
from tests.stack import Stack

NOBODY = "b6a1f0c4-1c3e-4b57-9a3f-2f1d0e5c7a90"  # well-formed, and nobody's
CHAT_ROUTES = ["/api/chat", "/api/chat/stream"]


@pytest.fixture(scope="module")
def token(stack: Stack) -> str:
    return str(create_session(stack)["session_token"])


def refused(answer: requests.Response, status: int, *words: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    detail = answer.json()["detail"]
    assert set(answer.json()) == {"detail"}
    for word in words:
        assert word.lower() in detail.lower()
    assert "Traceback" not in answer.text and "/site-packages" not in answer.text


def messages_of(stack: Stack, token: str) -> list[Any]:
    return list(requests.get(f"{stack.url}/api/session/{token}/history", timeout=10).json()["messages"])


@pytest.mark.parametrize("route", CHAT_ROUTES)
@pytest.mark.parametrize("bad", [NOBODY, "YOUR_SESSION_TOKEN", "", None, 7, [], {}, "x" * 5000, "%00"])
def test_an_unknown_token(stack: Stack, route: str, bad: Any) -> None:
    refused(
        requests.post(stack.url + route, json={"session_token": bad, "message": "Hi"}, timeout=10),
        404,
        "Invalid session token",
    )


@pytest.mark.parametrize("bad", [NOBODY, "YOUR_SESSION_TOKEN", "0"])
@pytest.mark.parametrize(("method", "tail"), [("POST", "played"), ("GET", "history"), ("GET", "videos/m1")])
def test_an_unknown_token_in_the_path(stack: Stack, bad: str, method: str, tail: str) -> None:
    answer = requests.request(method, f"{stack.url}/api/session/{bad}/{tail}", timeout=10)
    refused(answer, 404, "Invalid session token")


@pytest.mark.parametrize("route", CHAT_ROUTES)
@pytest.mark.parametrize("message", ["", "   ", "\n\t", "\u200b\u200d", "\u202e", None, 5, ["a"], {"a": 1}, True])
def test_a_message_that_says_nothing(stack: Stack, token: str, route: str, message: Any) -> None:
    before = messages_of(stack, token)
    refused(
        requests.post(stack.url + route, json={"session_token": token, "message": message}, timeout=10), 400, "message"
    )
    assert messages_of(stack, token) == before


@pytest.mark.parametrize("route", CHAT_ROUTES)
def test_a_message_past_the_documented_limit(stack: Stack, token: str, route: str) -> None:
    body = {"session_token": token, "message": "a" * 2001}
    refused(requests.post(stack.url + route, json=body, timeout=10), 400, "2000", "2001")


MALFORMED = {
    "cut off": b'{"session_token": ',
    "not an object": b'["a"]',
    "a bare word": b"hello",
    "nothing": b"",
    "nested without end": b"[" * 100_000,
    "nested objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "not UTF-8": b'{"message": "\xff"}',
    "UTF-16": '{"message": "a"}'.encode("utf-16"),
    "NaN": b'{"message": NaN}',
    "too large a number": b'{"message": 1e999}',
    "five thousand digits": b'{"message": ' + b"9" * 5000 + b"}",
    "a NUL": b'{"message": "a\\u0000b"}',
    "half a surrogate pair": b'{"message": "\\ud800"}',
}


@pytest.mark.parametrize("route", [*CHAT_ROUTES, "/api/session/create"])
@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_json(stack: Stack, route: str, body: bytes) -> None:
    if route == "/api/session/create" and not body:
        return  # the guide's curl sends no body at all
    headers = {"Content-Type": "application/json"}
    refused(requests.post(stack.url + route, data=body, headers=headers, timeout=10), 400)


@pytest.mark.parametrize("route", CHAT_ROUTES)
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "application/xml", None])
def test_a_wrong_content_type(stack: Stack, token: str, route: str, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    body = json.dumps({"session_token": token, "message": "Hi"}).encode()
    refused(requests.post(stack.url + route, data=body, headers=headers, timeout=10), 415, "application/json")


@pytest.mark.parametrize("route", [*CHAT_ROUTES, "/api/session/create"])
def test_a_body_larger_than_the_limit(stack: Stack, route: str) -> None:
    body = b'{"message": "' + b"a" * 3_000_000 + b'"}'
    refused(requests.post(stack.url + route, data=body, headers={"Content-Type": "application/json"}, timeout=20), 413)


@pytest.mark.parametrize("twin_id", ["nobody", "", "../amara", "a" * 41, 5, ["amara"], {"id": 1}])
def test_an_unknown_twin(stack: Stack, twin_id: Any) -> None:
    answer = requests.post(f"{stack.url}/api/session/create", json={"twin_id": twin_id}, timeout=10)
    refused(answer, 404 if twin_id in ("nobody", "../amara", 5) else 400, "twin_id")


@pytest.mark.parametrize("route", [*CHAT_ROUTES, "/api/session/create", f"/api/session/{NOBODY}/played"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_on_a_post_route(stack: Stack, route: str, method: str) -> None:
    answer = requests.request(method, stack.url + route, timeout=10)
    refused(answer, 405, method)
    assert "POST" in answer.headers["Allow"]


def test_an_address_that_does_not_exist(stack: Stack) -> None:
    refused(requests.get(f"{stack.url}/api/nothing", timeout=10), 404)


def test_a_wrong_key_is_refused_and_a_right_one_is_taken(stack: Stack) -> None:
    key = stack.manage("create_api_key", "keys@example.org").strip()
    create = f"{stack.url}/api/session/create"
    assert requests.post(create, headers={"x-api-key": key}, timeout=10).status_code == 200
    assert requests.post(create, headers={"Authorization": f"Bearer {key}"}, timeout=10).status_code == 200
    wrong = requests.post(create, headers={"x-api-key": key[:-1] + "!"}, timeout=10)
    refused(wrong, 401, "key")
    assert "WWW-Authenticate" in wrong.headers


@pytest.mark.parametrize(
    "text",
    ["😀🎉", "<script>alert(1)</script>", "{{7*7}} {% debug %}", "'; DROP TABLE twins;--", "‮abc", "e" + "\u0301" * 500],
)
def test_odd_messages_are_answered_or_refused_but_break_nothing(stack: Stack, text: str) -> None:
    token = create_session(stack)["session_token"]
    answer = chat(stack, token, text)
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        assert messages_of(stack, token)[0]["text"] == text.strip()
        assert "49" not in answer.json()["reply_text"]


@pytest.mark.parametrize(
    ("query", "status"), [("", 403), ("?expires=9999999999&signature=00", 403), ("?expires=1&signature=é", 403)]
)
def test_media_without_a_genuine_signature(stack: Stack, query: str, status: int) -> None:
    url = create_session(stack)["idle_video_url"].split("?")[0]
    assert requests.get(url + query, timeout=10).status_code == status


def test_a_media_signature_holds_for_its_own_path_and_time_only(stack: Stack) -> None:
    session = create_session(stack)
    idle, welcome = session["idle_video_url"], session["welcome_video_url"]
    path, query = idle.split("?")[0], welcome.split("?")[1]
    assert requests.get(f"{path}?{query}", timeout=10).status_code == 403
    later = idle.replace("expires=", "expires=9")
    assert requests.get(later, timeout=10).status_code == 403


def test_media_has_ranges_and_safe_headers(stack: Stack) -> None:
    token = create_session(stack)["session_token"]
    url = chat(stack, token, "Hello!").json()["video_url"]
    part = requests.get(url, headers={"Range": "bytes=0-99"}, timeout=10)
    assert part.status_code == 206 and len(part.content) == 100
    assert part.headers["X-Content-Type-Options"] == "nosniff"
    assert requests.get(url, headers={"Range": "bytes=99999999999-"}, timeout=10).status_code == 416


def test_too_many_messages_of_one_session_answer_429_with_retry_after(start_stack) -> None:
    stack = start_stack(CHAT_PER_SESSION="1/h", CHAT_PER_ADDRESS="3/h", SESSIONS_PER_ADDRESS="2/h")
    first, second = (create_session(stack)["session_token"] for _ in range(2))
    assert chat(stack, first, "Hello!").status_code == 200
    again = chat(stack, first, "Hello!")
    refused(again, 429, "again in")
    assert int(again.headers["Retry-After"]) >= 1
    assert chat(stack, second, "Hello!").status_code == 200
    refused(chat(stack, second, "Hello!"), 429)
    create = requests.post(f"{stack.url}/api/session/create", timeout=10)
    refused(create, 429)
    assert int(create.headers["Retry-After"]) >= 1


def test_a_forged_forwarded_address_does_not_reset_the_counter(start_stack) -> None:
    stack = start_stack(SESSIONS_PER_ADDRESS="2/h")
    answers = [
        requests.post(f"{stack.url}/api/session/create", headers={"X-Forwarded-For": f"10.0.0.{n}"}, timeout=10)
        for n in range(3)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


UNUSABLE = {
    "no face": "Twin.objects.filter(pk='leo').update(replica=None)",
    "no voice": "Twin.objects.filter(pk='leo').update(voice=None)",
    "face in error": "Replica.objects.filter(twins='leo').update(status='error', status_details='No face was found.')",
}


@pytest.mark.parametrize("change", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_twin_without_a_usable_face_or_voice(start_stack, change: str) -> None:
    stack = start_stack()
    token = create_session(stack, twin_id="leo")["session_token"]
    stack.manage("shell", "-c", f"from twins.models import Twin, Replica; {change}")
    refused(requests.post(f"{stack.url}/api/session/create", json={"twin_id": "leo"}, timeout=10), 409, "leo")
    refused(chat(stack, token, "Hello!"), 409, "leo")
    assert messages_of(stack, token) == []


def test_a_voice_and_a_face_that_their_engines_do_not_know_end_in_words(start_stack) -> None:
    stack = start_stack()
    for change in (
        "Voice.objects.filter(twins='leo').update(engine_voice='nobody')",
        "Replica.objects.filter(twins='amara').update(portrait='nobody')",
    ):
        stack.manage("shell", "-c", f"from twins.models import Voice, Replica; {change}")
    for twin, word in (("leo", "voice"), ("amara", "face")):
        token = create_session(stack, twin_id=twin)["session_token"]
        refused(chat(stack, token, "Hello!"), 502, word)
        last = list(chat_events(stack, token, "Hello again!"))[-1]
        assert last.name == "error" and last.data["code"] and word in last.data["message"].lower()
        state = requests.get(f"{stack.url}/api/session/{token}/history", timeout=10).json()["state"]
        assert state == "IDLE"
