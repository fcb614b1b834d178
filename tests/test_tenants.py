"""Customers are alone: every route of the OpenAPI document, with somebody else's key, with none, with a revoked one."""

import uuid
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from avatarsite.core import webhooks
from avatarsite.core.api import keys
from avatarsite.core.models import ProviderKey
from avatarsite.core.vendors import accounts
from conversations.models import ChatSession, Memory, Message, Person
from tests.persona import Account
from tests.routes import Operation, operations
from twins import consents
from twins.knowledge import services as knowledge
from twins.models import Consent, KnowledgeFile, Personality, Replica, Twin, Voice
from videos.models import Lipsync, Video

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "xylophone"  # in everything that is Alice's
WORDS = {"name": "Guide", "text": "Hello.", "input": "Hello.", "message": "Hello.", "title": "A title"}
WORDS |= {"key": "sk-0123456789abcdef"}
NAMES = {"vendor": "did", "engine": "local"}  # in paths; everybody knows them
UNKNOWN = {
    "userId": "u0000000000000000",
    "twinId": "t0000000000000000",
    "replicaId": "r0000000000000000",
    "voiceId": "v0000000000000000",
    "personalityId": "p0000000000000000",
    "sessionId": str(uuid.UUID(int=1)),
    "videoId": "m0000000000000000",
    "memoryId": "f0000000000000000",
    "fileName": "nothing.txt",
    "deliveryId": "w0000000000000000",
    "consentId": "a0000000000000000",
    "lipsyncId": "l0000000000000000",
}


class World:
    """Alice's rows of every kind, and their ids by the names that routes and bodies use."""

    def __init__(self) -> None:
        self.alice, self.bob = Account("alice@example.org"), Account("bob@example.org")
        twin = self.alice.twin(name=SECRET)
        for part in (twin.replica, twin.voice):
            assert part
            part.owner, part.name = self.alice.user, SECRET
            part.save()
        mind = self.alice.personality(name=SECRET, twin=twin)
        knowledge.add_text(mind, f"{SECRET}.txt", f"The {SECRET} is new.")
        person = self.alice.person(name=SECRET, email=f"{SECRET}@example.org")
        fact = Memory.objects.create(person=person, personality=mind, subject=SECRET, text=SECRET, made_by="hand")
        session = self.alice.session(person, mind)
        asked = Message.objects.create(session=session, role="user", text=SECRET)
        video = self.alice.video(twin)
        video.file.save("a.mp4", ContentFile(b"film"))
        Message.objects.create(session=session, role="assistant", text=SECRET, answers=asked, video=video)
        delivery = webhooks.send(self.alice.user, f"https://{SECRET}.example.org/", {}, SECRET)
        consent = consents.state(self.alice.user, SECRET, SECRET, SECRET)
        lipsync = Lipsync.objects.create(owner=self.alice.user, name=SECRET)
        accounts.keep(NAMES["vendor"], f"key-{SECRET}", self.alice.user.pk)
        self.ids = {
            "userId": person.pk,
            "twinId": twin.pk,
            "replicaId": str(twin.replica_id),
            "voiceId": str(twin.voice_id),
            "personalityId": mind.pk,
            "sessionId": str(session.pk),
            "videoId": video.pk,
            "memoryId": fact.pk,
            "fileName": f"{SECRET}.txt",
            "deliveryId": delivery.pk,
            "consentId": consent.pk,
            "lipsyncId": lipsync.pk,
        }

    def rows(self) -> list[Any]:
        """Everything of Alice's as it stands in the database."""
        models = (Person, Twin, Personality, KnowledgeFile, Memory, ChatSession, Message, Video)
        models += (Replica, Consent, Voice, Lipsync, ProviderKey)
        return [sorted(map(str, model.objects.exclude(**_bobs(model)).values_list())) for model in models]


def _bobs(model: Any) -> dict[str, str]:
    bob = "bob@example.org"
    return {"owner__email": bob} if hasattr(model, "owner") else {"pk__isnull": True}


@pytest.fixture
def world() -> World:
    return World()


def call(account: Account, operation: Operation, ids: dict[str, str], **options: Any) -> Any:
    body = operation.body({**WORDS, **ids})
    path = operation.address({**NAMES, **ids}).removeprefix("/v1/")
    return account.call(operation.method, path, *([] if body is None else [body]), **options)


def test_there_are_routes_to_try() -> None:
    assert len(list(operations("/v1/"))) > 40


def test_another_customer_is_answered_as_if_nothing_were_there(world: World) -> None:
    before, wrong = world.rows(), []
    for operation in operations("/v1/"):
        foreign, unknown = (call(world.bob, operation, ids) for ids in (world.ids, UNKNOWN))
        named = {*operation.names, *(operation.body(WORDS | world.ids) or {})}
        asks = not named.isdisjoint(UNKNOWN)
        implemented = foreign.status_code != 501
        same = (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content)
        if asks and implemented and not (same and foreign.status_code == 404):
            wrong.append((str(operation), foreign.status_code, foreign.content, unknown.status_code, unknown.content))
        if not asks and SECRET in str(getattr(foreign, "content", b"")):
            wrong.append((str(operation), "tells", foreign.content))
    assert wrong == []
    assert world.rows() == before


def test_one_foreign_id_among_own_ones_is_as_good_as_unknown(world: World) -> None:
    twin = world.bob.twin()
    own = {
        "userId": world.bob.person().pk,
        "twinId": twin.pk,
        "replicaId": str(twin.replica_id),
        "voiceId": str(twin.voice_id),
        "personalityId": world.bob.personality().pk,
        "consentId": consents.state(world.bob.user, "Bob", "He agrees.", "Bob").pk,
    }
    own["sessionId"] = str(
        world.bob.session(Person.objects.get(pk=own["userId"]), Personality.objects.get(pk=own["personalityId"])).pk
    )
    before, wrong = world.rows(), []
    for operation in operations("/v1/"):
        named = set(operation.body(WORDS | own) or {}) & set(own)
        for name in named if "{" not in operation.path and "stream-package" not in operation.path else ():
            foreign, unknown = (call(world.bob, operation, own | {name: ids[name]}) for ids in (world.ids, UNKNOWN))
            if (foreign.status_code, foreign.content) != (404, unknown.content):
                wrong.append((str(operation), name, foreign.status_code, foreign.content, unknown.content))
    assert wrong == []
    assert world.rows() == before


@pytest.mark.parametrize("kind", ["none", "revoked", "mistyped"])
def test_without_a_living_key_every_route_says_401_and_no_more(world: World, kind: str) -> None:
    row, key = keys.create(world.alice.user)
    row.revoked_at = timezone.now()
    row.save()
    header = {"none": "", "revoked": key, "mistyped": key[:-1] + ("0" if key[-1] != "0" else "1")}[kind]
    before, bodies = world.rows(), set()
    for operation in operations("/v1/"):
        answer = call(world.alice, operation, world.ids, HTTP_X_API_KEY=header)
        assert answer.status_code == 401, (str(operation), answer.content)
        bodies.add(answer.content)
    assert len(bodies) == 1
    assert world.rows() == before


def test_the_owner_is_answered_where_the_others_were_not(world: World) -> None:
    """The same requests with the right key: so that the refusals above are about the key, and nothing else."""
    for operation in operations("/v1/"):
        if operation.method != "GET" or operation.path == "/v1/users":
            continue
        answer = call(world.alice, operation, world.ids)
        assert answer.status_code == 200, (str(operation), answer.content)
