"""What a vendor's refusals mean, and which engine serves when one fails."""

from typing import Any

import pytest
import requests
from django.core.cache import cache

from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import ProviderKey, User
from avatarsite.core.vendors import breaker, wire
from avatarsite.core.vendors.chain import Attempt, Chain
from avatarsite.core.vendors.keys import key_of

REFUSALS = [
    (401, b'{"message": "Unauthorized"}', "vendor_auth", False, "check the D-ID key of this account"),
    (
        402,
        b'{"kind": "InsufficientCreditsError", "description": "not enough credits"}',
        "vendor_quota",
        False,
        "not enough",
    ),
    (404, b"", "vendor_not_found", False, "does not know"),
    (451, b'{"description": "moderation"}', "vendor_content_refused", False, "refuses this content"),
    (400, b'{"detail": {"message": "driver is not valid"}}', "vendor_rejected", False, "driver is not valid"),
    (429, b"slow down", "vendor_rate_limited", True, "too often"),
    (503, b"<html>", "vendor_unavailable", True, "HTTP 503"),
    (302, b"", "vendor_bad_answer", True, "understood"),
]


@pytest.mark.parametrize(("status", "content", "code", "retryable", "words"), REFUSALS)
def test_a_refusal_is_told_in_words(status: int, content: bytes, code: str, retryable: bool, words: str) -> None:
    error = wire.refusal("did", status, {"Retry-After": "7"}, content)
    assert (error.code, error.retryable) == (code, retryable)
    assert words in error.message
    assert error.retry_after == (7.0 if status == 429 else 0.0)


def test_words_of_a_vendor_never_carry_a_key() -> None:
    key = "sk-" + "a1B2" * 12
    assert key not in wire.words_of(f'{{"message": "key {key} is wrong"}}'.encode())
    assert len(wire.words_of(b'{"message": "' + b"far too long " * 1_000 + b'"}')) <= wire.LONGEST_WORDS


def test_nobody_listens() -> None:
    with pytest.raises(EngineFailed) as caught:
        wire.Wire("did", {}, base_url="http://127.0.0.1:9").json("GET", "/credits")
    assert caught.value.code == "vendor_unreachable" and caught.value.retryable


@pytest.mark.django_db
def test_an_accounts_own_key_goes_before_the_sites(settings: Any) -> None:
    ada, bob = User.objects.create_user("ada@example.org"), User.objects.create_user("bob@example.org")
    settings.VENDORS = {**settings.VENDORS, "did": {**settings.VENDORS["did"], "KEY": "from-the-environment"}}
    assert key_of("did", ada.pk) == "from-the-environment"
    ProviderKey.objects.create(vendor="did", secret="of-the-site")
    ProviderKey.objects.create(vendor="did", secret="of-ada", owner=ada)
    assert [key_of("did", who) for who in (ada.pk, bob.pk, None)] == ["of-ada", "of-the-site", "of-the-site"]


@pytest.mark.django_db
class TestChain:
    @pytest.fixture(autouse=True)
    def configured(self, settings: Any) -> None:
        cache.clear()
        settings.TTS = {**settings.TTS, "first": {"BACKEND": "builtins.dict"}, "second": {"BACKEND": "builtins.dict"}}
        settings.PRICES = {"first": 0.01}
        settings.BREAKER_FAILURES, settings.BREAKER_SECONDS = 2, 30

    def asked(self, answers: dict[str, EngineFailed | str]) -> tuple[str | EngineFailed, list[Attempt]]:
        attempts: list[Attempt] = []

        def work(alias: str, _engine: Any, attempt: Attempt) -> str:
            attempt.units = 10
            answer = answers[alias]
            if isinstance(answer, EngineFailed):
                raise answer
            return answer

        try:
            return Chain("TTS", "tts", ["first", "second"], None, attempts.append).first(work), attempts
        except EngineFailed as error:
            return error, attempts

    def test_the_next_engine_serves_and_the_record_says_why(self) -> None:
        down = wire.failed("elevenlabs", "timeout")
        said, attempts = self.asked({"first": down, "second": "spoken"})
        assert said == "spoken"
        assert [(a.engine, a.code, a.cost) for a in attempts] == [
            ("first", "vendor_timeout", 0.1),
            ("second", "", None),
        ]

    def test_refused_content_is_not_offered_to_another(self) -> None:
        refused = EngineFailed("No.", "vendor_content_refused")
        said, attempts = self.asked({"first": refused, "second": "spoken"})
        assert said is refused and len(attempts) == 1

    def test_an_engine_that_fails_again_and_again_is_left_alone_and_tried_again(self, settings: Any) -> None:
        down = wire.failed("elevenlabs", "unreachable")
        for _ in range(2):
            self.asked({"first": down, "second": "spoken"})
        _, attempts = self.asked({"first": "spoken", "second": "spoken"})
        assert [a.code for a in attempts] == ["vendor_resting", ""]
        breaker.circuit("TTS", "first", "")._open(down, -1)  # its time is over
        said, attempts = self.asked({"first": "spoken", "second": "no"})
        assert said == "spoken" and [a.code for a in attempts] == [""]

    def test_all_down_is_the_first_ones_error(self) -> None:
        first, second = wire.failed("elevenlabs", "timeout"), wire.failed("cartesia", "unreachable")
        assert self.asked({"first": first, "second": second})[0] is first


def test_redirects_carry_no_key_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def request(self: requests.Session, *_args: Any, **options: Any) -> requests.Response:
        seen.update(options)
        raise requests.ConnectionError

    monkeypatch.setattr(requests.Session, "request", request)
    with pytest.raises(EngineFailed):
        wire.Wire("did", {"Authorization": "Basic x"}).json("GET", "/credits")
    assert seen["allow_redirects"] is False
