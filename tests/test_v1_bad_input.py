"""What a wrong request gets in the Persona dialect: its envelope, a right status, a code, and nothing half-made."""

from typing import Any

import pytest

from avatarsite.core.api import keys
from conversations.models import ChatSession, Person
from tests.persona import Account

pytestmark = pytest.mark.django_db(transaction=True)  # many of these views work in threads of their own


@pytest.fixture
def alice() -> Account:
    return Account()


def raw(account: Account, body: bytes, kind: str = "application/json", path: str = "users") -> Any:
    return account.client.generic("POST", f"/v1/{path}", body, content_type=kind, HTTP_X_API_KEY=account.key)


def refused(answer: Any, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert set(answer.json()) == {"success", "message", "data", "code"}
    assert b"Traceback" not in answer.content and b"/site-packages" not in answer.content
    return str(answer.json()["message"])


@pytest.mark.parametrize("key", ["", " ", "av_wrong", "x" * 10_000, "av_" + "0" * 38])
def test_without_a_right_key_nothing_is_told(alice: Account, key: str) -> None:
    answer = alice.call("GET", "twins", HTTP_X_API_KEY=key)
    assert answer.status_code == 401
    assert answer.json()["success"] is False and answer.json()["code"] in ("not_authenticated", "authentication_failed")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_bearer_token_is_a_key_too(alice: Account) -> None:
    answer = alice.client.get("/v1/twins", HTTP_AUTHORIZATION=f"Bearer {alice.key}")
    assert answer.status_code == 200


def test_a_login_in_the_browser_is_no_key(alice: Account) -> None:
    alice.client.force_login(alice.user)
    assert alice.client.get("/v1/twins").status_code == 401


@pytest.mark.parametrize(
    "path",
    ["", "nothing", "users/u1/nothing", "twins/%00", "twins/%ff", "twins/" + "x" * 41, "twins/a.b", "videos/../users"],
)
def test_an_unknown_address_is_404_in_the_envelope(alice: Account, path: str) -> None:
    refused(alice.call("GET", path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "users"),
        ("POST", "twins/amara"),
        ("GET", "chats"),
        ("DELETE", "videos"),
        ("OPTIONS", "users"),
        ("TRACE", "users"),
    ],
)
def test_a_method_that_a_route_has_not_is_405(alice: Account, method: str, path: str) -> None:
    answer = alice.client.generic(method, f"/v1/{path}", HTTP_X_API_KEY=alice.key)
    refused(answer, 405, "method_not_allowed")
    assert answer["Allow"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "parse_error"),
        (b"[" * 100_000, "parse_error"),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "parse_error"),
        (b'{"name": "a\\u0000b"}', "parse_error"),
        (b'{"name": "\\ud800"}', "parse_error"),
        (b'{"name": NaN}', "parse_error"),
        (b'{"name": 1e400}', "parse_error"),
        (b'{"name": ' + b"1" * 5_000 + b"}", "parse_error"),
        (b"\xff\xfe{}", "parse_error"),
        (b"[]", "parse_error"),
        (b"null", "parse_error"),
        (b'"text"', "parse_error"),
        (b'{"name": 5}', "invalid"),
        (b'{"name": true}', "invalid"),
        (b'{"name": ["a"]}', "invalid"),
        (b'{"name": {"a": 1}}', "invalid"),
        (b'{"email": "no address"}', "invalid"),
    ],
)
def test_a_body_that_is_wrong_is_400(alice: Account, body: bytes, code: str) -> None:
    refused(raw(alice, body), 400, code)
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", "", "application/x-www-form-urlencoded"]
)
def test_a_body_of_another_kind_is_415(alice: Account, kind: str) -> None:
    refused(raw(alice, b"name=Ada", kind), 415, "unsupported_media_type")


def test_a_form_without_a_boundary_is_400(alice: Account) -> None:
    refused(raw(alice, b"name=Ada", "multipart/form-data", "personalities"), 400, "parse_error")


