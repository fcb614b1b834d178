"""Replicas: faces of people, trained from a photo or a film with their consent."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import transaction
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.api.pagination import page_of
from avatarsite.core.jobs import Status
from avatarsite.core.models import User
from conversations.api_persona.envelope import FormView, success
from conversations.api_persona.fields import MOST_WEBHOOK, Id, Shape, Text
from conversations.api_persona.files import address_in, named
from conversations.api_persona.finding import consent_of, own, replica_of, voice_of
from conversations.api_persona.openapi import LIMIT, PAGE, described, form
from twins import consents, pictures, replicas, selectors
from twins.models import Consent, Replica
from videos.selectors import base_url
from videos.stills import face_url

MOST_URL = 2_000
SECONDS = 60.0  # that storing what was sent may take
SOURCES = ("image", "imageUrl", "video", "videoUrl")
NO_CONSENT = (
    "consentId: a photo needs the consent of whoever is seen. Ask for one with POST /v1/consents, or send "
    "consentStatement and consentSignedBy."
)
ONE_SOURCE = "image: send one of image, imageUrl, video and videoUrl."


class ConsentFields(Shape):
    """How the person who is seen has agreed."""

    consentId = Id(required=False, help_text="A consent that was given, from /v1/consents.")
    consentPerson = Text(required=False, max_length=120, help_text="Who is seen; default: `name`.")
    consentStatement = Text(required=False, max_length=5_000, help_text="In place of consentId: what you sign.")
    consentSignedBy = Text(required=False, max_length=120, help_text="Your full name, with consentStatement.")


class FaceFields(ConsentFields):
    """What a replica is made of."""

    video = serializers.FileField(
        required=False, help_text="A training film, MP4 or WebM, of a minute or more; it begins with the consent."
    )
    videoUrl = Text(required=False, max_length=MOST_URL, help_text="Or its address; up to 750 MB.")
    consentUrl = Text(required=False, max_length=MOST_URL, help_text="A film of its own in which the consent is said.")
    framing = serializers.ChoiceField(Replica.Framing.choices, required=False, help_text="Default: close.")
    webhookUrl = Text(required=False, max_length=MOST_WEBHOOK, help_text="Told when the training has ended.")


class ReplicaIn(FaceFields):
    name = Text(max_length=replicas.LONGEST_NAME)
    image = serializers.FileField(required=False, help_text="A photo: JPEG, PNG, WebP or HEIC, one face, looking here.")
    imageUrl = Text(required=False, help_text="Or its address, or base64.")
    voiceId = Id(required=False, help_text="Its own voice; a film brings one along.")


class ReplicaOut(Shape):
    replicaId = serializers.CharField(source="pk")
    name = serializers.CharField()
    kind = serializers.ChoiceField(Replica.Kind.choices)
    status = serializers.ChoiceField(Status.choices, help_text="queued and running: it is being trained.")
    stage = serializers.CharField()
    progress = serializers.IntegerField(help_text="Per cent.")
    quality = serializers.DictField(help_text="What the checks of a film have measured.")
    errorCode = serializers.CharField(source="error_code", help_text="Empty: no error.")
    statusDetails = serializers.CharField(source="trouble", help_text="Why it cannot be shown; empty: it can.")
    framing = serializers.ChoiceField(Replica.Framing.choices)
    voiceId = serializers.CharField(source="voice_id", allow_null=True)
    pictureUrl = serializers.SerializerMethodField(help_text="Once it is ready.")
    clientId = serializers.CharField(source="owner_id", allow_null=True, help_text="The account; null: stock.")
    revokedAt = serializers.DateTimeField(source="revoked_at", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_pictureUrl(self, replica: Replica) -> str | None:  # noqa: N802  DRF's naming
        return face_url(replica, self.context["base"])


class ReplicasOut(Shape):
    replicas = ReplicaOut(many=True)
    totalRecords = serializers.IntegerField()
    currentPage = serializers.IntegerField()
    totalPages = serializers.IntegerField()


class ReplicaBase(FormView):
    def shown(self, replica: Replica) -> Any:
        return ReplicaOut(replica, context={"base": base_url(self.request._request)}).data


class ReplicasView(ReplicaBase):
    @described(
        "getReplicas", "Replicas fetched successfully.", ReplicasOut(), parameters=[PAGE, LIMIT], refusals=(400,)
    )
    def get(self, request: Request) -> Response:
        """The account's replicas and the stock ones, the newest first."""
        found = selectors.replicas_for(self.account).order_by("-created_at", "-pk")
        page = page_of(found, request.query_params)
        shown = [self.shown(replica) for replica in page.items]
        return success("Replicas fetched successfully.", {"replicas": shown, **page.counts})

    @described(
        "createReplica", "Replica training started.", ReplicaOut(), request=form(ReplicaIn), status=(202,),
        refusals=(404,),
    )  # fmt: skip
    @idempotent(waits=SECONDS)
    def post(self, request: Request) -> Response:
        """Train a face from a photo with the person's consent, or from a film that begins with it."""
        fields = self.read(ReplicaIn)
        before = selectors.own_replica(self.account, self.made_before)
        replica = before or self.make(fields)
        return success("Replica training started.", self.shown(replica), HTTPStatus.ACCEPTED)

    def make(self, fields: dict[str, Any]) -> Replica:
        facts = {"voice": voice_of(self.account, fields["voiceId"])} if "voiceId" in fields else {}
        with transaction.atomic():
            replica = made_of(self.account, fields, **facts)
            self.remember(replica.pk)
        return replica


