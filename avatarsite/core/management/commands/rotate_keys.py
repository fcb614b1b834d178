"""`rotate_keys`: encrypt every secret anew with the first of FIELD_KEYS, so that the others can be dropped."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from avatarsite.core.secrets import EncryptedTextField

AT_ONCE = 500  # rows of one transaction: a site with many goes on serving meanwhile


class Command(BaseCommand):
    help = (
        "Encrypt every secret in the database (keys at vendors, of webhooks, of personas) anew with the first of "
        "FIELD_KEYS. Put a new key first, restart everything, run this, then drop the old keys."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for model in apps.get_models():
            names = [field.attname for field in model._meta.fields if isinstance(field, EncryptedTextField)]
            if names:
                count += self._rotate(model, names)
        self.stdout.write(f"Encrypted anew: {count} rows.")

    def _rotate(self, model: Any, names: list[str]) -> int:
        """Rows that a manager hides have secrets too."""
        keys = list(model._base_manager.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), AT_ONCE):
            with transaction.atomic():
                self._write_anew(model, names, keys[start : start + AT_ONCE])
        return len(keys)

    def _write_anew(self, model: Any, names: list[str], keys: list[Any]) -> None:
        try:
            rows = list(model._base_manager.filter(pk__in=keys).only("pk", *names).select_for_update(of=("self",)))
        except InvalidToken as error:
            words = f"A secret of {model._meta.label} was made with a key that FIELD_KEYS does not have: add it back."
            raise CommandError(words) from error
        model._base_manager.bulk_update(rows, names)
