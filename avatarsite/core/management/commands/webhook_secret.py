"""`webhook_secret`: what an account's webhooks are signed with, for its owner to verify them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from avatarsite.core import webhooks
from avatarsite.core.models import User


class Command(BaseCommand):
    help = "Print the secret that signs an account's webhooks; made when it is first asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--change", action="store_true", help="Make a new one; the old signs too for a day.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError("No account has this e-mail address.")
        self.stdout.write(webhooks.change_secret(user) if options["change"] else webhooks.secret_of(user))
