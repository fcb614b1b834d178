"""Secrets at rest: encrypted with the first of FIELD_KEYS, read with any of them, so that keys can be changed."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


def encrypt(text: str) -> str:
    return _fernet(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text of `encrypt`; raises cryptography.fernet.InvalidToken when no key of FIELD_KEYS made it."""
    return _fernet(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


if TYPE_CHECKING:
    Text = models.TextField[str, str]
else:
    Text = models.TextField


class EncryptedTextField(Text):
    """A text that the database holds encrypted; it cannot be searched for. Empty stays empty."""

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt(text) if text else text

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value
