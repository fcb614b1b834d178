from django.apps import AppConfig


class TwinsConfig(AppConfig):
    name = "twins"

    def ready(self) -> None:
        from twins import tasks  # noqa: F401  registers the runner of Replica jobs
