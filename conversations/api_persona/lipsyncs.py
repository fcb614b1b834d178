"""Lipsyncs: an existing film of a person is made to say another sound."""

from http import HTTPStatus
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.api.pagination import page_of
from avatarsite.core.jobs import Status
from conversations.api_persona.envelope import FormView, success
from conversations.api_persona.fields import MOST_WEBHOOK, Shape, Text
from conversations.api_persona.files import address_in
from conversations.api_persona.finding import lipsync_of, lipsyncs_of
from conversations.api_persona.openapi import LIMIT, PAGE, described, form
from videos import lipsyncs
from videos.models import Lipsync
from videos.selectors import base_url, stored_url

SECONDS = 60.0  # that storing what was sent may take


class LipsyncIn(Shape):
    name = Text(required=False, allow_blank=True, max_length=200)
    video = serializers.FileField(required=False, help_text="An MP4 of 3 seconds to 5 minutes that shows a face.")
    videoUrl = Text(required=False, max_length=2_000, help_text="Or its address.")
    audio = serializers.FileField(required=False, help_text="An MP3 or WAV of 3 seconds to 5 minutes.")
    audioUrl = Text(required=False, max_length=2_000, help_text="Or its address.")
    webhookUrl = Text(required=False, max_length=MOST_WEBHOOK, help_text="Told when the lipsync is final.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for field in ("video", "audio"):
            if len({field, f"{field}Url"} & attrs.keys()) != 1:
                raise serializers.ValidationError({field: f"Send one of {field} and {field}Url."})
        return attrs


class LipsyncOut(Shape):
    lipsyncId = serializers.CharField()
    name = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    stage = serializers.CharField()
    progress = serializers.IntegerField(help_text="Per cent.")
    videoUrl = serializers.URLField(allow_null=True, help_text="Once it is ready.")
    duration = serializers.FloatField(allow_null=True, help_text="Seconds.")
    errorCode = serializers.CharField(help_text="Empty: no error.")
    statusDetails = serializers.CharField()
    createdAt = serializers.DateTimeField()


class LipsyncsOut(Shape):
    lipsyncs = LipsyncOut(many=True)
    totalRecords = serializers.IntegerField()
    currentPage = serializers.IntegerField()
    totalPages = serializers.IntegerField()


class LipsyncBase(FormView):
    def shown(self, lipsync: Lipsync) -> dict[str, Any]:
        return shown(lipsync, base_url(self.request._request))


class LipsyncsView(LipsyncBase):
    @described(
        "getLipsyncs", "Lipsyncs fetched successfully.", LipsyncsOut(), parameters=[PAGE, LIMIT], refusals=(400,)
    )
    def get(self, request: Request) -> Response:
        """The account's lipsyncs, the newest first."""
        page = page_of(lipsyncs_of(self.account).order_by("-created_at", "-pk"), request.query_params)
        found = [self.shown(lipsync) for lipsync in page.items]
        return success("Lipsyncs fetched successfully.", {"lipsyncs": found, **page.counts})

    @described("createLipsync", "Lipsync started.", LipsyncOut(), request=form(LipsyncIn), status=(202,))
    @idempotent(waits=SECONDS)
    def post(self, request: Request) -> Response:
        """Make the person in a film say another sound: a job, whose lipsync is asked for by its id."""
        fields = self.read(LipsyncIn)
        lipsync = lipsyncs_of(self.account).filter(pk=self.made_before).first() or self.make(fields)
        return success("Lipsync started.", self.shown(lipsync), HTTPStatus.ACCEPTED)

    def make(self, fields: dict[str, Any]) -> Lipsync:
        film, sound = (fields.get(name) or address_in(fields, f"{name}Url") for name in ("video", "audio"))
        told = {"webhook_url": address_in(fields, "webhookUrl"), "dialect": "persona", "api_key": self.request.auth}
        base = base_url(self.request._request)
        made = lipsyncs.create(self.account, fields.get("name", ""), film=film, sound=sound, base_url=base, **told)
        self.remember(made.pk)
        return made


class LipsyncView(LipsyncBase):
    @described("getLipsync", "Lipsync fetched successfully.", LipsyncOut(), refusals=(404,))
    def get(self, request: Request, lipsync_id: str) -> Response:
        """A lipsync: how far it is, and where its film can be had."""
        return success("Lipsync fetched successfully.", self.shown(lipsync_of(self.account, lipsync_id)))

    @described("deleteLipsync", "Lipsync deleted successfully.", refusals=(404,))
    def delete(self, request: Request, lipsync_id: str) -> Response:
        """Delete a lipsync with its files; one that is being made is stopped."""
        lipsyncs.erase(lipsync_of(self.account, lipsync_id))
        return success("Lipsync deleted successfully.", [])


def shown(lipsync: Lipsync, base: str) -> dict[str, Any]:
    return {
        "lipsyncId": lipsync.pk,
        "name": lipsync.name,
        "status": lipsync.status,
        "stage": lipsync.stage,
        "progress": lipsync.progress,
        "videoUrl": stored_url(lipsync.file, base),
        "duration": lipsync.duration,
        "errorCode": lipsync.error_code,
        "statusDetails": lipsync.status_details,
        "createdAt": lipsync.created_at.isoformat().replace("+00:00", "Z"),
    }


def webhook(lipsync: Lipsync) -> dict[str, Any]:
    """What a customer is told when their lipsync is final."""
    return {"success": lipsync.status == Status.READY, **shown(lipsync, lipsync.base_url)}
