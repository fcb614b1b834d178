"""The direct way of hot routes answers as the long way does; whatever is unusual takes the long way."""

import asyncio
import json
from typing import Any

import pytest

from avatarsite import direct
from tests.tavus import Customer

pytestmark = pytest.mark.django_db(transaction=True)
OURS = {"content-type", "x-content-type-options", "referrer-policy", "x-frame-options", "content-length"}


@pytest.fixture
def alice() -> Customer:
    return Customer()


def scope_of(method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    plain, _, query = path.partition("?")
    sent = {"host": "testserver", **headers}
    return {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": plain,
        "query_string": query.encode(),
        "root_path": "",
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
    }


def directly(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what the direct way answers."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = scope_of(method, path, headers)
    found = direct.find(scope)
    assert found, "it takes the long way"
    asyncio.run(direct.answer(found, scope, receive, send))
    known = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], known, sent[1]["body"]


def made(alice: Customer) -> str:
    body = {"replica_id": alice.replica().pk, "script": "Hello."}
    return str(alice.data("POST", "videos", body)["video_id"])


@pytest.mark.parametrize("path", ["videos/{made}", "videos/{made}/", "videos?limit=5", "videos/none", "videos?limit=x"])
def test_the_direct_way_answers_as_the_long_way_does(alice: Customer, path: str) -> None:
    path = path.format(made=made(alice))
    long = alice.call("GET", path)
    status, headers, body = directly("GET", f"/v2/{path}", {"x-api-key": alice.key})
    assert (status, body) == (long.status_code, long.content)
    promised = {name.lower(): value for name, value in long.items() if name.lower() in OURS}
    assert promised.items() <= headers.items() and "content-length" in headers


def test_a_wrong_key_and_a_wrong_host_are_refused_on_the_direct_way_too(alice: Customer) -> None:
    assert directly("GET", "/v2/videos", {"x-api-key": "x"})[0] == 401
    assert directly("GET", "/v2/videos", {"x-api-key": alice.key, "host": "elsewhere.example"})[0] == 400


def test_what_is_asked_for_on_the_direct_way_is_made(alice: Customer) -> None:
    body = json.dumps({"replica_id": alice.replica().pk, "script": "Hello."}).encode()
    headers = {"x-api-key": alice.key, "content-type": "application/json", "content-length": str(len(body))}
    status, _, answer = directly("POST", "/v2/videos", headers, body)
    assert status == 200
    assert alice.data("GET", f"videos/{json.loads(answer)['video_id']}")["data"] == {"script": "Hello."}
    status, _, answer = directly("POST", "/v2/videos", {**headers, "idempotency-key": "a, b"}, body)
    assert (status, "Idempotency-Key" in json.loads(answer)["error"]) == (400, True)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/v2/videos", {"content-type": "multipart/form-data; boundary=x", "content-length": "10"}),
        ("POST", "/v2/videos", {"content-type": "application/json", "content-length": "9999999"}),
        ("POST", "/v2/videos", {"content-type": "application/json", "transfer-encoding": "chunked"}),
        ("GET", "/v2/personas", {}),
        ("GET", "/v1/videos", {}),
        ("GET", "/v2/videos/a/b/c", {}),
    ],
)
def test_forms_long_bodies_and_other_routes_take_the_long_way(method: str, path: str, headers: dict[str, str]) -> None:
    assert direct.find(scope_of(method, path, headers)) is None
