"""Webhooks: signed as Standard Webhooks 1.0.0 says, sent as jobs until the receiver has them, every attempt kept.

A delivery is a row that commits with what it tells of. Its id goes with every attempt, so a receiver that hears an
event twice (a worker died between sending and noting it) can tell. https://www.standardwebhooks.com
"""

import base64
import hashlib
import hmac
import json
import logging
import secrets
import smtplib
import time
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from avatarsite.core import bell, fetch, jobs, logs, metrics
from avatarsite.core.addresses import read
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status, Ticket
from avatarsite.core.models import User, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookSecret

logger = logging.getLogger(__name__)

SECONDS = 15.0  # for one whole attempt
READ_BYTES = 65_536  # of an answer
KEPT_CHARACTERS = 4_096  # of an answer
LONGEST_PAUSE = 86_400.0  # seconds that a receiver's Retry-After may ask for
OVERLAP = timedelta(hours=24)  # in which a changed secret still signs too
PATIENCE = timedelta(days=5)  # of nothing but failures, then an endpoint is disabled
KEPT_FOR = timedelta(days=30)
SECRET_PREFIX = "whsec_"  # noqa: S105  how the standard marks a secret, not one


def send(owner: User, url: str, payload: dict[str, Any], kind: str, about: str = "") -> WebhookDelivery:
    """Queue an event for `url`; call inside the transaction that makes what it tells of.

    about: the id of the object that it tells of; of one object events go out in order, each when the one before has
    ended. Events about nothing go as they come.

    The address was checked when it was given (`fetch.check`), and is checked again when it is connected to.
    """
    endpoint, _ = WebhookEndpoint.objects.get_or_create(owner=owner, url=url)
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)
    delivery = WebhookDelivery(endpoint=endpoint, kind=kind, host=_host(url), about=about, body=body)
    if endpoint.disabled_at:
        delivery.status, delivery.finished_at = Status.CANCELLED, timezone.now()
        delivery.status_details = f"The endpoint is disabled: {endpoint.disabled_because}"
    delivery.save(force_insert=True)
    if not endpoint.disabled_at:
        jobs.enqueue(delivery)
    return delivery


def secret_of(owner: User) -> str:
    """What the webhooks of an account are signed with; made when it is first asked for."""
    return WebhookSecret.objects.get_or_create(owner=owner, defaults={"current": _new_secret()})[0].current


def change_secret(owner: User) -> str:
    """A new secret for an account; for a day, the old one signs beside it."""
    previous = secret_of(owner)
    row = WebhookSecret(owner=owner, current=_new_secret(), previous=previous, rotated_at=timezone.now())
    row.save()
    return row.current


def send_again(delivery: WebhookDelivery) -> bool:
    """Queue a failed or cancelled delivery once more, to its endpoint even if that was disabled; False for others."""
    with transaction.atomic():
        queued = jobs.retry(delivery)
        if queued:
            enable(delivery.endpoint)
    return queued