class ReplicaView(ReplicaBase):
    @described("getReplica", "Replica fetched successfully.", ReplicaOut(), refusals=(404,))
    def get(self, request: Request, replica_id: str) -> Response:
        """A replica: how far its training is, or why it failed."""
        return success("Replica fetched successfully.", self.shown(replica_of(self.account, replica_id)))

    @described("deleteReplica", "Replica deleted successfully.", refusals=(403, 404, 409))
    def delete(self, request: Request, replica_id: str) -> Response:
        """Delete a replica with its files and its consents; one that is being trained is stopped."""
        replica = replica_of(self.account, replica_id)
        own(replica)
        replicas.delete(replica)
        return success("Replica deleted successfully.", [])


def made_of(account: User, fields: dict[str, Any], **facts: Any) -> Replica:
    """The replica that a body asks for; call in a transaction. Raises ApiError and EngineFailed naming the field."""
    consent = consent_in(account, fields)
    given = [name for name in SOURCES if name in fields]
    if len(given) != 1:
        raise ApiError(HTTPStatus.BAD_REQUEST, ONE_SOURCE, "invalid")
    field, told = given[0], _told(fields) | facts
    if field in ("image", "imageUrl"):
        if consent is None:
            raise ApiError(HTTPStatus.BAD_REQUEST, NO_CONSENT, "consent_missing")
        with named(field):
            return replicas.create_from_photo(account, fields["name"], consent=consent, **_photo(fields[field]), **told)
    told["consent_url"] = address_in(fields, "consentUrl")
    source = {"url" if isinstance(fields[field], str) else "upload": fields[field]}
    with named(field):
        return replicas.create_from_video(account, fields["name"], consent=consent, **source, **told)


def _told(fields: dict[str, Any]) -> dict[str, Any]:
    framing = {"framing": fields["framing"]} if "framing" in fields else {}
    return {"webhook_url": address_in(fields, "webhookUrl"), "dialect": "persona", **framing}


def consent_in(account: User, fields: dict[str, Any]) -> Consent | None:
    """The consent that a body names or signs. Raises EngineFailed consent_… naming the field."""
    if "consentId" in fields:
        with named("consentId"):
            return consents.usable(consent_of(account, fields["consentId"]))
    if "consentStatement" in fields:
        with named("consentStatement"):
            person, signed = fields.get("consentPerson", fields["name"]), fields.get("consentSignedBy", "")
            return consents.state(account, person, fields["consentStatement"], signed)
    return None


def _photo(source: Any) -> dict[str, Any]:
    """An address is fetched by the job; anything else is the photo itself."""
    most = settings.TRAINING_PHOTO_MAX_BYTES
    if isinstance(source, str):
        is_address = source.startswith(("http://", "https://"))
        return {"url": source} if is_address else {"content": pictures.content_of(source, most)}
    return {"content": source.read(most + 1)}


def webhook(replica: Replica) -> dict[str, Any]:
    """What a customer is told when a training has ended."""
    return {
        "success": replica.status == Status.READY,
        "replicaId": replica.pk,
        "name": replica.name,
        "status": replica.status,
        "progress": replica.progress,
        "errorCode": replica.error_code,
        "statusDetails": replica.status_details,
        "twinIds": sorted(replica.twins.values_list("pk", flat=True)),
    }
