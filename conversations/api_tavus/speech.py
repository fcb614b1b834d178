"""Speech: a script in a replica's voice, as an MP3."""

from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.jobs import Status
from avatarsite.core.models import User
from conversations.api_tavus import fields
from conversations.api_tavus.door import TavusView, iso, listed, unknown
from conversations.api_tavus.openapi import HARD, OF_ID, Shape, described, page, paging
from conversations.api_tavus.replicas import speaking_replica
from conversations.api_tavus.telling import told
from conversations.api_tavus.videos_out import STATUSES
from videos import speeches
from videos.models import Speech
from videos.selectors import base_url, speech_url

LONGEST_NAME = 200
NEW = ("speech_id", "speech_name", "speech_file_url", "status")


class SpeechIn(Shape):
    replica_id = serializers.CharField()
    script = serializers.CharField(max_length=fields.MOST_TEXT)
    speech_name = serializers.CharField(required=False, max_length=LONGEST_NAME)
    callback_url = serializers.CharField(required=False)


class SpeechNameIn(Shape):
    speech_name = serializers.CharField(max_length=LONGEST_NAME)


class NewSpeechOut(Shape):
    speech_id = serializers.CharField()
    speech_name = serializers.CharField()
    speech_file_url = serializers.CharField(help_text="An MP3; whoever is early waits there until it is spoken.")
    status = serializers.ChoiceField(list(STATUSES.values()))


class SpeechOut(NewSpeechOut):
    replica_id = serializers.CharField()
    status_details = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class SpeechesView(TavusView):
    @described(
        "create_speech",
        NewSpeechOut(),
        post=True,
        request=SpeechIn,
        example={"replica_id": "re8e740a42", "script": "Hello, and welcome!"},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Have a script spoken."""
        body = self.body
        replica = speaking_replica(self.account, body)
        script = fields.text(body, "script", required=True)
        name = fields.text(body, "speech_name", most=LONGEST_NAME).strip()
        speech = speeches.ask(self.account, replica, script, name=name, **told(request, body))
        facts = shown(speech, base_url(request._request))
        return Response({name: facts[name] for name in NEW})

    @described("list_speeches", page(SpeechOut), parameters=paging(1), refusals=(400,))
    def get(self, request: Request) -> Response:
        """The account's speeches, the newest first."""
        base = base_url(request._request)
        return listed(_of(self.account).order_by("-created_at", "-pk"), request, lambda row: shown(row, base))


class SpeechView(TavusView):
    @described("get_speech", SpeechOut(), refusals=OF_ID)
    def get(self, request: Request, speech_id: str) -> Response:
        """A speech."""
        return Response(shown(_own(self.account, speech_id), base_url(request._request)))

    @described("delete_speech", status=204, parameters=[HARD], refusals=OF_ID)
    def delete(self, request: Request, speech_id: str) -> Response:
        """Delete a speech with its file."""
        speeches.erase(_own(self.account, speech_id))
        return Response(status=HTTPStatus.NO_CONTENT)


class SpeechNameView(TavusView):
    @described("rename_speech", status=204, request=SpeechNameIn, refusals=OF_ID)
    def patch(self, request: Request, speech_id: str) -> Response:
        """Rename a speech."""
        speech = _own(self.account, speech_id)
        speech.name = fields.text(self.body, "speech_name", required=True, most=LONGEST_NAME).strip()
        speech.save(update_fields=["name"])
        return Response(status=HTTPStatus.NO_CONTENT)


def shown(speech: Speech, base: str) -> dict[str, Any]:
    """A speech in answers."""
    changed = speech.finished_at or speech.heartbeat_at or speech.created_at
    day = f"{speech.created_at:%B} {speech.created_at.day}, {speech.created_at.year}"
    return {
        "speech_id": speech.pk,
        "speech_name": speech.name or f"replica_id: {speech.replica_id} - {day} - speech: {speech.pk}",
        "speech_file_url": speech_url(speech, base),
        "replica_id": speech.replica_id,
        "status": STATUSES[Status(speech.status)],
        "status_details": speech.status_details,
        "created_at": iso(speech.created_at),
        "updated_at": iso(changed),
    }


def webhook(speech: Speech) -> dict[str, Any]:
    """What a customer is told when it is final."""
    return shown(speech, speech.base_url)


def _of(account: User) -> QuerySet[Speech]:
    return Speech.objects.filter(owner=account)


def _own(account: User, speech_id: str) -> Speech:
    return _of(account).filter(pk=speech_id).first() or unknown("speech_id")
