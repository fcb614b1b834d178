"""Routes. Each dialect has its prefix; a path and the same path with a trailing slash are one route."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from avatarsite.core.api import health, metrics
from conversations import api_chat, hosted, logins, pages, pages_making, pages_providers, room
from videos import hooks

VIDEO = r"^video/(?P<key>[0-9A-Za-z.-]{1,80})"
SESSION = r"^api/session/(?P<token>[0-9A-Za-z_-]{1,64})"

# Swagger UI brings inline styles; its script comes from an address of its own, so that scripts stay forbidden inline.
documentation = csp_update({"style-src": [SELF, UNSAFE_INLINE]})(SpectacularSwaggerSplitView.as_view(url_name="schema"))

login = logins.limited(LoginView.as_view(template_name="login.html", redirect_authenticated_user=True))

urlpatterns = [
    path("", pages.home, name="home"),
    path("chat/<slug:twin_id>", pages.chat, name="chat"),
    path("login", login, name="login"),
    path("logout", LogoutView.as_view(next_page="home"), name="logout"),
    path("twins/new", pages_making.make, name="make-twin"),
    path("twins/<slug:twin_id>/progress", pages_making.progress, name="twin-progress"),
    path("twins/<slug:twin_id>/again", pages_making.again, name="twin-again"),
    path("twins/<slug:twin_id>/revoke", pages_making.revoke, name="twin-revoke"),
    path("providers", pages_providers.own, name="providers"),
    path("providers/site", pages_providers.site, name="providers-site"),
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
    path("c/<slug:call_id>", room.page, name="room"),
    path("c/<slug:call_id>/join", room.join),
    path("c/<slug:call_id>/seen", room.seen),
    path("c/<slug:call_id>/leave", room.leave),
    path("c/<slug:call_id>/history", room.history),
    path("c/<slug:call_id>/clips/<slug:video_id>", room.clip),
    path("c/<slug:call_id>/say", room.say),
    re_path(rf"{VIDEO}$", hosted.page, name="hosted"),
    re_path(rf"{VIDEO}/embed$", hosted.embed, name="hosted-embed"),
    re_path(rf"{VIDEO}/state$", hosted.state, name="hosted-state"),
    re_path(rf"{VIDEO}/poster\.jpg$", hosted.poster, name="hosted-poster"),
    re_path(rf"{VIDEO}/video\.mp4$", hosted.film, name="hosted-film"),
    re_path(rf"{VIDEO}/delete$", hosted.delete, name="hosted-delete"),
    path("v1/", include("conversations.api_persona.urls")),
    path("v2/", include("conversations.api_tavus.urls")),
    path("openai/v1/", include("conversations.api_openai.urls")),
    path("docs", RedirectView.as_view(pattern_name="docs")),
    path("docs/", documentation, name="docs"),
    path("docs/openapi.json", SpectacularJSONAPIView.as_view(), name="schema"),
    path("hooks/<slug:vendor>/<str:token>", hooks.ring),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.show, name="metrics"),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/login/", logins.limited(admin.site.login)),
    path("admin/", admin.site.urls),
]
handler404 = "conversations.pages.not_found"
handler500 = "conversations.pages.server_error"
