"""Requests that are sent twice: one execution and one answer for each Idempotency-Key of an account."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from django.test.client import encode_multipart
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.test import APIClient

from avatarsite.core.api import idempotency, keys
from avatarsite.core.api.errors import ApiError
from avatarsite.core.models import IdempotencyKey, User
from avatarsite.core.worker import Sweeper
from tests.factories import make_user
from tests.idempotent_views import Hook, urlpatterns
from twins.models import Twin

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def routes() -> Iterator[None]:
    with override_settings(ROOT_URLCONF="tests.idempotent_views"):
        yield
    Hook.run = staticmethod(lambda request: None)


@pytest.fixture
def alice(db: None) -> User:
    return make_user()


def client_of(user: User) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_X_API_KEY=keys.create(user)[1])
    return client


@pytest.fixture
def client(alice: User) -> APIClient:
    return client_of(alice)


def post(client: APIClient, key: str | None = "k1", where: str = "/twins", body: Any = None, **extra: Any) -> Any:
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    text = json.dumps({"name": "Ada"} if body is None else body)
    return client.post(where, text, content_type="application/json", **headers, **extra)


# -- The same request again


@pytest.mark.parametrize("where", ["/twins", "/waiting"])
def test_a_repetition_gets_the_first_answer_and_does_nothing(client: APIClient, where: str) -> None:
    first, second = post(client, where=where), post(client, where=where)
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second["Content-Type"] == first["Content-Type"]
    assert second.get("Location") == first.get("Location")
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Twin.objects.count() == 1


def test_another_key_with_the_same_body_is_another_request(client: APIClient) -> None:
    assert post(client, "k1").json() != post(client, "k2").json()
    assert Twin.objects.count() == 2


def test_without_a_key_every_request_counts(client: APIClient) -> None:
    assert post(client, None).json() != post(client, None).json()
    assert not IdempotencyKey.objects.exists()


def test_another_account_may_use_the_same_key(client: APIClient) -> None:
    assert post(client).json() != post(client_of(make_user("bob@example.org"))).json()
    assert Twin.objects.count() == 2


@pytest.mark.parametrize("where", ["/twins", "/waiting"])
def test_the_key_with_another_body_is_refused(client: APIClient, where: str) -> None:
    post(client, where=where)
    refused = post(client, where=where, body={"name": "Bea"})
    assert refused.status_code == 422
    assert "Idempotency-Key" in refused.json()["detail"]
    assert Twin.objects.count() == 1


@pytest.mark.parametrize("where", ["/others", "/twins?x=1"])
def test_the_key_on_another_path_is_refused(client: APIClient, where: str) -> None:
    post(client)
    assert post(client, where=where).status_code == 422


def test_bodies_that_differ_in_one_space_are_different(client: APIClient) -> None:
    client.post("/twins", '{"name":"Ada"}', content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")
    again = client.post("/twins", '{"name": "Ada"}', content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")
    assert again.status_code == 422


def test_the_key_of_a_read_is_ignored(client: APIClient) -> None:
    for _ in range(2):
        assert client.get("/twins", HTTP_IDEMPOTENCY_KEY="\x01 bad,").status_code == 200
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize("key", ["", " ", "a b", "a,b", "k" * 256, "k\x01", "k\x7f", "schlüssel", "鍵", "\t"])
def test_a_malformed_key_is_refused(client: APIClient, key: str) -> None:
    refused = post(client, key.encode().decode("latin-1"))
    assert refused.status_code == 400
    assert "1 to 255 visible ASCII" in refused.json()["detail"]
    assert not Twin.objects.exists()


@pytest.mark.parametrize(
    "key", ["k", "k" * 255, '"8e03978e-40d5-43e8-bc93-6894a57f9324"', "!#$%&'()*+-./:;<=>?@[]^_`{|}~"]
)
def test_every_other_key_is_taken(client: APIClient, key: str) -> None:
    assert post(client, key).content == post(client, key).content
    assert Twin.objects.count() == 1


def test_a_visitor_without_an_account_has_no_keys(db: None) -> None:
    assert post(APIClient(), where="/open").json() != post(APIClient(), where="/open").json()


def test_a_form_with_the_same_files_is_the_same_though_its_boundary_is_new(client: APIClient) -> None:
    def send(content: bytes, boundary: str) -> Any:
        file = SimpleUploadedFile("face.png", content)
        body = encode_multipart(boundary, {"name": "Ada", "image": file})
        kind = f"multipart/form-data; boundary={boundary}"
        return client.post("/twins", body, content_type=kind, HTTP_IDEMPOTENCY_KEY="k")

    large = b"x" * 3_000_000
    first = send(large, "one")
    assert first.status_code == 201
    assert send(large, "two").content == first.content
    assert send(large[:-1] + b"y", "two").status_code == 422
    assert Twin.objects.count() == 1


# -- Errors


@pytest.mark.parametrize("where", ["/twins", "/waiting"])
def test_what_failed_is_not_kept_and_the_repetition_does_the_work(client: APIClient, where: str) -> None:
    def fail(request: Request) -> None:
        raise RuntimeError("a bug")

    Hook.run = staticmethod(fail)
    assert post(client, where=where).status_code == 500
    Hook.run = staticmethod(lambda request: None)
    assert post(client, where=where).status_code in (200, 201)
    if where == "/twins":
        assert Twin.objects.count() == 1, "the failed request was undone as a whole"


def test_a_refused_body_is_not_kept(client: APIClient) -> None:
    assert post(client, body={}).status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert post(client).status_code == 201


def test_malformed_json_claims_nothing(client: APIClient) -> None:
    refused = client.post("/twins", "{", content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")
    assert refused.status_code == 400
    assert not IdempotencyKey.objects.exists()


def test_an_answer_that_is_too_large_to_keep_is_made_again(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "KEPT_BYTES", 10)
    assert post(client).json() != post(client).json()


# -- At the same time


def test_a_repetition_while_the_first_runs_is_told_to_wait(client: APIClient) -> None:
    answers = []
    Hook.run = staticmethod(lambda request: answers.append(post(client, where="/waiting")))
    post(client, where="/waiting")
    assert answers[0].status_code == 409
    assert answers[0]["Retry-After"] == "1"
    assert Twin.objects.count() == 1


def test_a_repetition_of_a_running_transaction_waits_or_is_told_to(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has one writer: the second waits for the first. PostgreSQL: it waits for a moment, then 409."""
    monkeypatch.setattr(idempotency, "LOCK_WAIT", "200ms")
    began, end, answers = threading.Event(), threading.Event(), []

    def hold(request: Request) -> None:
        began.set()
        end.wait(20)

    def work() -> None:
        answers.append(post(client))
        connection.close()

    Hook.run = staticmethod(hold)
    first = threading.Thread(target=work)
    first.start()
    began.wait(20)
    if connection.vendor == "postgresql":
        assert post(client).status_code == 409
        end.set()
    else:
        threading.Timer(0.2, end.set).start()
        assert post(client)["Idempotent-Replayed"] == "true"
    first.join()
    assert answers[0].status_code == 201
    assert Twin.objects.count() == 1


