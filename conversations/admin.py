"""The admin site of conversations: for reading only, by staff who were given the right to read them."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from avatarsite.core.erasing import erase
from conversations import calls
from conversations.models import ChatSession, Conversation, ConversationEvent, Message, Participant
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
        with transaction.atomic():
            erase(Video.objects.filter(message__session__in=queryset))
            erase(queryset)

    @admin.display(description="started", ordering="created_at")
    def started(self, session: ChatSession) -> str:
        return f"{timezone.localtime(session.created_at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description="visitor", ordering="user__email")
    def who(self, session: ChatSession) -> str:
        return session.user.email if session.user else "anonymous"

    @admin.display(description="messages", ordering="message_count")
    def messages_said(self, session: Any) -> int:
        return int(session.message_count)


class ParticipantInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = Participant
    fields = readonly_fields = ("name", "joined_at", "seen_at", "left_at")
    can_delete = False


class EventInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """What happened, without what was said."""

    model = ConversationEvent
    fields = readonly_fields = ("at", "event_type")
    can_delete = False


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Read-only, apart from ending. What was said in a call is shown with its session, to those who may read it."""

    actions = ("end",)
    inlines = (ParticipantInline, EventInline)
    list_display = ("started", "name", "owner", "status_pill", "minutes", "who", "shutdown_reason")
    list_filter = ("status", "shutdown_reason", "created_at")
    list_select_related = ("owner", "replica", "personality")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("=id", "name", "owner__email")
    fields = (
        *("id", "name", "owner", "status_pill", "minutes", "who", "session", "language", "created_at", "joined_at"),
        *("left_at", "due_at", "due_reason", "ended_at", "shutdown_reason", "max_duration", "left_timeout"),
        *("absent_timeout", "max_participants", "audio_only", "test_mode", "require_auth"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        rows: QuerySet[Conversation] = super().get_queryset(request)
        return rows.annotate(people=Count("participants"))

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.change_conversation")

    def has_view_permission(self, request: HttpRequest, obj: Conversation | None = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_end_permission(request)

    def delete_model(self, request: HttpRequest, obj: Conversation) -> None:
        calls.erase(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> None:
        for call in queryset:
            calls.erase(call)

    @admin.action(description="End the selected conversations", permissions=["end"])
    def end(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> None:
        ended = sum(calls.end(call, calls.Reason.ASKED) for call in queryset)
        messages.success(request, f"{ended} of {len(queryset)} ended.")

    @admin.display(description="started", ordering="created_at")
    def started(self, call: Conversation) -> str:
        return f"{timezone.localtime(call.created_at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description="status", ordering="status")
    def status_pill(self, call: Conversation) -> SafeString:
        kind = "running" if call.status == calls.ACTIVE else "ready"
        return format_html('<span class="pill pill-{}">{}</span>', kind, call.get_status_display())

    @admin.display(description="minutes")
    def minutes(self, call: Conversation) -> str:
        return f"{calls.seconds(call) / 60:.1f}"

    @admin.display(description="replica, persona, people")
    def who(self, call: Any) -> str:
        names = ", ".join(str(it or "–") for it in (call.replica, call.personality))
        return f"{names}, {call.people} joined"
