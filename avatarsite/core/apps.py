from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "avatarsite.core"
    label = "core"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from avatarsite.core import checks  # noqa: F401  registers the system checks