def test_a_body_that_is_too_large_is_413(alice: Account, settings: Any) -> None:
    refused(raw(alice, b'{"name": "' + b"x" * 1_100_000 + b'"}'), 413, "body_too_large")
    settings.UPLOAD_MAX_BYTES = 1_000
    form = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + b"x" * 2_000 + b"\r\n--b--\r\n"
    refused(raw(alice, form, "multipart/form-data; boundary=b", "personalities"), 413, "body_too_large")


def test_a_form_with_too_many_fields_is_413(alice: Account) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n'
    form = b"".join(part % number for number in range(1_100)) + b"--b--\r\n"
    refused(raw(alice, form, "multipart/form-data; boundary=b", "personalities"), 413, "body_too_large")


def test_too_many_files_are_refused(alice: Account) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="%d.txt"\r\n\r\nx\r\n'
    head = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nGuide\r\n'
    form = head + b"".join(part % number for number in range(21)) + b"--b--\r\n"
    assert "files" in refused(raw(alice, form, "multipart/form-data; boundary=b", "personalities"), 400, "invalid")


def test_too_many_requests_of_a_key_are_429(alice: Account, settings: Any) -> None:
    settings.V1_PER_KEY = "2/h"
    for _ in range(2):
        alice.data("GET", "sessions/average-time")
    answer = alice.call("GET", "sessions/average-time")
    refused(answer, 429, "throttled")
    assert int(answer["Retry-After"]) > 0


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; DROP TABLE", "{{7*7}}", "\u202egnp", "á" * 100, "👩‍👩‍👧"]
)
def test_a_name_is_kept_as_it_is(alice: Account, text: str) -> None:
    user = alice.data("POST", "users", {"name": text})
    assert alice.data("GET", f"users/{user['id']}")["name"] == text


def test_fields_that_nobody_asked_for_are_not_taken(alice: Account) -> None:
    other = Account("bob@example.org")
    body = {"id": "u0000000000000001", "owner": other.user.pk, "createdAt": "2001-01-01", "is_admin": True}
    user = alice.data("POST", "users", body)
    row = Person.objects.get()
    assert user["id"] == row.pk != body["id"]
    assert row.owner == alice.user and row.created_at.year > 2020


@pytest.mark.parametrize("key", ["", "a,b", "x" * 256, "ü", " "])
def test_a_malformed_idempotency_key_is_refused(alice: Account, key: str) -> None:
    answer = alice.call("POST", "users", {}, HTTP_IDEMPOTENCY_KEY=key)
    refused(answer, 400, "invalid_idempotency_key")


def test_an_idempotency_key_is_of_its_account(alice: Account) -> None:
    bob = Account("bob@example.org")
    ids = {account.data("POST", "users", {}, HTTP_IDEMPOTENCY_KEY="k")["id"] for account in (alice, bob, alice)}
    assert len(ids) == 2


def test_an_error_is_not_kept_for_a_repetition(alice: Account) -> None:
    body = {"userId": "u0000000000000000", "personalityId": alice.personality().pk}
    alice.refused(404, "user_not_found", "POST", "sessions", body, HTTP_IDEMPOTENCY_KEY="k")
    Person.objects.create(pk="u0000000000000000", owner=alice.user)
    assert alice.data("POST", "sessions", body, HTTP_IDEMPOTENCY_KEY="k")
    assert ChatSession.objects.count() == 1


def test_an_unforeseen_error_is_500_in_the_envelope_without_its_words(
    alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(account: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("conversations.people.average_time", broken)
    assert "secret" not in refused(alice.call("GET", "sessions/average-time"), 500, "internal_error")


def test_a_key_of_a_closed_account_opens_nothing(alice: Account) -> None:
    _, key = keys.create(alice.user)
    alice.user.is_active = False
    alice.user.save()
    assert alice.call("GET", "twins", HTTP_X_API_KEY=key).status_code == 401
