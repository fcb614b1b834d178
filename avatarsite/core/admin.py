"""The admin site of accounts: users, their API keys, and the workers' signs of life."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from avatarsite.core import admin_providers, admin_usage, admin_webhooks, usage, worker  # noqa: F401  registers its pages
from avatarsite.core.api import keys
from avatarsite.core.erasing import ErasingAdmin
from avatarsite.core.models import ApiKey, User, Worker

admin.site.site_header = "Avatarsite"
admin.site.site_title = "Avatarsite"
admin.site.index_title = "Twins, and all that belongs to them"

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


class EmailMixin:
    """E-mail addresses are kept in lower case, so that nobody has two accounts."""

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()  # type: ignore[attr-defined]
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():  # type: ignore[attr-defined]
            raise ValidationError("This e-mail address has an account already.", code="unique")
        return email


class NewUserForm(EmailMixin, AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields: ClassVar = ["email", "name"]


class UserForm(EmailMixin, UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(ErasingAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    """Deleting an account takes all that is its own along, files too.

    Only superusers hand out rights, and only they may change another superuser.
    """

    form = UserForm
    add_form = NewUserForm
    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active")
    search_fields = ("email", "name", "id")
    readonly_fields = ("date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ["email", "name", "password"]}),
        ("Rights", {"fields": ["is_active", *RIGHTS]}),
        ("Dates", {"fields": ["date_joined", "last_login"]}),
    )
    add_fieldsets = (
        (None, {"classes": ["wide"], "fields": ["email", "name", "usable_password", "password1", "password2"]}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        readonly = super().get_readonly_fields(request, obj)
        return readonly if request.user.is_superuser else [*readonly, *RIGHTS]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _not_above(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _not_above(request, obj)


def _not_above(request: HttpRequest, user: User | None) -> bool:
    return request.user.is_superuser or user is None or not user.is_superuser


class AddressesField(forms.CharField):
    """Addresses or networks, one per line, to a list."""

    widget = forms.Textarea(attrs={"rows": 3, "placeholder": "203.0.113.0/24"})

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in str(value or "").replace(",", "\n").splitlines()]
        return [self._checked(line) for line in lines if line]

    def _checked(self, line: str) -> str:
        try:
            return keys.network(line)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class NewKeyForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ApiKey
        fields: ClassVar = ["user", "name", "allowed_addresses", "expires_at"]

    allowed_addresses = AddressesField(
        required=False, help_text="Who may use it: addresses or networks, one per line. Empty: everybody."
    )

    def clean_expires_at(self) -> Any:
        moment = self.cleaned_data["expires_at"]
        if moment is not None and moment <= timezone.now():
            raise ValidationError("This moment is over: the key could never be used.")
        return moment


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Keys are made and revoked, never changed. Who is no superuser sees and makes their own only."""

    form = NewKeyForm
    actions = ("revoke",)
    list_display = ("name", "hint", "user", "state", "generated", "talked", "created_at", "last_used_at", "expires_at")
    list_select_related = ("user",)
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "hint", "user__email")
    fieldsets = ((None, {"fields": ["user", "name", "allowed_addresses", "expires_at"]}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        rows: QuerySet[ApiKey] = super().get_queryset(request).annotate(**usage.of_each_key())
        return rows if request.user.is_superuser else rows.filter(user=request.user.pk)

    @admin.display(description="minutes made", ordering="generated")
    def generated(self, row: Any) -> str:
        return f"{row.generated / 60:.1f}"

    @admin.display(description="minutes talked", ordering="talked")
    def talked(self, row: Any) -> str:
        return f"{row.talked / 60:.1f}"

    def get_fieldsets(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        asked = super().get_fieldsets(request, obj)
        known = ("Use", {"fields": ["hint", "created_at", "last_used_at", "revoked_at"]})
        return asked if obj is None else [*asked, known]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": request.user.pk, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if not request.user.is_superuser:
            return db_field.formfield(queryset=User.objects.filter(pk=request.user.pk), empty_label=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_revoke_permission(request)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("core.change_apikey")

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        row, key = keys.create(obj.user, obj.name, allowed=obj.allowed_addresses, expires_at=obj.expires_at)
        obj.__dict__.update(row.__dict__)
        words = '<code class="key">{}</code> is the key. Copy it now: it is shown only this once.'
        messages.warning(request, format_html(words, key))

    @admin.action(description="Revoke the selected keys", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        revoked = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        messages.success(request, f"Revoked: {revoked}. They are refused from now on.")

    @admin.display(description="state")
    def state(self, row: ApiKey) -> str:
        if row.revoked_at:
            return "revoked"
        return "expired" if row.expires_at and row.expires_at <= timezone.now() else "usable"


@admin.register(Worker)
class WorkerAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Read-only: who does the jobs, and when it was last seen."""

    list_display = ("name", "seen_at", "alive")
    ordering = ("-seen_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Worker | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Worker | None = None) -> bool:
        return False

    @admin.display(description="alive", boolean=True)
    def alive(self, row: Worker) -> bool:
        return (timezone.now() - row.seen_at).total_seconds() < 3 * worker.SIGN_OF_LIFE_SECONDS
