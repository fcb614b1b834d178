"""A reply that is spoken: how it was asked for is kept on its message, and words and voice both follow it."""

import pytest

from avatarsite.core.jobs import Ticket, claim
from conversations import services
from conversations.models import ChatSession, Message, Person
from conversations.reply import ReplyScript
from tests.factories import make_twin, make_user
from twins.llm.speakable import count_words
from twins.models import Twin
from videos.making import _language
from videos.models import Video, new_video_id

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def twin() -> Twin:
    twin = make_twin(owner=make_user())
    assert twin.personality is not None
    return twin


def asked(twin: Twin, text: str, person: Person | None = None, **options: object) -> Ticket:
    """The running job of a clip that answers `text`."""
    session = ChatSession.objects.create(twin=twin, personality=twin.personality, user=twin.owner, person=person)
    video = services.say(session, text, new_video_id(), options=options)
    ticket = claim(Video.objects.get(pk=video.pk), "test")
    assert ticket is not None
    return ticket


def reply(ticket: Ticket) -> Message:
    list(ReplyScript().sentences(ticket))
    return Message.objects.get(video=ticket.job)


def test_the_voice_speaks_the_language_that_was_wished(twin: Twin) -> None:
    assert _language(asked(twin, "Hello!", language="pt-BR").job) == "pt-BR"


def test_without_a_wish_the_voice_speaks_the_personalitys_language(twin: Twin) -> None:
    assert _language(asked(twin, "Hello!").job) == "en"


def test_the_words_are_in_the_language_that_was_wished(twin: Twin) -> None:
    said = reply(asked(twin, "What is the capital of Mars?", language="de")).text
    assert said in ("Das weiß ich leider nicht.", "Darauf habe ich keine Antwort.")


def test_the_reply_is_as_short_as_was_wished(twin: Twin) -> None:
    assert count_words(reply(asked(twin, "Who are you, and what can you do for me?", wordLimit=6)).text) <= 7


def test_the_message_and_the_clip_tell_who_answered(twin: Twin) -> None:
    ticket = asked(twin, "Hello!", modelName="gpt-4")
    kept = reply(ticket)
    assert kept.options["servedBy"] == {"engine": "local", "model": "local"}
    assert kept.options["modelName"] == "gpt-4" and kept.options["sources"] == []
    assert Video.objects.get(pk=ticket.job.pk).engines["llm_model"] == "local"


def test_a_rerun_says_what_is_on_the_row(twin: Twin) -> None:
    ticket = asked(twin, "Hello!")
    first = reply(ticket).text
    assert " ".join(ReplyScript().sentences(ticket)) == first


def test_what_a_person_tells_a_spoken_twin_is_remembered(twin: Twin) -> None:
    person = Person.objects.create(owner=twin.owner)
    reply(asked(twin, "I live in Lisbon.", person))
    assert reply(asked(twin, "Where do I live?", person)).text == "You live in Lisbon."
