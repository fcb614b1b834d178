"""`rotate_field_keys`: encrypt every secret anew with the first of FIELD_KEYS, so that the others can be dropped."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

from avatarsite.core.secrets import EncryptedTextField


class Command(BaseCommand):
    help = "Encrypt every secret in the database anew with the first of FIELD_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for model in apps.get_models():
            names = [field.attname for field in model._meta.fields if isinstance(field, EncryptedTextField)]
            if names:
                count += self._rotate(model, names)
        self.stdout.write(f"Encrypted anew: {count} rows.")

    @transaction.atomic
    def _rotate(self, model: Any, names: list[str]) -> int:
        rows = list(model._default_manager.select_for_update())
        for row in rows:
            row.save(update_fields=names)
        return len(rows)
