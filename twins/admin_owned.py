"""What the admin pages of customers' rows share: whose a row is, and who may touch it."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from avatarsite.core.erasing import ErasingAdmin
from twins import seeding
from twins.forms import picture_url
from twins.models import Owned, Replica

STOCK_WARNING = (
    "This is stock: the next start of the site brings it back to what is shipped. Give it an owner to keep it."
)


class StockFilter(admin.SimpleListFilter):
    title = "owner"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("stock", "Stock"), ("own", "Of customers")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(owner__isnull=self.value() == "stock") if self.value() else queryset


class OwnedAdmin(ErasingAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
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


def face_of(replica: Replica | None) -> SafeString | str:
    picture = picture_url(replica) if replica else ""
    if replica is None or not picture:
        return "–"
    return format_html(
        '<img class="face" src="{}" alt="{}" width="48" height="48" loading="lazy">',
        picture,
        f"Portrait of {replica.name}",
    )
