"""Personalities: the minds of twins, trained from files and pages."""

from http import HTTPStatus
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core import fetch
from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from conversations import people
from conversations.api_persona.envelope import FormView, PersonaView, success
from conversations.api_persona.fields import MOST_WEBHOOK, Id, Shape, Text, Whole
from conversations.api_persona.finding import own, personality_of, seen_by, twin_of
from conversations.api_persona.openapi import described, form
from conversations.api_persona.twins import picture_in
from conversations.context import FEWEST_WORDS, MOST_WORDS
from twins.knowledge import services as knowledge
from twins.models import Personality
from twins.routes import route
from twins.services import set_picture
from twins.tts import languages
from videos.selectors import base_url
from videos.stills import picture_url

SECONDS = 60.0  # that fetching a picture may take
MOST_FILES = 20  # in one request
MOST_SENTENCES = 100
PLAIN = (
    "name",
    "category",
    "description",
    "gender",
    "url",
    "brain_id",
    "system_prompt",
    "greeting",
    "avoid",
    "language",
    "word_limit",
    "max_sentences",
    "llm_model",
)


LANGUAGES_HELP = "By name or code: " + ", ".join(
    f"{language.name} {language.code}" + (f" ({language.approximate})" if language.approximate else "")
    for language in languages.LANGUAGES
)


class FilesField(serializers.ListField):
    """Files of a form, sent as `files` or `files[]`."""

    child = serializers.FileField(allow_empty_file=True, max_length=500)

    def get_value(self, dictionary: Any) -> Any:
        if not hasattr(dictionary, "getlist"):
            return super().get_value(dictionary)
        files = [*dictionary.getlist("files"), *dictionary.getlist("files[]")]
        return files or serializers.empty


class PersonalityIn(Shape):
    name = Text(max_length=120)
    files = FilesField(required=False, max_length=MOST_FILES, help_text="Documents that it is trained from.")
    category = Text(required=False, allow_blank=True, max_length=80)
    brainId = Text(source="brain_id", required=False, allow_blank=True, max_length=80, help_text="Your own number.")
    description = Text(required=False, allow_blank=True, max_length=2_000)
    gender = Text(required=False, allow_blank=True, max_length=40)
    url = Text(required=False, allow_blank=True, max_length=2_000, help_text="A web page that it is trained from.")
    avatarImg = Text(required=False, help_text="A picture: URL or base64.")
    webhookUrl = Text(required=False, max_length=MOST_WEBHOOK, help_text="Told when each file is ingested.")
    twinId = Id(required=False, help_text="One of your twins, to have this personality.")
    systemPrompt = Text(source="system_prompt", required=False, allow_blank=True, max_length=20_000)
    greeting = Text(required=False, allow_blank=True, max_length=400)
    avoid = Text(required=False, allow_blank=True, max_length=2_000, help_text="No subject for it; one a line.")
    language = Text(required=False, max_length=60, help_text=LANGUAGES_HELP)
    wordLimit = Whole(
        source="word_limit",
        required=False,
        min_value=FEWEST_WORDS,
        max_value=MOST_WORDS,
        help_text="Longest reply, in words, roughly.",
    )
    maxSentences = Whole(
        source="max_sentences", required=False, min_value=1, max_value=MOST_SENTENCES, help_text="Longest reply."
    )
    modelName = Text(
        source="llm_model",
        required=False,
        allow_blank=True,
        max_length=80,
        help_text="Which language model answers; empty: the installation's.",
    )

    def validate_modelName(self, name: str) -> str:  # noqa: N802  DRF's naming
        if name:
            route(name)
        return name

    def validate_language(self, language: str) -> str:
        return languages.resolve(language)


class FileOut(Shape):
    fileName = serializers.CharField(source="name")
    status = serializers.CharField()
    stage = serializers.CharField()
    progress = serializers.IntegerField(help_text="Per cent.")
    statusDetails = serializers.CharField(source="status_details")
    errorCode = serializers.CharField(source="error_code")
    size = serializers.IntegerField(help_text="Bytes.")
    createdAt = serializers.DateTimeField(source="created_at")


class CreatedOut(Shape):
    personalityId = serializers.CharField(source="pk")
    name = serializers.CharField()
    brainId = serializers.CharField(source="brain_id")
    createdAt = serializers.DateTimeField(source="created_at")


class ListedOut(Shape):
    id = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField()
    description = serializers.CharField()
    avatarImg = serializers.SerializerMethodField()
    brainId = serializers.CharField(source="brain_id")
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")
    gender = serializers.CharField()
    url = serializers.CharField()
    twinId = serializers.CharField(source="twin_id", allow_null=True)

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_avatarImg(self, personality: Personality) -> str | None:  # noqa: N802  DRF's naming
        return picture_url(personality, self.context["base"])


