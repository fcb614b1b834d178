"""What personalities remember of a user: to be read, corrected and erased."""

from http import HTTPStatus

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.idempotency import idempotent
from conversations import memory
from conversations.api_persona.envelope import PersonaView, success
from conversations.api_persona.fields import Id, Shape, Text
from conversations.api_persona.finding import not_found, person_of, personality_of
from conversations.api_persona.openapi import MINDS, described
from conversations.models import Memory, Person
from twins.models import Personality


class MemoryIn(Shape):
    personalityId = Id(help_text="Who is to remember it.")
    text = Text(max_length=memory.LONGEST_TEXT, help_text="In the user's own words: I live in Lisbon.")


class MemoryTextIn(Shape):
    text = Text(max_length=memory.LONGEST_TEXT)


class PersonalityIdIn(Shape):
    personalityId = Id(required=False)


class MemoryOut(Shape):
    id = serializers.CharField(source="pk")
    personalityId = serializers.CharField(source="personality_id", help_text="Who remembers it.")
    subject = serializers.CharField(help_text="A later fact on the same subject replaces it.")
    text = serializers.CharField()
    madeBy = serializers.CharField(source="made_by", help_text="rules, llm or hand.")
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")


class MemoryListOut(Shape):
    memoryBlocks = MemoryOut(many=True)


class MemoryView(PersonaView):
    """Routes of one user's memory."""

    def whose(self, user_id: str) -> tuple[Person, Personality | None]:
        """The user, and the personality that the query names."""
        named = self.read(PersonalityIdIn, self.request.query_params).get("personalityId")
        return person_of(self.account, user_id), personality_of(self.account, named) if named else None

    def fact(self, user_id: str, memory_id: str) -> Memory:
        return memory.of(person_of(self.account, user_id)).filter(pk=memory_id).first() or not_found("memory")


class MemoriesView(MemoryView):
    @described(
        "getMemory", "Memory fetched successfully", MemoryListOut(), parameters=[MINDS], refusals=(400, 404)
    )  # fmt: skip
    def get(self, request: Request, user_id: str) -> Response:
        """What is remembered of a user, oldest first."""
        rows = memory.of(*self.whose(user_id)).order_by("created_at", "pk")
        return success("Memory fetched successfully", {"memoryBlocks": MemoryOut(rows, many=True).data})

    @described(
        "createMemory",
        "Memory created successfully",
        MemoryOut(),
        request=MemoryIn,
        status=(201,),
        refusals=(404,),
        example={"personalityId": "p-amara", "text": "I live in Lisbon."},
    )
    @idempotent
    def post(self, request: Request, user_id: str) -> Response:
        """Have a personality remember something of a user; it replaces what was known on the same subject."""
        fields = self.read(MemoryIn)
        person, personality = person_of(self.account, user_id), personality_of(self.account, fields["personalityId"])
        row = memory.write(person, personality, fields["text"])
        return success("Memory created successfully", MemoryOut(row).data, HTTPStatus.CREATED)

    @described("clearMemory", "Memory cleared successfully", parameters=[MINDS], refusals=(400, 404))
    def delete(self, request: Request, user_id: str) -> Response:
        """Forget everything about a user, or what one personality remembers."""
        memory.forget(*self.whose(user_id))
        return success("Memory cleared successfully", [])


class MemoryFactView(MemoryView):
    @described("updateMemory", "Memory updated successfully", MemoryOut(), request=MemoryTextIn, refusals=(404,))
    def patch(self, request: Request, user_id: str, memory_id: str) -> Response:
        """Correct what is remembered."""
        fact = self.fact(user_id, memory_id)
        row = memory.correct(fact, self.read(MemoryTextIn)["text"])
        return success("Memory updated successfully", MemoryOut(row).data)

    @described("deleteMemory", "Memory deleted successfully", refusals=(404,))
    def delete(self, request: Request, user_id: str, memory_id: str) -> Response:
        """Forget one thing."""
        self.fact(user_id, memory_id).delete()
        return success("Memory deleted successfully", [])
