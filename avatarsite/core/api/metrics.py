"""`/metrics`: what Prometheus reads. For a caller without the token and from no allowed address it does not exist."""

import hmac
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, DateTimeField, Min, Value
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from avatarsite.core import jobs, metrics, worker
from avatarsite.core.api.throttles import address
from avatarsite.core.jobs import Status
from avatarsite.core.models import Worker
from avatarsite.core.vendors import keys

LIVING = (Status.QUEUED, Status.RUNNING)
SILENT = timedelta(seconds=3 * worker.SIGN_OF_LIFE_SECONDS)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    if not (_has_token(request) or _is_allowed(address(request))):
        raise Http404
    return HttpResponse(generate_latest(metrics.registry()), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    given = request.META.get("HTTP_AUTHORIZATION", "").encode()
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())


def _is_allowed(caller: str) -> bool:
    try:
        return any(ip_address(caller) in network for network in settings.METRICS_ALLOW)
    except ValueError:  # a server on a socket of the file system has callers without an address
        return False


@metrics.source
def _jobs() -> Iterable[Metric]:
    """Jobs that are not final, and how long the oldest that may start has waited: one query for all kinds."""
    counts, ages, now = [], [], timezone.now()
    for kind, what, queue, number, oldest in _queued_and_running():
        if what == "age":
            ages.append(([kind, queue], max(0.0, (now - oldest).total_seconds()) if oldest else 0.0))
        else:
            counts.append(([kind, what, queue], number))
    yield metrics.gauge("jobs", "Jobs that are not final.", ["kind", "status", "queue"], counts)
    words = "How long the oldest job that may start has been due."
    yield metrics.gauge("queue_age_seconds", words, ["kind", "queue"], ages)


def _queued_and_running() -> Iterator[tuple[Any, ...]]:
    legs = []
    for model in jobs.RUNNERS:
        rows = model._default_manager.order_by()
        living = rows.filter(status__in=LIVING)
        due = model.startable(rows.filter(status=Status.QUEUED, not_before__lte=timezone.now()))
        legs += [_leg(model, living, "status"), _leg(model, due, "")]
    first, *others = legs
    yield from first.union(*others, all=True)


def _leg(model: type[jobs.Job], rows: Any, status: str) -> Any:
    """One part of the union: (kind, status or "age", queue, how many, due since when)."""
    what = Cast(status, CharField(max_length=12)) if status else Value("age", CharField(max_length=12))
    return (
        rows.annotate(of=Value(model._meta.label_lower, CharField()), what=what)
        .values("of", "what", "queue")
        .annotate(number=Count("pk"), oldest=Min("not_before", output_field=DateTimeField()))
        .values_list("of", "what", "queue", "number", "oldest")
    )


@metrics.source
def _circuits() -> Iterable[Metric]:
    counts = Counter((found.kind.lower(), found.alias, found.state) for found in keys.states())
    words = "Circuits of engines with a vendor, one for each key."
    yield metrics.gauge("circuits", words, ["layer", "engine", "state"], [(list(at), n) for at, n in counts.items()])


@metrics.source
def _workers() -> Iterable[Metric]:
    seen = Worker.objects.filter(seen_at__gte=timezone.now() - SILENT).count()
    yield metrics.gauge("workers", "Workers that showed a sign of life lately.", [], [([], seen)])
