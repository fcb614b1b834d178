from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "avatarsite.core"
    label = "core"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from avatarsite.core import checks, webhooks  # noqa: F401  register the system checks and a kind of job
