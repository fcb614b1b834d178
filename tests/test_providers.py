"""Keys at vendors: given, tested and deleted by API, page and admin; what their refusals say; none is ever told."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import ProviderKey, User
from avatarsite.core.vendors import accounts, breaker, keys, probes
from tests.factories import make_user
from tests.fakes.server import Answer, FakeVendor, Refused, Request, refuse, route
from tests.persona import Account

pytestmark = pytest.mark.django_db
apart = pytest.mark.django_db(transaction=True)  # a key is tested by a thread of its own

PLANTED = "pl4nted-w0rd"  # short, so that no pattern of keys would find it
SIGNED = {  # vendor -> the header that carries the key, how, and the request by which a key is tested
    "openai": ("authorization", "Bearer ", "/models"),
    "did": ("authorization", "Basic ", "/credits"),
    "tavus": ("x-api-key", "", "/v2/replicas"),
    "heygen": ("x-api-key", "", "/v3/user/me"),
    "elevenlabs": ("xi-api-key", "", "/v1/user/subscription"),
    "cartesia": ("authorization", "Bearer ", "/voices"),
}


class FakeAccounts(FakeVendor):
    """The requests of all vendors by which a key is tested; `good` is the key that they take."""

    good = PLANTED

    def authorize(self, request: Request) -> None:
        header, scheme = next((name, how) for name, how, path in SIGNED.values() if path == request.path)
        given = request.headers.get(header, "")
        if given != scheme + self.good:
            raise Refused(Answer(401, {"message": f"the key {given} is not known to us"}))
        if PLANTED in request.path or any(PLANTED in value for value in request.query.values()):
            self.complaints.append("the key is in the URL")

    @route("GET", "/models")
    def models(self, request: Request) -> Answer:
        return Answer(200, {"object": "list", "data": []})

    @route("GET", "/credits")
    def credits(self, request: Request) -> Answer:
        return Answer(200, {"credits": [], "remaining": 12, "total": 20})

    @route("GET", "/v2/replicas")
    def replicas(self, request: Request) -> Answer:
        return Answer(200, {"data": [], "total_count": 0})

    @route("GET", "/v3/user/me")
    def me(self, request: Request) -> Answer:
        return Answer(200, {"data": {"email": "ada@example.org"}})

    @route("GET", "/v1/user/subscription")
    def subscription(self, request: Request) -> Answer:
        return Answer(200, {"tier": "free", "character_count": 17, "character_limit": 10_000})

    @route("GET", "/voices")
    def voices(self, request: Request) -> Answer:
        if not request.headers.get("cartesia-version"):
            raise Refused(Answer(400, {"title": "Bad request", "message": "Cartesia-Version is required"}))
        return Answer(200, {"data": [], "has_more": False})


@pytest.fixture
def vendors(settings: Any) -> Iterator[FakeAccounts]:
    cache.clear()
    with FakeAccounts() as fake:
        settings.VENDORS = {
            alias: {**entry, "BASE_URL": fake.url, "KEY": "", "KEYLESS": False}
            for alias, entry in settings.VENDORS.items()
            if alias in SIGNED
        }
        yield fake


@pytest.fixture
def alice(vendors: FakeAccounts) -> Account:
    return Account()


@pytest.fixture
def visitor(alice: Account) -> Client:
    client = Client()
    client.force_login(alice.user)
    return client


@pytest.mark.parametrize("alias", SIGNED)
def test_each_vendor_is_asked_as_it_wants_to_be(vendors: FakeAccounts, alias: str) -> None:
    said = probes.probe(alias, PLANTED)
    assert said == {"did": "12 credits are left.", "elevenlabs": "17 of 10000 characters are used."}.get(alias, "")
    (request,) = vendors.requests
    assert (request.method, request.path) == ("GET", SIGNED[alias][2])


@pytest.mark.parametrize("alias", SIGNED)
def test_a_refused_key_is_told_in_the_vendors_words_without_the_key(vendors: FakeAccounts, alias: str) -> None:
    vendors.good = "another"
    with pytest.raises(EngineFailed, match="is not known to us") as caught:
        probes.probe(alias, PLANTED)
    assert caught.value.code == "vendor_auth" and PLANTED not in caught.value.message


@apart
def test_a_key_is_kept_replaced_tested_and_deleted(alice: Account) -> None:
    assert {each["keyOf"] for each in alice.data("GET", "providers")} == {"none"}
    alice.data("PUT", "providers/did", {"key": f" user-of-ada:{PLANTED} "})
    kept = alice.data("PUT", "providers/did", {"key": PLANTED})
    assert (kept["keyOf"], kept["hint"], kept["testedAt"]) == ("own", "", None)
    words = "D-ID takes the key. 12 credits are left."
    assert alice.data("POST", "providers/did/test") == {"taken": True, "words": words, "vendorCode": ""}
    assert alice.data("GET", "providers/did")["testedAt"] is not None
    alice.data("DELETE", "providers/did")
    alice.refused(404, "key_not_found", "DELETE", "providers/did")


@apart
def test_what_cannot_be_is_refused_with_the_field(alice: Account) -> None:
    assert "key:" in alice.refused(400, "key_invalid", "PUT", "providers/did", {"key": "two words"})
    alice.refused(400, "invalid", "PUT", "providers/did", {"key": 7})
    alice.refused(404, "vendor_not_found", "PUT", "providers/acme", {"key": PLANTED})
    alice.refused(409, "vendor_not_configured", "POST", "providers/did/test")


@apart
def test_what_a_vendor_tells_of_the_sites_key_is_not_for_accounts(alice: Account, vendors: FakeAccounts) -> None:
    accounts.keep("did", PLANTED, None)
    assert alice.data("GET", "providers/did")["keyOf"] == "site"
    alice.refused(409, "vendor_not_configured", "POST", "providers/did/test")
    assert vendors.requests == []
    Account("bob@example.org").refused(404, "key_not_found", "DELETE", "providers/did")
    assert ProviderKey.objects.count() == 1


def test_the_page_saves_tests_and_deletes(visitor: Client, vendors: FakeAccounts) -> None:
    saved = visitor.post("/providers", {"vendor": "tavus", "action": "keep", "key": PLANTED}, follow=True)
    assert "The Tavus key is saved" in saved.text and PLANTED not in saved.text
    assert "Tavus takes the key." in visitor.post("/providers", {"vendor": "tavus", "action": "test"}, follow=True).text
    vendors.good = "another"
    refused = visitor.post("/providers", {"vendor": "tavus", "action": "test"}, follow=True).text
    assert "is not known to us" in refused and PLANTED not in refused
    visitor.post("/providers", {"vendor": "tavus", "action": "forget"})
    assert not ProviderKey.objects.exists()


def test_a_mistake_stands_beside_its_field(visitor: Client) -> None:
    answer = visitor.post("/providers", {"vendor": "tavus", "action": "keep", "key": " "})
    assert answer.status_code == 422 and "paste the Tavus key" in answer.text


def test_the_sites_keys_are_for_the_staff(visitor: Client, alice: Account) -> None:
    assert visitor.get("/providers/site").status_code == 404
    assert Client().get("/providers").status_code == 302
    User.objects.filter(pk=alice.user.pk).update(is_staff=True, is_superuser=True)
    visitor.post("/providers/site", {"vendor": "did", "action": "keep", "key": PLANTED})
    assert keys.key_of("did", make_user("bob@example.org").pk) == PLANTED


def test_the_admin_writes_keys_and_shows_none(visitor: Client, alice: Account) -> None:
    User.objects.filter(pk=alice.user.pk).update(is_staff=True, is_superuser=True)
    form = {"owner": alice.user.pk, "vendor": "did", "key": PLANTED + "-which-is-long"}
    assert visitor.post("/admin/core/providerkey/add/", form).status_code == 302
    row = ProviderKey.objects.get()
    assert (row.owner_id, row.hint, row.secret) == (alice.user.pk, "long", form["key"])
    shown = visitor.get(f"/admin/core/providerkey/{row.pk}/change/").text + visitor.get("/admin/core/providerkey/").text
    assert "…long" in shown and PLANTED not in shown and row.secret not in shown


def test_the_doctor_tests_the_sites_keys(vendors: FakeAccounts, settings: Any) -> None:
    settings.PARTS = settings.STT = settings.TTS = settings.RENDERERS = {}
    accounts.keep("did", PLANTED, None)
    accounts.keep("tavus", "an-old-key", None)
    out = io.StringIO()
    with pytest.raises(CommandError, match="key at: tavus"):
        call_command("doctor", stdout=out)
    assert "it says: 12 credits are left." in out.getvalue() and "is not known to us" in out.getvalue()
    assert "key at: cartesia: needs something" in out.getvalue() and "an-old-key" not in out.getvalue()


class TestCircuits:
    """Of a vendor's engine, by the keys it is called with."""

    @pytest.fixture(autouse=True)
    def configured(self, vendors: FakeAccounts, settings: Any) -> None:
        settings.BREAKER_FAILURES, settings.BREAKER_SECONDS, settings.BREAKER_KEY_SECONDS = 2, 30, 300
        settings.TTS = {"acme": {"BACKEND": "avatarsite.core.diagnosis.Diagnosis", "VENDOR": "elevenlabs"}}
        settings.VENDORS["elevenlabs"]["KEY"] = "of-the-site"

    def outcome(self, owner: User | None, error: str = "") -> str:
        circuit = breaker.circuit("TTS", "acme", keys.engine_key("TTS", "acme", owner and owner.pk))
        try:
            circuit.check()
        except EngineFailed as resting:
            return resting.code
        circuit.failed(EngineFailed("No.", error)) if error else circuit.succeeded()
        return "asked"

    def test_a_refused_key_opens_it_at_once_and_another_key_finds_it_closed(self) -> None:
        ada = make_user()
        accounts.keep("elevenlabs", "an-old-key", ada.pk)
        assert self.outcome(ada, "vendor_auth") == "asked"
        assert self.outcome(ada) == "vendor_resting"
        assert self.outcome(None) == "asked"  # the site's key is another one
        accounts.keep("elevenlabs", "a-new-key", ada.pk)
        assert self.outcome(ada) == "asked"

    def test_accounts_with_the_sites_key_share_its_circuit(self) -> None:
        ada, bob = make_user(), make_user("bob@example.org")
        assert [self.outcome(who, "vendor_timeout") for who in (ada, bob, ada)] == ["asked", "asked", "vendor_resting"]
        (state,) = [each for each in keys.states() if each.state != "closed"]
        assert (state.kind, state.alias, state.owner, state.code) == ("TTS", "acme", None, "vendor_timeout")
        assert 25 < state.seconds <= 30

    def test_half_open_lets_one_through_of_many(self, settings: Any) -> None:
        settings.BREAKER_SECONDS = 0
        for _ in range(2):
            self.outcome(None, "vendor_unavailable")
        circuit = breaker.circuit("TTS", "acme", "of-the-site")
        circuit.check()
        with pytest.raises(EngineFailed, match="left alone"):
            circuit.check()
        circuit.left()  # whoever tried it went away: the next one may
        circuit.check()
        circuit.succeeded()
        circuit.check()
        circuit.check()

    def test_what_is_the_requests_fault_says_that_the_engine_lives(self) -> None:
        outcomes = [self.outcome(None, code) for code in ("vendor_timeout", "vendor_rejected", "vendor_timeout")]
        assert outcomes == ["asked"] * 3 and self.outcome(None) == "asked"

    def test_a_test_that_goes_well_closes_it(self, vendors: FakeAccounts) -> None:
        accounts.keep("elevenlabs", PLANTED, None)
        self.outcome(None, "vendor_quota")
        assert self.outcome(None) == "vendor_resting"
        assert accounts.test("elevenlabs", None).code == ""
        assert self.outcome(None) == "asked"


