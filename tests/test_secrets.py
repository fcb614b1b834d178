"""Secrets at rest: encrypted, readable after a change of keys, encrypted anew on demand."""

import io
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.checks import run_checks
from django.core.management import call_command

from avatarsite.core import secrets, webhooks
from tests.factories import make_user


def test_a_secret_is_not_kept_in_the_clear() -> None:
    kept = secrets.encrypt("whsec_canary")
    assert "canary" not in kept
    assert kept != secrets.encrypt("whsec_canary")
    assert secrets.decrypt(kept) == "whsec_canary"


def test_an_older_key_still_reads_and_a_stranger_s_does_not(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    kept = secrets.encrypt("canary")
    settings.FIELD_KEYS = [new, old]
    assert secrets.decrypt(kept) == "canary"
    settings.FIELD_KEYS = [new]
    with pytest.raises(InvalidToken):
        secrets.decrypt(kept)


@pytest.mark.django_db
def test_after_encrypting_anew_the_old_key_can_be_dropped(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    user = make_user()
    secret = webhooks.secret_of(user)
    settings.FIELD_KEYS = [new, old]
    call_command("rotate_keys", stdout=io.StringIO())
    settings.FIELD_KEYS = [new]
    assert webhooks.secret_of(user) == secret


@pytest.mark.django_db
def test_a_malformed_key_is_refused_at_start(settings: Any) -> None:
    settings.FIELD_KEYS = ["short"]
    assert "core.E006" in [problem.id for problem in run_checks()]
