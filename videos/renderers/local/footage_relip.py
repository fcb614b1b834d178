"""What a process that re-makes lips is asked for; apart from how it is done, which needs more libraries."""

from dataclasses import dataclass
from pathlib import Path

from videos.renderers.local.neural import NO_MODEL, MouthModel


@dataclass(frozen=True)
class Relip:
    """film, sound: the customer's files, of so many seconds. fps: pictures a second of `result`, which is written.

    cache_dir: the renderer's, where the trained ear is. mouth: the network that draws the lips, if one does.
    """

    film: Path
    seconds: float
    sound: Path
    sound_seconds: float
    fps: int
    result: Path
    cache_dir: Path
    mouth: MouthModel = NO_MODEL
