"""What the first page of the admin site says about webhooks that were stopped."""

from typing import Any

from django import template

from avatarsite.core.models import WebhookEndpoint

register = template.Library()
MOST = 5


@register.simple_tag(takes_context=True)
def stopped_endpoints(context: Any) -> list[WebhookEndpoint]:
    """Those of the visitor's own account, of all accounts for a superuser; the latest first."""
    user = context["request"].user
    rows = WebhookEndpoint.objects.exclude(disabled_at=None).order_by("-disabled_at")
    return list((rows if user.is_superuser else rows.filter(owner=user.pk))[:MOST])
