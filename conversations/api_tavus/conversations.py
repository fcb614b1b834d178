"""Live conversations: begin, list, look at, end and delete them, and take turns in them by text."""

import time
from typing import Any

from django.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.idempotency import idempotent
from conversations import calling, calls, guiding, services
from conversations.api_tavus import fields
from conversations.api_tavus.conversations_in import asked
from conversations.api_tavus.conversations_out import ConversationOut, NewConversationOut, created, shown, verbose
from conversations.api_tavus.door import TavusView, bad_request, listed, refusal, unknown
from conversations.api_tavus.openapi import HARD, Shape, described, page, paging
from conversations.models import Conversation, Message
from videos.selectors import base_url

PATIENCE, MOST_PATIENCE = 30.0, 120.0  # seconds that an answer is waited for
LOOK_SECONDS = 0.1  # between two looks at an answer that is being written
STATUS = OpenApiParameter("status", OpenApiTypes.STR, enum=Conversation.Status.values)
VERBOSE = OpenApiParameter("verbose", OpenApiTypes.BOOL, description="With what happened in it.", default=False)


class CallPropertiesIn(Shape):
    max_call_duration = serializers.IntegerField(required=False, min_value=0, help_text="Seconds from creation; 3600.")
    participant_left_timeout = serializers.IntegerField(required=False, min_value=0, help_text="Seconds; 0.")
    participant_absent_timeout = serializers.IntegerField(required=False, min_value=0, help_text="Seconds; 300.")
    enable_recording = serializers.BooleanField(required=False)
    enable_closed_captions = serializers.BooleanField(required=False)
    apply_greenscreen = serializers.BooleanField(required=False)
    language = serializers.CharField(required=False, help_text='A full name, such as "spanish", or "multilingual".')


class ConversationIn(Shape):
    replica_id = serializers.CharField(required=False, help_text="Default: the persona's.")
    persona_id = serializers.CharField(required=False, help_text="Default: the site's.")
    conversation_name = serializers.CharField(required=False)
    callback_url = serializers.CharField(required=False)
    conversational_context = serializers.CharField(required=False)
    custom_greeting = serializers.CharField(required=False)
    audio_only = serializers.BooleanField(required=False)
    test_mode = serializers.BooleanField(required=False, help_text="Nobody joins and nothing counts: it has ended.")
    require_auth = serializers.BooleanField(required=False, help_text="Only who has the meeting_token may join.")
    max_participants = serializers.IntegerField(required=False, min_value=2, help_text="With the replica.")
    memory_stores = serializers.ListField(child=serializers.CharField(), required=False)
    document_ids = serializers.ListField(child=serializers.CharField(), required=False)
    document_tags = serializers.ListField(child=serializers.CharField(), required=False)
    document_retrieval_strategy = serializers.ChoiceField(["speed", "quality", "balanced"], required=False)
    properties = CallPropertiesIn(required=False)


class TurnIn(Shape):
    text = serializers.CharField()
    timeout_s = serializers.FloatField(required=False, help_text="Seconds to wait for the answer: 0 to 120; 30.")


class TurnOut(Shape):
    status = serializers.ChoiceField(["ready", "processing", "error", "idle"])
    text = serializers.CharField(required=False, help_text="The answer, once it is ready.")
    video_id = serializers.CharField(required=False, help_text="The clip that speaks it.")
    app_messages = serializers.ListField(
        child=serializers.JSONField(), required=False, help_text="Guardrails with app_message that the turn touched."
    )
    error = serializers.CharField(required=False)
    message = serializers.CharField(required=False)


class ConversationsView(TavusView):
    @described(
        "create_conversation",
        NewConversationOut(),
        post=True,
        request=ConversationIn,
        refusals=(402,),
        example={"replica_id": "r79e1c033f", "conversation_name": "A call", "custom_greeting": "Hello there!"},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Begin a conversation: its clocks run from now on, and the replica waits in the room."""
        wanted = {**asked(self.body, self.account), "base_url": base_url(request._request), "dialect": "tavus"}
        return Response(created(calls.begin(self.account, api_key=request.auth, **wanted)))

    @described("list_conversations", page(ConversationOut), refusals=(400,), parameters=[*paging(1), STATUS])
    def get(self, request: Request) -> Response:
        """The account's conversations, the newest first."""
        rows = Conversation.objects.filter(owner=self.account)
        status = fields.choice(request.query_params.dict(), "status", Conversation.Status.values)
        return listed(rows.filter(status=status) if status else rows, request, shown)


class CallView(TavusView):
    """A route of one conversation."""

    def call(self, conversation_id: str) -> Conversation:
        rows = Conversation.objects.filter(owner=self.account).select_related("owner", "session", "personality")
        return rows.filter(pk=conversation_id).first() or unknown("conversation_id")


class ConversationView(CallView):
    @described("get_conversation", ConversationOut(), refusals=(400,), parameters=[VERBOSE])
    def get(self, request: Request, conversation_id: str) -> Response:
        """A conversation; with verbose=true also what happened in it."""
        call = self.call(conversation_id)
        return Response(verbose(call) if fields.truth(request.query_params.dict(), "verbose") else shown(call))

    @described("delete_conversation", status=204, refusals=(400,), parameters=[HARD])
    def delete(self, request: Request, conversation_id: str) -> Response:
        """Delete a conversation with all that was said in it; one that still runs ends."""
        calls.erase(self.call(conversation_id))
        return Response(status=204)


class EndView(CallView):
    @described("end_conversation", post=True)
    @idempotent
    def post(self, request: Request, conversation_id: str) -> Response:
        """End a conversation; one that has ended stays as it is."""
        calls.end(self.call(conversation_id), calls.Reason.ASKED)
        return Response()


class RespondView(CallView):
    @described("get_response", TurnOut(), refusals=(400,))
    def get(self, request: Request, conversation_id: str) -> Response:
        """How the turn that was taken last stands."""
        call = self.call(conversation_id)
        return Response(turn(call, calling.latest_answer(call)))

    @described(
        "respond", TurnOut(), post=True, request=TurnIn, refusals=(502,), example={"text": "Hello!", "timeout_s": 20}
    )
    @idempotent(waits=MOST_PATIENCE)
    def post(self, request: Request, conversation_id: str) -> Response:
        """Say something as the user, by text; the persona answers, and a clip is made of it."""
        call, until = self.call(conversation_id), time.monotonic() + _patience(self.body)
        text = services.check_message(fields.text(self.body, "text", required=True), "text")
        with transaction.atomic():
            made = self.made_before or calling.say(call, text).pk
            self.remember(made)
        answer = Message.objects.select_related("video").filter(video=made)
        while (told := turn(call, answer.first()))["status"] == "processing" and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
        return Response(told)


def turn(call: Conversation, answer: Message | None) -> dict[str, Any]:
    """How a turn of a call stands."""
    if answer is None:
        return {"status": "idle"}
    failure = calling.failure(answer)
    clip = {"video_id": answer.video_id} if answer.video_id else {}
    if failure:
        return {"status": "error", **refusal(failure), **clip}
    if not answer.text:
        return {"status": "processing", **clip}
    told = guiding.app_messages(call, [answer])
    return {"status": "ready", "text": answer.text, **clip, **({"app_messages": told} if told else {})}


def _patience(body: fields.Body) -> float:
    value = body.get("timeout_s", PATIENCE)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise bad_request("timeout_s: must be a number of seconds from 0")
    return min(float(value), MOST_PATIENCE)