def enable(endpoint: WebhookEndpoint) -> None:
    """Send to a disabled endpoint again; events that it missed can be retried."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(disabled_at=None, disabled_because="", failing_since=None)


def forget_old() -> None:
    """Delete deliveries that ended long ago."""
    WebhookDelivery.objects.filter(status__in=jobs.FINAL, created_at__lt=timezone.now() - KEPT_FOR).delete()


@jobs.runner(WebhookDelivery)
def deliver(ticket: Ticket) -> None:
    """Make one attempt; the row ends READY, ERROR or CANCELLED, or is queued for the next attempt."""
    delivery: WebhookDelivery = ticket.job
    endpoint = WebhookEndpoint.objects.select_related("owner").get(pk=delivery.endpoint_id)
    logs.bind(account=endpoint.owner_id)
    if endpoint.disabled_at:
        words = f"The endpoint is disabled: {endpoint.disabled_because}"
        jobs.move(delivery, Status.CANCELLED, ticket=ticket.attempt, status_details=words)
    else:
        _attempt(ticket, endpoint)
    _wake_next()


def _attempt(ticket: Ticket, endpoint: WebhookEndpoint) -> None:
    delivery: WebhookDelivery = ticket.job
    began = time.monotonic()
    row = WebhookAttempt(delivery=delivery, number=ticket.attempt)
    headers: dict[str, str] = {}
    failure: EngineFailed | None
    try:
        answer = _post(delivery, endpoint)
    except EngineFailed as error:
        row.error = error.message[:300]
        failure = EngineFailed(error.message, error.code, retryable=error.code != "url_refused")
    else:
        row.status, headers = answer.status, {name.lower(): value for name, value in answer.headers.items()}
        row.answer = answer.content.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")[
            :KEPT_CHARACTERS
        ]
        failure = _failure(answer.status)
    row.milliseconds = round((time.monotonic() - began) * 1_000)
    row.save(force_insert=True)
    metrics.webhook_attempts.labels(f"{row.status // 100}xx" if row.status else "none").inc()
    if failure is None:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).exclude(failing_since=None).update(failing_since=None)
        jobs.move(delivery, Status.READY, ticket=ticket.attempt, progress=100, error_code="", status_details="")
        return
    _note_failure(endpoint, gone=row.status == HTTPStatus.GONE)
    jobs.fail(ticket, failure, at_least=_pause(headers.get("retry-after", "")))


def _post(delivery: WebhookDelivery, endpoint: WebhookEndpoint) -> fetch.Answer:
    body, moment = delivery.body.encode(), int(time.time())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": delivery.pk,
        "webhook-timestamp": str(moment),
        "webhook-signature": _signatures(endpoint.owner, delivery.pk, moment, body),
    }
    return fetch.post(endpoint.url, body, headers, max_bytes=READ_BYTES, seconds=SECONDS)


def _failure(status: int) -> EngineFailed | None:
    """What an answer's status means: only 2xx is a receipt, and 410 says that nobody will ever listen."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    gone = status == HTTPStatus.GONE
    code = "webhook_gone" if gone else "webhook_refused"
    return EngineFailed(f"The receiver answered {status}.", code, retryable=not gone)


def _note_failure(endpoint: WebhookEndpoint, *, gone: bool) -> None:
    now = timezone.now()
    WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since=None).update(failing_since=now)
    if gone:
        _disable(endpoint, "It answered 410, Gone.")
    elif endpoint.failing_since and endpoint.failing_since < now - PATIENCE:
        _disable(endpoint, f"Nothing arrived for {PATIENCE.days} days.")


def _disable(endpoint: WebhookEndpoint, because: str) -> None:
    """Send there no more, and tell the owner, once: the row and the admin site say so, and a mail where one can go."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at=None)
    if rows.update(disabled_at=timezone.now(), disabled_because=because):
        _tell(endpoint, because)


def _tell(endpoint: WebhookEndpoint, because: str) -> None:
    words = (
        f"Webhooks to {endpoint.url} were stopped. {because}\n\n"
        "When the address works again, enable it on the admin site, or send a missed event again there or with "
        "POST /v2/webhooks/deliveries/{id}/retry: what was missed stays listed for 30 days."
    )
    try:
        send_mail("Webhooks were stopped", words, settings.DEFAULT_FROM_EMAIL, [endpoint.owner.email])
    except (OSError, smtplib.SMTPException):
        logger.warning("webhook.mail_failed endpoint=%s", endpoint.pk)


def _pause(retry_after: str) -> float:
    """Seconds that a Retry-After header asks for: a number or a date; 0 for anything else."""
    try:
        seconds = float(int(retry_after))
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(retry_after) - timezone.now()).total_seconds()
        except (ValueError, TypeError):  # TypeError: a date without a zone
            return 0.0
    return min(max(seconds, 0.0), LONGEST_PAUSE)


def _wake_next() -> None:
    """Ring for what waited for this one's host or place: its own bell was not answered."""
    now = timezone.now()
    waiting = WebhookDelivery.objects.filter(status=Status.QUEUED, not_before__lte=now)
    for delivery in WebhookDelivery.startable(waiting).order_by("not_before")[:1]:
        bell.ring(delivery._meta.label_lower, delivery.pk, delivery.queue)


def _signatures(owner: User, message_id: str, moment: int, body: bytes) -> str:
    current = secret_of(owner)
    row = WebhookSecret.objects.get(owner=owner)
    overlapping = row.rotated_at is not None and row.rotated_at > timezone.now() - OVERLAP
    signing = [current, row.previous] if overlapping and row.previous else [current]
    return " ".join(sign(secret, message_id, moment, body) for secret in signing)


def sign(secret: str, message_id: str, moment: int, body: bytes) -> str:
    """One signature of Standard Webhooks: `v1,` and the HMAC-SHA256 of id, Unix time and body in base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, f"{message_id}.{moment}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _host(url: str) -> str:
    try:
        return read(url).authority
    except EngineFailed:  # the attempt will say so, and end there
        return ""
