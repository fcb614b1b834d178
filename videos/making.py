"""How a clip is made: words, speech, picture, files; each step leaves its result on the row."""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from avatarsite.core import disk, engines
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Queue, Ticket
from twins.speech import Speaker, speaker
from twins.tts.base import AudioChunk
from videos import recordings, remote, renderer_chain, scenes
from videos.errors import check_script, failed
from videos.faces import face_of
from videos.heard import Heard, again
from videos.models import Video
from videos.progress import Expected
from videos.publishing import RENDERER, publish
from videos.renderers.base import Scene, StreamingRenderer, VideoFormat
from videos.scripts import source_of
from videos.selectors import voice_of
from videos.workplace import workplace


def make(ticket: Ticket) -> None:
    """Make the clip of a Video ticket; the row ends READY, or EngineFailed is raised and nothing half-made stays."""
    video: Video = ticket.job
    if video.replica.revoked_at:
        raise EngineFailed(video.replica.trouble, "consent_revoked")
    if not video.replica.usable:
        raise failed("replica_in_error_state", video.replica_id)
    try:
        with workplace(ticket) as folder:
            _make_in(folder, ticket)
    except OSError as error:
        raise disk.trouble(error) from error


def _make_in(folder: Path, ticket: Ticket) -> None:
    video: Video = ticket.job
    ticket.update(playable_at=None)  # an earlier attempt's fragments are gone
    video.playable_at = None
    ticket.progress("starting", 1)
    if video.source == Video.Source.TEXT:
        check_script(video.script, _language(video), video.owner_id)
    if video.source == Video.Source.AUDIO and not video.audio:
        recordings.bring(ticket, folder)
    scene = scenes.prepare(ticket, folder)
    _make_by_the_first_that_can(ticket, video.stream_path, scene)


def _make_by_the_first_that_can(ticket: Ticket, path: Path, scene: Scene) -> None:
    """Take the next step of the clip by the first renderer of its chain that can."""
    video: Video = ticket.job
    renderer_chain.check(video)
    for alias in renderer_chain.left(video):
        heard = Heard(_expected(video))
        try:
            _make_by(ticket, alias, path, scene, heard)
        except EngineFailed as error:
            if error is heard.trouble or not renderer_chain.is_about(video, alias, error):
                raise
            path.unlink(missing_ok=True)
            renderer_chain.note(ticket, alias, error)
        else:
            return
    raise renderer_chain.end_of_round(ticket)


def _make_by(ticket: Ticket, alias: str, path: Path, scene: Scene, heard: Heard) -> None:
    video: Video = ticket.job
    if alias == renderer_chain.LOCAL:
        began = time.monotonic()
        _render(ticket, path, scene, heard)
        renderer_chain.served(video, alias, time.monotonic() - began)
        publish(ticket, path, scene, heard.captioner, heard.timings)
        return
    engine = remote.engine_of(video, alias)
    remote.make(ticket, alias, engine, path, scene, heard, lambda: _speech(ticket, heard))


def _expected(video: Video) -> Expected:
    if video.source != Video.Source.AUDIO:
        return Expected(letters=len(video.script) if video.source == Video.Source.TEXT else 0)
    return Expected(seconds=min(recordings.check(video.audio), recordings.MOST_SECONDS))


def _render(ticket: Ticket, path: Path, scene: Scene, heard: Heard) -> None:
    video: Video = ticket.job
    renderer: StreamingRenderer = engines.load("RENDERERS", RENDERER)
    face, size = face_of(video.replica), VideoFormat(video.width, video.height, video.fps)
    if video.purpose == Video.Purpose.IDLE:
        frames = renderer.idle(face, path, size)
    else:
        urgent = video.queue == Queue.CHAT
        frames = renderer.render(face, _speech(ticket, heard), path, size, scene, check=ticket.check, urgent=urgent)
    with closing(frames):  # type: ignore[type-var]  # a generator, closed early when the ticket is lost
        for progress in frames:
            _report(ticket, heard.expected.per_cent(progress.seconds))


def _report(ticket: Ticket, per_cent: int) -> None:
    video: Video = ticket.job
    if video.playable_at is None:
        video.playable_at = timezone.now()
        ticket.update(playable_at=video.playable_at)
        source_of(video.source).playable(video)
        ticket.publish("playable")
    ticket.progress("rendering", per_cent)


def _speech(ticket: Ticket, heard: Heard) -> Generator[AudioChunk, None, None]:
    """The clip's audio: a recording, of which nobody knows what is said in it, or words sentence by sentence."""
    video: Video = ticket.job
    if video.source == Video.Source.AUDIO:
        yield from recordings.chunks(video.audio)
        return
    try:
        with heard.speaking():
            for chunk in again(video) if video.speech else _spoken(ticket, heard):
                heard.add(chunk, ticket)
                yield chunk
            heard.expected.ended()
    finally:
        connection.close()  # a renderer may iterate this in a thread of its own, which ends with it


def _spoken(ticket: Ticket, heard: Heard) -> Iterator[AudioChunk]:
    video: Video = ticket.job
    voice = voice_of(video)
    if voice is None:
        raise EngineFailed("This video has no voice: choose one for its twin.", "voice_missing")
    source = source_of(video.source)
    speaking = speaker(
        voice,
        _account(video) or voice.owner_id,
        language=_language(video),
        twin=video.twin,
        manner=lambda wanted: source.manner(video, wanted),
        service=source.service(video),
    )
    spoken = False
    try:
        for sentence in source.sentences(ticket):
            heard.expected.spoke(len(sentence), 0.0)
            for chunk in speaking.say(sentence):
                spoken = True
                yield chunk
    except EngineFailed:
        _note(video, speaking)
        ticket.update(engines=video.engines)
        raise
    _note(video, speaking)
    if not spoken:
        raise EngineFailed("There is nothing in this text that the voice can speak.", "tts_unspeakable")


def _account(video: Video) -> Any:
    """Whose keys are used: whoever asked for the clip, else the twin's owner, for visitors have none."""
    return video.owner_id or (video.twin.owner_id if video.twin else None)


def _note(video: Video, speaking: Speaker) -> None:
    """What was tried for the voice stands on the clip, beside what was tried for the words."""
    tried = [attempt.as_json() for attempt in speaking.attempts]
    attempts = [*video.engines.get("attempts", []), *tried]
    video.engines = {**video.engines, "tts": speaking.engine, **({"attempts": attempts} if attempts else {})}


def _language(video: Video) -> str:
    if told := source_of(video.source).language(video):
        return told
    personality = video.twin.personality if video.twin else None
    speaker = personality or voice_of(video)
    return speaker.language if speaker else "en"
