"""The admin site of videos: each is a job, with its stage, progress and error, and can be retried or cancelled."""

from typing import Any

import cv2
from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from avatarsite.core.admin_jobs import STATE, JobAdmin
from avatarsite.core.erasing import ErasingAdmin
from avatarsite.core.jobs import Status
from twins.admin import TwinAdmin
from twins.admin_owned import OwnedAdmin
from twins.admin_people import ReplicaAdmin
from twins.models import Replica, Twin
from twins.tts import voices
from videos import selectors
from videos.contact_sheet import contact_sheet
from videos.faces import face_of
from videos.forms import LipsyncForm
from videos.models import Lipsync, Video
from videos.stills import portrait_file

READS_WORDS = "conversations.view_message"  # the right to read what people and twins said to each other
TIMES = ("created_at", "not_before", "playable_at", "finished_at", "heartbeat_at")
SHEET_PIXELS = 256  # of one picture of a contact sheet
OUTPUTS = {
    "MP4": selectors.file_url,
    "WebM with alpha": selectors.webm_url,
    "HLS": selectors.hls_url,
    "stream": selectors.stream_url,
    "captions": selectors.captions_url,
    "poster": selectors.poster_url,
    "preview": selectors.preview_url,
    "timings": selectors.timings_url,
}


@admin.register(Video)
class VideoAdmin(ErasingAdmin, JobAdmin):
    """Read-only, apart from the actions. Deleting takes the files along."""

    list_display = ("job", "whose", "doing", "error", "where")
    list_filter = ("status", "purpose", "queue", "error_code")
    list_select_related = ("twin",)
    list_per_page = 50
    search_fields = ("id", "=twin__id", "twin__name")
    search_help_text = "A video's id, or a twin's name or id."
    date_hierarchy = "created_at"

    def get_fieldsets(self, request: HttpRequest, obj: Video | None = None) -> Any:
        """What a reply says is shown to those only who may read conversations."""
        job = ("Job", {"fields": [*STATE, "where", "engines"]})
        what = (None, {"fields": ["id", "twin", "replica", "owner", "purpose", "source", "seconds", "size"]})
        times = ("Times", {"fields": TIMES})
        said = ("Clip", {"fields": ["player", "outputs", "script"]})
        shown = obj is None or obj.source != Video.Source.REPLY or request.user.has_perm(READS_WORDS)
        return [what, said, job, times] if shown else [what, job, times]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Video | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Video | None = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_manage_permission(request)

    @admin.display(description="duration", ordering="duration")
    def seconds(self, video: Video) -> str:
        return "–" if video.duration is None else f"{video.duration:.1f}\N{NO-BREAK SPACE}s"

    @admin.display(description="twin, purpose", ordering="twin__name")
    def whose(self, video: Video) -> SafeString:
        what = (
            f"{video.get_purpose_display()}, {self.seconds(video)}" if video.duration else video.get_purpose_display()
        )
        return format_html('{}<span class="under">{}</span>', video.twin or "–", what)

    @admin.display(description="picture")
    def size(self, video: Video) -> str:
        return f"{video.width} × {video.height}, {video.fps} pictures per second"

    @admin.display(description="clip")
    def player(self, video: Video) -> SafeString | str:
        if video.status != Status.READY or not video.file:
            return "It can be played here once it is ready."
        return format_html(
            '<video class="player" controls preload="metadata" width="320" src="{}" poster="{}">'
            '<track kind="captions" label="Captions" src="{}"></video>',
            selectors.file_url(video, "") or "",
            selectors.poster_url(video, "") or "",
            selectors.captions_url(video, "") or "",
        )

    @admin.display(description="files")
    def outputs(self, video: Video) -> SafeString | str:
        if video.status in (Status.ERROR, Status.CANCELLED):
            return "–"
        found = ((url, name) for name, url_of in OUTPUTS.items() if (url := url_of(video, "")))
        return format_html_join(" · ", '<a href="{}">{}</a>', found)


