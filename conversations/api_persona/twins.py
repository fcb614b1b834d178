"""Twins: a face, a voice and a profile; their personalities."""

from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.db.models import Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.api.pagination import page_of
from avatarsite.core.jobs import Status
from conversations import people
from conversations.api_persona.envelope import FormView, PersonaView, success
from conversations.api_persona.fields import Id, Shape, Text
from conversations.api_persona.files import fitted_voice
from conversations.api_persona.finding import consent_of, own, personality_of, replica_of, twin_of, twins_of, voice_of
from conversations.api_persona.openapi import LIMIT, PAGE, described, form
from conversations.api_persona.replicas import SOURCES, FaceFields, made_of
from twins import pictures
from twins.models import Personality, Replica, Twin, Voice
from twins.services import set_picture
from videos.selectors import base_url, stored_url
from videos.stills import picture_url

SECONDS = 120.0  # that fetching files and fitting a voice may take
PLAIN = ("name", "headline", "description", "tags")
NO_FACE = "image: send a photo or a video of the person, or choose a stock face by replicaId: {}."


class NameIn(Shape):
    personalityName = Text(required=False, max_length=120)


class ProfileIn(Shape):
    name = Text(max_length=120)
    profession = Text(source="headline", required=False, allow_blank=True, max_length=160)
    description = Text(required=False, allow_blank=True, max_length=2_000)
    tags = serializers.ListField(child=Text(max_length=40), max_length=20, required=False)
    replicaId = Id(required=False, help_text="The face that speaks.")
    voiceId = Id(required=False, help_text="Default: the voice that goes with the face.")
    personalityId = Id(required=False, help_text="One of your personalities, to be this twin's.")
    image = serializers.FileField(required=False, help_text="With replicaId: a picture to be shown beside the face.")
    imageUrl = Text(required=False, help_text="Or its address, or base64.")
    voice = serializers.FileField(
        required=False, help_text="A recording of 10 seconds or more that a voice is fitted to, in quality basic."
    )
    voiceUrl = Text(required=False, max_length=2_000, help_text="Or its address.")


class TwinIn(FaceFields, ProfileIn):
    """Without replicaId, the face is made of image or video, which need the person's consent."""


class BrainOut(Shape):
    personalityId = serializers.CharField(source="pk")
    name = serializers.CharField()
    brainId = serializers.CharField(source="brain_id")


class TwinOut(Shape):
    _id = serializers.CharField(source="pk")
    id = serializers.CharField()
    name = serializers.CharField()
    profession = serializers.CharField(source="headline")
    description = serializers.CharField()
    personalityName = serializers.SerializerMethodField()
    audioData = serializers.SerializerMethodField(help_text="Links to the recordings that its voice was fitted to.")
    tags = serializers.ListField(child=serializers.CharField())
    status = serializers.SerializerMethodField(help_text="active, training, or unusable: see statusDetails.")
    progress = serializers.IntegerField(source="replica.progress", default=0, help_text="Per cent of the training.")
    statusDetails = serializers.CharField(source="trouble")
    clientId = serializers.CharField(source="owner_id", allow_null=True, help_text="The account; null: stock.")
    userIds = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")
    avatar = serializers.SerializerMethodField()
    voiceId = serializers.CharField(source="voice_id", allow_null=True)
    replicaId = serializers.CharField(source="replica_id", allow_null=True)
    imageAvatars = serializers.SerializerMethodField()
    brainMappings = BrainOut(source="personalities", many=True)

    def get_personalityName(self, twin: Twin) -> str:  # noqa: N802  DRF's naming
        return personality_name(twin)

    def get_status(self, twin: Twin) -> str:
        if twin.replica and twin.replica.status in (Status.QUEUED, Status.RUNNING):
            return "training"
        return "unusable" if twin.trouble else "active"

    @extend_schema_field(serializers.ListField(child=serializers.URLField()))
    def get_audioData(self, twin: Twin) -> list[str]:  # noqa: N802
        sample = stored_url(twin.voice.sample, self.context["base"]) if twin.voice else None
        return [sample] if sample else []

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_userIds(self, twin: Twin) -> list[str]:  # noqa: N802
        return [twin.owner_id] if twin.owner_id else []

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_avatar(self, twin: Twin) -> str | None:
        return picture_url(twin, self.context["base"])

    @extend_schema_field(serializers.ListField(child=serializers.URLField()))
    def get_imageAvatars(self, twin: Twin) -> list[str]:  # noqa: N802
        avatar = picture_url(twin, self.context["base"])
        return [avatar] if avatar else []


