"""Which function does which kind of job here."""

from avatarsite.core.jobs import Ticket, runner
from videos.making import make
from videos.models import Video


@runner(Video)
def make_video(ticket: Ticket) -> None:
    make(ticket)
