"""The admin site of twins: a whole talking twin is made in one form, and its parts are managed here."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Count, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from avatarsite.core.jobs import Status
from twins import seeding
from twins.forms import (
    DocumentForm,
    PersonalitiesFormSet,
    PersonalityForm,
    PersonalityOfTwinForm,
    ReplicaForm,
    TwinForm,
    VoiceForm,
    face_url,
)
from twins.knowledge import services as knowledge
from twins.models import KnowledgeFile, Owned, Personality, Replica, Twin, Voice
from twins.previews import preview

STOCK_WARNING = (
    "This is stock: the next start of the site brings it back to what is shipped. Give it an owner to keep it."
)


class StockFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("stock", "Stock"), ("own", "Of customers")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(owner__isnull=self.value() == "stock") if self.value() else queryset


class OwnedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of customers. Stock rows are read-only except for superusers; new rows belong to whoever makes them."""

    list_select_related: ClassVar[Any] = ("owner",)
    autocomplete_fields: ClassVar[Any] = ("owner",)
    list_per_page = 50

    def has_change_permission(self, request: HttpRequest, obj: Owned | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Owned | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        fields = super().get_autocomplete_fields(request)
        return fields if request.user.is_superuser else [name for name in fields if name != "owner"]

    def get_readonly_fields(self, request: HttpRequest, obj: Owned | None = None) -> Any:
        readonly = super().get_readonly_fields(request, obj)
        return readonly if obj is None or request.user.is_superuser else [*readonly, "owner"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Who is no superuser makes rows of their own only."""
        if db_field.name == "owner" and not request.user.is_superuser:
            itself = db_field.remote_field.model.objects.filter(pk=request.user.pk)
            return db_field.formfield(queryset=itself, required=True, empty_label=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = False  # a form is not where another row is deleted
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        obj = context.get("original")
        shipped = obj is not None and obj.owner_id is None and obj.pk in seeding.stock_keys()
        if shipped and request.method == "GET" and self.has_change_permission(request, obj):
            messages.warning(request, STOCK_WARNING)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="owner", ordering="owner__email")
    def whose(self, row: Owned) -> str:
        return row.owner.email if row.owner else "stock"


def _may_touch(request: HttpRequest, row: Owned | None) -> bool:
    return request.user.is_superuser or row is None or row.owner_id is not None


def _face(replica: Replica | None) -> SafeString | str:
    if replica is None:
        return "–"
    return format_html(
        '<img class="face" src="{}" alt="{}" width="48" height="48" loading="lazy">',
        face_url(replica.portrait),
        f"Portrait of {replica.name}",
    )


class PersonalityInline(admin.StackedInline):  # type: ignore[type-arg]
    model = Personality
    form = PersonalityOfTwinForm
    formset = PersonalitiesFormSet
    extra = 0
    min_num = 1
    readonly_fields = ("documents",)
    fieldsets = (
        (None, {"fields": ["greeting", "system_prompt", "context"]}),
        ("What it knows", {"fields": ["documents", "document_title", "document_text"]}),
        (
            "How it answers",
            {
                "fields": ["name", "language", ("max_sentences", "word_limit"), "avoid", "llm_model"],
                "classes": ["collapse"],
            },
        ),
    )

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{**kwargs, "validate_min": True})

    @admin.display(description="documents")
    def documents(self, mind: Personality) -> SafeString | str:
        if mind._state.adding:
            return "None yet. Write the first one here; more can be added afterwards."
        url = reverse("admin:twins_personality_change", args=[mind.pk])
        titles = ((title,) for title in mind.knowledge.values_list("name", flat=True))
        listed = format_html_join("", "<li>{}</li>", titles)
        return format_html('<ul class="plain">{}</ul><a href="{}#knowledge-group">Read and edit them</a>', listed, url)


@admin.register(Twin)
class TwinAdmin(OwnedAdmin):
    form = TwinForm
    inlines = (PersonalityInline,)
    list_display = ("face", "name", "whose", "replica", "voice", "is_public", "state", "try_it")
    list_display_links = ("face", "name")
    list_select_related = ("owner", "replica", "voice")
    list_filter = (StockFilter, "is_public", "replica__portrait")
    search_fields = ("id", "name", "headline", "owner__email")
    search_help_text = "Name, headline, id, or the owner's e-mail address."
    readonly_fields: ClassVar[Any] = ("try_it",)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ["name", "headline", "replica", "voice"]}),
        ("Who may talk to it", {"fields": ["owner", "is_public", "position", "try_it"]}),
    )

    def view_on_site(self, twin: Twin) -> str:
        return reverse("chat", args=[twin.pk])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "owner" in form.changed_data:
            Personality.objects.filter(twin=form.instance).update(owner=form.instance.owner)

    @admin.display(description="")
    def face(self, twin: Twin) -> SafeString | str:
        return _face(twin.replica)

    @admin.display(description="can speak")
    def state(self, twin: Twin) -> str:
        return twin.trouble or "yes"

    @admin.display(description="try it")
    def try_it(self, twin: Twin) -> SafeString | str:
        if twin._state.adding:
            return "The link is here after saving."
        private = "" if twin.is_public or twin.owner_id is None else "As its owner: "
        return format_html('{}<a class="try" href="{}">Talk to {}</a>', private, self.view_on_site(twin), twin.name)


class KnowledgeInline(admin.StackedInline):  # type: ignore[type-arg]
    """Documents: typed ones are edited here, files are sent here, and each says how its training went."""

    model = KnowledgeFile
    form = DocumentForm
    extra = 0
    verbose_name_plural = "What it knows"
    fields = ("name", "text", "file", "state")
    readonly_fields = ("state",)

    @admin.display(description="state")
    def state(self, document: KnowledgeFile) -> str:
        if document._state.adding:
            return "–"
        served = f"{document.chunk_count} passages" if document.ingested_at else "nothing yet"
        if document.status == Status.ERROR:
            return f"failed: {document.status_details} Served: {served}."
        return f"{document.get_kind_display()}, {document.status} {document.progress} %, {served}"


@admin.register(Personality)
class PersonalityAdmin(OwnedAdmin):
    form = PersonalityForm
    inlines = (KnowledgeInline,)
    autocomplete_fields = ("owner", "twin")
    list_display = ("name", "twin", "whose", "language", "documents", "updated_at")
    list_select_related = ("owner", "twin")
    list_filter = (StockFilter, "language")
    search_fields = ("id", "name", "twin__name", "owner__email")
    fieldsets = (
        (None, {"fields": ["name", "owner", "twin", "greeting", "system_prompt", "context"]}),
        ("How it answers", {"fields": ["language", ("max_sentences", "word_limit"), "avoid", "llm_model"]}),
    )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Documents are written through their services, which train from them and clean up after them."""
        if not issubclass(formset.model, KnowledgeFile):
            super().save_formset(request, form, formset, change)
            return
        formset.save(commit=False)
        for gone in formset.deleted_objects:
            knowledge.delete(gone)
        for row in formset.forms:
            if row.has_changed() and row.instance not in formset.deleted_objects:
                row.train()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and "language" in form.changed_data:  # the search terms of a text are those of its language
            for document in form.instance.knowledge.all():
                knowledge.renew(document)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Personality]:
        rows: QuerySet[Personality] = super().get_queryset(request)
        return rows.annotate(document_count=Count("knowledge"))

    @admin.display(description="documents", ordering="document_count")
    def documents(self, mind: Any) -> int:
        return int(mind.document_count)


@admin.register(Replica)
class ReplicaAdmin(OwnedAdmin):
    form = ReplicaForm
    list_display = ("face", "name", "portrait", "whose", "status")
    list_display_links = ("face", "name")
    list_filter = (StockFilter, "status")
    search_fields = ("id", "name", "owner__email")
    fieldsets = ((None, {"fields": ["name", "owner", "portrait", "status", "status_details"]}),)
    readonly_fields = ("status", "status_details")

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

    @admin.display(description="")
    def face(self, replica: Replica) -> SafeString | str:
        return _face(replica)


@admin.register(Voice)
class VoiceAdmin(OwnedAdmin):
    form = VoiceForm
    list_display = ("name", "engine", "engine_voice", "language", "gender", "whose")
    list_filter = (StockFilter, "engine", "language", "gender")
    search_fields = ("id", "name", "description", "owner__email")
    fieldsets = (
        (None, {"fields": ["name", "owner", "engine", "engine_voice", "language", ("rate", "pitch")]}),
        ("How it is described", {"fields": ["gender", "description"]}),
    )
