"""`prepare`: what a new version needs before web and workers start: tables, stock twins, a storage that works."""

from typing import Any, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from avatarsite.core import bucket


class Command(BaseCommand):
    help = "Migrate, seed, and make the storage ready. Safe to run again, and while the last version is still running."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("seed", verbosity=0)
        try:
            self._make_storage_ready()
        except OSError as error:
            raise CommandError(f"The storage does not work. {error}") from error
        self.stdout.write("Ready: database, stock twins, storage.")

    def _make_storage_ready(self) -> None:
        if settings.STORAGE == "s3":
            media = cast(Any, default_storage)
            bucket.make(media)
            for refused in bucket.rule(media):
                self.stderr.write(refused)
        bucket.attempt(default_storage)
