"""The few connections of a pool are not held by those who wait for a vendor."""

import pytest
from django.db import connection, transaction

from avatarsite.core.models import User
from avatarsite.core.vendors.chain import Chain
from tests.stack import ON_SERVICES

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not ON_SERVICES, reason="needs a pool"),
    pytest.mark.django_db(transaction=True),
]


def test_an_engine_is_waited_for_without_a_connection() -> None:
    User.objects.count()
    assert connection.connection is not None
    with Chain("LLM", "llm", ["local"], None, record=lambda attempt: None).attempt("local"):
        assert connection.connection is None
        assert User.objects.count() == 0


def test_inside_a_transaction_the_connection_stays() -> None:
    with transaction.atomic():
        User.objects.create_user("alice@example.org")
        with Chain("LLM", "llm", ["local"], None, record=lambda attempt: None).attempt("local"):
            assert User.objects.count() == 1
