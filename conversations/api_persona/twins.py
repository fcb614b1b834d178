"""Twins: a face, a voice and a profile; their personalities."""

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
from conversations import people
from conversations.api_persona.envelope import FormView, PersonaView, success
from conversations.api_persona.fields import Id, Shape, Text
from conversations.api_persona.finding import own, personality_of, replica_of, twin_of, twins_of, voice_of
from conversations.api_persona.openapi import LIMIT, PAGE, described, form
from twins import pictures
from twins.models import Personality, Replica, Twin, Voice
from twins.services import set_picture
from videos.selectors import base_url
from videos.stills import picture_url

SECONDS = 60.0  # that fetching a picture may take
PLAIN = ("name", "headline", "description", "tags")
NO_CLONING = "voice: this installation has no engine that clones voices. Choose a voiceId: {}."
NO_PHOTO_FACE = (
    "replicaId: a photo cannot be animated by this installation's renderer. Choose the face that is to speak: {}. "
    "The picture is then kept beside it."
)


class NameIn(Shape):
    personalityName = Text(required=False, max_length=120)


class TwinIn(Shape):
    name = Text(max_length=120)
    profession = Text(source="headline", required=False, allow_blank=True, max_length=160)
    description = Text(required=False, allow_blank=True, max_length=2_000)
    tags = serializers.ListField(child=Text(max_length=40), max_length=20, required=False)
    replicaId = Id(required=False, help_text="The face that speaks.")
    voiceId = Id(required=False, help_text="Default: the voice that goes with the face.")
    personalityId = Id(required=False, help_text="One of your personalities, to be this twin's.")
    image = serializers.FileField(required=False, help_text="A picture to be shown: JPEG, PNG or WebP.")
    imageUrl = Text(required=False, max_length=2_000)
    voice = serializers.FileField(required=False, help_text="A recording to clone; needs an engine that can.")
    voiceUrl = Text(required=False, max_length=2_000)


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
    audioData = serializers.SerializerMethodField(help_text="Recordings it was cloned from; none yet.")
    tags = serializers.ListField(child=serializers.CharField())
    status = serializers.SerializerMethodField(help_text="active, or unusable: see statusDetails.")
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
        return "unusable" if twin.trouble else "active"

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_audioData(self, twin: Twin) -> list[str]:  # noqa: N802
        return []

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

    def looks(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The face and the voice that are asked for. Raises ApiError that names what can be chosen."""
        if "replicaId" not in fields:
            asked = [name for name in ("image", "imageUrl") if name in fields]
            words = NO_PHOTO_FACE if asked else "replicaId: choose the face that is to speak: {}."
            faces = ", ".join(Replica.objects.filter(owner=None).order_by("pk").values_list("pk", flat=True))
            raise ApiError(HTTPStatus.BAD_REQUEST, words.format(faces), "replica_missing")
        replica = replica_of(self.account, fields["replicaId"])
        return {"replica": replica, "voice": self.voice(fields) or _voice_of_face(replica)}

    def voice(self, fields: dict[str, Any]) -> Voice | None:
        if "voice" in fields or "voiceUrl" in fields:
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, NO_CLONING.format(_stock_voices()), "not_supported_yet")
        return voice_of(self.account, fields["voiceId"]) if "voiceId" in fields else None

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
        "createTwin", "Twin created successfully", TwinOut(), request=form(TwinIn), status=(201,), refusals=(403, 404)
    )
    @idempotent(waits=SECONDS)
    def post(self, request: Request) -> Response:
        """Make a twin: choose the face that speaks (replicaId) and a voice; a picture is kept beside them."""
        fields = self.read(TwinIn)
        looks = self.looks(fields)
        twin = twins_of(self.account).filter(pk=self.made_before).first() or self.make(fields, looks)
        return success("Twin created successfully", self.shown(twin), HTTPStatus.CREATED)

    def make(self, fields: dict[str, Any], looks: dict[str, Any]) -> Twin:
        picture = picture_in(fields)
        with transaction.atomic():
            twin = Twin.objects.create(owner=self.account, **{k: fields[k] for k in PLAIN if k in fields}, **looks)
            self.adopt(twin, fields, picture)
            self.remember(twin.pk)
        return twin


class TwinView(TwinForm):
    @described("twinBasedOnId", "Twin fetched successfully.", TwinOut(), refusals=(404,))
    def get(self, request: Request, twin_id: str) -> Response:
        """A twin."""
        return success("Twin fetched successfully.", self.shown(twin_of(self.account, twin_id)))

    @described("updateTwin", "Twin updated successfully", TwinOut(), request=form(TwinIn), refusals=(403, 404))
    def patch(self, request: Request, twin_id: str) -> Response:
        """Change what is sent of a twin of your own."""
        twin = twin_of(self.account, twin_id)
        own(twin)
        fields = self.read(TwinIn, partial=True)
        looks = {"replica": replica_of(self.account, fields["replicaId"])} if "replicaId" in fields else {}
        voice = self.voice(fields)
        picture = picture_in(fields)
        changes = {k: fields[k] for k in PLAIN if k in fields} | looks | ({"voice": voice} if voice else {})
        with transaction.atomic():
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


def _voice_of_face(replica: Replica) -> Voice:
    """The voice that the stock twin with this face has."""
    faces = Replica.objects.filter(owner=None, portrait=replica.portrait).values("pk")
    voice = Voice.objects.filter(owner=None, twins__replica__in=faces).first()
    if voice is None:
        words = f"voiceId: choose a voice: {_stock_voices()}."
        raise ApiError(HTTPStatus.BAD_REQUEST, words, "voice_missing")
    return voice


def _stock_voices() -> str:
    return ", ".join(Voice.objects.filter(owner=None).order_by("pk").values_list("pk", flat=True))
