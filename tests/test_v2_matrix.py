"""Every route of the Tavus-compatible API: things of others are not there, and queries do not grow with the rows."""

import re
from inspect import iscoroutinefunction
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from rest_framework.test import APIRequestFactory

from avatarsite.core.models import WebhookDelivery
from conversations.models import Conversation, Memory, Message
from tests.routes import operations
from tests.tavus import MISSING, Customer
from tests.tavus_world import SENT, World, older, sent
from twins.models import Document, Guardrail, Objectives, Personality, PronunciationDictionary, Replica, Tool
from videos.models import Lipsync, Speech, Video

pytestmark = pytest.mark.django_db
SECRET = "xylophone"  # in everything that is Alice's
OPERATIONS = [f"{it.method} {it.path.removeprefix('/v2/')}" for it in operations("/v2/")]
KINDS = (
    *(Conversation, Document, Guardrail, Lipsync, Memory, Message, Objectives, Personality, PronunciationDictionary),
    *(Replica, Speech, Tool, Video, WebhookDelivery),
)


def call(customer: Customer, operation: str, ids: dict[str, str], body: Any = MISSING) -> Any:
    """The answer to an operation, worked out in this thread and its transaction, whatever thread serves it."""
    method, path = operation.split(" ", 1)
    body = sent(operation, ids) if body is MISSING else body
    address = "/v2/" + older(path).format(**ids) if "{" in path else f"/v2/{path}"
    if older(path) != path and "{" in path:
        address = address.replace("/personas", "/pals").replace("/replicas", "/faces")
    found = resolve(address)
    view: Any = found.func
    while iscoroutinefunction(view):
        view = view.__wrapped__
    content = {} if body is MISSING else {"data": body, "format": "json"}
    request = getattr(APIRequestFactory(), method.lower())(address, **content, HTTP_X_API_KEY=customer.key)
    response = view(request, **found.kwargs)
    return response.render() if hasattr(response, "render") else response


@pytest.fixture
def alice() -> World:
    return World(mark=SECRET)


@pytest.fixture
def bob() -> Customer:
    return Customer("bob@example.org")


def unknown(ids: dict[str, str]) -> dict[str, str]:
    """Ids of the same forms, of nothing."""
    return {name: value[:1] + "0" * 12 for name, value in ids.items()} | {"store": "a store of nobody"}


def rows() -> list[Any]:
    """Alice's rows as they stand in the database; Bob has none."""
    return [sorted(map(str, model.objects.values_list())) for model in KINDS]


def without(answer: Any, ids: dict[str, str]) -> tuple[int, bytes]:
    """Status and body, without the ids that were asked for: words may name them."""
    content = answer.content
    for value in ids.values():
        content = content.replace(value.encode(), b"?")
    return answer.status_code, content


@pytest.mark.parametrize("operation", [it for it in OPERATIONS if "{" in it or "_id" in str(SENT.get(it))])
def test_things_of_others_are_things_that_are_not_there(alice: World, bob: Customer, operation: str) -> None:
    before, none = rows(), unknown(alice.ids)
    foreign, nothing = call(bob, operation, alice.ids), call(bob, operation, none)
    assert without(foreign, alice.ids) == without(nothing, none)
    assert SECRET not in foreign.content.decode()
    assert rows() == before
    if "{store}" in operation and "{memory_id}" not in operation:
        assert foreign.status_code in (200, 204), "a store that nothing was put into is an empty one"
    else:
        assert foreign.status_code in (400, 404)


@pytest.mark.parametrize("name", [name for name in SENT["POST personas"] if "id" in name])
def test_a_persona_is_given_nothing_of_others(alice: World, bob: Customer, name: str) -> None:
    body = {"system_prompt": "Guide people."}
    value = sent("POST personas", alice.ids)[name]
    foreign = bob.refused(400, "POST", "personas", {**body, name: value})
    nothing = bob.refused(400, "POST", "personas", {**body, name: sent("POST personas", unknown(alice.ids))[name]})
    assert re.sub("[a-z]+_?[0-9a-f-]{7,}", "?", foreign) == re.sub("[a-z]+_?[0-9a-f-]{7,}", "?", nothing)
    assert not Personality.objects.filter(owner=bob.user).exists()


