"""Clips that a vendor makes: ordered once, waited for as a row, copied at once, and made into files like our own.

1. What is to be said is written and, unless the vendor speaks, recorded and stored.
2. Our reference is stored, then the vendor is asked. An answer that was lost is looked for by that reference before
   anybody asks again, in this attempt or in any later one.
3. The vendor's id is stored by the same UPDATE that parks the row: RUNNING, with `next_look_at`. No worker holds it;
   `videos.watching` looks at it, stores where the result is or why there is none, and queues the row again.
4. Whoever claims it then copies the result, checks it, and publishes it; or goes on to the next renderer.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.utils import timezone

from avatarsite.core import fetch, media
from avatarsite.core.children import ChildPool
from avatarsite.core.engines import EngineFailed
from avatarsite.core.ids import new_id
from avatarsite.core.jobs import Queue, Ticket, TicketLost
from avatarsite.core.vendors.catalog import vendor
from avatarsite.core.vendors.chain import Attempt
from avatarsite.core.vendors.keys import engine_for, key_of
from twins.models import Replica
from twins.tts.base import AudioChunk
from twins.tts.encoding import encode
from videos import hooks, renderer_chain
from videos.faces import local_file
from videos.heard import Heard
from videos.models import Video
from videos.progress import LETTER_SECONDS
from videos.publishing import publish
from videos.renderer_chain import store
from videos.renderers.base import Order, Progress, RemoteRenderer, Scene, VideoFormat
from videos.renderers.remake import SIDE, Remake
from videos.scenes import every
from videos.scripts import source_of
from videos.selectors import voice_of
from videos.signing import sign_outside
from videos.stills import portrait_file

Speech = Callable[[], Iterator[AudioChunk]]
FIRST_LOOK = 1.0  # seconds after a job was ordered
PATIENCE = 10.0  # further seconds for each second of speech, where nobody waits in a chat
FETCH_SECONDS = 300.0
LOOK_EVERY = 0.4  # seconds between two looks at whether the job was cancelled
SILENCE = 120.0  # seconds that re-making may take for one fragment
SPEAKING, ORDERED, FETCHING = 5, 30, 70  # per cent of the job
LOST = frozenset({"vendor_timeout", "vendor_unreachable", "vendor_bad_answer", "vendor_unavailable"})
_pool = ChildPool("videos.remake_child", 2)


def make(
    ticket: Ticket, alias: str, engine: RemoteRenderer, path: Path, scene: Scene, heard: Heard, say: Speech
) -> None:
    """One step of a clip by a vendor: the row is parked, and another step will follow, or it is published.

    path: where the growing file goes. say: speaks the clip's words, telling `heard`; called once in a clip's life.
    Raises EngineFailed, after which nothing is waited for any more.
    """
    video: Video = ticket.job
    if video.vendor == alias and video.vendor_result:
        _collect(ticket, alias, engine, path, scene, heard)
        return
    if video.vendor == alias and video.vendor_id:  # nobody knows how it stands, or its link has expired
        _park(ticket, engine, alias, video.vendor_id)
        return
    engine.check_scene(scene)
    order = _order(ticket, engine, path.parent, scene, heard, say)
    with renderer_chain.guard(video).attempt(alias) as (asked, _):
        vendor_id = _submitted(ticket, alias, asked, order)
    _park(ticket, engine, alias, vendor_id)


def _order(ticket: Ticket, engine: RemoteRenderer, folder: Path, scene: Scene, heard: Heard, say: Speech) -> Order:
    video: Video = ticket.job
    told = video.replica.vendor_faces.get(engine.vendor, {})
    face = next((str(value) for name, value in told.items() if name.endswith("_id") and value), "")
    if not face and video.replica.kind == Replica.Kind.DRAWN:
        face = engine.stand_in
    order = Order(
        reference="",
        face=face,
        picture=None if face else portrait_file(video.replica),
        options=told,
        size=VideoFormat(video.width, video.height, video.fps),
        scene=scene,
        webhook=hooks.address(video, engine.vendor),
        check=ticket.check,
    )
    return _spoken_there(ticket, engine, order, heard) or _spoken_here(ticket, order, folder, say, heard)


def _spoken_there(ticket: Ticket, engine: RemoteRenderer, order: Order, heard: Heard) -> Order | None:
    """The order with words that the vendor itself speaks; None when it cannot, or should not."""
    video: Video = ticket.job
    voice = voice_of(video)
    there = str(order.options.get("voice", "")) if engine.speaks else ""  # the id of a voice of the vendor's, or "own"
    if video.source == Video.Source.AUDIO or video.speech or not (there or (voice and voice.engine in engine.voices)):
        return None
    with heard.speaking():
        script = " ".join(source_of(video.source).sentences(ticket)).strip()
        if not script:
            raise EngineFailed("There is nothing in this text that the voice can speak.", "tts_unspeakable")
    language = source_of(video.source).language(video) or (voice.language if voice else "en")
    if there or voice is None:
        return replace(order, script=script, voice=f"{engine.vendor}:{there or 'own'}", language=language)
    key = key_of(voice.engine, renderer_chain.payer_of(video)) if voice.engine in settings.VENDORS else ""
    named = f"{voice.engine}:{voice.engine_voice}"
    return replace(order, script=script, voice=named, voice_key=key, language=language)


def _spoken_here(ticket: Ticket, order: Order, folder: Path, say: Speech, heard: Heard) -> Order:
    """The order with a recording, which is made and stored if there is none yet."""
    video: Video = ticket.job
    if not video.speech:
        _record(ticket, folder, say, heard)
    outside = sign_outside(f"/media/stored/{video.speech.name}")
    return replace(order, speech=Path(local_file(video.speech)), speech_url=outside)


def _record(ticket: Ticket, folder: Path, say: Speech, heard: Heard) -> None:
    """Store the speech, with its words and sounds in time: no rerun, and no other renderer, has it spoken again."""
    video: Video = ticket.job
    tell = every(ticket, "speaking", percent=SPEAKING)
    path = folder / "speech.mp3"
    with path.open("wb") as file:
        for piece in encode(say(), "mp3"):
            file.write(piece)
            tell()
    timings = heard.timings.json(heard.timings.seconds).encode()
    made: dict[str, File[Any]] = {"speech": File(path.open("rb")), "timings": ContentFile(timings)}
    storage = video.speech.storage
    names = {
        field: storage.save(f"videos/{video.pk}/{ticket.attempt}-speech.{'mp3' if field == 'speech' else 'json'}", file)
        for field, file in made.items()
    }
    try:
        store(ticket, engines=video.engines, **names)
    except TicketLost:
        for name in names.values():
            storage.delete(name)
        raise
    path.unlink()


def _submitted(ticket: Ticket, alias: str, engine: RemoteRenderer, order: Order) -> str:
    """The vendor's id of the job, which is ordered unless an earlier attempt has ordered it."""
    video: Video = ticket.job
    asked = dict(video.vendor_notes.get("asked", {}))
    reference = asked.get(alias, "")
    if reference and (found := engine.find(reference)):
        return found
    reference = reference or f"{video.pk}{new_id('-')}"
    notes = {**video.vendor_notes, "asked": {**asked, alias: reference}}
    store(ticket, vendor=alias, vendor_id="", vendor_since=timezone.now(), vendor_notes=notes, stage="ordering")
    try:
        return engine.submit(replace(order, reference=reference))
    except EngineFailed as error:
        if error.code in LOST and (found := _found(engine, reference)):
            return found
        if error.code not in LOST:
            store(ticket, vendor_notes={**notes, "asked": asked})
        raise


