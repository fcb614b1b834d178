"""A conversation as this dialect shows it, and what its customer is told of it."""

from typing import Any

from rest_framework import serializers

from conversations.api_tavus.door import iso
from conversations.api_tavus.openapi import Shape
from conversations.models import Conversation, ConversationEvent


class ConversationFacts(Shape):
    conversation_id = serializers.CharField()
    conversation_name = serializers.CharField()
    status = serializers.ChoiceField(Conversation.Status.choices)
    conversation_url = serializers.URLField(help_text="The room's page. With require_auth it asks for a token.")
    callback_url = serializers.CharField(allow_blank=True)
    replica_id = serializers.CharField(allow_null=True)
    persona_id = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class NewConversationOut(ConversationFacts):
    meeting_token = serializers.CharField(required=False, help_text="With require_auth: /c/<id>?t=<token> joins.")


class ConversationOut(ConversationFacts):
    updated_at = serializers.DateTimeField()
    events = serializers.ListField(child=serializers.JSONField(), required=False, help_text="With verbose=true.")
    shutdown_reason = serializers.CharField(required=False, help_text="With verbose=true, once it has ended.")


def created(call: Conversation) -> dict[str, Any]:
    return _facts(call) | ({"meeting_token": call.room_token} if call.require_auth else {})


def shown(call: Conversation) -> dict[str, Any]:
    return {**_facts(call), "updated_at": iso(call.updated_at)}


def verbose(call: Conversation) -> dict[str, Any]:
    """With what happened in it."""
    ended = {"shutdown_reason": call.shutdown_reason} if call.shutdown_reason else {}
    return {**shown(call), "events": [_event(row) for row in call.events.all()], **ended}


def webhook(row: ConversationEvent) -> dict[str, Any]:
    """What the customer is told of something that happened."""
    return {
        "properties": row.properties,
        "conversation_id": row.conversation_id,
        "webhook_url": row.conversation.webhook_url,
        "event_type": row.event_type,
        "message_type": row.message_type,
        "timestamp": iso(row.at),
    }


def room_url(call: Conversation) -> str:
    """The room's page; a private room's address does not open it by itself."""
    address = f"{call.base_url}/c/{call.pk}"
    return address if call.require_auth else f"{address}?t={call.room_token}"


def _facts(call: Conversation) -> dict[str, Any]:
    return {
        "conversation_id": call.pk,
        "conversation_name": call.name,
        "status": call.status,
        "conversation_url": room_url(call),
        "callback_url": call.webhook_url,
        "replica_id": call.replica_id,
        "persona_id": call.personality_id,
        "created_at": iso(call.created_at),
    }


def _event(row: ConversationEvent) -> dict[str, Any]:
    """As `webhook`, under the names of the list of events; newer clients read the reason of a shutdown as `reason`."""
    reason = {"reason": row.properties["shutdown_reason"]} if "shutdown_reason" in row.properties else {}
    return {
        "event_type": row.event_type,
        "message_type": row.message_type,
        "timestamp": iso(row.at),
        "properties": {**row.properties, **reason},
    }