class TwinsOut(Shape):
    twins = TwinOut(many=True)
    totalRecords = serializers.IntegerField()
    currentPage = serializers.IntegerField()
    totalPages = serializers.IntegerField()


class ImageOut(Shape):
    avatar = serializers.URLField(allow_null=True)


class MindsOut(Shape):
    name = serializers.CharField()
    personalityName = serializers.CharField()
    profession = serializers.CharField()
    brainMappings = BrainOut(many=True)


def personality_name(twin: Twin) -> str:
    """The name of the personality that answers when none is named: the first one."""
    minds = sorted(twin.personalities.all(), key=lambda mind: (mind.created_at, mind.pk))
    return minds[0].name if minds else twin.name


class TwinForm(FormView):
    """What making and changing a twin have in common."""

    def voice(self, fields: dict[str, Any]) -> Voice | None:
        return voice_of(self.account, fields["voiceId"]) if "voiceId" in fields else None

    def fitted(self, fields: dict[str, Any], name: str) -> AbstractContextManager[Voice | None]:
        return fitted_voice(self.account, name, fields, "voice", "voiceUrl")

    def adopt(self, twin: Twin, fields: dict[str, Any], picture: bytes | None) -> None:
        if "personalityId" in fields:
            personality = personality_of(self.account, fields["personalityId"])
            own(personality)
            personality.twin = twin
            personality.save(update_fields=["twin", "updated_at"])
        if picture is not None:
            set_picture(twin, picture)

    def shown(self, twin: Twin) -> Any:
        whole = twin_of(self.account, twin.pk)
        return TwinOut(whole, context={"base": base_url(self.request._request)}).data


class TwinsView(TwinForm):
    @described(
        "getAllTwins",
        "Twins fetched successfully.",
        TwinsOut(),
        parameters=[PAGE, LIMIT, OpenApiParameter("personalityName", OpenApiTypes.STR, description="Part of a name.")],
        refusals=(400,),
    )
    def get(self, request: Request) -> Response:
        """The account's twins and the stock ones, a page at a time; by name when one is given."""
        found, name = twins_of(self.account), self.read(NameIn, request.query_params).get("personalityName")
        if name is not None:
            minds = Personality.objects.filter(name__icontains=name).values("twin")
            found = found.filter(Q(name__icontains=name) | Q(pk__in=minds))
        page = page_of(found.order_by("position", "created_at", "pk"), request.query_params)
        message = "Twins fetched successfully." if name is None else "Twin(s) fetched successfully."
        twins = TwinOut(page.items, many=True, context={"base": base_url(request._request)}).data
        return success(message, {"twins": twins, **page.counts})

    @described(
        "createTwin", "Twin created successfully", TwinOut(), request=form(TwinIn), status=(201,),
        refusals=(403, 404, 502),
    )  # fmt: skip
    @idempotent(waits=SECONDS)
    def post(self, request: Request) -> Response:
        """Make a twin of a person, from a photo or a film with their consent, or with a stock face.

        It exists at once. A face of its own is trained by a job, which /v1/replicas/{replicaId} and the webhook tell.
        """
        fields = self.read(TwinIn)
        twin = twins_of(self.account).filter(pk=self.made_before).first() or self.make(fields)
        return success("Twin created successfully", self.shown(twin), HTTPStatus.CREATED)

    def make(self, fields: dict[str, Any]) -> Twin:
        if "consentId" in fields:
            consent_of(self.account, fields["consentId"])
        chosen = replica_of(self.account, fields["replicaId"]) if "replicaId" in fields else None
        voice = self.voice(fields)
        if chosen is None and not set(SOURCES) & fields.keys():
            raise ApiError(HTTPStatus.BAD_REQUEST, NO_FACE.format(_stock_faces()), "replica_missing")
        if chosen is not None and {"video", "videoUrl"} & fields.keys():
            words = "replicaId: the face is either this one or made of the video; send one of them."
            raise ApiError(HTTPStatus.BAD_REQUEST, words, "invalid")
        if voice is None and not {"voice", "voiceUrl"} & fields.keys():
            voice = _voice_of(chosen, fields)
        picture = picture_in(fields) if chosen else None
        with self.fitted(fields, fields["name"]) as fitted, transaction.atomic():
            replica = chosen or made_of(self.account, fields)
            profile = {k: fields[k] for k in PLAIN if k in fields}
            twin = Twin.objects.create(owner=self.account, replica=replica, voice=fitted or voice, **profile)
            self.adopt(twin, fields, picture)
            self.remember(twin.pk)
        return twin


