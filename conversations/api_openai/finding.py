"""What a key may name as a model or a voice: the account's own, and stock. Others' do not exist."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from avatarsite.core.models import User
from conversations.api_openai.door import Refused
from twins.models import Personality, Voice
from twins.tts.voices import VOICES

# OpenAI's voices, for clients that know no others: the local voice that comes closest.
USUAL_VOICES = {
    "alloy": "amara", "ash": "leo", "ballad": "oliver", "coral": "sofia", "echo": "kenji", "fable": "oliver",
    "onyx": "walter", "nova": "sofia", "sage": "priya", "shimmer": "priya", "verse": "leo", "marin": "amara",
    "cedar": "kenji",
}  # fmt: skip


def seen_by(account: User) -> Q:
    return Q(owner=account) | Q(owner=None)


def personalities(account: User) -> QuerySet[Personality]:
    return Personality.objects.filter(seen_by(account)).select_related("twin", "owner").order_by("created_at", "pk")


def personality(account: User, model: Any) -> Personality:
    """The personality that is the model of this name."""
    if not isinstance(model, str) or not model:
        raise Refused("you must provide a model parameter", param="model")
    found = personalities(account).filter(pk=model).first()
    if found is None:
        words = f"The model `{model[:100]}` does not exist or you do not have access to it. GET models lists yours."
        raise Refused(words, param="model", code="model_not_found", status=HTTPStatus.NOT_FOUND)
    return found


def voice(account: User, name: Any) -> Voice:
    """A voice by its id or its name; then an engine's own, or what stands for one of OpenAI's."""
    if isinstance(name, dict):
        name = name.get("id")
    if not isinstance(name, str) or not name.strip():
        raise Refused("voice: name a voice.", param="voice")
    wanted = name.strip()[:120]
    rows = Voice.objects.filter(seen_by(account))
    found = rows.filter(pk=wanted).first() or rows.filter(name__iexact=wanted).order_by("-owner", "pk").first()
    return found or _engine_voice(rows, wanted)


def _engine_voice(rows: QuerySet[Voice], wanted: str) -> Voice:
    """A voice that no row describes; it is not saved."""
    engine_voice = USUAL_VOICES.get(wanted.lower(), wanted.lower())
    known = {voice.id: voice for voice in VOICES}
    if engine_voice in known and "local" in settings.TTS:
        spoken = known[engine_voice]
        return Voice(name=spoken.name, engine="local", engine_voice=spoken.id, language=spoken.accent)
    names = [*dict.fromkeys(rows.order_by("name").values_list("name", flat=True)[:50]), *known, *USUAL_VOICES]
    words = f"voice: there is no such voice. There are: {', '.join(dict.fromkeys(names))}, or the id of one of yours."
    raise Refused(words, param="voice", code="voice_not_found")
