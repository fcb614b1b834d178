"""Replicas: trained from a film or a photo; stock ones are everybody's."""

from http import HTTPStatus
from typing import Any

from django.db.models import F, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status
from avatarsite.core.models import User
from conversations.api_tavus import fields
from conversations.api_tavus.door import TavusView, bad_request, flag, iso, listed, unknown
from conversations.api_tavus.fields import Body
from conversations.api_tavus.openapi import HARD, OF_ID, Shape, described, page, paging
from twins import replicas, selectors
from twins.models import Replica, Voice
from twins.seeding import MODEL
from videos import errors
from videos.selectors import base_url
from videos.stills import moving_url

MODELS = ("phoenix-3", "phoenix-2", "phoenix-4")
TYPES = ("user", "system")
NEW_NAME = "New Replica"
NO_SOURCE = "Either train_video_url or train_image_url must be provided."
SPEAKING = ("name", "owner", "kind", "status", "status_details", "revoked_at", "voice__name")  # who is asked to speak
STATUSES = {
    Status.QUEUED: "started",
    Status.RUNNING: "started",
    Status.READY: "completed",
    Status.ERROR: "error",
    Status.CANCELLED: "error",
}
FILTERS = [
    OpenApiParameter("verbose", OpenApiTypes.BOOL, description="With replica_type.", default=False),
    OpenApiParameter("replica_type", OpenApiTypes.STR, enum=TYPES, description="Your own, or stock ones."),
    OpenApiParameter("replica_ids", OpenApiTypes.STR, description="Some ids, with commas between them."),
    OpenApiParameter("model_name", OpenApiTypes.STR),
]


class ReplicaPropertiesIn(Shape):
    background_green_screen = serializers.BooleanField(required=False)


class ReplicaIn(Shape):
    train_video_url = serializers.CharField(
        required=False, help_text="A film of the person; consent comes first in it."
    )
    train_image_url = serializers.CharField(required=False, help_text="Or a photo; needs voice_name.")
    consent_video_url = serializers.CharField(
        required=False, help_text="A clip of the consent, if it is not in the film."
    )
    voice_name = serializers.CharField(required=False, help_text="The voice of a replica of a photo.")
    replica_name = serializers.CharField(required=False, max_length=replicas.LONGEST_NAME)
    callback_url = serializers.CharField(required=False)
    model_name = serializers.ChoiceField(MODELS, required=False, help_text="Kept and shown; every replica is ours.")
    properties = ReplicaPropertiesIn(required=False)


class ReplicaNameIn(Shape):
    replica_name = serializers.CharField(max_length=replicas.LONGEST_NAME)


class NewReplicaOut(Shape):
    replica_id = serializers.CharField()
    status = serializers.CharField(default="training")


