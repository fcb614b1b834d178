"""Webhooks of an account: what they are signed with, what was sent, and sending it again."""

from http import HTTPStatus

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core import jobs, webhooks
from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.api.pagination import page_of
from avatarsite.core.models import User, WebhookDelivery
from conversations.api_persona.envelope import PersonaView, success
from conversations.api_persona.fields import Shape
from conversations.api_persona.finding import not_found
from conversations.api_persona.openapi import LIMIT, PAGE, described


class SecretOut(Shape):
    secret = serializers.CharField(help_text="Standard Webhooks: whsec_ and base64.")


class AttemptOut(Shape):
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    milliseconds = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True, help_text="Of HTTP; null: there was no answer.")
    error = serializers.CharField()


class DeliveryOut(Shape):
    id = serializers.CharField(help_text="The webhook-id of every attempt.")
    kind = serializers.CharField()
    url = serializers.CharField(source="endpoint.url")
    status = serializers.CharField(help_text="queued, running, ready (delivered), error or cancelled.")
    statusDetails = serializers.CharField(source="status_details")
    createdAt = serializers.DateTimeField(source="created_at")
    nextAttemptAt = serializers.DateTimeField(source="not_before", help_text="Of a delivery that is queued.")
    attempts = AttemptOut(many=True)


class DeliveriesOut(Shape):
    deliveries = DeliveryOut(many=True)
    totalRecords = serializers.IntegerField()
    currentPage = serializers.IntegerField()
    totalPages = serializers.IntegerField()


class SecretView(PersonaView):
    @described("getWebhookSecret", "Webhook secret fetched successfully.", SecretOut())
    def get(self, request: Request) -> Response:
        """What this account's webhooks are signed with."""
        return success("Webhook secret fetched successfully.", {"secret": webhooks.secret_of(self.account)})


class RotateSecretView(PersonaView):
    @described("rotateWebhookSecret", "Webhook secret changed successfully.", SecretOut(), post=True)
    @idempotent
    def post(self, request: Request) -> Response:
        """A new secret; for a day, the old one signs beside it."""
        return success("Webhook secret changed successfully.", {"secret": webhooks.change_secret(self.account)})


class DeliveriesView(PersonaView):
    @described(
        "getWebhookDeliveries",
        "Webhook deliveries fetched successfully.",
        DeliveriesOut(),
        parameters=[PAGE, LIMIT],
        refusals=(400,),
    )
    def get(self, request: Request) -> Response:
        """What was sent in the last 30 days, the newest first, with every attempt."""
        page = page_of(_of(self.account).order_by("-created_at", "-pk"), request.query_params)
        found = {"deliveries": DeliveryOut(page.items, many=True).data, **page.counts}
        return success("Webhook deliveries fetched successfully.", found)


class RetryView(PersonaView):
    @described("retryWebhookDelivery", "Webhook delivery queued.", DeliveryOut(), post=True, refusals=(404,))
    @idempotent
    def post(self, request: Request, delivery_id: str) -> Response:
        """Send a delivery that failed, or was cancelled with its endpoint, once more."""
        delivery = _of(self.account).filter(pk=delivery_id).first() or not_found("delivery")
        if not jobs.retry(delivery):
            words = f"This delivery is {delivery.status}: only a failed or cancelled one can be sent again."
            raise ApiError(HTTPStatus.CONFLICT, words, "delivery_not_failed")
        return success("Webhook delivery queued.", DeliveryOut(delivery).data)


def _of(account: User) -> QuerySet[WebhookDelivery]:
    rows = WebhookDelivery.objects.filter(endpoint__owner=account)
    return rows.select_related("endpoint").prefetch_related("attempts").defer("body")
