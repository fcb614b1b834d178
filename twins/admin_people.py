"""The admin site of people's faces and voices: training, consent, and what they look and sound like."""

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from avatarsite.core.admin_jobs import STATE, Button, ButtonsAdmin, JobAdmin
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status
from avatarsite.core.models import User
from twins import consents, voices
from twins.admin_owned import OwnedAdmin, StockFilter, face_of
from twins.forms import VoiceForm
from twins.forms_people import ConsentForm, ReplicaForm, SampleForm
from twins.forms_vendors import ABOUT, VendorFacesForm, listed
from twins.models import Consent, Replica, Voice, VoiceRemoval
from twins.previews import preview
from twins.speech import spoken
from twins.tts.base import VoiceChoice
from twins.tts.encoding import encode

SENTENCE = "Hello! This is how I sound. I hope that you like it."
GONE = "The training has failed, and what it was made from is deleted. Send it again as a new replica."
AT_VENDORS = ("The same face at vendors", {"fields": list(VendorFacesForm.base_fields), "description": ABOUT})
READ_AT_VENDORS = ("The same face at vendors", {"fields": ["at_vendors"]})
REVOKES = "The face is never shown again, its links stop working, and jobs that work with it are cancelled."


def played(stored: FieldFile) -> FileResponse:
    if not stored:
        raise Http404
    return FileResponse(stored.open("rb"))


@admin.register(Replica)
class ReplicaAdmin(OwnedAdmin, JobAdmin):
    """Made of a drawn portrait, a photo or a film. The page of one that is being trained keeps itself fresh."""

    form = ReplicaForm
    list_display = ("face", "name", "kind", "whose", "doing", "error")
    list_display_links = ("face", "name")
    list_filter = (StockFilter, "kind", "status")
    search_fields = ("id", "name", "owner__email")
    autocomplete_fields = ("owner", "voice")
    readonly_fields: ClassVar[Any] = (*STATE, "where", "kind", "measured", "agreed", "worn_by", "at_vendors")

    def get_fieldsets(self, request: HttpRequest, obj: Replica | None = None) -> Any:
        looks: list[Any] = ["framing", "voice"]
        if obj is None:
            person = ["photo", "video", "consent", "person", "signed_by"]
            spoken = consents.statement_of_films("(full name)")
            note = f"A photo needs a signed consent. A video must begin with: “{spoken}.”"
            return [
                (None, {"fields": ["name", "owner", "portrait"]}),
                ("Or a person", {"fields": person, "description": note}),
                ("How it is shown and heard", {"fields": looks}),
                AT_VENDORS,
            ]
        at_vendors = AT_VENDORS if self.has_change_permission(request, obj) else READ_AT_VENDORS
        drawn = ["portrait"] if obj.kind == Replica.Kind.DRAWN else []
        return [
            (None, {"fields": ["name", "owner", "kind", *drawn, *looks]}),
            ("Training", {"fields": [*STATE, "where", "measured"]}),
            ("People", {"fields": ["agreed", "worn_by"]}),
            at_vendors,
        ]

    def get_urls(self) -> list[URLPattern]:
        face = path("face/<slug:portrait>.jpg", self.admin_site.admin_view(self.face_view), name="twins_replica_face")
        return [face, *super().get_urls()]

    def face_view(self, request: HttpRequest, portrait: str) -> FileResponse:
        """The picture of a drawn portrait, for lists and forms; anybody who may open the admin site may see it."""
        try:
            response = FileResponse(preview(portrait).open("rb"), content_type="image/jpeg")
        except KeyError as error:
            raise Http404 from error
        response["Cache-Control"] = "private, max-age=86400"
        return response

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Replica:
        """A person's face is made by its service, which stores what was sent and queues the training."""
        row: Replica = super().save_form(request, form, change)
        if change or row.portrait:
            return row
        facts = {"framing": row.framing, "voice": row.voice, "vendor_faces": row.vendor_faces}
        made: Replica = form.make_replica(row.owner, row.name, form.cleaned_data["consent"], **facts)
        return made

    def save_model(self, request: HttpRequest, obj: Replica, form: Any, change: bool) -> None:
        if obj.kind == Replica.Kind.DRAWN:
            obj.status = Status.READY  # nothing to be trained
            super().save_model(request, obj, form, change)
        elif change:
            kept = ["name", "owner", "framing", "voice", "vendor_faces", "updated_at"]
            obj.save(update_fields=kept)  # its training goes on

    def buttons(self, row: Replica) -> dict[str, Button]:
        if row.kind == Replica.Kind.DRAWN:
            return {}
        found = super().buttons(row) if not row.revoked_at else {}
        if "retry" in found and not _can_be_trained_again(row):
            del found["retry"]
        if not row.revoked_at and row.consents.filter(revoked_at=None).exists():
            found["revoke"] = Button("Revoke the consent", REVOKES)
        return found

    def press_revoke(self, request: HttpRequest, replica: Replica) -> str:
        for consent in replica.consents.filter(revoked_at=None):
            consents.revoke(consent)
        return "The consent is revoked. The face is not shown any more."

    @admin.display(description="")
    def face(self, replica: Replica) -> SafeString | str:
        return face_of(replica)

    @admin.display(description="error", ordering="error_code")
    def error(self, job: Any) -> SafeString | str:
        told = super().error(job) if not job.revoked_at else consents.REVOKED
        gone = job.status == Status.ERROR and not _can_be_trained_again(job)
        return format_html('{}<span class="under">{}</span>', told, GONE) if gone else told

    @admin.display(description="what was measured")
    def measured(self, replica: Replica) -> SafeString | str:
        rows = ((name.replace("_", " "), _figure(value)) for name, value in replica.quality.items())
        listed = format_html_join("", "<li>{}: {}</li>", rows)
        return format_html('<ul class="plain">{}</ul>', listed) if listed else "–"

    @admin.display(description="consent")
    def agreed(self, replica: Replica) -> SafeString | str:
        rows = replica.consents.all()
        return _links((row, "admin:twins_consent_change", f"{row}, {_state_of(row)}") for row in rows) or "–"

    @admin.display(description="ids")
    def at_vendors(self, replica: Replica) -> SafeString | str:
        return listed(replica.vendor_faces)

    @admin.display(description="worn by")
    def worn_by(self, replica: Replica) -> SafeString | str:
        return _links((row, "admin:twins_twin_change", row.name) for row in replica.twins.all()) or "no twin yet"


