"""Guessing passwords: an address and an account have so many attempts, on the site's page and in the admin site."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db
DOORS = ["/login", "/admin/login/"]


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    settings.LOGIN_PER_ADDRESS, settings.LOGIN_PER_ACCOUNT = "4/h", "2/h"
    settings.TRUSTED_PROXIES = 1
    cache.clear()


def attempt(door: str, name: str, password: str = "wrong", *, source: str = "203.0.113.7") -> Any:
    return Client().post(door, {"username": name, "password": password}, HTTP_X_FORWARDED_FOR=source)


@pytest.mark.parametrize("door", DOORS)
def test_an_account_is_closed_for_a_while_wherever_the_attempts_come_from(door: str) -> None:
    user = make_user("alice@example.org")
    user.set_password("right and long")
    user.is_staff = True
    user.save()
    for number in range(2):
        assert attempt(door, " Alice@example.org", source=f"203.0.113.{number}").status_code == 200
    refused = attempt(door, "alice@example.org", "right and long", source="203.0.113.9")
    assert refused.status_code == 429 and int(refused["Retry-After"]) <= 3_600
    assert "Too many attempts to log in." in refused.content.decode()
    assert "sessionid" not in refused.cookies, "even the right password opens nothing now"
    assert attempt(door, "bob@example.org", source="203.0.113.9").status_code == 200, "other accounts are open"


@pytest.mark.parametrize("door", DOORS)
def test_an_address_has_so_many_attempts_at_whatever_accounts(door: str) -> None:
    for number in range(4):
        assert attempt(door, f"user{number}@example.org").status_code == 200
    assert attempt(door, "another@example.org").status_code == 429
    assert attempt(door, "another@example.org", source="198.51.100.1").status_code == 200
    assert Client().get(door, HTTP_X_FORWARDED_FOR="203.0.113.7").status_code == 200, "looking at the page is free"


def test_a_right_password_opens_the_door_within_the_limit() -> None:
    user = make_user("alice@example.org")
    user.set_password("right and long")
    user.save()
    assert attempt("/login", "alice@example.org", "right and long").status_code == 302


def test_a_limit_of_zero_is_none(settings: Any) -> None:
    settings.LOGIN_PER_ADDRESS = settings.LOGIN_PER_ACCOUNT = "0/h"
    assert [attempt("/login", "alice@example.org").status_code for _ in range(6)] == [200] * 6
