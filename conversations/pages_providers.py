"""The Providers page: an account's own keys at vendors, and for the staff the site's."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from avatarsite.core.api import throttles
from avatarsite.core.api.errors import ApiError
from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors import accounts
from avatarsite.core.vendors.catalog import vendor

KEEP, FORGET, TEST = "keep", "forget", "test"


@sensitive_post_parameters("key")
@login_required
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """The account's own keys."""
    return _page(request, str(request.user.pk))


@sensitive_post_parameters("key")
@login_required
@require_http_methods(["GET", "POST"])
def site(request: HttpRequest) -> HttpResponse:
    """The site's keys, which work for every account without its own."""
    if not _keeps_the_sites(request):
        raise Http404
    return _page(request, None)


def _page(request: HttpRequest, owner_id: str | None) -> HttpResponse:
    wrong = _do(request, owner_id) if request.method == "POST" else {}
    if request.method == "POST" and not wrong:
        return HttpResponseRedirect(f"{request.path}#{request.POST['vendor']}")
    context = {
        "providers": accounts.providers(owner_id),
        "of_site": owner_id is None,
        "keeps_the_sites": _keeps_the_sites(request),
        "longest": accounts.LONGEST_KEY,
        **wrong,
    }
    return render(request, "providers.html", context, status=422 if wrong else 200)


def _do(request: HttpRequest, owner_id: str | None) -> dict[str, Any]:
    """What a button of the page asks for; {} when it was done, else what is wrong, and with which vendor."""
    alias, action = request.POST.get("vendor", ""), request.POST.get("action", "")
    if alias not in settings.VENDORS or action not in (KEEP, FORGET, TEST):
        raise Http404
    try:
        if action == TEST:
            _test(request, alias, owner_id)
        elif action == KEEP:
            accounts.keep(alias, request.POST.get("key", ""), owner_id)
            messages.success(request, f"The {vendor(alias).name} key is saved. Test it.", extra_tags=alias)
        else:
            accounts.forget(alias, owner_id)
            messages.success(request, f"The {vendor(alias).name} key is deleted.", extra_tags=alias)
    except (EngineFailed, ApiError) as error:
        return {"wrong_vendor": alias, "wrong_words": error.message}
    return {}


def _test(request: HttpRequest, alias: str, owner_id: str | None) -> None:
    throttles.hit("provider-test", str(request.user.pk), accounts.TESTS)
    told = accounts.test(alias, owner_id)
    tell = messages.error if told.code else messages.success
    tell(request, told.words, extra_tags=alias)


def _keeps_the_sites(request: HttpRequest) -> bool:
    return request.user.is_staff and request.user.has_perm("core.change_providerkey")  # type: ignore[union-attr]
