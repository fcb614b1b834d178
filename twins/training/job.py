"""The job that trains a replica. Each step leaves its result on the row: a rerun goes on behind the last one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files.base import File

from avatarsite.core import fetch, jobs, media
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status, Ticket, TicketLost
from twins import consents, hearing, moderation, voices
from twins.models import Replica
from twins.photos import make_package
from twins.stt.base import NOTHING_HEARD, RATE, Sound
from twins.training import building, checks
from twins.training.errors import Fault, refused
from twins.training.film import Rules
from twins.training.material import FETCH_SECONDS, bring, keep, paced

# per cent of the whole at which each step of a film begins
FETCHED, CHECKED, CONSENTED, BUILT, VOICED = 10, 40, 50, 90, 98
LINK_CODES = ("url_refused", "url_unreachable", "url_timeout", "url_bad_answer")
VOICE_CODES = ("sample_unusable", "sample_too_short", "sample_not_speech", "sample_noisy")


def train(ticket: Ticket) -> None:
    """Raises EngineFailed: for a film a type of `Fault` with its words, for a photo what `twins.photos` refuses."""
    replica: Replica = ticket.job
    if replica.kind == Replica.Kind.PHOTO:
        _train_on_photo(ticket)
    elif replica.kind == Replica.Kind.VIDEO:
        _train_on_film(ticket)
    if not jobs.move(replica, Status.READY, ticket=ticket.attempt, progress=100, stage=""):
        raise TicketLost


def _train_on_photo(ticket: Ticket) -> None:
    replica: Replica = ticket.job
    ticket.progress("fetching", 0)
    bring(
        ticket, "source_image", replica.image_url, settings.TRAINING_PHOTO_MAX_BYTES, _within(ticket, "fetching", 0, 20)
    )
    if replica.package:
        return
    ticket.progress("building", 20)
    with media.local(replica.source_image) as photo, TemporaryDirectory(prefix="training-") as folder:
        package = Path(folder) / "package.npz"
        package.write_bytes(make_package(photo.read_bytes()))
        keep(ticket, package=package)


def _train_on_film(ticket: Ticket) -> None:
    replica: Replica = ticket.job
    ticket.progress("fetching", 0)
    _bring_film(ticket)
    with media.local(replica.source_video) as film:
        _check(ticket, film)
        _consent(ticket, film)
        _moderate(ticket, film)
        _build(ticket, film)
        _fit_voice(ticket, film)


def _bring_film(ticket: Ticket) -> None:
    progress = _within(ticket, "fetching", 0, FETCHED)
    with _in_words_of_films():
        bring(ticket, "source_video", ticket.job.video_url, settings.TRAINING_FILM_MAX_BYTES, progress)


@contextmanager
def _in_words_of_films() -> Iterator[None]:
    try:
        yield
    except EngineFailed as error:
        if error.code == "url_too_large":
            raise refused(Fault.FILE_SIZE) from error
        if error.code in LINK_CODES:
            raise refused(Fault.DOWNLOAD_LINK, retryable=error.retryable) from error
        raise


def _check(ticket: Ticket, film: Path) -> None:
    if "rest" in ticket.job.quality:
        return
    ticket.progress("checking", FETCHED)
    rules = Rules(
        settings.TRAINING_FILM_MAX_BYTES, settings.TRAINING_FILM_MIN_SECONDS, settings.TRAINING_FILM_MAX_SECONDS
    )
    approved = checks.examine(film, rules, _within(ticket, "checking", FETCHED, CHECKED))
    stretch = {"start": approved.start, "end": approved.end, "rest": approved.rest, "silent": approved.silent}
    _note(ticket, **stretch, **approved.measures)


def _consent(ticket: Ticket, film: Path) -> None:
    """The person's consent: in a clip of its own when one was named, else at the beginning of the film."""
    replica: Replica = ticket.job
    if replica.consents.filter(given_at__isnull=False, revoked_at=None).exists():
        return
    ticket.progress("consent", CHECKED)
    if not replica.consent_url:
        consents.check(replica, _beginning(film))
        return
    with TemporaryDirectory(prefix="training-") as folder:
        clip = Path(folder) / "consent.mp4"
        with _in_words_of_films():
            fetch.fetch_to(replica.consent_url, clip, max_bytes=settings.TRAINING_FILM_MAX_BYTES, seconds=FETCH_SECONDS)
        checks.check_clip(clip)
        consent = consents.check(replica, _beginning(clip))
        with clip.open("rb") as content:
            consent.clip.save("consent", File(content))


def _moderate(ticket: Ticket, film: Path) -> None:
    """What is said in the film, when the installation has a guard that can be asked."""
    replica: Replica = ticket.job
    if not settings.MODERATION_ENGINE or "moderated" in replica.quality:
        return
    ticket.progress("consent", CONSENTED)
    try:
        said = hearing.transcribe(
            Sound(_speech(replica, film), voices.SAMPLE_RATE),
            language=settings.CONSENT_LANGUAGE,
            owner_id=replica.owner_id,
        ).text
    except EngineFailed as error:
        if error.code != NOTHING_HEARD:
            raise
        said = ""
    if moderation.refusal(f"{replica.name}. {said}", settings.CONSENT_LANGUAGE, replica.owner_id):
        raise refused(Fault.COMMUNITY_GUIDELINES_VIOLATION)
    _note(ticket, moderated=True)


def _build(ticket: Ticket, film: Path) -> None:
    replica: Replica = ticket.job
    if replica.package and replica.footage:
        return
    ticket.progress("building", CONSENTED)
    begin, end = replica.quality["rest"]
    with TemporaryDirectory(prefix="training-") as folder:
        progress = _within(ticket, "building", CONSENTED, BUILT)
        package, footage = building.build(film, (begin, end), Path(folder), progress)
        keep(ticket, package=package, footage=footage)


def _fit_voice(ticket: Ticket, film: Path) -> None:
    """The person's voice, of the speech outside the silent part. Too little of it is noted, and is no error: the
    replica then speaks with the voice of its twin."""
    replica: Replica = ticket.job
    if replica.voice_id or "voice" in replica.quality:
        return
    ticket.progress("voice", BUILT)
    try:
        voice = voices.create_from_sample(replica.owner, replica.name, _speech(replica, film), voices.SAMPLE_RATE)
    except EngineFailed as error:
        if error.code not in VOICE_CODES:
            raise
        _note(ticket, voice=error.code)
        return
    try:
        ticket.update(voice=voice)
    except TicketLost:
        voice.delete()
        raise
    replica.voice = voice


def _beginning(film: Path) -> Sound:
    return Sound(b"".join(media.sound(film, RATE, seconds=consents.BEGINNING)))


def _speech(replica: Replica, film: Path) -> bytes:
    """All but the silent part; mono 16-bit PCM at voices.SAMPLE_RATE."""
    begin, end = (round(second * voices.SAMPLE_RATE) * 2 for second in replica.quality["rest"])
    sound = b"".join(media.sound(film, voices.SAMPLE_RATE, seconds=replica.quality["end"]))
    return sound[:begin] + sound[end:]


def _note(ticket: Ticket, **facts: object) -> None:
    ticket.job.quality = {**ticket.job.quality, **facts}
    ticket.update(quality=ticket.job.quality)


def _within(ticket: Ticket, stage: str, start: int, end: int) -> Callable[[int], None]:
    """Progress of a step, 0 to 100, as progress of the job."""
    return paced(lambda share: ticket.progress(stage, start + share * (end - start) // 100))
