from django.apps import AppConfig


class VideosConfig(AppConfig):
    name = "videos"

    def ready(self) -> None:
        from videos import tasks  # noqa: F401  registers the runner of Video jobs
