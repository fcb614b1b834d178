"""Which function does which kind of job here."""

from avatarsite.core.jobs import Ticket, runner
from videos import gauges  # noqa: F401  registers what metrics tell of videos
from videos.lipsyncing import lipsync
from videos.making import make
from videos.models import Lipsync, Speech, Video
from videos.speaking import speak


@runner(Video)
def make_video(ticket: Ticket) -> None:
    make(ticket)


@runner(Lipsync)
def make_lipsync(ticket: Ticket) -> None:
    lipsync(ticket)


@runner(Speech)
def make_speech(ticket: Ticket) -> None:
    speak(ticket)
