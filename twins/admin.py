"""The admin site of twins: a whole talking twin is made in one form, and its parts are managed here."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from avatarsite.core.jobs import Status
from twins import admin_people  # noqa: F401  registers its pages
from twins.admin_owned import OwnedAdmin, StockFilter, face_of
from twins.forms import DocumentForm, PersonalitiesFormSet, PersonalityForm, PersonalityOfTwinForm, TwinForm
from twins.knowledge import services as knowledge
from twins.models import KnowledgeFile, Personality, Twin


class PersonalityInline(admin.StackedInline):  # type: ignore[type-arg]
    model = Personality
    form = PersonalityOfTwinForm
    formset = PersonalitiesFormSet
    extra = 0
    min_num = 1
    readonly_fields = ("known",)
    fieldsets = (
        (None, {"fields": ["greeting", "system_prompt", "context"]}),
        ("What it knows", {"fields": ["known", "document_title", "document_text"]}),
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
    def known(self, mind: Personality) -> SafeString | str:
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
        return face_of(twin.replica)

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
    list_display = ("name", "twin", "whose", "language", "trained_on", "updated_at")
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
    def trained_on(self, mind: Any) -> int:
        return int(mind.document_count)
