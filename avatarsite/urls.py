"""Routes. Each dialect has its prefix; a path and the same path with a trailing slash are one route."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from avatarsite.core.api import health
from conversations import api_chat, pages

SESSION = r"^api/session/(?P<token>[0-9A-Za-z_-]{1,64})"

# Swagger UI brings inline styles; its script comes from an address of its own, so that scripts stay forbidden inline.
documentation = csp_update({"style-src": [SELF, UNSAFE_INLINE]})(SpectacularSwaggerSplitView.as_view(url_name="schema"))

urlpatterns = [
    path("", pages.home, name="home"),
    path("chat/<slug:twin_id>", pages.chat, name="chat"),
    path("twins/<slug:twin_id>/portrait.jpg", pages.portrait, name="portrait"),
    re_path(r"^api/session/create/?$", api_chat.SessionCreateView.as_view(), name="session-create"),
    re_path(rf"{SESSION}/played/?$", api_chat.PlayedView.as_view(), name="session-played"),
    re_path(rf"{SESSION}/history/?$", api_chat.HistoryView.as_view(), name="session-history"),
    re_path(
        rf"{SESSION}/videos/(?P<video_id>[0-9a-z]{{1,40}})/?$",
        api_chat.SessionVideoView.as_view(),
        name="session-video",
    ),
    re_path(r"^api/chat/?$", api_chat.chat, name="api-chat"),
    re_path(r"^api/chat/stream/?$", api_chat.chat_stream, name="api-chat-stream"),
    path("v1/", include("conversations.api_persona.urls")),
    path("openai/v1/", include("conversations.api_openai.urls")),
    path("docs/", documentation, name="docs"),
    path("docs/openapi.json", SpectacularJSONAPIView.as_view(), name="schema"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
]
handler404 = "conversations.pages.not_found"
handler500 = "conversations.pages.server_error"
