"""Where vendors ring when a clip is done: `POST /hooks/<vendor>/<token>`. It is a bell and nothing more.

Nothing in a ring is believed: it only has the vendor asked at once. The token belongs to one job at one vendor and
cannot be guessed; a forged one leads nowhere, a doubled one asks once more.
"""

import hmac
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from avatarsite.core.jobs import Status
from videos.models import Video


def address(video: Video, vendor: str) -> str:
    """Where `vendor` may ring for a video; "" while PUBLIC_URL does not tell where we are reached from outside."""
    return f"{settings.PUBLIC_URL}/hooks/{vendor}/{_token(video.pk, vendor)}" if settings.PUBLIC_URL else ""


@csrf_exempt
def ring(request: HttpRequest, vendor: str, token: str) -> HttpResponse:
    """204 for a genuine token, whatever became of the job; 404 for any other; 405 for all but POST."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    video_id, _, _ = token.partition(".")
    if not hmac.compare_digest(_token(video_id, vendor).encode(), token.encode()):
        return HttpResponse(status=404)
    now = timezone.now()
    Video.objects.filter(pk=video_id, status=Status.RUNNING, next_look_at__gt=now).update(next_look_at=now)
    return HttpResponse(status=204)


def _token(video_id: str, vendor: str) -> str:
    told = f"hook:{vendor}:{video_id}".encode()
    return f"{video_id}.{hmac.new(settings.SECRET_KEY.encode(), told, sha256).hexdigest()[:40]}"
