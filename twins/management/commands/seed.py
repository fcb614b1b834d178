"""`seed`: the stock twins, as they are shipped."""

from typing import Any

from django.core.management.base import BaseCommand

from twins.seeding import seed


class Command(BaseCommand):
    help = "Make the stock twins, or bring them to what this version ships. Rows that have an owner are left alone."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        written = seed()
        if verbosity:
            self.stdout.write(f"{written} rows written." if written else "Nothing to do.")
