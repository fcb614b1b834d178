"""How a clip is made: words, speech, picture, files; each step leaves its result on the row."""

import errno
import shutil
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status, Ticket, move
from twins.tts.base import TTS, AudioChunk, VoiceSettings
from videos import recordings
from videos.captions import Captioner
from videos.models import Video
from videos.renderers.base import FaceRef, StreamingRenderer, VideoFormat
from videos.scripts import source_of

RENDERER = "local"
WORDS_PER_SECOND = 2.6  # of ordinary speech; only for the progress of a clip whose length is not known yet


def make(ticket: Ticket) -> None:
    """Make the clip of a Video ticket; the row ends READY, or EngineFailed is raised and nothing half-made stays."""
    video: Video = ticket.job
    fragmented = video.stream_path
    final = fragmented.with_suffix(".final.mp4")
    try:
        fragmented.parent.mkdir(parents=True, exist_ok=True)
        fragmented.unlink(missing_ok=True)
        ticket.update(playable_at=None)  # an earlier attempt's fragments are gone
        video.playable_at = None
        captioner = _render(ticket, fragmented)
        _publish_files(ticket, fragmented, final, captioner)
    except OSError as error:
        raise _storage_trouble(error) from error
    finally:
        shutil.rmtree(fragmented.parent, ignore_errors=True)


def _storage_trouble(error: OSError) -> EngineFailed:
    """What went wrong with our own disk, in words without paths."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return EngineFailed("The disk is full: the video could not be stored.", "disk_full", retryable=True)
    return EngineFailed("The storage could not be written.", "storage_failed", retryable=True)


def _render(ticket: Ticket, path: Path) -> Captioner:
    video: Video = ticket.job
    renderer: StreamingRenderer = engines.load("RENDERERS", RENDERER)
    face = FaceRef(video.replica.kind, video.replica.portrait)
    video_format = VideoFormat(video.width, video.height, video.fps)
    captioner = Captioner()
    ticket.progress("starting", 1)
    if video.purpose == Video.Purpose.IDLE:
        frames = renderer.idle(face, path, video_format)
    else:
        frames = renderer.render(face, _speech(ticket, captioner), path, video_format)
    with closing(frames):  # type: ignore[type-var]  # a generator, closed early when the ticket is lost
        for progress in frames:
            _report(ticket, progress.seconds)
    return captioner


def _report(ticket: Ticket, seconds: float) -> None:
    video: Video = ticket.job
    if video.playable_at is None:
        video.playable_at = timezone.now()
        ticket.update(playable_at=video.playable_at)
        source_of(video.source).playable(video)
        ticket.publish("playable")
    expected = max(len(video.script.split()) / WORDS_PER_SECOND, seconds, 1.0)
    ticket.progress("rendering", min(90, round(5 + 85 * seconds / expected)))


def _speech(ticket: Ticket, captioner: Captioner) -> Generator[AudioChunk, None, None]:
    """The clip's audio, sentence by sentence; cues are told to watchers as they come."""
    video: Video = ticket.job
    if video.source == Video.Source.AUDIO:
        yield from _recorded(video)
        return
    voice = video.voice
    if voice is None:
        raise EngineFailed("This video has no voice: choose one for its twin.", "voice_missing")
    engine: TTS = engines.load("TTS", voice.engine)
    settings_ = VoiceSettings(voice.engine_voice, language=_language(video), rate=voice.rate, pitch=voice.pitch)
    spoken = False
    try:
        for sentence in source_of(video.source).sentences(ticket):
            for chunk in _speak(engine, sentence, settings_):
                spoken = True
                for cue in captioner.add(chunk):
                    ticket.publish("caption", **cue.as_event())
                yield chunk
    finally:
        connection.close()  # a renderer may iterate this in a thread of its own, which ends with it
    if not spoken:
        raise EngineFailed("There is nothing in this text that the voice can speak.", "tts_unspeakable")
    video.engines["tts"] = voice.engine


def _recorded(video: Video) -> Iterator[AudioChunk]:
    """The sound that a customer gave; what is said in it is not known, so there are no captions."""
    with video.audio.open("rb") as file:
        yield from recordings.chunks(file.read())


def _language(video: Video) -> str:
    if told := source_of(video.source).language(video):
        return told
    personality = video.twin.personality if video.twin else None
    return personality.language if personality else (video.voice.language if video.voice else "en")


def _speak(engine: TTS, sentence: str, voice: VoiceSettings) -> Iterator[AudioChunk]:
    """One sentence; a sentence with nothing to speak (an emoji of its own) is passed over, others may still speak."""
    try:
        yield from engine.stream(sentence, voice)
    except EngineFailed as error:
        if error.code != "tts_unspeakable":
            raise


def _publish_files(ticket: Ticket, fragmented: Path, final: Path, captioner: Captioner) -> None:
    """Move what was made into the storage and end the job, in that order."""
    from videos.renderers.local.engine import finish

    video: Video = ticket.job
    ticket.progress("saving", 95)
    duration = finish(fragmented, final)
    renderer: StreamingRenderer = engines.load("RENDERERS", RENDERER)
    poster = final.with_name("poster.jpg")
    renderer.poster(FaceRef(video.replica.kind, video.replica.portrait), poster, _format(video))
    files = _store(video, final, poster, captioner.vtt())
    facts = {"duration": duration, "engines": {**video.engines, "renderer": RENDERER}, **files}
    if not move(video, Status.READY, ticket=ticket.attempt, stage="", progress=100, **facts):
        for field, name in files.items():
            getattr(video, field).storage.delete(name)


def _store(video: Video, final: Path, poster: Path, vtt: str) -> dict[str, str]:
    """Save the three files under names of this attempt; returns the fields that name them."""
    storage = video.file.storage
    prefix = f"videos/{video.pk}/{video.attempt}"
    with final.open("rb") as film, poster.open("rb") as still:
        return {
            "file": storage.save(f"{prefix}.mp4", File(film)),
            "poster": storage.save(f"{prefix}.jpg", File(still)),
            "captions": storage.save(f"{prefix}.vtt", ContentFile(vtt.encode())),
        }


def _format(video: Video) -> VideoFormat:
    return VideoFormat(video.width, video.height, video.fps)
