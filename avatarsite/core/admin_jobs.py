"""What the admin pages of all jobs share: how one is doing, kept fresh by a script, and buttons."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from avatarsite.core import jobs
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import FINAL, Job, Status

STATE = ("status_pill", "progress_bar", "error")


@dataclass(frozen=True)
class Button:
    """Something that can be done with a row. warning: asked for before it is done. file: what is sent along."""

    label: str
    warning: str = ""
    file: str = ""


class ButtonsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A page of a row with buttons. A button `name` is done by the method `press_<name>`, which may refuse by
    EngineFailed; its words are shown."""

    change_form_template = "admin/buttons_change_form.html"

    def buttons(self, row: Any) -> dict[str, Button]:
        """By name, what can be done with the row as it is now."""
        return {}

    def has_press_permission(self, request: HttpRequest, row: Any) -> bool:
        return self.has_change_permission(request, row)

    def get_urls(self) -> list[URLPattern]:
        pressed = self.admin_site.admin_view(require_POST(self.pressed_view))
        return [path("<path:object_id>/do/<slug:name>/", pressed, name=self._route), *super().get_urls()]

    def pressed_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_press_permission(request, row):
            raise PermissionDenied
        if name not in self.buttons(row):
            messages.warning(request, "This can no longer be done: look at its state.")
        else:
            try:
                messages.success(request, getattr(self, f"press_{name}")(request, row))
            except EngineFailed as error:
                messages.error(request, error.message)
        return HttpResponseRedirect(reverse(f"admin:{self._names}_change", args=[row.pk]))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        row: Model | None = kwargs.get("obj")
        if row is not None and self.has_press_permission(request, row):
            found = self.buttons(row).items()
            context["buttons"] = [(reverse(f"admin:{self._route}", args=[row.pk, name]), it) for name, it in found]
        return super().render_change_form(request, context, *args, **kwargs)

    @property
    def _names(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    @property
    def _route(self) -> str:
        return f"{self._names}_press"


class JobAdmin(ButtonsAdmin):
    """Failed and cancelled jobs can be tried again, others cancelled: in the list, and on a job's own page."""

    actions = ("retry", "cancel")
    show_full_result_count = False

    class Media:
        js = ("admin_avatarsite/jobs.js",)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def has_press_permission(self, request: HttpRequest, row: Any) -> bool:
        return self.has_manage_permission(request)

    def buttons(self, row: Any) -> dict[str, Button]:
        if row.status in (Status.ERROR, Status.CANCELLED):
            return {"retry": Button("Try again")}
        return {} if row.status in FINAL else {"cancel": Button("Cancel")}

    def press_retry(self, request: HttpRequest, job: Job) -> str:
        if not jobs.retry(job):
            raise EngineFailed("Somebody else was faster: look at its state.", "job_moved")
        return "Queued again."

    def press_cancel(self, request: HttpRequest, job: Job) -> str:
        if not jobs.cancel(job):
            raise EngineFailed("It has ended before.", "job_moved")
        return "Cancelled."

    @admin.action(description="Try the selected %(verbose_name_plural)s again", permissions=["manage"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        plural = self.opts.verbose_name_plural
        _tell(request, queryset, jobs.retry, "queued again", f"Only failed and cancelled {plural} can be tried again")

    @admin.action(description="Cancel the selected %(verbose_name_plural)s", permissions=["manage"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        _tell(request, queryset, jobs.cancel, "cancelled", "They had ended before")

    @admin.display(description="status", ordering="status")
    def status_pill(self, job: Any) -> SafeString:
        return format_html('<span class="pill pill-{}">{}</span>', job.status, job.get_status_display())

    @admin.display(description="progress", ordering="progress")
    def progress_bar(self, job: Job) -> SafeString:
        bar = '<progress max="100" value="{0}">{0} %</progress> {0} %<span class="under">{1}</span>'
        return format_html(bar, job.progress, job.stage)

    @admin.display(description="state", ordering="status")
    def doing(self, job: Any) -> SafeString:
        """For lists: status, and below it how far it is."""
        return format_html('{}<span class="under">{}</span>', self.status_pill(job), self.progress_bar(job))

    @admin.display(description="error", ordering="error_code")
    def error(self, job: Job) -> SafeString | str:
        if not job.error_code:
            return job.status_details or "–"
        return format_html("<code>{}</code> {}", job.error_code, job.status_details)

    @admin.display(description="queue, worker", ordering="queue")
    def where(self, job: Job) -> str:
        return ", ".join(filter(None, [job.queue, f"attempt {job.attempt}", job.worker]))

    @admin.display(description="id, created", ordering="created_at")
    def job(self, job: Job) -> SafeString:
        created = f"{timezone.localtime(job.created_at):%Y-%m-%d %H:%M:%S}"
        return format_html('{}<span class="under">{}</span>', job.pk, created)


def _tell(request: HttpRequest, rows: Iterable[Any], act: Callable[[Job], bool], done: str, why_not: str) -> None:
    """Act on each, and say how many it was done to, and why not to the others."""
    results = [act(row) for row in rows]
    if any(results):
        messages.success(request, f"{sum(results)} of {len(results)} {done}.")
    if not all(results):
        messages.warning(request, f"{results.count(False)} of {len(results)} left as they were. {why_not}.")