def _found(engine: RemoteRenderer, reference: str) -> str:
    """The id of a job whose answer was lost; "" when nobody knows: the reference stays, and is looked for again."""
    try:
        return engine.find(reference)
    except EngineFailed:
        return ""


def _park(ticket: Ticket, engine: RemoteRenderer, alias: str, vendor_id: str) -> None:
    video: Video = ticket.job
    now = timezone.now()
    ticket.progress("waiting", ORDERED)
    store(
        ticket,
        vendor=alias,
        vendor_id=vendor_id,
        vendor_since=video.vendor_since or now,
        vendor_until=now + timedelta(seconds=engine.poll_timeout + _allowance(video)),
        next_look_at=now + timedelta(seconds=FIRST_LOOK),
    )


def _allowance(video: Video) -> float:
    """Further seconds for long clips; whoever waits in a chat is not made to wait longer."""
    return 0.0 if video.queue == Queue.CHAT else PATIENCE * len(video.script) * LETTER_SECONDS


def _collect(ticket: Ticket, alias: str, engine: RemoteRenderer, path: Path, scene: Scene, heard: Heard) -> None:
    """Copy what the vendor made, make it ours, and end the job."""
    video: Video = ticket.job
    film = path.with_name("result")
    facts = _fetched(ticket, engine, film)
    if scene.webm:
        film.rename(scene.webm)
        film = Path(scene.webm)
    size = _size(facts)
    _remade(ticket, Remake(film, facts.seconds, size, path))
    _recall(video, heard, facts.seconds)
    attempt = Attempt(renderer_chain.LAYER, alias, units=facts.seconds)
    attempt.end((timezone.now() - (video.vendor_since or timezone.now())).total_seconds())
    video.engines = renderer_chain.with_attempt(video, attempt)
    more: dict[str, Any] = {"width": size.width, "height": size.height, "fps": size.fps, "vendor_result": ""}
    more["next_look_at"] = timezone.now() if engine.delete_after else None
    publish(ticket, path, scene, heard.captioner, heard.timings, renderer=alias, **more)


