"""What an engine needs before it can be used, told to the operator by `manage.py doctor`."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True)
class Diagnosis:
    """missing: what is not there yet and how to get it, "" when nothing. licence: of code and weights.

    source: where weights or keys come from. cost: memory and speed that are to be expected on an ordinary machine.
    used: whether it works for every customer as things are set, whatever the chains of engines say.
    """

    missing: str = ""
    licence: str = ""
    source: str = ""
    cost: str = ""
    used: bool = False


def pace(work: Callable[[], float]) -> str:
    """How fast `work` is here once everything is loaded, in words; it returns the seconds of sound or film it made."""
    work()
    begun = monotonic()
    seconds = work()
    took = monotonic() - begun
    return f"{seconds / took:.1f} x real time ({seconds:.1f} s in {took:.2f} s)"