def test_lists_tell_nothing_of_others(alice: World, bob: Customer) -> None:
    for operation in OPERATIONS:
        if operation.startswith("GET ") and "{" not in operation:
            for path in (operation, f"{operation}?legacy=false", f"{operation}?replica_ids={alice.ids['replica_id']}"):
                assert SECRET not in bob.call("GET", path[4:]).content.decode(), path


def test_the_owner_is_answered_where_others_were_not(alice: World) -> None:
    """So that the refusals above are about whose the things are, and about nothing else."""
    call(alice.alice, "GET usage", alice.ids)
    wrong = {}
    for operation in OPERATIONS:
        with transaction.atomic():
            answer = call(alice.alice, operation, alice.ids)
            transaction.set_rollback(True)
        if answer.status_code >= 300:
            wrong[operation] = (answer.status_code, answer.content)
    waits = ["POST documents/{document_id}/recrawl", "POST webhooks/deliveries/{delivery_id}/retry"]
    assert {name: status for name, (status, _) in wrong.items()} == dict.fromkeys(waits, 409), wrong


def test_no_route_asks_the_database_more_when_there_is_more_in_it(alice: World) -> None:
    few = queries(alice)
    for number in range(4):
        more = World(f"more{number}@example.org", f"more{number}")
        for model in KINDS:
            for field in ("owner", "user"):
                if any(it.name == field for it in model._meta.get_fields()):
                    model.objects.filter(**{field: more.alice.user}).update(**{field: alice.alice.user})
    many = queries(alice)
    assert {name: (few[name], many[name]) for name in few if few[name] != many[name]} == {}
    assert {name: count for name, count in few.items() if count > MOST_QUERIES} == {}


MOST_QUERIES = 45  # of any route; a persona with everything that it can be given is the most expensive


# What the platform's documents, old and new, say that there is; ours besides is in docs/tavus-api.md.
PLATFORM = """
GET POST conversations, GET DELETE conversations/{conversation_id}, POST conversations/{conversation_id}/end
GET POST conversations/{conversation_id}/respond
GET POST personas, GET PATCH DELETE personas/{persona_id}, PATCH personas/{persona_id}/context
GET POST DELETE personas/{persona_id}/tools, DELETE personas/{persona_id}/tools/{tool_id}
GET POST replicas, GET DELETE replicas/{replica_id}, PATCH replicas/{replica_id}/name
GET POST speech, GET DELETE speech/{speech_id}, PATCH speech/{speech_id}/name
GET POST videos, GET DELETE videos/{video_id}, PATCH videos/{video_id}/name
GET POST lipsync, GET DELETE lipsync/{lipsync_id}
GET POST documents, GET PATCH DELETE documents/{document_id}, POST documents/{document_id}/recrawl
GET documents/tags, GET documents/{document_id}/chunks
GET POST guardrails, GET PATCH DELETE guardrails/{guardrail_id}, GET guardrails/tags
GET POST objectives, GET PATCH DELETE objectives/{objectives_id}
GET POST pronunciation-dictionaries, GET PATCH DELETE pronunciation-dictionaries/{dictionary_id}
GET POST tools, GET PATCH DELETE tools/{tool_id}
GET voices, GET DELETE memories/{store}, DELETE memories/{store}/{memory_id}
GET POST pals, GET PATCH DELETE pals/{pal_id}, PATCH pals/{pal_id}/context
GET POST DELETE pals/{pal_id}/tools, DELETE pals/{pal_id}/tools/{tool_id}
GET POST faces, GET DELETE faces/{face_id}, PATCH faces/{face_id}/name
"""
OURS = {
    "GET usage",
    "GET webhooks/secret",
    "POST webhooks/secret/rotate",
    "GET webhooks/deliveries",
    "POST webhooks/deliveries/{delivery_id}/retry",
}


def test_the_document_tells_every_operation_of_the_platform_and_of_ours() -> None:
    promised = set()
    for route in re.split(r",|\n", PLATFORM.strip()):
        *methods, path = route.split()
        promised |= {f"{method} {path}" for method in methods}
    assert set(OPERATIONS) == promised | OURS


def queries(world: World) -> dict[str, int]:
    """How many queries each operation makes."""
    call(world.alice, "GET usage", world.ids)  # the key was used just now
    made = {}
    for operation in OPERATIONS:
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            call(world.alice, operation, world.ids)
            transaction.set_rollback(True)
        made[operation] = len(captured)
    return made
