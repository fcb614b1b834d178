"""Webhooks of an account, our own addition: what they are signed with, what was sent, and sending it again."""

from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core import webhooks
from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.jobs import Status
from avatarsite.core.models import User, WebhookAttempt, WebhookDelivery
from conversations.api_tavus.door import TavusView, bad_request, iso, listed, unknown
from conversations.api_tavus.openapi import Shape, described, page, paging

STATUS = OpenApiParameter("status", OpenApiTypes.STR, enum=Status.values, description="Only those in this state.")
ABOUT = OpenApiParameter("about", OpenApiTypes.STR, description="Only those about the object with this id.")


class Secret(Shape):
    secret = serializers.CharField(help_text="Standard Webhooks: whsec_ and base64.")


class Attempt(Shape):
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    milliseconds = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True, help_text="Of HTTP; null: there was no answer.")
    error = serializers.CharField(allow_blank=True)


class Delivery(Shape):
    delivery_id = serializers.CharField(help_text="The webhook-id of every attempt.")
    event_type = serializers.CharField()
    about = serializers.CharField(allow_blank=True, help_text="The id of the object that it tells of.")
    callback_url = serializers.CharField()
    status = serializers.CharField(help_text="queued, running, ready (delivered), error or cancelled.")
    status_details = serializers.CharField(allow_blank=True)
    stopped_because = serializers.CharField(allow_blank=True, help_text="Why nothing is sent to this address any more.")
    created_at = serializers.DateTimeField()
    next_attempt_at = serializers.DateTimeField(allow_null=True, help_text="Of a delivery that is queued.")
    attempts = Attempt(many=True)


class SecretView(TavusView):
    @described("get_webhook_secret", Secret)
    def get(self, request: Request) -> Response:
        """What this account's webhooks are signed with."""
        return Response({"secret": webhooks.secret_of(self.account)})


class RotateSecretView(TavusView):
    @described("rotate_webhook_secret", Secret, post=True)
    @idempotent
    def post(self, request: Request) -> Response:
        """A new secret; for a day, the old one signs beside it."""
        return Response({"secret": webhooks.change_secret(self.account)})


class DeliveriesView(TavusView):
    @described("list_webhook_deliveries", page(Delivery), parameters=[*paging(1), STATUS, ABOUT], refusals=(400,))
    def get(self, request: Request) -> Response:
        """What was sent in the last 30 days, the newest first, with every attempt."""
        rows, query = _of(self.account), request.query_params
        if query.get("status"):
            if query["status"] not in Status.values:
                raise bad_request(f"Invalid request: status must be one of {', '.join(Status.values)}")
            rows = rows.filter(status=query["status"])
        if query.get("about"):
            rows = rows.filter(about=query["about"])
        return listed(rows.order_by("-created_at", "-pk"), request, delivery_out)


class RetryView(TavusView):
    @described("retry_webhook_delivery", Delivery, post=True, refusals=(404,))
    @idempotent
    def post(self, request: Request, delivery_id: str) -> Response:
        """Send a delivery that failed, or was cancelled with its address, once more; its address is sent to again."""
        delivery = _of(self.account).filter(pk=delivery_id).first() or unknown("delivery_id")
        if not webhooks.send_again(delivery):
            words = f"This delivery is {delivery.status}: only a failed or cancelled one can be sent again."
            raise ApiError(HTTPStatus.CONFLICT, words, "delivery_not_failed")
        return Response(delivery_out(_of(self.account).get(pk=delivery.pk)))


def delivery_out(row: WebhookDelivery) -> dict[str, Any]:
    return {
        "delivery_id": row.pk,
        "event_type": row.kind,
        "about": row.about,
        "callback_url": row.endpoint.url,
        "status": row.status,
        "status_details": row.status_details,
        "stopped_because": row.endpoint.disabled_because,
        "created_at": iso(row.created_at),
        "next_attempt_at": iso(row.not_before) if row.status == Status.QUEUED else None,
        "attempts": [_attempt_out(attempt) for attempt in row.attempts.all()],
    }


def _attempt_out(row: WebhookAttempt) -> dict[str, Any]:
    numbers = {"number": row.number, "milliseconds": row.milliseconds, "status": row.status}
    return {**numbers, "at": iso(row.at), "error": row.error}


def _of(account: User) -> QuerySet[WebhookDelivery]:
    rows = WebhookDelivery.objects.filter(endpoint__owner=account)
    return rows.select_related("endpoint").prefetch_related("attempts").defer("body")