class PersonalityOut(ListedOut):
    systemPrompt = serializers.CharField(source="system_prompt")
    greeting = serializers.CharField()
    avoid = serializers.CharField()
    language = serializers.CharField()
    languageNote = serializers.SerializerMethodField(help_text="How it is spoken, where not quite as it should be.")
    wordLimit = serializers.IntegerField(source="word_limit")
    maxSentences = serializers.IntegerField(source="max_sentences")
    modelName = serializers.CharField(source="llm_model")
    files = FileOut(source="knowledge", many=True)

    def get_languageNote(self, personality: Personality) -> str:  # noqa: N802  DRF's naming
        return languages.note(personality.language)


class PersonalityForm(FormView):
    def keep(self, personality: Personality, fields: dict[str, Any]) -> Personality:
        """Save what was sent; nothing is saved when any of it is refused."""
        webhook = fields.get("webhookUrl", "")
        for url in filter(None, (webhook, fields.get("url"))):
            fetch.check(url)
        picture = picture_in(fields, "", "avatarImg")
        changes = {name: fields[name] for name in PLAIN if name in fields}
        if "twinId" in fields:
            changes["twin"] = twin_of(self.account, fields["twinId"])
            own(changes["twin"])
        with transaction.atomic():
            for name, value in changes.items():
                setattr(personality, name, value)
            personality.save()
            if picture is not None:
                set_picture(personality, picture)
            self.remember(personality.pk)
            train(personality, fields.get("files", []), fields.get("url", ""), webhook)
        return personality


class PersonalitiesView(PersonalityForm):
    @described(
        "createPersonality",
        "Personality created successfully",
        CreatedOut(),
        request=form(PersonalityIn),
        status=(201,),
        refusals=(403, 404),
    )
    @idempotent(waits=SECONDS)
    def post(self, request: Request) -> Response:
        """Create a personality and train it: files and the page are ingested afterwards; a webhook tells of each."""
        fields = self.read(PersonalityIn)
        before = Personality.objects.filter(owner=self.account, pk=self.made_before).first()
        made = before or self.keep(Personality(owner=self.account), fields)
        return success("Personality created successfully", CreatedOut(made).data, HTTPStatus.CREATED)

    @described("getAllPersonalities", "Personalities fetched successfully.", ListedOut(many=True))
    def get(self, request: Request) -> Response:
        """The account's personalities and the stock ones."""
        found = Personality.objects.filter(seen_by(self.account)).order_by("created_at", "pk")
        context = {"base": base_url(request._request)}
        return success("Personalities fetched successfully.", ListedOut(found, many=True, context=context).data)


class PersonalityView(PersonalityForm):
    @described("fetchPersonality", "Personality fetched successfully", PersonalityOut(), refusals=(404,))
    def get(self, request: Request, personality_id: str) -> Response:
        """A personality with the state of its files."""
        found, context = personality_of(self.account, personality_id), {"base": base_url(request._request)}
        return success("Personality fetched successfully", PersonalityOut(found, context=context).data)

    @described(
        "updatePersonality",
        "Personality updated Successfully",
        CreatedOut(),
        request=form(PersonalityIn),
        refusals=(403, 404),
    )
    def patch(self, request: Request, personality_id: str) -> Response:
        """Change what is sent; files are added, one of the same name is replaced."""
        found = personality_of(self.account, personality_id)
        own(found)
        changed = self.keep(found, self.read(PersonalityIn, partial=True))
        return success("Personality updated Successfully", CreatedOut(changed).data)

    @described("deletePersonality", "Personality deleted successfully", refusals=(403, 404))
    def delete(self, request: Request, personality_id: str) -> Response:
        """Delete a personality with all that it was trained from. Its sessions stay readable."""
        found = personality_of(self.account, personality_id)
        own(found)
        people.erase_personality(found)
        return success("Personality deleted successfully", [])


class PersonalityFileView(PersonaView):
    @described("deleteFile", "File successfully deleted.", refusals=(403, 404))
    def delete(self, request: Request, personality_id: str, file_name: str) -> Response:
        """Delete one of the files that a personality was trained from, with all that was learned from it."""
        personality = personality_of(self.account, personality_id)
        own(personality)
        if not knowledge.remove(personality, file_name):
            raise ApiError(HTTPStatus.NOT_FOUND, "There is no such file.", "file_not_found")
        return success("File successfully deleted.", [])


def train(personality: Personality, files: "list[UploadedFile[Any]]", url: str, webhook: str) -> None:
    for uploaded in files:
        knowledge.add_file(personality, uploaded.name or "file", uploaded, webhook_url=webhook)
    if url:
        knowledge.add_page(personality, url, webhook_url=webhook)
