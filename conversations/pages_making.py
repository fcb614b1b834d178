"""Pages of an account: to make a twin of a person, and to watch its training."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from avatarsite.core.jobs import Status
from conversations import people
from twins import consents
from twins.forms_making import MakeTwinForm
from twins.models import Replica, Twin

KEPT = ("name", "headline", "greeting", "person", "signed_by", "source")  # of a form, when its training has failed
STAGES = {
    "": "Waiting for its turn",
    "fetching": "Looking at what you sent",
    "checking": "Checking the video: face, light, movement and sound",
    "consent": "Listening for the consent",
    "building": "Building the face",
    "voice": "Fitting the voice",
}


@login_required
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """A form; when it is right, the twin exists and its training begins."""
    owner = request.user
    sent = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
    initial = {"person": "", "signed_by": owner.name, **request.session.get("twin_again", {})}  # type: ignore[union-attr]
    form = MakeTwinForm(owner, initial=initial, **sent)  # type: ignore[arg-type]
    if sent and form.is_valid():
        twin = form.make()
        if twin is not None:
            request.session["twin_again"] = {name: form.cleaned_data[name] for name in KEPT}
            return HttpResponseRedirect(reverse("twin-progress", args=[twin.pk]))
    context = {
        "form": form,
        "statement": consents.declaration("The person who is seen"),
        "spoken": consents.statement_of_films("(full name)"),
    }
    return render(request, "make.html", context, status=422 if sent else 200)


@login_required
@require_GET
def progress(request: HttpRequest, twin_id: str) -> HttpResponse:
    """How far the face of a new twin is; the page's script asks for the same as JSON."""
    twin = _own(request, twin_id)
    told = _told(twin)
    if told["state"] == "ready":
        request.session.pop("twin_again", None)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(told)
    return render(request, "progress.html", {"twin": twin, **told})


@login_required
@require_POST
def again(request: HttpRequest, twin_id: str) -> HttpResponse:
    """Drop a twin whose training has failed, with all that was made for it, and show the form with its words."""
    twin = _own(request, twin_id)
    replica = twin.replica
    if replica is None or replica.status not in (Status.ERROR, Status.CANCELLED):
        return HttpResponseRedirect(reverse("twin-progress", args=[twin.pk]))
    people.erase_twin_with_its_face(twin)
    return HttpResponseRedirect(reverse("make-twin"))


@login_required
@require_POST
def revoke(request: HttpRequest, twin_id: str) -> HttpResponse:
    """The person has taken the consent back: the face is never shown again."""
    twin = _own(request, twin_id)
    for consent in twin.replica.consents.filter(revoked_at=None) if twin.replica else ():
        consents.revoke(consent)
    return HttpResponseRedirect(reverse("twin-progress", args=[twin.pk]))


def _own(request: HttpRequest, twin_id: str) -> Twin:
    found = Twin.objects.filter(owner=request.user, pk=twin_id).select_related("replica", "voice")  # type: ignore[misc]
    twin = found.first()
    if twin is None:
        raise Http404
    return twin


def _told(twin: Twin) -> dict[str, Any]:
    replica = twin.replica
    failed = replica is None or bool(replica.revoked_at) or replica.status in (Status.ERROR, Status.CANCELLED)
    state = "failed" if failed else "training" if replica and replica.status != Status.READY else "ready"
    return {
        "state": state,
        "stage": _stage(replica),
        "progress": replica.progress if replica else 0,
        "words": (replica.trouble if replica else twin.trouble) if failed else "",
        "may_revoke": replica is not None and replica.consents.filter(revoked_at=None).exists(),
    }


def _stage(replica: Replica | None) -> str:
    return STAGES.get(replica.stage, "Working") if replica else ""
