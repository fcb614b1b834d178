"""Who speaks: twins, and what each is made of: a face (replica), a voice, a mind (personality) and its knowledge."""

from twins.models.guidance import (
    Guardrail,
    GuardrailSet,
    Objectives,
    PronunciationDictionary,
    Tool,
    new_dictionary_id,
    new_guardrail_id,
    new_objectives_id,
    new_tool_id,
)
from twins.models.knowledge import Chunk, Document, KnowledgeFile, new_document_id, new_knowledge_id
from twins.models.owned import Owned, _image_name
from twins.models.personalities import Personality, new_personality_id
from twins.models.replicas import Consent, Replica, new_consent_id, new_replica_id
from twins.models.twins import Twin, new_twin_id
from twins.models.voices import Voice, VoiceRemoval, new_removal_id, new_voice_id

__all__ = [
    "Chunk",
    "Consent",
    "Document",
    "Guardrail",
    "GuardrailSet",
    "KnowledgeFile",
    "Objectives",
    "Owned",
    "Personality",
    "PronunciationDictionary",
    "Replica",
    "Tool",
    "Twin",
    "Voice",
    "VoiceRemoval",
    "_image_name",
    "new_consent_id",
    "new_dictionary_id",
    "new_document_id",
    "new_guardrail_id",
    "new_knowledge_id",
    "new_objectives_id",
    "new_personality_id",
    "new_removal_id",
    "new_replica_id",
    "new_tool_id",
    "new_twin_id",
    "new_voice_id",
]
