"""Consent of a person to a replica: what is asked, heard and signed, and what follows when it is taken back."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from starlette.requests import Request

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status
from tests.factories import make_face, make_twin, make_user, make_video
from tests.people import noisy, say, silence
from twins import consents
from twins.models import Consent, Replica
from twins.stt.base import Sound
from videos import making, media, services
from videos.models import Speech, Video
from videos.signing import sign

pytestmark = pytest.mark.django_db
SHORT = "I, {name}, give my consent to {operator} to create an AI clone of me. My words for today are: {words}."
NAME = "Margaret Ellison"


@pytest.fixture(scope="module", autouse=True)
def ear() -> Any:
    yield
    engines.load("STT", "local").close()


@pytest.fixture(autouse=True)
def short_phrase(settings: Any) -> None:
    settings.CONSENT_PHRASE = SHORT


def asked(words: tuple[str, ...] = ("umbrella", "tiger", "lemon"), name: str = NAME, **fields: Any) -> Consent:
    """A consent that was asked for with words that a test knows beforehand."""
    phrase = SHORT.format(name=name, operator="Avatarsite", words=", ".join(words))
    return Consent.objects.create(person=name, phrase=phrase, **fields)


READ = SHORT.format(name=NAME, operator="Avatarsite", words="umbrella, tiger, lemon")


class TestAsking:
    def test_the_phrase_names_the_person_and_this_site_and_three_words(self, settings: Any) -> None:
        settings.CONSENT_OPERATOR = "Example Limited"
        consent = consents.ask(None, "  Ada Lovelace ")
        assert consent.phrase.startswith("I, Ada Lovelace, give my consent to Example Limited")
        assert len([word for word in consents.WORDS if word in consent.phrase]) == 3
        assert (consent.person, consent.kind, consent.given_at) == ("Ada Lovelace", "spoken", None)

    def test_no_two_phrases_are_alike(self) -> None:
        assert len({consents.ask(None, NAME).phrase for _ in range(20)}) > 15

    def test_a_consent_that_nobody_has_read_does_not_hold(self) -> None:
        assert consents.trouble(consents.ask(None, NAME)) == "Nobody has read the phrase yet."

    @pytest.mark.parametrize("name", ["", "  ", "42", "?!"])
    def test_a_person_without_a_name_cannot_be_asked(self, name: str) -> None:
        with pytest.raises(EngineFailed, match="^person: ") as caught:
            consents.ask(None, name)
        assert caught.value.code == "consent_name_needed" and not Consent.objects.exists()

    def test_the_words_are_told_apart_easily(self) -> None:
        alike = consents._alike
        assert len(set(consents.WORDS)) == len(consents.WORDS)
        assert not [(a, b) for a in consents.WORDS for b in consents.WORDS if a < b and alike(a, b)]


class TestHearing:
    @pytest.fixture(scope="class")
    def reading(self) -> Sound:
        return say(READ)

    def test_who_reads_the_phrase_has_consented(self, reading: Sound) -> None:
        consent = consents.hear(asked(), reading)
        consent.refresh_from_db()
        assert consent.given_at and consent.score and consent.score > 0.9 and consent.engine == "local"
        assert "margaret ellison" in consent.transcript and consents.trouble(consent) == ""

    def test_noise_15_db_below_the_speech_does_no_harm(self, reading: Sound) -> None:
        assert consents.hear(asked(), noisy(reading, 15)).given_at

    def test_the_whole_default_phrase_is_heard_from_a_woman(self, settings: Any) -> None:
        settings.CONSENT_PHRASE = settings._wrapped.default_settings.CONSENT_PHRASE
        consent = consents.ask(None, "Priya Raman")
        assert consents.hear(consent, say(consent.phrase, "slt")).score > 0.85
        assert consent.given_at, consents.trouble(consent)

    def test_another_text_is_no_consent(self) -> None:
        talk = "I do not agree to anything. Nobody may make a copy of me. Good morning, and see you next week."
        consent = consents.hear(asked(), say(talk))
        assert consent.given_at is None and consent.score < 0.4
        assert consents.trouble(consent).startswith("Only ")

    def test_another_name_is_no_consent_of_this_person(self) -> None:
        consent = consents.hear(asked(), say(READ.replace(NAME, "Daniel Hopkins")))
        assert (consent.given_at, consents.trouble(consent)) == (None, f"The name “{NAME}” was not heard.")

    def test_an_old_recording_with_other_words_is_no_consent(self, reading: Sound) -> None:
        consent = consents.hear(asked(("volcano", "rabbit", "festival")), reading)
        assert consent.given_at is None and "volcano, rabbit, festival" in consents.trouble(consent)

    def test_a_name_that_no_dictionary_has_is_heard(self) -> None:
        name = "Chidinma Okwuosa"
        consent = consents.hear(asked(name=name), say(READ.replace(NAME, name)))
        assert consent.given_at, consent.transcript

    def test_silence_is_no_consent_and_the_phrase_may_be_read_again(self, reading: Sound) -> None:
        consent = consents.hear(asked(), silence(1))
        assert (consent.given_at, consent.score, consent.transcript) == (None, 0.0, "")
        assert consents.hear(consent, reading).given_at

    def test_a_consent_is_given_once(self) -> None:
        consent = consents.state(None, NAME, "I have it.", "Alice")
        with pytest.raises(EngineFailed, match="given already"):
            consents.hear(consent, silence(1))

    def test_another_language_needs_an_engine_that_knows_it(self, settings: Any) -> None:
        settings.CONSENT_LANGUAGE = "de"
        consent = asked()
        with pytest.raises(EngineFailed, match=r"“de”. Understood: English \(en\)\. .*STT_CHAIN") as caught:
            consents.hear(consent, silence(3))
        consent.refresh_from_db()
        assert caught.value.code == "stt_language_unsupported" and consent.score is None


class TestTrainingFilms:
    """The statement stands at the beginning of the film, with any name; nothing was asked for."""

    def test_the_statement_is_found_with_any_name(self) -> None:
        film = say(SHORT.format(name="Daniel Hopkins", operator="Avatarsite", words="and now to something else"))
        replica = make_face(kind=Replica.Kind.VIDEO)
        consent = consents.check(replica, film)
        assert consent.replica == replica and consent.given_at and consent.score > 0.8

    def test_a_film_without_it_is_refused_in_the_words_of_the_seed(self) -> None:
        with pytest.raises(EngineFailed, match="Your consent phrase does not match our requirements") as caught:
            consents.check(
                make_face(), say("Good morning everybody. Today we talk about the weather in the mountains.")
            )
        assert caught.value.code == "consent_phrase_mismatch" and not Consent.objects.exists()


class TestSigning:
    def test_a_signed_statement_holds_at_once(self) -> None:
        alice, replica = make_user(), make_face()
        consent = consents.state(alice, NAME, "I have her written consent.", "Alice Abbott", replica=replica)
        assert consent.given_at and consents.trouble(consent) == ""
        assert (consent.kind, consent.signed_by, consent.replica) == ("statement", "Alice Abbott", replica)

    @pytest.mark.parametrize("field", ["person", "statement", "signed_by"])
    def test_an_incomplete_one_is_refused_by_the_name_of_its_field(self, field: str) -> None:
        fields = {"person": NAME, "statement": "I have it.", "signed_by": "Alice", field: " "}
        with pytest.raises(EngineFailed, match=f"^{field}: "):
            consents.state(None, **fields)


class TestTakingBack:
    @pytest.fixture
    def consent(self) -> Consent:
        twin = make_twin(replica=make_face(owner=make_user("owner@example.org")))
        return consents.state(None, NAME, "I have it.", "Alice", replica=twin.replica)

    def media(self, video: Video, name: str) -> int:
        path = sign(f"/media/videos/{video.pk}/{name}")
        url, query = path.split("?")
        scope = {"type": "http", "method": "GET", "path": url, "query_string": query.encode(), "headers": []}
        request = Request({**scope, "path_params": {"video_id": video.pk, "name": name}})
        return async_to_sync(media.video_media)(request).status_code

    @pytest.mark.django_db(transaction=True)
    def test_links_to_the_clips_end(self, consent: Consent) -> None:
        video = make_video(twin=consent.replica.twins.get(), status=Status.READY)
        video.file.save("video.mp4", ContentFile(b"film"))
        assert [self.media(video, name) for name in ("video.mp4", "stream.mp4")] == [200, 200]
        consents.revoke(consent)
        assert [self.media(video, name) for name in ("video.mp4", "stream.mp4")] == [404, 404]

    def test_running_and_waiting_jobs_are_cancelled_and_finished_ones_stay(self, consent: Consent) -> None:
        twin = consent.replica.twins.get()
        rows = [make_video(twin=twin, status=status) for status in (Status.QUEUED, Status.RUNNING, Status.READY)]
        speech = Speech.objects.create(script="Hello.", replica=twin.replica)
        consents.revoke(consent)
        for row in (*rows, speech):
            row.refresh_from_db()
        assert [row.status for row in (*rows, speech)] == ["cancelled", "cancelled", "ready", "cancelled"]
        assert rows[1].status_details == "The person has taken back the consent."

    def test_the_twin_says_why_it_is_silent_and_shows_nothing_more(self, consent: Consent) -> None:
        twin = consent.replica.twins.get()
        services.standing_clip(twin, Video.Purpose.IDLE)
        consents.revoke(consent)
        twin.refresh_from_db()
        twin.replica.refresh_from_db()
        assert "taken back the consent" in twin.trouble
        assert services.standing_clip(twin, Video.Purpose.IDLE) is None
        assert Video.objects.get().status == Status.CANCELLED

    def test_a_job_that_slipped_through_makes_nothing(self, consent: Consent) -> None:
        consents.revoke(consent)
        video = make_video(twin=consent.replica.twins.get(), script="Hello.", status=Status.RUNNING)
        with pytest.raises(EngineFailed) as caught:
            making.make(type("Ticket", (), {"job": video})())
        assert caught.value.code == "consent_revoked"

    def test_training_ends_too(self, consent: Consent) -> None:
        Replica.objects.filter(pk=consent.replica_id).update(status=Status.RUNNING)
        consents.revoke(consent)
        replica = Replica.objects.get(pk=consent.replica_id)
        assert (replica.status, bool(replica.revoked_at)) == (Status.CANCELLED, True)

    def test_twice_is_once(self, consent: Consent) -> None:
        first = consents.revoke(consent).revoked_at
        assert consents.revoke(consent).revoked_at == first
        assert consents.trouble(consent) == consents.REVOKED

    def test_what_was_taken_back_cannot_be_given_again(self, consent: Consent) -> None:
        with pytest.raises(EngineFailed, match="taken back"):
            consents.hear(consents.revoke(consent), silence(1))
