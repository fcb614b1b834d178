"""The checks of a training film, from its first bytes to its light and its noises.

Where the sources of the rules contradict each other, the table of errors decides what is refused, and the page about
recording what is recommended: a film needs one minute, not two, and 25 frames a second, not 24. WebM is accepted as
the page says, though the table's words name MP4 alone.
"""

from collections.abc import Callable
from pathlib import Path

from avatarsite.core import media
from avatarsite.core.children import ChildPool
from avatarsite.core.engines import EngineFailed
from avatarsite.core.media import Probe
from twins import landmarks
from twins.landmarks.files import MISSING
from twins.training.child import Examine
from twins.training.errors import WORDS, Fault, refused
from twins.training.film import Approved, Rules
from twins.training.verdict import LEAST_SIDE

LEAST_FPS = 24.9  # 25, as a phone keeps it
MOST_PIXELS = 4_096 * 2_160
ANSWER_SECONDS = 60.0  # until the next sign of life of the child
ACCEPTED = {"mp4": ({"h264"}, {"aac"}), "webm": ({"vp8", "vp9", "av1"}, {"opus", "vorbis"})}  # pictures, sound
OF_THE_MEDIA = {
    "media_too_large": Fault.FILE_SIZE,
    "media_unsupported": Fault.VIDEO_CODEC_AND_FORMAT,
    "media_no_video": Fault.VIDEO_CODEC_AND_FORMAT,
}
_pool = ChildPool("twins.training.child", 1, niceness=5, reused=False)


def examine(path: Path, rules: Rules, progress: Callable[[int], None]) -> Approved:
    """Whether a film may be trained on, and which part of it; `progress` is told per cent of the film.

    Raises EngineFailed with a type of `Fault` and its words; landmarks_missing when the installation lacks models.
    """
    if not landmarks.available():
        raise EngineFailed(MISSING, "landmarks_missing")
    try:
        probe = media.probe(path, media.Limits(bytes=rules.bytes, pixels=MOST_PIXELS, needs_video=True))
        check_file(probe, rules)
        return _watched(Examine(path.resolve(), rules), min(probe.seconds, rules.most), progress)
    except EngineFailed as error:
        raise _in_our_words(error) from error


def check_clip(path: Path) -> None:
    """Whether a clip of a spoken consent is a film as training films are; it may be short, and is not looked at."""
    try:
        check_file(media.probe(path, media.Limits(pixels=MOST_PIXELS, needs_video=True)), Rules(least=0.0))
    except EngineFailed as error:
        raise _in_our_words(error) from error


def check_file(probe: Probe, rules: Rules) -> None:
    """What can be told without looking: format, codecs, length, frame rate, sound, size."""
    video, audio = probe.video, probe.audio
    if video is None:
        raise refused(Fault.VIDEO_CODEC_AND_FORMAT)
    pictures, sounds = ACCEPTED.get(probe.container, ({"h264"}, {"aac"}))
    is_codec, is_format = video.codec in pictures, probe.container in ACCEPTED
    if not (is_codec and is_format):
        both = Fault.VIDEO_CODEC if is_format else Fault.VIDEO_CODEC_AND_FORMAT
        raise refused(Fault.VIDEO_FORMAT if is_codec else both)
    if probe.seconds < rules.least:
        raise refused(Fault.VIDEO_DURATION)
    if video.fps < LEAST_FPS:
        raise refused(Fault.VIDEO_FPS)
    if audio is None or audio.codec not in sounds:
        raise refused(Fault.AUDIO_PROCESSING)
    if min(video.width, video.height) < LEAST_SIDE:
        raise refused(Fault.QUALITY_ISSUE_DETECTED)


def _watched(request: Examine, seconds: float, progress: Callable[[int], None]) -> Approved:
    with _pool.child(check=lambda: progress(0)) as child:
        child.send(request)
        while not isinstance(told := child.receive(ANSWER_SECONDS), Approved):
            progress(min(99, int(100 * told / seconds)))
    return told


def _in_our_words(error: EngineFailed) -> EngineFailed:
    if error.code in WORDS or error.code in ("landmarks_missing", "engine_busy"):
        return error
    return refused(OF_THE_MEDIA.get(error.code, Fault.VIDEO_PROCESSING))
