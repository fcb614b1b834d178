"""`create_api_key EMAIL [--allow NETWORK]`: a key for a user, alone on stdout."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from avatarsite.core.api import keys
from avatarsite.core.models import User


class Command(BaseCommand):
    help = "Make an API key for the user with this e-mail address (made if new) and print it. It is shown only now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="default", help="What the key is for.")
        parser.add_argument(
            "--allow",
            action="append",
            default=[],
            metavar="NETWORK",
            help="An address or network that may use it, e.g. 203.0.113.0/24; repeat for more. Default: everybody.",
        )

    def handle(self, *args: Any, email: str, name: str, allow: list[str], **options: Any) -> str:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"“{email}” is not an e-mail address.") from error
        user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)
        try:
            _row, key = keys.create(user, name, allowed=allow)
        except ValueError as error:
            raise CommandError(f"--allow: {error}") from error
        return key
