"""The routes of the Persona dialect; a path and the same path with a trailing slash are one route."""

import re
from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, re_path

from avatarsite.core.api.apart import apart
from conversations.api_persona import (
    audio,
    chats,
    consents,
    lipsyncs,
    memories,
    personalities,
    providers,
    replicas,
    sessions,
    streams,
    twins,
    users,
    videos,
    voices,
    webhooks,
)
from conversations.api_persona.envelope import no_such_route

ID = "[0-9A-Za-z_-]{1,40}"
STREAMS = (
    "setupConnection",
    "startConnection",
    "sendNetworkInfo",
    "startStream",
    "startLlmStream",
    "deleteStream",
    "ping",
)


def route(path: str, view: Callable[..., Any], name: str) -> URLPattern:
    """`path` with {names} of ids."""
    pattern = re.sub(r"{(\w+)}", rf"(?P<\1>{ID})", path)
    found: URLPattern = re_path(rf"^{pattern}/?$", view, name=f"v1-{name}")
    return found


PERSONALITY = "personalities/{personalityId}"
urlpatterns = [
    route("users", users.UsersView.as_view(), "users"),
    route("users/{userId}", users.UserView.as_view(), "user"),
    route("users/{userId}/memory", memories.MemoriesView.as_view(), "memories"),
    route("users/{userId}/memory/{memoryId}", memories.MemoryFactView.as_view(), "memory"),
    route("twins", apart(twins.TwinsView.as_view()), "twins"),
    route("twins/{twinId}", apart(twins.TwinView.as_view()), "twin"),
    route("twins/{twinId}/image", twins.TwinImageView.as_view(), "twin-image"),
    route("twins/{twinId}/personalities", twins.TwinPersonalitiesView.as_view(), "twin-personalities"),
    route("replicas", apart(replicas.ReplicasView.as_view()), "replicas"),
    route("replicas/{replicaId}", replicas.ReplicaView.as_view(), "replica"),
    route("consents", consents.ConsentsView.as_view(), "consents"),
    route("consents/{consentId}", consents.ConsentView.as_view(), "consent"),
    route("consents/{consentId}/clip", apart(consents.ConsentClipView.as_view()), "consent-clip"),
    route("consents/{consentId}/revoke", consents.ConsentRevokeView.as_view(), "consent-revoke"),
    route("voices", apart(voices.VoicesView.as_view()), "voices"),
    route("voices/engines/{engine}", apart(voices.EngineVoicesView.as_view()), "engine-voices"),
    route("voices/{voiceId}", voices.VoiceView.as_view(), "voice"),
    route("languages", voices.LanguagesView.as_view(), "languages"),
    route("lipsyncs", apart(lipsyncs.LipsyncsView.as_view()), "lipsyncs"),
    route("lipsyncs/{lipsyncId}", lipsyncs.LipsyncView.as_view(), "lipsync"),
    route("personalities", apart(personalities.PersonalitiesView.as_view()), "personalities"),
    route(PERSONALITY, apart(personalities.PersonalityView.as_view()), "personality"),
    re_path(
        rf"^personalities/(?P<personalityId>{ID})/files/(?P<fileName>[^\x00]{{1,2000}})$",
        personalities.PersonalityFileView.as_view(),
        name="v1-personality-file",
    ),
    route("sessions", sessions.SessionsView.as_view(), "sessions"),
    route("sessions/average-time", sessions.AverageTimeView.as_view(), "average-time"),
    route("sessions/{sessionId}", sessions.SessionView.as_view(), "session"),
    route("sessions/{sessionId}/history", sessions.HistoryView.as_view(), "history"),
    route("chats", apart(chats.ChatsView.as_view()), "chats"),
    route("videos", videos.waitable(videos.VideosView.as_view()), "videos"),
    route("videos/llm", videos.waitable(videos.LlmVideosView.as_view()), "videos-llm"),
    route("videos/{videoId}", videos.VideoView.as_view(), "video"),
    route("videos/{videoId}/cancel", videos.VideoCancelView.as_view(), "video-cancel"),
    route("audio", apart(audio.AudioView.as_view()), "audio"),
    route("audio/stream", apart(audio.AudioStreamView.as_view()), "audio-stream"),
    route("providers", providers.ProvidersView.as_view(), "providers"),
    route("providers/{vendor}", providers.ProviderView.as_view(), "provider"),
    route("providers/{vendor}/test", apart(providers.ProviderTestView.as_view()), "provider-test"),
    route("webhooks/secret", webhooks.SecretView.as_view(), "webhook-secret"),
    route("webhooks/secret/rotate", webhooks.RotateSecretView.as_view(), "webhook-secret-rotate"),
    route("webhooks/deliveries", webhooks.DeliveriesView.as_view(), "webhook-deliveries"),
    route("webhooks/deliveries/{deliveryId}/retry", webhooks.RetryView.as_view(), "webhook-retry"),
    *(route(f"stream-package/{name}", streams.stream_view(name), f"stream-{name}") for name in STREAMS),
    re_path(r"", no_such_route),
]
