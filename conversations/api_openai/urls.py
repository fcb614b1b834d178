"""The routes of the OpenAI-compatible dialect; a path and the same path with a trailing slash are one route."""

from django.urls import re_path

from conversations.api_openai import audio, chat, embeddings, transcriptions
from conversations.api_openai.door import no_such_route

urlpatterns = [
    re_path(r"^models/?$", chat.models, name="openai-models"),
    re_path(r"^models/(?P<name>[^/\x00]{1,200})/?$", chat.model, name="openai-model"),
    re_path(r"^chat/completions/?$", chat.completions, name="openai-chat"),
    re_path(r"^embeddings/?$", embeddings.embeddings, name="openai-embeddings"),
    re_path(r"^audio/speech/?$", audio.speech, name="openai-speech"),
    re_path(r"^audio/transcriptions/?$", transcriptions.transcriptions, name="openai-transcriptions"),
    re_path(r"^audio/translations/?$", transcriptions.translations, name="openai-translations"),
    re_path(r"", no_such_route),
]
