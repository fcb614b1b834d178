"""What an account has used: one row for each thing that it asked for and that was made."""

from typing import TYPE_CHECKING

from avatarsite.core.jobs import Status
from avatarsite.core.models import Usage

if TYPE_CHECKING:
    from videos.models import Speech, Video


def note(job: "Video | Speech", kind: Usage.Kind) -> None:
    """Write down an ended job, if it is ready; once, however often it is told."""
    if job.status != Status.READY or job.owner_id is None:
        return
    row = Usage(owner_id=job.owner_id, api_key_id=job.api_key_id, kind=kind, of=job.pk, seconds=job.duration or 0.0)
    Usage.objects.bulk_create([row], ignore_conflicts=True)
