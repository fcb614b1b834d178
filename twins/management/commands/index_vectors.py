"""`manage.py index_vectors`: PostgreSQL compares vectors, where pgvector came after the migrations."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection

from twins.knowledge import vector_table


class Command(BaseCommand):
    help = "Make and fill the table in which pgvector compares vectors. Documents cannot be trained meanwhile."

    def handle(self, *arguments: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("This installation runs on SQLite, which compares vectors in memory; nothing to do.")
        try:
            made = vector_table.make()
        except ProgrammingError as error:
            raise CommandError(
                f"{error}Let a superuser of PostgreSQL run CREATE EXTENSION vector; in this database."
            ) from error
        if not made:
            raise CommandError(
                "PostgreSQL has no pgvector 0.8 or later: install it (for example from apt.postgresql.org)."
            )
        self.stdout.write("PostgreSQL compares the vectors.")
