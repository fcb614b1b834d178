"""Which function does which kind of job here."""

from avatarsite.core.jobs import Ticket, runner
from twins import cloning
from twins.models import Replica, VoiceRemoval


@runner(Replica)
def train_replica(ticket: Ticket) -> None:
    from twins.training.job import train  # loads OpenCV and the landmark models' runtime, which only workers need

    train(ticket)


@runner(VoiceRemoval)
def remove_voice(ticket: Ticket) -> None:
    cloning.remove(ticket)
