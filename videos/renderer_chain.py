"""Which renderers may make a clip, in which order, whose keys they get, and which of them have failed already.

A round is one way through the chain. What failed in it stands in `Video.vendor_notes`, so that a rerun goes on behind
it; a round in which all failed ends with the first one's error, and the next begins anew.
"""

from typing import Any

from django.conf import settings
from django.utils import timezone

from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Ticket
from avatarsite.core.vendors import keys
from avatarsite.core.vendors.chain import FINAL, Attempt, Chain
from videos.models import Video

LAYER = "renderer"
LOCAL = "local"
OURS = frozenset({"disk_full", "storage_failed", "no_speech"})  # another renderer would not help


def chain_of(video: Video) -> tuple[str, ...]:
    """The twin's own order, else the site's, without those that nobody gave a key for; a silent loop is always ours."""
    if video.purpose == Video.Purpose.IDLE:
        return (LOCAL,)
    own = (video.twin.chains if video.twin else {}).get(LAYER)
    return keys.usable("RENDERERS", own or settings.RENDERER_CHAIN, payer_of(video))


def payer_of(video: Video) -> str | None:
    """The account whose keys are used: the twin's owner, for a twin of the site whoever asked; None is the site."""
    return (video.twin.owner_id if video.twin else None) or video.owner_id


def vendor_of(video: Video) -> str:
    """Whose renderer works on it: an alias of settings.VENDORS."""
    return keys.vendor_of("RENDERERS", video.vendor)


def guard(video: Video) -> Chain:
    """For one attempt at a time: it keeps the circuit, and leaves the record of attempts to us."""
    return Chain("RENDERERS", LAYER, (), payer_of(video), _leave)


def left(video: Video) -> list[str]:
    """Those that have not failed in this round; the one that works on it already goes first."""
    failed = video.vendor_notes.get("failed", {})
    aliases = [alias for alias in chain_of(video) if alias not in failed]
    if video.vendor and video.vendor not in failed and (video.vendor_id or video.vendor_result):
        aliases = [video.vendor, *(alias for alias in aliases if alias != video.vendor)]
    return aliases


def check(video: Video) -> None:
    """Raise what a vendor said while it was looked at, when no other should be asked after that."""
    for told in video.vendor_notes.get("failed", {}).values():
        if told["code"] in FINAL:
            raise EngineFailed(told["words"], told["code"])


def is_about(video: Video, alias: str, error: EngineFailed) -> bool:
    """Whether the error is one for which another renderer is asked; others end the attempt, which may be repeated."""
    if error.code in FINAL | OURS:
        return False
    if error.code == "vendor_result_lost" and error.retryable and not video.is_worn_out:  # a new link will do
        return False
    return alias != LOCAL or len(chain_of(video)) > 1


def served(video: Video, alias: str, seconds: float) -> None:
    """Tell on the video who made it in the end, where others had failed."""
    if any(told["layer"] == LAYER for told in video.engines.get("attempts", [])):
        attempt = Attempt(LAYER, alias)
        attempt.end(seconds)
        video.engines = with_attempt(video, attempt)


def failure(video: Video, alias: str, error: EngineFailed) -> dict[str, Any]:
    """The fields of a Video after `alias` failed: the record says so, and nothing of its job is left to wait for."""
    seconds = (timezone.now() - video.vendor_since).total_seconds() if video.vendor_since else 0.0
    attempt = Attempt(LAYER, alias, code=error.code, words=error.message)
    attempt.end(seconds if video.vendor == alias else 0.0)
    told = {
        "code": error.code,
        "words": error.message,
        "retryable": error.retryable,
        "retry_after": error.retry_after,
    }
    notes = {**video.vendor_notes, "failed": {**video.vendor_notes.get("failed", {}), alias: told}}
    return {
        "engines": with_attempt(video, attempt),
        "vendor_notes": notes,
        "vendor": "",
        "vendor_id": "",
        "vendor_result": "",
        "vendor_since": None,
        "next_look_at": None,
    }


def with_attempt(video: Video, attempt: Attempt) -> dict[str, Any]:
    """`video.engines` with one attempt more."""
    return {**video.engines, "attempts": [*video.engines.get("attempts", []), attempt.as_json()]}


def note(ticket: Ticket, alias: str, error: EngineFailed) -> None:
    """Store that `alias` failed."""
    store(ticket, **failure(ticket.job, alias, error))


def store(ticket: Ticket, **fields: Any) -> None:
    """Save fields of the running job, here as well. Raises TicketLost."""
    ticket.update(**fields)
    for name, value in fields.items():
        setattr(ticket.job, name, value)


def end_of_round(ticket: Ticket) -> EngineFailed:
    """The error of a round in which all failed: that of the first, for it was the one that was wanted."""
    failed = dict(ticket.job.vendor_notes.get("failed", {}))
    store(ticket, vendor_notes={**ticket.job.vendor_notes, "failed": {}})
    if not failed:
        return EngineFailed("No renderer may be used: name one in RENDERER_CHAIN.", "engine_unknown")
    first = next(iter(failed.values()))
    retryable = any(told["retryable"] for told in failed.values())
    wait = min((told["retry_after"] for told in failed.values() if told["retryable"]), default=0.0)
    return EngineFailed(first["words"], first["code"], retryable=retryable, retry_after=wait)


def _leave(attempt: Attempt) -> None:
    """Nothing: a submission that went well is no attempt that ended well."""
