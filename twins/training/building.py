"""From an approved film to what the renderer shows."""

from collections.abc import Callable
from pathlib import Path

from avatarsite.core.children import ChildPool
from avatarsite.core.engines import EngineFailed
from twins.training.building_child import Build
from twins.training.errors import Fault, refused

ANSWER_SECONDS = 120.0  # until the next sign of life of the child
_pool = ChildPool("twins.training.building_child", 1, niceness=5, reused=False)


def build(path: Path, rest: tuple[float, float], folder: Path, progress: Callable[[int], None]) -> tuple[Path, Path]:
    """(package, footage) in `folder`; `progress` is told per cent.

    Raises EngineFailed: a type of `Fault`, or what making a face of the film raises.
    """
    try:
        with _pool.child(check=lambda: progress(0)) as child:
            child.send(Build(path.resolve(), rest, folder))
            while isinstance(told := child.receive(ANSWER_SECONDS), int):
                progress(told)
    except EngineFailed as error:
        if error.code in ("engine_crashed", "engine_timeout") or error.code.startswith("media_"):
            raise refused(Fault.VIDEO_PROCESSING) from error
        if error.code == Fault.FACE_OR_OBSTRUCTION_DETECTED:
            raise refused(Fault.FACE_OR_OBSTRUCTION_DETECTED) from error
        raise
    package, footage = told
    return package, footage
