"""Reads of conversations."""

import uuid
from http import HTTPStatus

from avatarsite.core.api.errors import ApiError
from conversations.models import ChatSession


def session_by_token(token: object) -> ChatSession:
    """A visitor's session; raises ApiError 404 for anything else. Knowing the token is the permission."""
    unknown = ApiError(HTTPStatus.NOT_FOUND, "Invalid session token", "session_not_found")
    if not isinstance(token, str | uuid.UUID):
        raise unknown
    try:
        key = uuid.UUID(str(token))
    except ValueError as error:
        raise unknown from error
    whole = ChatSession.objects.select_related("twin__replica", "twin__voice", "personality", "user")
    session = whole.filter(pk=key, person=None, conversation=None).first()  # a call's opens with its room only
    if session is None:
        raise unknown
    return session
