"""Voices: those that can be chosen, and those that are fitted to a person's recording; and their languages."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db.models import Q
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.api.pagination import page_of
from conversations.api_persona.envelope import FormView, PersonaView, success
from conversations.api_persona.fields import Id, Shape, Text
from conversations.api_persona.files import fitted_voice
from conversations.api_persona.finding import not_found, own, replica_of, voice_of
from conversations.api_persona.openapi import LIMIT, PAGE, described, form
from twins import cloning, voices
from twins.models import Voice
from twins.tts import languages
from videos.selectors import base_url, stored_url

SECONDS = 120.0  # that fetching a recording and fitting a voice may take


class VoiceIn(Shape):
    name = Text(max_length=120)
    sample = serializers.FileField(
        required=False, help_text="10 seconds or more of one person's speech: WAV, MP3, OGG, FLAC, M4A, MP4 or WebM."
    )
    sampleUrl = Text(required=False, max_length=2_000, help_text="Or its address.")
    language = Text(required=False, max_length=60, help_text="What it speaks unless told otherwise; default English.")

    engine = serializers.ChoiceField(
        sorted(settings.TTS), required=False, help_text="Whose voice it is, with engineVoice; default: local."
    )
    engineVoice = Text(required=False, max_length=120, help_text="The engine's own id of a voice, instead of a sample.")
    gender = serializers.ChoiceField(
        ("female", "male"), required=False, help_text="How it sounds, for voices that stand in for it."
    )
    options = serializers.DictField(
        required=False, help_text="What the engine has beyond that: stability, similarity_boost, emotion, model, …"
    )
    replicaId = Id(
        required=False,
        help_text="Instead of a sample: the recording in this replica, which ElevenLabs is sent to make the voice of. "
        "The person's consent must be there.",
    )

    def validate_language(self, language: str) -> str:
        return languages.resolve(language)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len({"sample", "sampleUrl", "engineVoice", "replicaId"} & attrs.keys()) != 1:
            words = "Send one of sample and sampleUrl, or of engineVoice and replicaId."
            raise serializers.ValidationError({"sample": words})
        maker = cloning.ENGINE if "replicaId" in attrs else "local"
        if "engineVoice" not in attrs and attrs.get("engine", maker) != maker:
            words = f"It must be {maker}: a recording is fitted here, a replica's by {cloning.ENGINE}."
            raise serializers.ValidationError({"engine": words})
        return attrs


class VoiceOut(Shape):
    voiceId = serializers.CharField(source="pk")
    name = serializers.CharField()
    description = serializers.CharField()
    gender = serializers.CharField()
    language = serializers.CharField()
    engine = serializers.CharField()
    quality = serializers.CharField(
        help_text="basic: fitted to a person's pitch, pace and colour; no perfect likeness. cloned: by the engine."
    )
    engineVoice = serializers.CharField(source="engine_voice", help_text="The engine's own id of it.")
    options = serializers.DictField()
    sampleUrl = serializers.SerializerMethodField(help_text="What it was fitted to; null: nothing.")
    clientId = serializers.CharField(source="owner_id", allow_null=True, help_text="The account; null: stock.")
    createdAt = serializers.DateTimeField(source="created_at")

    def get_sampleUrl(self, voice: Voice) -> str | None:  # noqa: N802  DRF's naming
        return stored_url(voice.sample, self.context["base"])


class VoicesOut(Shape):
    voices = VoiceOut(many=True)
    totalRecords = serializers.IntegerField()
    currentPage = serializers.IntegerField()
    totalPages = serializers.IntegerField()


class EngineVoiceOut(Shape):
    engineVoice = serializers.CharField(source="id", help_text="To be sent to createVoice.")
    name = serializers.CharField()
    gender = serializers.CharField()
    language = serializers.CharField()
    description = serializers.CharField()


class LanguageOut(Shape):
    code = serializers.CharField(help_text="BCP-47.")
    name = serializers.CharField(help_text="In English.")
    approximate = serializers.CharField(help_text="How it is spoken, where not quite as it should be.")


class VoiceBase(FormView):
    def shown(self, voice: Voice) -> Any:
        return VoiceOut(voice, context={"base": base_url(self.request._request)}).data


class VoicesView(VoiceBase):
    @described("getVoices", "Voices fetched successfully.", VoicesOut(), parameters=[PAGE, LIMIT], refusals=(400,))
    def get(self, request: Request) -> Response:
        """The account's voices and the stock ones."""
        found = Voice.objects.filter(Q(owner=self.account) | Q(owner=None)).order_by("-created_at", "pk")
        page = page_of(found, request.query_params)
        shown = [self.shown(voice) for voice in page.items]
        return success("Voices fetched successfully.", {"voices": shown, **page.counts})

    @described("createVoice", "Voice created successfully.", VoiceOut(), request=form(VoiceIn), status=(201,),
               refusals=(404, 409, 502))  # fmt: skip
    @idempotent(waits=SECONDS)
    def post(self, request: Request) -> Response:
        """A voice fitted to a person's recording: its pitch, range, pace and colour, in quality `basic`; or one that
        an engine has (`engineVoice`), or makes of a replica (`replicaId`)."""
        fields = self.read(VoiceIn)
        made = Voice.objects.filter(owner=self.account, pk=self.made_before).first()
        if made is None and (made := self._of_an_engine(fields)):
            self.remember(made.pk)
        if made is None:
            language = fields.get("language", "en")
            with fitted_voice(self.account, fields["name"], fields, "sample", "sampleUrl", language=language) as made:
                if made is None:
                    raise ApiError(HTTPStatus.BAD_REQUEST, "sample: send a recording.", "invalid")
                self.remember(made.pk)
        return success("Voice created successfully.", self.shown(made), HTTPStatus.CREATED)

    def _of_an_engine(self, fields: dict[str, Any]) -> Voice | None:
        """A voice that an engine has, or makes of a replica; None when the body has a recording."""
        if "replicaId" in fields:
            return cloning.clone(self.account, replica_of(self.account, fields["replicaId"]), fields["name"])
        if "engineVoice" not in fields:
            return None
        facts = {name: fields[name] for name in ("language", "gender", "options") if name in fields}
        engine = fields.get("engine", "local")
        return voices.create_of_engine(self.account, fields["name"], engine, fields["engineVoice"], **facts)


