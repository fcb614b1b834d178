"""The admin site of conversations: for reading only, by staff who were given the right to read them."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conversations.models import ChatSession, Message
from videos import services as videos
from videos.models import Video


class ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MessageInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """What was said, oldest first."""

    model = Message
    fk_name = "session"
    fields = ("created_at", "role", "text", "clip")
    readonly_fields = ("created_at", "clip")
    ordering = ("pk",)
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).select_related("video")

    @admin.display(description="clip")
    def clip(self, message: Message) -> SafeString | str:
        if message.video is None:
            return "–"
        url = reverse("admin:videos_video_change", args=[message.video.pk])
        return format_html('<a href="{}">{}</a>', url, message.video.get_status_display())


@admin.register(ChatSession)
class ChatSessionAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Read-only. Deleting one, when somebody asks for it, takes its messages, clips and their files along.

    The right to view messages is needed too: who sees the token of a session can read it through the API.
    """

    inlines = (MessageInline,)
    list_display = ("started", "twin", "who", "state", "messages_said", "last_active_at")
    list_filter = ("state", "created_at", ("twin", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("twin", "user")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("=token", "twin__name", "user__email")
    fields = ("token", "twin", "personality", "who", "state", "created_at", "last_active_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChatSession]:
        rows: QuerySet[ChatSession] = super().get_queryset(request)
        return rows.annotate(message_count=Count("messages"))

    def has_view_permission(self, request: HttpRequest, obj: ChatSession | None = None) -> bool:
        return super().has_view_permission(request, obj) and request.user.has_perm("conversations.view_message")

    def delete_model(self, request: HttpRequest, obj: ChatSession) -> None:
        self.delete_queryset(request, ChatSession.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ChatSession]) -> None:
        for video in Video.objects.filter(message__session__in=queryset):
            videos.erase(video)
        super().delete_queryset(request, queryset)

    @admin.display(description="started", ordering="created_at")
    def started(self, session: ChatSession) -> str:
        return f"{timezone.localtime(session.created_at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description="visitor", ordering="user__email")
    def who(self, session: ChatSession) -> str:
        return session.user.email if session.user else "anonymous"

    @admin.display(description="messages", ordering="message_count")
    def messages_said(self, session: Any) -> int:
        return int(session.message_count)