def _can_be_trained_again(replica: Replica) -> bool:
    """A failed training deletes what was sent; only what can be fetched again can be tried again."""
    return bool(replica.image_url or replica.video_url or replica.source_image or replica.source_video)


def _figure(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _links(rows: Iterable[tuple[Any, str, str]]) -> SafeString:
    linked = ((reverse(route, args=[row.pk]), words) for row, route, words in rows)
    return format_html_join("", '<a class="line" href="{}">{}</a>', linked)


def _state_of(consent: Consent) -> str:
    if consent.revoked_at:
        return "revoked"
    return "given" if consent.given_at else "not given yet"


@admin.register(Consent)
class ConsentAdmin(OwnedAdmin, ButtonsAdmin):
    """Asked for here, and given by a recording that is sent or by a signature; never changed afterwards."""

    list_display = ("person", "kind", "given", "heard", "replica", "whose", "asked_at")
    list_select_related = ("owner", "replica")
    list_filter = ("kind", ("given_at", admin.EmptyFieldListFilter), ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("id", "person", "owner__email")
    readonly_fields: ClassVar[Any] = (
        *("given", "heard", "transcript", "engine", "recording", "to_be_read", "replica"),
        *("asked_by", "asked_at", "given_at", "revoked_at"),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Consent | None = None) -> Any:
        if obj is None:
            note = "Spoken: a phrase is made that the person reads aloud. Signed: the statement is shown after saving."
            return [(None, {"fields": ["person", "owner", "kind", "signed_by"], "description": note})]
        spoken = ["heard", "transcript", "engine", "recording"] if obj.kind == Consent.Kind.SPOKEN else ["signed_by"]
        return [
            (None, {"fields": ["person", "owner", "kind", "given", "replica"]}),
            ("What was agreed to", {"fields": ["to_be_read", *spoken]}),
            ("Times", {"fields": ["asked_by", "asked_at", "given_at", "revoked_at"]}),
        ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_press_permission(request, obj)

    def has_press_permission(self, request: HttpRequest, row: Any) -> bool:
        return bool(request.user.has_perm("twins.change_consent"))

    def get_urls(self) -> list[URLPattern]:
        clip = path("<slug:consent_id>/clip", self.admin_site.admin_view(self.clip_view), name="twins_consent_clip")
        return [clip, *super().get_urls()]

    def clip_view(self, request: HttpRequest, consent_id: str) -> FileResponse:
        consent = self.get_object(request, consent_id)
        if consent is None or not self.has_view_permission(request, consent):
            raise Http404
        return played(consent.clip)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Consent:
        row: Consent = form.save(commit=False)
        if row.kind == Consent.Kind.STATEMENT:
            return consents.state(row.owner, row.person, consents.declaration(row.person), row.signed_by)
        return consents.ask(row.owner, row.person, asked_by=request.user)  # type: ignore[arg-type]

    def save_model(self, request: HttpRequest, obj: Consent, form: Any, change: bool) -> None:
        """The services have stored it."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        own = {} if obj else {"form": ConsentForm}
        return super().get_form(request, obj, change, **own, **kwargs)

    def response_add(self, request: HttpRequest, obj: Consent, post_url_continue: str | None = None) -> HttpResponse:
        messages.success(request, "Let the person read the phrase aloud, and send the recording here.")
        return HttpResponseRedirect(reverse("admin:twins_consent_change", args=[obj.pk]))

    def buttons(self, row: Consent) -> dict[str, Button]:
        found = {}
        if row.kind == Consent.Kind.SPOKEN and not row.given_at and not row.revoked_at:
            found["hear"] = Button("Listen to it", file="Recording of the phrase:")
        if not row.revoked_at:
            found["revoke"] = Button("Revoke", REVOKES)
        return found

    def press_hear(self, request: HttpRequest, consent: Consent) -> str:
        clip = request.FILES.get("file")
        if not isinstance(clip, UploadedFile):
            raise EngineFailed("Choose the recording in which the phrase is read.", "consent_incomplete")
        heard = consents.hear_clip(consent, clip)
        if not heard.given_at:
            raise EngineFailed(consents.trouble(heard), "consent_not_given")
        return f"Heard: {heard.score:.0%} of the phrase. The consent is given."

    def press_revoke(self, request: HttpRequest, consent: Consent) -> str:
        consents.revoke(consent)
        return "The consent is revoked."

    @admin.display(description="given")
    def given(self, consent: Consent) -> str:
        return _state_of(consent) if consent.given_at else consents.trouble(consent) or _state_of(consent)

    @admin.display(description="heard", ordering="score")
    def heard(self, consent: Consent) -> str:
        return "–" if consent.score is None else f"{consent.score:.0%} of the phrase"

    @admin.display(description="phrase")
    def to_be_read(self, consent: Consent) -> SafeString:
        return format_html('<p class="phrase">{}</p>', consent.phrase)

    @admin.display(description="recording")
    def recording(self, consent: Consent) -> SafeString | str:
        if not consent.clip:
            return "None yet."
        url = reverse("admin:twins_consent_clip", args=[consent.pk])
        return format_html('<video class="player" controls preload="metadata" width="320" src="{}"></video>', url)


@admin.register(Voice)
class VoiceAdmin(OwnedAdmin):
    """Voices of the engines, as they are or fitted to a person's recording; each can be listened to."""

    form = VoiceForm
    change_list_template = "admin/voice_change_list.html"
    list_display = ("name", "engine", "engine_voice", "quality", "language", "gender", "whose")
    list_filter = (StockFilter, "engine", "quality", "language", "gender")
    search_fields = ("id", "name", "description", "owner__email")
    readonly_fields: ClassVar[Any] = ("listen", "recording", "quality")

    def get_fieldsets(self, request: HttpRequest, obj: Voice | None = None) -> Any:
        heard = [("How it sounds", {"fields": ["listen", "recording", "quality"]})] if obj else []
        return [
            (None, {"fields": ["name", "owner", "engine", "engine_voice", "language", ("rate", "pitch"), "options"]}),
            *heard,
            ("How it is described", {"fields": ["gender", "description"]}),
        ]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("fit/", wrap(self.fit_view), name="twins_voice_fit"),
            path("engines/<slug:alias>/", wrap(self.choices_view), name="twins_voice_choices"),
            path("<slug:voice_id>/listen.wav", wrap(self.listen_view), name="twins_voice_listen"),
            path("<slug:voice_id>/sample.wav", wrap(self.sample_view), name="twins_voice_sample"),
            *super().get_urls(),
        ]

    def fit_view(self, request: HttpRequest) -> HttpResponse:
        """A page of its own: fitting takes seconds, in which no transaction may be open."""
        if not self.has_add_permission(request):
            raise Http404
        form = SampleForm(request.POST or None, request.FILES or None)
        form.owner = request.user  # type: ignore[assignment]
        if request.method == "POST" and form.is_valid() and form.voice:
            messages.success(request, "The voice is fitted: listen to it. It is like the person's, not the same.")
            return HttpResponseRedirect(reverse("admin:twins_voice_change", args=[form.voice.pk]))
        context = {**self.admin_site.each_context(request), "form": form, "opts": self.opts, "title": "Fit a voice"}
        return render(request, "admin/fit_voice.html", context)

    def choices_view(self, request: HttpRequest, alias: str) -> HttpResponse:
        """The voices that an engine has for the account of whoever looks; each link opens the form with it."""
        if not self.has_add_permission(request) or alias not in settings.TTS:
            raise Http404
        listed: list[VoiceChoice] = []
        try:
            listed = voices.choices(alias, cast(User, request.user))
        except EngineFailed as error:
            messages.error(request, error.message)
        context = {"listed": listed, "alias": alias, "engines": list(settings.TTS), "title": f"Voices of {alias}"}
        page = {**self.admin_site.each_context(request), **context, "opts": self.opts}
        return render(request, "admin/voices_of_engine.html", page)

    def listen_view(self, request: HttpRequest, voice_id: str) -> HttpResponse:
        voice = self._seen(request, voice_id)
        try:
            return HttpResponse(b"".join(encode(spoken(voice, SENTENCE), "wav")), content_type="audio/wav")
        except EngineFailed as error:
            raise Http404 from error

    def sample_view(self, request: HttpRequest, voice_id: str) -> FileResponse:
        return played(self._seen(request, voice_id).sample)

    def _seen(self, request: HttpRequest, voice_id: str) -> Voice:
        voice: Voice | None = self.get_object(request, voice_id)
        if voice is None or not self.has_view_permission(request, voice):
            raise Http404
        return voice

    @admin.display(description="listen")
    def listen(self, voice: Voice) -> SafeString:
        return _sound("admin:twins_voice_listen", voice)

    @admin.display(description="fitted to")
    def recording(self, voice: Voice) -> SafeString | str:
        return _sound("admin:twins_voice_sample", voice) if voice.sample else "no recording"


@admin.register(VoiceRemoval)
class VoiceRemovalAdmin(JobAdmin):
    """People's voices that have to be deleted at vendors; one that failed for good is deleted there by hand."""

    list_display = ("reference", "engine", "doing", "error")
    list_filter = ("status", "engine")
    readonly_fields: ClassVar[Any] = (*STATE, "reference", "engine", "voice")
    fields: ClassVar[Any] = readonly_fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


def _sound(route: str, voice: Voice) -> SafeString:
    url = reverse(route, args=[voice.pk])
    return format_html('<audio controls preload="none" src="{}"></audio>', url)