@pytest.mark.parametrize("where", ["/twins", "/waiting"])
def test_fifty_at_once_are_one_execution(alice: User, where: str) -> None:
    client, barrier, answers = client_of(alice), threading.Barrier(50), []
    key = client._credentials["HTTP_X_API_KEY"]

    def work() -> None:
        own = APIClient(raise_request_exception=False)
        own.credentials(HTTP_X_API_KEY=key)
        barrier.wait()
        answers.append(post(own, where=where))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Twin.objects.count() == 1
    done = [answer for answer in answers if answer.status_code in (200, 201)]
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    assert len([answer for answer in done if "Idempotent-Replayed" not in answer]) == 1
    assert len({answer.content for answer in done}) == 1


# -- Crashes and time


class Killed(BaseException):
    """Stands for the end of the process: nothing after it runs."""


def test_a_process_that_dies_before_the_end_of_a_short_view_leaves_nothing(client: APIClient) -> None:
    def die(request: Request) -> None:
        raise Killed

    Hook.run = staticmethod(die)
    with pytest.raises(Killed):
        post(client)
    Hook.run = staticmethod(lambda request: None)
    assert post(client).status_code == 201
    assert Twin.objects.count() == 1


def test_what_a_dead_process_had_made_is_finished_by_the_repetition(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(request: Request) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(idempotency.Claim, "release", lambda claim: None)  # a dead process cleans nothing up
        Hook.run = staticmethod(die)
        post(client, where="/waiting")
    Hook.run = staticmethod(lambda request: None)
    assert post(client, where="/waiting").status_code == 409, "it may still be running"
    IdempotencyKey.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert post(client, where="/waiting").json() == {"twinId": Twin.objects.get().pk}
    assert post(client, where="/waiting")["Idempotent-Replayed"] == "true"


def test_a_process_that_was_given_up_on_makes_nothing_more(client: APIClient, alice: User) -> None:
    def overtaken(request: Request) -> None:
        claim = idempotency.claim_of(request)
        assert claim
        IdempotencyKey.objects.update(token="another")
        with pytest.raises(ApiError):
            claim.remember("late")

    Hook.run = staticmethod(overtaken)
    post(client, where="/waiting")
    assert IdempotencyKey.objects.get().status is None


@pytest.mark.parametrize("where", ["/twins", "/waiting"])
def test_after_a_day_a_key_is_new_again(client: APIClient, where: str) -> None:
    post(client, where=where)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    answer = post(client, where=where, body={"name": "Bea"})
    assert "Idempotent-Replayed" not in answer
    assert Twin.objects.count() == 2
    assert post(client, where=where, body={"name": "Bea"}).content == answer.content


def test_keys_are_swept_after_a_day(client: APIClient) -> None:
    post(client, "old")
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    post(client, "new")
    Sweeper().sweep()
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]


# -- Streams


def test_a_streamed_answer_is_kept_when_it_was_sent_wholly(client: APIClient) -> None:
    first = b"".join(post(client, where="/stream").streaming_content)
    second = post(client, where="/stream")
    assert (second.content, second["Content-Type"]) == (first, "text/event-stream")
    assert Twin.objects.count() == 1


def test_a_streamed_answer_that_was_cut_off_is_not_kept(client: APIClient) -> None:
    response = post(client, where="/stream")
    next(iter(response.streaming_content))
    response.close()
    assert post(client, where="/stream").streaming


def test_the_openapi_document_names_the_header() -> None:
    from drf_spectacular.generators import SchemaGenerator

    document = SchemaGenerator(patterns=urlpatterns).get_schema(request=None, public=True)
    parameters = document["paths"]["/twins"]["post"]["parameters"]
    assert [(one["name"], one["in"]) for one in parameters] == [("Idempotency-Key", "header")]