class TwinView(TwinForm):
    @described("twinBasedOnId", "Twin fetched successfully.", TwinOut(), refusals=(404,))
    def get(self, request: Request, twin_id: str) -> Response:
        """A twin."""
        return success("Twin fetched successfully.", self.shown(twin_of(self.account, twin_id)))

    @described("updateTwin", "Twin updated successfully", TwinOut(), request=form(ProfileIn), refusals=(403, 404, 502))
    def patch(self, request: Request, twin_id: str) -> Response:
        """Change what is sent of a twin of your own."""
        twin = twin_of(self.account, twin_id)
        own(twin)
        fields = self.read(ProfileIn, partial=True)
        looks = {"replica": replica_of(self.account, fields["replicaId"])} if "replicaId" in fields else {}
        voice = self.voice(fields)
        picture = picture_in(fields)
        with self.fitted(fields, fields.get("name", twin.name)) as fitted, transaction.atomic():
            changes = {k: fields[k] for k in PLAIN if k in fields} | looks
            changes |= {"voice": fitted or voice} if fitted or voice else {}
            for name, value in changes.items():
                setattr(twin, name, value)
            twin.save(update_fields=[*changes, "updated_at"])
            self.adopt(twin, fields, picture)
        return success("Twin updated successfully", self.shown(twin))

    @described("deleteTwin", "Twin deleted successfully", refusals=(403, 404))
    def delete(self, request: Request, twin_id: str) -> Response:
        """Delete a twin with its videos; its personalities stay."""
        twin = twin_of(self.account, twin_id)
        own(twin)
        people.erase_twin(twin)
        return success("Twin deleted successfully", [])


class TwinImageView(PersonaView):
    @described("getTwinImage", "Twin image fetched successfully.", ImageOut(), refusals=(404,))
    def get(self, request: Request, twin_id: str) -> Response:
        """The address of a twin's picture; it needs no key and expires."""
        avatar = picture_url(twin_of(self.account, twin_id), base_url(request._request))
        return success("Twin image fetched successfully.", {"avatar": avatar})


class TwinPersonalitiesView(PersonaView):
    @described(
        "getPersonalityIdsFromTwinId",
        "Personality IDs associated with the twin fetched successfully",
        MindsOut(),
        refusals=(404,),
    )
    def get(self, request: Request, twin_id: str) -> Response:
        """The personalities of a twin."""
        twin = twin_of(self.account, twin_id)
        minds = twin.personalities.order_by("created_at", "pk")
        data = {
            "name": twin.name,
            "personalityName": personality_name(twin),
            "profession": twin.headline,
            "brainMappings": BrainOut(minds, many=True).data,
        }
        return success("Personality IDs associated with the twin fetched successfully", data)


def picture_in(fields: dict[str, Any], upload: str = "image", words: str = "imageUrl") -> bytes | None:
    """The clean picture that a body carries, as a file or in words; None when it carries none."""
    if upload in fields:
        return pictures.clean(fields[upload].read(pictures.MOST_BYTES + 1))
    return pictures.from_words(fields[words]) if fields.get(words) else None


def _voice_of(chosen: Replica | None, fields: dict[str, Any]) -> Voice | None:
    """Who speaks when nobody was named: the face's own voice, or for a film the one that is fitted to it later."""
    if chosen is None and {"video", "videoUrl"} & fields.keys():
        return None
    voice = (chosen.voice or _voice_of_portrait(chosen)) if chosen else None
    if voice is None:
        words = f"voiceId: choose a voice, or send a recording as voice: {_stock_voices()}."
        raise ApiError(HTTPStatus.BAD_REQUEST, words, "voice_missing")
    return voice


def _voice_of_portrait(replica: Replica) -> Voice | None:
    """The voice that the stock twin with this drawn face has."""
    faces = Replica.objects.filter(owner=None, kind=Replica.Kind.DRAWN, portrait=replica.portrait).values("pk")
    return Voice.objects.filter(owner=None, twins__replica__in=faces).first()


def _stock_faces() -> str:
    return ", ".join(Replica.objects.filter(owner=None).order_by("pk").values_list("pk", flat=True))


def _stock_voices() -> str:
    return ", ".join(Voice.objects.filter(owner=None).order_by("pk").values_list("pk", flat=True))