class EngineVoicesView(PersonaView):
    @described("getEngineVoices", "Voices fetched successfully.", EngineVoiceOut(many=True),
               refusals=(404, 409, 502))  # fmt: skip
    def get(self, request: Request, engine: str) -> Response:
        """The voices of an engine that the account's key may use; those of `local` need none."""
        if engine not in settings.TTS:
            not_found("engine")
        listed = EngineVoiceOut(voices.choices(engine, self.account), many=True).data
        return success("Voices fetched successfully.", listed)


class VoiceView(VoiceBase):
    @described("getVoice", "Voice fetched successfully.", VoiceOut(), refusals=(404,))
    def get(self, request: Request, voice_id: str) -> Response:
        """A voice."""
        return success("Voice fetched successfully.", self.shown(voice_of(self.account, voice_id)))

    @described("deleteVoice", "Voice deleted successfully.", refusals=(403, 404, 409))
    def delete(self, request: Request, voice_id: str) -> Response:
        """Delete a voice with the recording that it was fitted to."""
        voice = voice_of(self.account, voice_id)
        own(voice)
        voices.delete(voice)
        return success("Voice deleted successfully.", [])


class LanguagesView(PersonaView):
    @described("getLanguages", "Languages fetched successfully.", LanguageOut(many=True))
    def get(self, request: Request) -> Response:
        """What the installation's own voices speak."""
        shown = LanguageOut(languages.LANGUAGES, many=True).data
        return success("Languages fetched successfully.", shown)
