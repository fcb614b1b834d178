"""Users: the people of an account who talk to its twins."""

from http import HTTPStatus

from django.db import IntegrityError, transaction
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from conversations import people
from conversations.api_persona.envelope import PersonaView, success
from conversations.api_persona.fields import Shape, Text
from conversations.api_persona.finding import person_of
from conversations.api_persona.memories import MemoryOut
from conversations.api_persona.openapi import described
from conversations.models import Person


class UserIn(Shape):
    email = serializers.EmailField(required=False, max_length=254, help_text="To find the user by; once per account.")
    name = Text(required=False, max_length=120)


class EmailIn(Shape):
    email = serializers.EmailField(max_length=254)


class UserOut(Shape):
    id = serializers.CharField()
    email = serializers.CharField()
    name = serializers.CharField()
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")
    memoryBlocks = MemoryOut(source="memories", many=True, help_text="What personalities remember of this user.")


class UserIdOut(Shape):
    personaUserId = serializers.CharField(source="pk")


class UsersView(PersonaView):
    @described(
        "createUser",
        "User with memory created successfully",
        UserOut(),
        request=UserIn,
        status=(201,),
        example={"email": "ada@example.com", "name": "Ada"},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Create a user, with an empty memory."""
        fields = self.read(UserIn)
        fields["email"] = fields.get("email", "").lower()
        try:
            with transaction.atomic():
                person = Person.objects.create(owner=self.account, **fields)
        except IntegrityError as error:
            words = "email: a user with this address exists; find it with GET /v1/users?email=."
            raise ApiError(HTTPStatus.CONFLICT, words, "email_taken") from error
        return success("User with memory created successfully", UserOut(person).data, HTTPStatus.CREATED)

    @described(
        "getPersonaUserIdByEmail",
        "Persona user ID fetched successfully.",
        UserIdOut(),
        parameters=[OpenApiParameter("email", str, required=True)],
        refusals=(400, 404),
    )
    def get(self, request: Request) -> Response:
        """Find a user's id by the e-mail address."""
        email = self.read(EmailIn, request.query_params)["email"].lower()
        person = Person.objects.filter(owner=self.account, email=email).first()
        if person is None:
            raise ApiError(HTTPStatus.NOT_FOUND, "There is no such user.", "user_not_found")
        return success("Persona user ID fetched successfully.", UserIdOut(person).data)


class UserView(PersonaView):
    @described("getUser", "User fetched successfully", UserOut(), refusals=(404,))
    def get(self, request: Request, user_id: str) -> Response:
        """A user with what is remembered of them."""
        return success("User fetched successfully", UserOut(person_of(self.account, user_id)).data)

    @described("deleteUser", "User deleted successfully", refusals=(404,))
    def delete(self, request: Request, user_id: str) -> Response:
        """Erase a user with everything that belongs to them: sessions, messages, videos with their files, memory."""
        people.erase_person(person_of(self.account, user_id))
        return success("User deleted successfully", [])
