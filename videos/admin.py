"""The admin site of videos: each is a job, with its stage, progress and error, and can be retried or cancelled."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from avatarsite.core import jobs
from avatarsite.core.admin import UserAdmin
from avatarsite.core.jobs import Job, Status
from avatarsite.core.models import User
from twins.admin import TwinAdmin
from twins.models import Twin
from videos import selectors, services
from videos.models import Video

READS_WORDS = "conversations.view_message"  # the right to read what people and twins said to each other
STATE = ("status_pill", "progress_bar", "error")
TIMES = ("created_at", "not_before", "playable_at", "finished_at", "heartbeat_at")


@admin.register(Video)
class VideoAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Read-only, apart from the actions. Deleting takes the files along."""

    actions = ("retry", "cancel")
    list_display = ("job", "whose", *STATE, "seconds", "where")
    list_filter = ("status", "purpose", "queue", "error_code")
    list_select_related = ("twin",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("id", "=twin__id", "twin__name")
    search_help_text = "A video's id, or a twin's name or id."
    date_hierarchy = "created_at"

    class Media:
        js = ("admin_avatarsite/jobs.js",)

    def get_fieldsets(self, request: HttpRequest, obj: Video | None = None) -> Any:
        """What a reply says is shown to those only who may read conversations."""
        job = ("Job", {"fields": [*STATE, "where", "engines"]})
        what = (None, {"fields": ["id", "twin", "owner", "purpose", "source", "seconds", "size"]})
        times = ("Times", {"fields": TIMES})
        said = ("Clip", {"fields": ["player", "script"]})
        shown = obj is None or obj.source != Video.Source.REPLY or request.user.has_perm(READS_WORDS)
        return [what, said, job, times] if shown else [what, job, times]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Video | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Video | None = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_manage_permission(request)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("videos.change_video")

    def delete_model(self, request: HttpRequest, obj: Video) -> None:
        services.erase(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Video]) -> None:
        _erase(queryset)

    @admin.action(description="Try the selected videos again", permissions=["manage"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Video]) -> None:
        words = ("queued again", "Only failed and cancelled videos can be tried again")
        _tell(request, queryset, jobs.retry, *words)

    @admin.action(description="Cancel the selected videos", permissions=["manage"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Video]) -> None:
        words = ("cancelled", "They had ended before")
        _tell(request, queryset, jobs.cancel, *words)

    @admin.display(description="status", ordering="status")
    def status_pill(self, video: Video) -> SafeString:
        return format_html('<span class="pill pill-{}">{}</span>', video.status, video.get_status_display())

    @admin.display(description="progress", ordering="progress")
    def progress_bar(self, video: Video) -> SafeString:
        bar = '<progress max="100" value="{0}">{0} %</progress> {0} %<span class="under">{1}</span>'
        return format_html(bar, video.progress, video.stage)

    @admin.display(description="error", ordering="error_code")
    def error(self, video: Video) -> SafeString | str:
        if not video.error_code:
            return video.status_details or "–"
        return format_html("<code>{}</code> {}", video.error_code, video.status_details)

    @admin.display(description="duration", ordering="duration")
    def seconds(self, video: Video) -> str:
        return "–" if video.duration is None else f"{video.duration:.1f} s"

    @admin.display(description="queue, attempt, worker", ordering="queue")
    def where(self, video: Video) -> str:
        return ", ".join(filter(None, [video.queue, f"attempt {video.attempt}", video.worker]))

    @admin.display(description="id, created", ordering="created_at")
    def job(self, video: Video) -> SafeString:
        created = f"{timezone.localtime(video.created_at):%Y-%m-%d %H:%M:%S}"
        return format_html('{}<span class="under">{}</span>', video.pk, created)

    @admin.display(description="twin, purpose", ordering="twin__name")
    def whose(self, video: Video) -> SafeString:
        return format_html('{}<span class="under">{}</span>', video.twin or "–", video.get_purpose_display())

    @admin.display(description="picture")
    def size(self, video: Video) -> str:
        return f"{video.width} × {video.height}, {video.fps} pictures per second"

    @admin.display(description="clip")
    def player(self, video: Video) -> SafeString | str:
        if video.status != Status.READY or not video.file:
            return "It can be played here once it is ready."
        return format_html(
            '<video class="player" controls preload="metadata" width="320" height="320" src="{}" poster="{}">'
            '<track kind="captions" label="Captions" src="{}"></video>',
            selectors.file_url(video, "") or "",
            selectors.poster_url(video, "") or "",
            selectors.captions_url(video, "") or "",
        )


def _erase(videos: Iterable[Video]) -> None:
    for video in videos:
        services.erase(video)


def _tell(request: HttpRequest, videos: Iterable[Video], act: Callable[[Job], bool], done: str, why_not: str) -> None:
    """Act on each, and say how many it was done to, and why not to the others."""
    results = [act(video) for video in videos]
    if any(results):
        messages.success(request, f"{sum(results)} of {len(results)} {done}.")
    if not all(results):
        messages.warning(request, f"{results.count(False)} of {len(results)} left as they were. {why_not}.")


class TwinWithVideosAdmin(TwinAdmin):
    """The twins' admin, seen from here: videos are linked, and their files go with their twin."""

    fieldsets = (*TwinAdmin.fieldsets, ("What was made of it", {"fields": ["clips"]}))
    readonly_fields = (*TwinAdmin.readonly_fields, "clips")

    def delete_model(self, request: HttpRequest, obj: Twin) -> None:
        _erase(obj.videos.all())
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Twin]) -> None:
        _erase(Video.objects.filter(twin__in=queryset))
        super().delete_queryset(request, queryset)

    @admin.display(description="videos")
    def clips(self, twin: Twin) -> SafeString | str:
        if twin._state.adding:
            return "None yet."
        url = reverse("admin:videos_video_changelist", query={"twin__id__exact": twin.pk})
        return format_html('<a href="{}">{} videos</a>', url, twin.videos.count())


class UserWithVideosAdmin(UserAdmin):
    """The users' admin, seen from here: the files of a user's videos go with the user."""

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        _erase(_videos_of([obj]))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        _erase(_videos_of(queryset))
        super().delete_queryset(request, queryset)


def _videos_of(users: Iterable[User]) -> QuerySet[Video]:
    return Video.objects.filter(Q(owner__in=users) | Q(twin__owner__in=users))


for model, with_videos in ((Twin, TwinWithVideosAdmin), (get_user_model(), UserWithVideosAdmin)):
    admin.site.unregister(model)
    admin.site.register(model, with_videos)
