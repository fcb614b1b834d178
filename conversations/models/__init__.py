"""What is said: chat sessions and their messages, what is kept of them, and live conversations."""

from conversations.models.calls import Conversation, ConversationEvent, Participant
from conversations.models.chat import ChatSession, Message
from conversations.models.memory import Digest, Memory, Summary, new_digest_id, new_memory_id
from conversations.models.people import Person, new_person_id

__all__ = [
    "ChatSession",
    "Conversation",
    "ConversationEvent",
    "Digest",
    "Memory",
    "Message",
    "Participant",
    "Person",
    "Summary",
    "new_digest_id",
    "new_memory_id",
    "new_person_id",
]