def _fetched(ticket: Ticket, engine: RemoteRenderer, film: Path) -> media.Probe:
    """Bring the result; what cannot be brought is asked for once more, by a new link."""
    video: Video = ticket.job
    name, most = vendor(engine.vendor).name, settings.VENDOR_RESULT_MAX_BYTES
    tell = every(ticket, "fetching", percent=FETCHING)
    try:
        fetch.fetch_to(video.vendor_result, film, max_bytes=most, seconds=FETCH_SECONDS, on_progress=lambda _: tell())
        return media.probe(film, media.Limits(bytes=most, needs_video=True, needs_audio=True))
    except EngineFailed as error:
        if error.code.startswith("media_"):
            words = f"{name} delivered something that is no video with sound: {error.message}"
            raise EngineFailed(words, "vendor_result_unusable") from error
        if not error.code.startswith("url_"):
            raise
        store(ticket, vendor_result="")
        expires = error.code == "url_bad_answer"
        words = f"What {name} made could not be fetched: {error.message}"
        raise EngineFailed(words, "vendor_result_lost", retryable=expires or error.retryable) from error


def _size(facts: media.Probe) -> VideoFormat:
    """Of our clip: as the vendor's, upright, in even pixels."""
    film = facts.video
    if film is None or not film.decodable or max(film.width, film.height) > SIDE:
        raise EngineFailed("The vendor delivered a video that cannot be used here.", "vendor_result_unusable")
    sides = film.width // 2 * 2, film.height // 2 * 2
    width, height = reversed(sides) if film.rotation in (90, 270) else sides
    return VideoFormat(width, height, min(max(round(film.fps), 1), 60))


def _remade(ticket: Ticket, request: Remake) -> None:
    tell = every(ticket, "saving", percent=FETCHING)
    try:
        with _pool.child() as child:
            child.send(request)
            silent = 0.0
            while silent < SILENCE:
                tell()
                if not child.connection.poll(LOOK_EVERY):
                    silent += LOOK_EVERY
                    continue
                silent, progress = 0.0, child.receive(0.0)
                if isinstance(progress, Progress) and progress.final:
                    return
            raise EngineFailed("The engine took too long and was stopped.", "engine_timeout", retryable=True)
    except EngineFailed as error:
        if error.code.startswith(("media_", "engine_")):
            raise EngineFailed("The vendor delivered a video that is broken.", "vendor_result_unusable") from error
        raise


def _recall(video: Video, heard: Heard, seconds: float) -> None:
    """Captions and timings: those of our recording; guessed where the vendor spoke; none where nobody knows."""
    if video.timings:
        heard.recall(video)
    elif video.source != Video.Source.AUDIO and not video.speech:
        heard.guess(video.script, seconds)


def engine_of(video: Video, alias: str) -> Any:
    """The renderer with the key of whoever pays. Raises EngineFailed engine_unknown, vendor_not_configured."""
    return engine_for("RENDERERS", alias, renderer_chain.payer_of(video))
