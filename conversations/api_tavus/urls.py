"""The routes of this dialect; a path and the same path with a trailing slash are one route, without a redirect."""

import re
from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, re_path

from avatarsite.core.api.apart import apart
from conversations.api_tavus import (
    account,
    account_webhooks,
    conversations,
    dictionaries,
    documents,
    guardrails,
    lipsync,
    memories,
    objectives,
    pals,
    personas,
    replicas,
    speech,
    tools,
    videos,
    videos_read,
    voices,
)
from conversations.api_tavus.door import no_such_route
from conversations.api_tavus.plain import polled

ID = "[0-9A-Za-z_-]{1,60}"
NAME = "[^/]{1,200}"  # given by customers


def route(path: str, view: Callable[..., Any], name: str) -> URLPattern:
    """`path` with {names} of ids; {store} is a name."""
    pattern = re.sub(r"{(\w+)}", rf"(?P<\1>{ID})", path.replace("{store}", f"(?P<store>{NAME})"))
    found: URLPattern = re_path(rf"^{pattern}/?$", view, name=f"v2-{name}")
    return found


urlpatterns = [
    route("personas", personas.PersonasView.as_view(), "personas"),
    route("personas/{persona_id}", personas.PersonaView.as_view(), "persona"),
    route("personas/{persona_id}/context", personas.PersonaContextView.as_view(), "persona-context"),
    route("personas/{persona_id}/tools", tools.PersonaToolsView.as_view(), "persona-tools"),
    route("personas/{persona_id}/tools/{tool_id}", tools.PersonaToolView.as_view(), "persona-tool"),
    route("tools", tools.ToolsView.as_view(), "tools"),
    route("tools/{tool_id}", tools.ToolView.as_view(), "tool"),
    route("guardrails", guardrails.GuardrailsView.as_view(), "guardrails"),
    route("guardrails/tags", guardrails.GuardrailTagsView.as_view(), "guardrail-tags"),
    route("guardrails/{guardrail_id}", guardrails.GuardrailView.as_view(), "guardrail"),
    route("objectives", objectives.ObjectivesListView.as_view(), "objectives-list"),
    route("objectives/{objectives_id}", objectives.ObjectivesView.as_view(), "objectives"),
    route("pronunciation-dictionaries", dictionaries.DictionariesView.as_view(), "dictionaries"),
    route("pronunciation-dictionaries/{dictionary_id}", dictionaries.DictionaryView.as_view(), "dictionary"),
    route("documents", documents.DocumentsView.as_view(), "documents"),
    route("documents/tags", documents.DocumentTagsView.as_view(), "document-tags"),
    route("documents/{document_id}", documents.DocumentView.as_view(), "document"),
    route("documents/{document_id}/recrawl", documents.RecrawlView.as_view(), "document-recrawl"),
    route("documents/{document_id}/chunks", documents.DocumentChunksView.as_view(), "document-chunks"),
    route("voices", voices.VoicesView.as_view(), "voices"),
    route("voices/{voice_id}/sample.mp3", voices.voice_sample, "voice-sample"),
    route("memories/{store}", memories.MemoryStoreView.as_view(), "memory-store"),
    route("memories/{store}/{memory_id}", memories.MemoryView.as_view(), "memory"),
    route("conversations", conversations.ConversationsView.as_view(), "conversations"),
    route("conversations/{conversation_id}", conversations.ConversationView.as_view(), "conversation"),
    route("conversations/{conversation_id}/end", conversations.EndView.as_view(), "conversation-end"),
    route("conversations/{conversation_id}/respond", apart(conversations.RespondView.as_view()), "conversation-turn"),
    route("usage", account.UsageView.as_view(), "usage"),
    route("webhooks/secret", account_webhooks.SecretView.as_view(), "webhook-secret"),
    route("webhooks/secret/rotate", account_webhooks.RotateSecretView.as_view(), "webhook-secret-rotate"),
    route("webhooks/deliveries", account_webhooks.DeliveriesView.as_view(), "webhook-deliveries"),
    route("webhooks/deliveries/{delivery_id}/retry", account_webhooks.RetryView.as_view(), "webhook-retry"),
    route("replicas", replicas.ReplicasView.as_view(), "replicas"),
    route("replicas/{replica_id}", replicas.ReplicaView.as_view(), "replica"),
    route("replicas/{replica_id}/name", replicas.ReplicaNameView.as_view(), "replica-name"),
    route("pals", pals.under_new_names(personas.PersonasView), "pals"),
    route("pals/{pal_id}", pals.under_new_names(personas.PersonaView), "pal"),
    route("pals/{pal_id}/context", pals.under_new_names(personas.PersonaContextView), "pal-context"),
    route("pals/{pal_id}/tools", pals.under_new_names(tools.PersonaToolsView), "pal-tools"),
    route("pals/{pal_id}/tools/{tool_id}", pals.under_new_names(tools.PersonaToolView), "pal-tool"),
    route("faces", pals.under_new_names(replicas.ReplicasView), "faces"),
    route("faces/{face_id}", pals.under_new_names(replicas.ReplicaView), "face"),
    route("faces/{face_id}/name", pals.under_new_names(replicas.ReplicaNameView), "face-name"),
    route("videos", polled(videos.VideosView.as_view(), videos_read.read_videos), "videos"),
    route("videos/{video_id}", polled(videos.VideoView.as_view(), videos_read.read_video), "video"),
    route("videos/{video_id}/name", videos.VideoNameView.as_view(), "video-name"),
    route("speech", speech.SpeechesView.as_view(), "speeches"),
    route("speech/{speech_id}", speech.SpeechView.as_view(), "speech"),
    route("speech/{speech_id}/name", speech.SpeechNameView.as_view(), "speech-name"),
    route("lipsync", lipsync.LipsyncsView.as_view(), "lipsyncs"),
    route("lipsync/{lipsync_id}", lipsync.LipsyncView.as_view(), "lipsync"),
    re_path(r"", no_such_route),
]
