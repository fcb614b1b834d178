"""The admin site of keys at vendors: given, replaced, tested and deleted; never shown."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import ProviderKey
from avatarsite.core.vendors import accounts


class ProviderKeyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The key is written only: a page that shows a row has an empty field for another one."""

    vendor = forms.ChoiceField()
    key = forms.CharField(
        max_length=accounts.LONGEST_KEY,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="It is kept encrypted and never shown again.",
    )

    class Meta:
        model = ProviderKey
        fields: ClassVar = ["owner", "vendor"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "vendor" in self.fields:
            self.fields["vendor"].choices = [(alias, each["NAME"]) for alias, each in settings.VENDORS.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        alias = cleaned.get("vendor") or self.instance.vendor
        try:
            accounts.checked(alias, cleaned.get("key", ""))
        except EngineFailed as error:
            self.add_error("key", error.message.removeprefix("key: ").capitalize())
        taken = ProviderKey.objects.filter(owner=cleaned.get("owner"), vendor=alias).exclude(pk=self.instance.pk)
        if self.instance.pk is None and taken.exists():
            self.add_error("vendor", "There is a key already: change that row.")
        return cleaned


@admin.register(ProviderKey)
class ProviderKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Without an owner it is the site's. Who is no superuser sees the site's alone."""

    form = ProviderKeyForm
    actions = ("test",)
    list_display = ("vendor", "whose", "shown", "created_at", "tested_at", "trouble")
    list_select_related = ("owner",)
    list_filter = ("vendor",)
    search_fields = ("owner__email",)
    autocomplete_fields = ("owner",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderKey]:
        rows: QuerySet[ProviderKey] = super().get_queryset(request).defer("secret")
        return rows if request.user.is_superuser else rows.filter(owner=None)

    def get_readonly_fields(self, request: HttpRequest, obj: ProviderKey | None = None) -> Any:
        known = ("shown", "created_at", "tested_at", "trouble")
        fixed = ("owner", "vendor") if obj else () if request.user.is_superuser else ("owner",)
        return (*fixed, *known)

    def save_model(self, request: HttpRequest, obj: ProviderKey, form: Any, change: bool) -> None:
        row = accounts.keep(obj.vendor, form.cleaned_data["key"], obj.owner_id)
        obj.pk, obj.hint = row.pk, row.hint

    @admin.action(description="Test the selected keys", permissions=["change"])
    def test(self, request: HttpRequest, queryset: QuerySet[ProviderKey]) -> None:
        for row in queryset.select_related("owner"):
            told = accounts.test(row.vendor, row.owner_id)
            tell = messages.error if told.code else messages.success
            tell(request, f"{self.whose(row)}: {told.words}")

    @admin.display(description="whose")
    def whose(self, row: ProviderKey) -> str:
        return row.owner.email if row.owner else "the site’s"

    @admin.display(description="ends with")
    def shown(self, row: ProviderKey) -> str:
        return f"…{row.hint}" if row.hint else "–"
