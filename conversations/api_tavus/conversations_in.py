"""The body of a new conversation: what is asked for, as fields of a call."""

import json
import time
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import User
from conversations import calls
from conversations.api_tavus import fields
from conversations.api_tavus.door import bad_request, unknown
from conversations.api_tavus.fields import Body
from conversations.calling import voice_of
from twins import selectors as twins
from twins.models import Document, Personality, Replica
from twins.tts import languages

STRATEGIES = ("speed", "quality", "balanced")
LONGEST_NAME, LONGEST_GREETING = 200, 2_000
SECRET = ("livekit_room_token", "aws_assume_role_arn", "recording_storage")
CLOCKS = {"max_call_duration": 3600, "participant_left_timeout": 0, "participant_absent_timeout": 300}
SWITCHES = ("enable_recording", "enable_closed_captions", "enable_transcription", "apply_greenscreen")
PLACES = ("recording_s3_bucket_name", "recording_s3_bucket_region", "livekit_ws_url", "livekit_room_token")


def asked(body: Body, owner: User) -> dict[str, Any]:
    """The fields of the call that a body asks for, with its `documents`. Raises ApiError 400 with the field."""
    personality = _persona(body, owner)
    replica = _replica(body, owner, personality)
    if not replica.usable:
        raise bad_request(f"replica_id: the replica cannot be used. {replica.trouble}")
    if voice_of(owner, replica, personality) is None:
        raise bad_request("replica_id: the replica has no voice, and neither has the persona.")
    chosen = personality or _default_persona()
    name = fields.text(body, "conversation_name", most=LONGEST_NAME).strip()
    return {
        "personality": chosen,
        "replica": replica,
        "name": name or f"New Conversation {int(time.time() * 1000)}",
        "context": fields.text(body, "conversational_context"),
        "greeting": fields.text(body, "custom_greeting", most=LONGEST_GREETING),
        "webhook_url": fields.url(body, "callback_url"),
        "audio_only": fields.truth(body, "audio_only"),
        "test_mode": fields.truth(body, "test_mode"),
        "require_auth": fields.truth(body, "require_auth"),
        "max_participants": fields.whole(body, "max_participants", default=None, least=2),
        "memory_stores": fields.texts(body, "memory_stores"),
        "documents": _documents(body, owner),
        "document_tags": fields.texts(body, "document_tags"),
        "retrieval_strategy": fields.choice(body, "document_retrieval_strategy", STRATEGIES, default="balanced"),
        **_properties(fields.mapping(body, "properties")),
    }


def _persona(body: Body, owner: User) -> Personality | None:
    key = fields.text(body, "persona_id") or fields.text(body, "pal_id")
    if not key:
        return None
    rows = Personality.objects.filter(Q(owner=owner) | Q(owner=None)).select_related("twin__voice", "twin__replica")
    return rows.filter(pk=key).first() or unknown("persona_id")


def _replica(body: Body, owner: User, personality: Personality | None) -> Replica:
    """The one that is named, or the persona's own."""
    key = fields.text(body, "replica_id") or fields.text(body, "face_id")
    if key:
        return twins.replica_for(owner, key) or unknown("replica_uuid")
    if personality is None:
        raise bad_request("replica_id or persona_id is required")
    twin = personality.twin
    own = personality.default_replica or (twin.replica if twin else None)
    if own is None and fields.truth(body, "chat"):  # in writing, any face will do
        own = _default_persona().default_replica
    if own is None:
        raise bad_request("replica_id is required: the persona has no default replica")
    return own


def _default_persona() -> Personality:
    """Who answers when only a replica is named: CALL_PERSONA, or else the first stock persona."""
    stock: QuerySet[Personality] = Personality.objects.filter(owner=None)
    chosen = stock.filter(pk=settings.CALL_PERSONA).first() or stock.order_by("created_at", "pk").first()
    if chosen is None:
        raise bad_request("persona_id is required: there is no default persona")
    return chosen


def _documents(body: Body, owner: User) -> list[Document]:
    keys = fields.texts(body, "document_ids")
    found = {row.pk: row for row in Document.objects.filter(owner=owner, pk__in=keys)}
    missing = [key for key in keys if key not in found]
    if missing:
        raise bad_request(f"document_ids: there is no document {missing[0]}")
    return list(found.values())


def _properties(given: Body) -> dict[str, Any]:
    """Clocks and language as fields, the rest as it was given; what is secret of it is kept encrypted."""
    clocks = {name: fields.whole(given, name, default=default) for name, default in CLOCKS.items()}
    for name in SWITCHES:
        given = {**given, name: fields.truth(given, name)} if given.get(name) is not None else given
    for name in PLACES:
        fields.text(given, name, most=fields.MOST_URL)
    secret = {name: given[name] for name in SECRET if given.get(name)}
    return {
        "max_duration": clocks["max_call_duration"],
        "left_timeout": clocks["participant_left_timeout"],
        "absent_timeout": clocks["participant_absent_timeout"],
        "language": _language(fields.text(given, "language", most=60).strip()),
        "properties": {name: value for name, value in given.items() if name not in SECRET},
        "secrets": json.dumps(secret) if secret else "",
    }


def _language(name: str) -> str:
    """Its code; "multilingual" stays that, "" is the persona's."""
    if name.lower() in ("", calls.MULTILINGUAL):
        return name.lower()
    try:
        return languages.resolve(name)
    except EngineFailed as error:
        known = ", ".join(language.name for language in languages.LANGUAGES)
        raise bad_request(f"language: not one of these: multilingual, {known}") from error
