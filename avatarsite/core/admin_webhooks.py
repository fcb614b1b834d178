"""The admin site of webhooks: where they go, and what every attempt came to. What they say is not shown."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from avatarsite.core import webhooks
from avatarsite.core.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint


class ReadOnly(admin.options.BaseModelAdmin):  # type: ignore[type-arg]
    """Rows that the product writes. Who is no superuser sees those of their own account only."""

    owner_path = "owner"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(**{self.owner_path: request.user.pk})

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AttemptInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = WebhookAttempt
    owner_path = "delivery__endpoint__owner"
    fields = readonly_fields = ("number", "at", "status", "milliseconds", "error", "answer")
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("core.view_webhookdelivery")


@admin.register(WebhookDelivery)
class DeliveryAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    owner_path = "endpoint__owner"
    actions = ("send_again",)
    inlines = (AttemptInline,)
    list_display = ("id", "kind", "endpoint", "status", "attempt", "error_code", "not_before", "created_at")
    list_filter = ("status", "kind", "error_code")
    list_select_related = ("endpoint",)
    search_fields = ("id", "endpoint__url", "endpoint__owner__email")
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = (
        *("id", "kind", "endpoint", "status", "status_details", "error_code"),
        *("attempt", "not_before", "created_at", "finished_at"),
    )

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("core.change_webhookdelivery")

    @admin.action(
        description="Send the selected failed deliveries again, to stopped addresses too", permissions=["send"]
    )
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        queued = sum(webhooks.send_again(delivery) for delivery in queryset)
        messages.success(request, f"Queued again: {queued}.")


@admin.register(WebhookEndpoint)
class EndpointAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    actions = ("enable",)
    list_display = ("url", "owner", "failing_since", "disabled_at", "disabled_because")
    list_filter = (("disabled_at", admin.EmptyFieldListFilter),)
    list_select_related = ("owner",)
    search_fields = ("url", "owner__email")

    def has_enable_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("core.change_webhookendpoint")

    @admin.action(description="Send to the selected endpoints again", permissions=["enable"])
    def enable(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in queryset:
            webhooks.enable(endpoint)
        messages.success(request, "They get new events from now on; those they missed can be sent again.")
