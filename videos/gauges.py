"""What metrics tell of videos: how many are being made at each vendor now."""

from collections.abc import Iterable

from django.db.models import Count
from prometheus_client.core import Metric

from avatarsite.core import metrics
from avatarsite.core.jobs import Status
from videos.models import Video


@metrics.source
def at_vendors() -> Iterable[Metric]:
    parked = Video.parked(Video.objects.filter(status=Status.RUNNING)).order_by()
    counts = parked.values_list("vendor").annotate(Count("pk"))
    rows = [([vendor], number) for vendor, number in counts]
    yield metrics.gauge("at_vendor", "Videos in the making at a vendor.", ["vendor"], rows)