class ReplicaOut(Shape):
    replica_id = serializers.CharField()
    replica_name = serializers.CharField()
    thumbnail_video_url = serializers.CharField(allow_null=True, help_text="A short silent clip, once it is trained.")
    training_progress = serializers.CharField(help_text="n/100")
    status = serializers.ChoiceField(sorted(set(STATUSES.values())))
    error_message = serializers.CharField(allow_null=True)
    model_name = serializers.CharField()
    replica_type = serializers.ChoiceField(TYPES, required=False, help_text="In lists with verbose=true only.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ReplicasView(TavusView):
    @described(
        "create_replica",
        NewReplicaOut(),
        post=True,
        request=ReplicaIn,
        example={"train_video_url": "https://example.com/ada.mp4", "replica_name": "Ada"},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Train a replica: of a film that begins with the person's consent, or of a photo."""
        body = self.body
        facts = _facts(body)
        film, photo = fields.url(body, "train_video_url"), fields.url(body, "train_image_url")
        if not film and not photo:
            raise bad_request(NO_SOURCE)
        if film and photo:
            raise bad_request("train_image_url: give either a film or a photo, not both")
        if film:
            consent = fields.url(body, "consent_video_url")
            made = replicas.create_from_video(self.account, url=film, consent_url=consent, **facts)
        else:
            made = replicas.create_from_photo(self.account, url=photo, voice=_voice(self.account, body), **facts)
        return Response({"replica_id": made.pk, "status": "training"})

    @described("list_replicas", page(ReplicaOut), parameters=[*paging(1), *FILTERS], refusals=(400,))
    def get(self, request: Request) -> Response:
        """The account's replicas, the newest first, and then stock ones."""
        rows = _chosen(selectors.replicas_for(self.account), self.account, request.query_params)
        verbose, base = flag(request.query_params, "verbose"), base_url(request._request)
        ordered = rows.order_by(F("owner").desc(nulls_last=True), "-created_at", "pk")
        return listed(ordered, request, lambda row: shown(row, base, verbose=verbose))


class ReplicaView(TavusView):
    @described("get_replica", ReplicaOut(), refusals=OF_ID)
    def get(self, request: Request, replica_id: str) -> Response:
        """A replica: how far its training is, or what was wrong with the film."""
        return Response(shown(_replica(self.account, replica_id), base_url(request._request), verbose=True))

    @described("delete_replica", status=204, parameters=[HARD], refusals=(*OF_ID, 403))
    def delete(self, request: Request, replica_id: str) -> Response:
        """Delete a replica with all that was made of the person; videos that are ready stay."""
        found = _own(self.account, replica_id)
        try:
            replicas.delete(found)
        except EngineFailed as error:
            raise bad_request(error.message) from error
        return Response(status=HTTPStatus.NO_CONTENT)


class ReplicaNameView(TavusView):
    @described("rename_replica", status=204, request=ReplicaNameIn, refusals=(*OF_ID, 403))
    def patch(self, request: Request, replica_id: str) -> Response:
        """Rename a replica."""
        found = _own(self.account, replica_id)
        replicas.rename(found, _name(self.body, required=True))
        return Response(status=HTTPStatus.NO_CONTENT)


def shown(replica: Replica, base: str, *, verbose: bool = False) -> dict[str, Any]:
    """A replica in answers. verbose: with replica_type."""
    failed = replica.status in (Status.ERROR, Status.CANCELLED) or replica.revoked_at is not None
    return {
        "replica_id": replica.pk,
        "replica_name": replica.name,
        "thumbnail_video_url": moving_url(replica, base),
        "training_progress": f"{replica.progress}/100",
        "status": "error" if failed else STATUSES[Status(replica.status)],
        "created_at": iso(replica.created_at),
        "updated_at": iso(replica.updated_at),
        "error_message": replica.trouble if failed else None,
        "model_name": replica.model_name or MODEL,
        **({"replica_type": "user" if replica.owner_id else "system"} if verbose else {}),
    }


def webhook(replica: Replica) -> dict[str, Any]:
    """What a customer is told when the training has ended."""
    if replica.status == Status.READY:
        return {"replica_id": replica.pk, "status": "ready"}
    return {"replica_id": replica.pk, "status": "error", "error_message": replica.status_details}


def speaking_replica(account: User, body: Body) -> Replica:
    """The body's replica_id, if it is one that speaks, or will when its training ends. Raises ApiError 400."""
    replica = _replica(account, fields.text(body, "replica_id", required=True), *SPEAKING)
    if not replica.usable and (replica.is_final or replica.revoked_at):
        raise bad_request(errors.failed("replica_in_error_state", replica.pk).message)
    return replica


def _replica(account: User, replica_id: str, *columns: str) -> Replica:
    """One that the account may show. columns: those that are read; none: all."""
    rows = selectors.replicas_for(account).select_related("voice").only(*columns)
    return rows.filter(pk=replica_id).first() or unknown("replica_id")


def _own(account: User, replica_id: str) -> Replica:
    """One that the account may change. Raises ApiError 403 for a stock one."""
    replica = _replica(account, replica_id)
    if replica.owner_id is None:
        words = f"{replica.pk} is a stock replica and read-only; create your own."
        raise ApiError(HTTPStatus.FORBIDDEN, words, "read_only")
    return replica


def _facts(body: Body) -> dict[str, Any]:
    """Fields of the row that films and photos have in common."""
    properties = fields.mapping(body, "properties")
    return {
        "name": _name(body) or NEW_NAME,
        "model_name": fields.choice(body, "model_name", MODELS, default=MODEL) or MODEL,
        "green_screen": fields.truth(properties, "background_green_screen"),
        "webhook_url": fields.url(body, "callback_url"),
        "dialect": "tavus",
    }


def _name(body: Body, *, required: bool = False) -> str:
    return fields.text(body, "replica_name", required=required, most=replicas.LONGEST_NAME).strip()


def _voice(account: User, body: Body) -> Voice:
    """The voice that a replica of a photo is to have, by its name or its id."""
    wanted = fields.text(body, "voice_name", most=200).strip()
    if not wanted:
        raise bad_request("voice_name is required with train_image_url: GET /v2/voices lists what there is")
    found = Voice.objects.filter(selectors.seen_by(account))
    voice = found.filter(pk=wanted).first() or found.filter(name__iexact=wanted).order_by("-owner", "pk").first()
    if voice is None:
        raise bad_request(f"voice_name: there is no voice “{wanted}”; GET /v2/voices lists what there is")
    return voice


def _chosen(rows: QuerySet[Replica], account: User, query: Any) -> QuerySet[Replica]:
    """The rows that a list's query asks for."""
    kind = fields.choice({"replica_type": query.get("replica_type")}, "replica_type", TYPES)
    if kind:
        rows = rows.filter(owner=account if kind == "user" else None)
    if query.get("replica_ids"):
        rows = rows.filter(pk__in=[key.strip() for key in query["replica_ids"].split(",")][:1_000])
    return rows.filter(model_name=query["model_name"]) if query.get("model_name") else rows
