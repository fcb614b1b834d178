"""API keys, the strict JSON parser, throttles and signatures, each by itself."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from avatarsite.core.api import keys, parsing, throttles
from avatarsite.core.api.errors import ApiError
from avatarsite.core.models import ApiKey
from tests.factories import make_user
from videos import signing


@pytest.mark.django_db
def test_a_key_is_found_by_itself_and_only_its_hash_is_kept() -> None:
    row, key = keys.create(make_user())
    assert keys.find(key, "203.0.113.9") == row
    stored = ApiKey.objects.values().get()
    assert key not in str(stored) and key[8:-5] not in str(stored)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [lambda k: "", lambda k: k[:-1], lambda k: k + "0", lambda k: k.swapcase(), lambda k: "av_" + "0" * 38]
)
def test_a_changed_key_is_refused_without_a_look_up(change, django_assert_num_queries) -> None:
    _row, key = keys.create(make_user())
    with django_assert_num_queries(0):
        assert keys.find(change(key), "203.0.113.9") is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now() - timedelta(seconds=1)}]
)
def test_a_revoked_or_expired_key_is_refused(fields) -> None:
    row, key = keys.create(make_user())
    ApiKey.objects.filter(pk=row.pk).update(**fields)
    assert keys.find(key, "203.0.113.9") is None


@pytest.mark.django_db
def test_a_key_of_a_disabled_user_is_refused() -> None:
    _row, key = keys.create(make_user(is_active=False))
    assert keys.find(key, "203.0.113.9") is None


@pytest.mark.django_db
def test_a_key_with_an_address_list_works_from_there_only() -> None:
    row, key = keys.create(make_user())
    ApiKey.objects.filter(pk=row.pk).update(allowed_addresses=["203.0.113.0/24", "2001:db8::1"])
    assert keys.find(key, "203.0.113.9") and keys.find(key, "2001:db8::1")
    assert keys.find(key, "203.0.114.9") is None and keys.find(key, "") is None


@pytest.mark.parametrize("body", [b'{"a": {"b": [1, 2.5, "\xc3\xa9", null, true]}}', b'{"a": "\\ud83d\\ude00"}'])
def test_ordinary_json_is_read(body: bytes) -> None:
    assert isinstance(parsing.parse(body), dict)


@pytest.mark.parametrize("body", [b"[" * 33 + b"]" * 33, b'{"\\u0000": 1}', b"\xef\xbb\xbf{}", b"{} {}"])
def test_what_a_database_or_a_template_cannot_hold_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="."):
        parsing.parse(body)


def test_a_throttle_counts_each_caller_and_opens_again_with_the_next_window() -> None:
    with time_machine.travel("2026-01-01T00:00:10Z", tick=False) as clock:
        for _ in range(2):
            throttles.hit("t", "a", "2/m")
        with pytest.raises(ApiError) as refused:
            throttles.hit("t", "a", "2/m")
        assert refused.value.retry_after == 50
        throttles.hit("t", "b", "2/m")
        clock.shift(50)
        throttles.hit("t", "a", "2/m")


def test_a_signature_holds_until_it_expires(settings) -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as clock:
        query = dict(part.split("=") for part in signing.sign("/media/x").split("?")[1].split("&"))
        assert signing.holds("/media/x", query["expires"], query["signature"])
        assert not signing.holds("/media/y", query["expires"], query["signature"])
        clock.shift(settings.MEDIA_URL_TTL + 2 * signing.ROUND_TO)
        assert not signing.holds("/media/x", query["expires"], query["signature"])


@pytest.mark.parametrize("expires", ["", "x", "９９", "9" * 40, "-1"])
def test_a_forged_expiry_is_refused(expires: str) -> None:
    assert not signing.holds("/media/x", expires, "0" * 40)
