"""Voices: those of the replicas that a key may use, each with a sample to hear."""

from typing import Any

from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.api_tavus import fields
from conversations.api_tavus.door import NO_ROUTE, TavusView, listed, refusal
from conversations.api_tavus.openapi import TEXT, WHOLE, described, nullable, page, paging, query, several, shape
from twins.models import Replica, Voice
from twins.samples import sample
from videos.selectors import base_url
from videos.signing import holds, sign

MOST = 100  # on a page
SHOWN = shape(
    (),
    voice_id=TEXT,
    voice_name=TEXT,
    replica_id=nullable(TEXT),
    audio_url=TEXT,
    tags=several(shape((), tag_name=TEXT)),
)


class VoicesView(TavusView):
    @described(
        "list_voices",
        page(SHOWN, page=WHOLE, limit=WHOLE),
        refusals=(400,),
        parameters=[
            *paging(1),
            query("search", "Only voices with this in their name."),
            query("sort", "By name: asc (the default) or desc."),
            query("tag", "Only voices with this tag: a gender or a language, e.g. female, en-GB."),
        ],
    )
    def get(self, request: Request) -> Response:
        """The account's voices and the stock ones."""
        asked = request.query_params.dict()
        rows = Voice.objects.filter(Q(owner=self.account) | Q(owner=None)).prefetch_related("replicas", "twins")
        if wanted := fields.text(asked, "search", most=200).strip():
            rows = rows.filter(name__icontains=wanted)
        if tag := fields.text(asked, "tag", most=64).strip():
            rows = rows.filter(Q(gender__iexact=tag) | Q(language__iexact=tag))
        falling = fields.choice(asked, "sort", ("asc", "desc", "ascending", "descending")).startswith("desc")
        base = base_url(request._request)
        order = ("-name", "-pk") if falling else ("name", "pk")
        return listed(rows.order_by(*order), request, lambda row: self._shown(row, base), most=MOST, numbered=True)

    def _shown(self, voice: Voice, base: str) -> dict[str, Any]:
        tags = [tag for tag in (voice.gender, voice.language) if tag]
        return {
            "voice_id": voice.pk,
            "voice_name": voice.name,
            "replica_id": self._replica_id(voice),
            "audio_url": base + sign(f"/v2/voices/{voice.pk}/sample.mp3"),
            "tags": [{"tag_name": tag} for tag in tags],
        }

    def _replica_id(self, voice: Voice) -> str | None:
        """The first replica with this voice that the account may use; a twin has its face with it."""
        usable: list[Replica] = [row for row in voice.replicas.all() if row.owner_id in (None, self.account.pk)]
        seen = (twin.replica_id for twin in voice.twins.all() if twin.owner_id in (None, self.account.pk))
        return min((row.pk for row in usable), default=None) or next((key for key in seen if key), None)


@require_safe
def voice_sample(request: HttpRequest, voice_id: str) -> HttpResponseBase:
    """A sentence in that voice; the link in `audio_url` is its permission."""
    path = f"/v2/voices/{voice_id}/sample.mp3"
    voice = Voice.objects.filter(pk=voice_id).first()
    if voice is None or not holds(path, request.GET.get("expires", ""), request.GET.get("signature", "")):
        return JsonResponse(refusal(NO_ROUTE), status=404)
    return FileResponse(sample(voice).open("rb"), content_type="audio/mpeg")
