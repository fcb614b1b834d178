"""`serve`: pages, API and worker in one process tree; migrates and seeds first."""

from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

SHUTDOWN_SECONDS = 3  # that open streams may still take after Ctrl-C


class Command(BaseCommand):
    help = "Migrate, seed, and serve everything on HOST:PORT."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("seed", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        self._welcome()
        uvicorn.run(
            "avatarsite.asgi:application",
            host=settings.HOST,
            port=settings.PORT,
            log_config=None,  # settings.LOGGING is for all
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            proxy_headers=False,  # TRUSTED_PROXIES decides what a forwarded address counts
            server_header=False,
        )

    def _welcome(self) -> None:
        base = settings.PUBLIC_URL or f"http://{settings.HOST}:{settings.PORT}"
        self.stdout.write(f"\n  Talk to a twin      {base}/chat/amara")
        self.stdout.write(f"  Home page           {base}/")
        self.stdout.write(f"  Admin site          {base}/admin/   (make an account: make admin)")
        self.stdout.write(f"  API documentation   {base}/docs/")
        self.stdout.write("\n  Or from a shell:")
        self.stdout.write(f"  TOKEN=$(curl -sX POST {base}/api/session/create | cut -d'\"' -f4)")
        self.stdout.write(f"  curl -X POST {base}/api/chat -H 'Content-Type: application/json' \\")
        self.stdout.write('    -d "{\\"session_token\\": \\"$TOKEN\\", \\"message\\": \\"Hello!\\"}"')
        self.stdout.write("\n  Ctrl-C ends everything.\n")
        self.stdout.flush()
