from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        # registers the runner of Digest jobs, and what sweeps do about calls
        from conversations import digest, presence  # noqa: F401