@admin.register(Lipsync)
class LipsyncAdmin(OwnedAdmin, JobAdmin):
    """Belongs to whoever asks for it by the form; afterwards read-only, apart from the actions."""

    form = LipsyncForm
    autocomplete_fields = ()
    list_display = ("job", "name", "whose", "doing", "error", "seconds")
    list_filter = ("status", "error_code")
    search_fields = ("id", "name", "owner__email")
    search_help_text = "An id, a name, or the owner's e-mail address."
    readonly_fields = (*STATE, "where", "seconds", "player")

    def get_fieldsets(self, request: HttpRequest, obj: Lipsync | None = None) -> Any:
        if obj is None:
            note = "An MP4 in which a person speaks, and the MP3 or WAV that they are to say: 3 seconds to 5 minutes."
            return [(None, {"fields": ["name", "film", "sound"], "description": note})]
        job = ("Job", {"fields": [*STATE, "where", "seconds", "created_at", "finished_at"]})
        return [(None, {"fields": ["id", "name", "owner"]}), ("Film", {"fields": ["player"]}), job]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_manage_permission(request)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Lipsync:
        super().save_form(request, form, change)  # what the admin site expects of a form
        made: Lipsync = form.make(request.user)
        return made

    def save_model(self, request: HttpRequest, obj: Lipsync, form: Any, change: bool) -> None:
        """The service has stored it."""

    @admin.display(description="duration", ordering="duration")
    def seconds(self, lipsync: Lipsync) -> str:
        return "–" if lipsync.duration is None else f"{lipsync.duration:.1f} s"

    @admin.display(description="film")
    def player(self, lipsync: Lipsync) -> SafeString | str:
        url = selectors.stored_url(lipsync.file, "")
        if url is None:
            return "It can be played here once it is ready."
        return format_html('<video class="player" controls preload="metadata" width="320" src="{}"></video>', url)


class ReplicaWithPicturesAdmin(ReplicaAdmin):
    """The replicas' admin, seen from here: their faces are drawn, and looked at closely."""

    readonly_fields = (*ReplicaAdmin.readonly_fields, "picture")

    def get_fieldsets(self, request: HttpRequest, obj: Replica | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return [*fieldsets[:1], ("Face", {"fields": ["picture"]}), *fieldsets[1:]] if obj else fieldsets

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<slug:replica_id>/picture.jpg", wrap(self.picture_view), name="twins_replica_picture"),
            path("<slug:replica_id>/sheet.jpg", wrap(self.sheet_view), name="twins_replica_sheet"),
            *super().get_urls(),
        ]

    def picture_view(self, request: HttpRequest, replica_id: str) -> FileResponse:
        return FileResponse(portrait_file(self._shown(request, replica_id)).open("rb"), content_type="image/jpeg")

    def sheet_view(self, request: HttpRequest, replica_id: str) -> HttpResponse:
        """Mouths, eyes and frames of a clip on one picture; made anew each time, in some seconds."""
        face = face_of(self._shown(request, replica_id))
        sheet = contact_sheet(face, SHEET_PIXELS, voices.VOICES[0].id)
        _, encoded = cv2.imencode(".jpg", sheet[:, :, ::-1])
        return HttpResponse(encoded.tobytes(), content_type="image/jpeg")

    def _shown(self, request: HttpRequest, replica_id: str) -> Replica:
        replica: Replica | None = self.get_object(request, replica_id)
        if replica is None or not replica.usable or not self.has_view_permission(request, replica):
            raise Http404
        return replica

    @admin.display(description="face")
    def picture(self, replica: Replica) -> SafeString | str:
        if not replica.usable:
            return "It can be seen here once it is trained." if not replica.revoked_at else "It is not shown any more."
        links = [reverse(f"admin:twins_replica_{name}", args=[replica.pk]) for name in ("picture", "sheet")]
        words = '<img class="face face-large" src="{}" alt="The face"><a href="{}">Mouths, eyes and a talking clip</a>'
        return format_html(words, *links)


class TwinWithVideosAdmin(TwinAdmin):
    """The twins' admin, seen from here: videos are linked."""

    fieldsets = (*TwinAdmin.fieldsets, ("What was made of it", {"fields": ["clips"]}))
    readonly_fields = (*TwinAdmin.readonly_fields, "clips")

    @admin.display(description="videos")
    def clips(self, twin: Twin) -> SafeString | str:
        if twin._state.adding:
            return "None yet."
        url = reverse("admin:videos_video_changelist", query={"twin__id__exact": twin.pk})
        return format_html('<a href="{}">{} videos</a>', url, twin.videos.count())


for _model, _admin in ((Twin, TwinWithVideosAdmin), (Replica, ReplicaWithPicturesAdmin)):
    admin.site.unregister(_model)
    admin.site.register(_model, _admin)
