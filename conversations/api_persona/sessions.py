"""Chat sessions: of one user with one personality."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.idempotency import idempotent
from conversations import people
from conversations.api_persona.envelope import PersonaView, success
from conversations.api_persona.fields import Id, Shape, Text
from conversations.api_persona.finding import person_of, personality_of, session_of
from conversations.api_persona.openapi import described
from conversations.models import ChatSession, Message


class SessionIn(Shape):
    userId = Id()
    personalityId = Id()
    title = Text(required=False, max_length=200)


class TitleIn(Shape):
    title = Text(max_length=200)


class SessionOut(Shape):
    id = serializers.CharField(source="pk")
    title = serializers.CharField()
    isTitleEdit = serializers.BooleanField(source="title_edited")
    userId = serializers.CharField(source="person_id")
    cid = serializers.CharField(allow_null=True, default=None, help_text="Always null: nothing is put on a chain.")
    metahash = serializers.CharField(allow_null=True, default=None, help_text="Always null, as cid.")
    personalityId = serializers.CharField(source="personality_id", allow_null=True, help_text="null: it was deleted.")
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="last_active_at")


class ChatOut(Shape):
    id = serializers.IntegerField(source="pk")
    message = serializers.CharField(source="answers.text", help_text="What the user said.")
    response = serializers.CharField(source="text", help_text="What the twin answered.")
    sources = serializers.SerializerMethodField(help_text="The files it was made from.")
    videoId = serializers.CharField(source="video_id", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")

    def get_sources(self, answer: Message) -> list[str]:
        return sources_of(answer)


class WholeSessionOut(SessionOut):
    chats = serializers.SerializerMethodField()

    def get_chats(self, session: ChatSession) -> list[dict[str, Any]]:
        return history(session)


class HistoryOut(Shape):
    history = ChatOut(many=True)


def sources_of(answer: Message) -> list[str]:
    """The files that an answer was made from, as its message keeps them."""
    return list(answer.options.get("sources", []))


def history(session: ChatSession) -> list[dict[str, Any]]:
    """Question and answer, oldest first; an answer that failed or is still being made is left out."""
    said = Message.objects.filter(session=session, role=Message.Role.ASSISTANT, answers__isnull=False)
    rows = said.exclude(text="").select_related("answers").order_by("pk")
    return list(ChatOut(rows, many=True).data)


def in_words(lasted: timedelta) -> str:
    minutes, seconds = divmod(round(lasted.total_seconds()), 60)
    return f"{minutes // 60} hours, {minutes % 60} minutes, {seconds} seconds"


class SessionsView(PersonaView):
    @described(
        "createSession",
        "Sessions created successfully",
        SessionOut(),
        request=SessionIn,
        status=(201,),
        refusals=(404,),
        example={"userId": "u0123456789abcdef", "personalityId": "p-amara"},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Open a session of a user with a personality."""
        fields = self.read(SessionIn)
        person = person_of(self.account, fields["userId"])
        personality = personality_of(self.account, fields["personalityId"])
        session = people.open_session(person, personality, fields.get("title", ""))
        return success("Sessions created successfully", SessionOut(session).data, HTTPStatus.CREATED)


class AverageTimeView(PersonaView):
    @described("getAverageSessionTime", "Average session time retrieved successfully", serializers.CharField())
    def get(self, request: Request) -> Response:
        """How long the account's sessions last on average, in words: "0 hours, 3 minutes, 20 seconds"."""
        return success("Average session time retrieved successfully", in_words(people.average_time(self.account)))


class SessionView(PersonaView):
    @described("getSpecificSession", "Session fetched successfully", WholeSessionOut(), refusals=(404,))
    def get(self, request: Request, session_id: str) -> Response:
        """A session with what was said in it."""
        session = session_of(self.account, session_id)
        return success("Session fetched successfully", WholeSessionOut(session).data)

    @described(
        "editSessionTitle", "Session title edited succesfully", SessionOut(), request=TitleIn, refusals=(404,),
        example={"title": "About the museum"},
    )  # fmt: skip
    def patch(self, request: Request, session_id: str) -> Response:
        """Give a session a title of your own."""
        session = session_of(self.account, session_id)
        session.title, session.title_edited = self.read(TitleIn)["title"], True
        session.save(update_fields=["title", "title_edited"])
        return success("Session title edited succesfully", SessionOut(session).data)

    @described("deleteSession", "Session deleted successfully", refusals=(404,))
    def delete(self, request: Request, session_id: str) -> Response:
        """Delete a session with all that was said in it, and its videos."""
        people.erase_session(session_of(self.account, session_id))
        return success("Session deleted successfully", [])


class HistoryView(PersonaView):
    @described("sessionHistory", "Session History Fetched", HistoryOut(), refusals=(404,))
    def get(self, request: Request, session_id: str) -> Response:
        """What was said in a session, oldest first."""
        return success("Session History Fetched", {"history": history(session_of(self.account, session_id))})

    @described("deleteSessionHistory", "Session history cleared successfully", refusals=(404,))
    def delete(self, request: Request, session_id: str) -> Response:
        """Forget what was said in a session; the session stays."""
        people.clear_history(session_of(self.account, session_id))
        return success("Session history cleared successfully", [])