@apart
def test_no_failure_of_any_vendor_tells_a_key(
    alice: Account, visitor: Client, vendors: FakeAccounts, caplog: pytest.LogCaptureFixture
) -> None:
    """Through API, page, admin, records and logs, while every vendor repeats the key in its refusals."""
    caplog.set_level(logging.DEBUG)
    vendors.good = "another"
    told = []
    for alias in SIGNED:
        told += [alice.call("PUT", f"providers/{alias}", {"key": f"{PLANTED}-{alias}"}).content.decode()]
        for status in (401, 402, 403, 422, 429, 500):
            echo = {"detail": {"message": f"{PLANTED}-{alias} is wrong", "status": f"{PLANTED}-{alias}"}}
            vendors.misbehave(f"GET {SIGNED[alias][2]}", refuse(status, body=echo))
            with pytest.raises(EngineFailed) as caught:
                probes.probe(alias, f"{PLANTED}-{alias}")
            told += [caught.value.message, repr(caught.value), str(caught.value.__cause__)]
        told += [alice.call("POST", f"providers/{alias}/test").content.decode()]
    User.objects.filter(pk=alice.user.pk).update(is_staff=True, is_superuser=True)
    told += [alice.call("GET", "providers").content.decode(), visitor.get("/providers").text]
    told += [visitor.get("/admin/core/providerkey/").text, visitor.get("/admin/core/providerkey/?q=alice").text]
    assert len(vendors.requests) == 7 * len(SIGNED)
    assert PLANTED not in "\n".join([*told, caplog.text])


def test_the_database_holds_no_key_in_the_clear(alice: Account) -> None:
    alice.data("PUT", "providers/did", {"key": PLANTED})
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM core_providerkey")
        assert PLANTED not in json.dumps(cursor.fetchall(), default=str)
