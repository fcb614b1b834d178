"""The admin site of what accounts used."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from avatarsite.core.admin_webhooks import ReadOnly
from avatarsite.core.models import Usage


@admin.register(Usage)
class UsageAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "owner", "api_key", "kind", "minutes", "of")
    list_filter = ("kind",)
    list_select_related = ("owner", "api_key")
    search_fields = ("of", "owner__email", "api_key__name")
    date_hierarchy = "at"
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="minutes", ordering="seconds")
    def minutes(self, row: Usage) -> str:
        return f"{row.seconds / 60:.2f}"
