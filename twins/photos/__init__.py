"""Faces made from one photo: a package is made once, a sheet of any size from it."""

from avatarsite.core.children import ChildPool
from avatarsite.core.engines import EngineFailed
from twins.landmarks import available
from twins.landmarks.files import MISSING
from twins.photos.mouth import mouth_box, mouth_pictures
from twins.photos.sheet import sheet

VERSION = 3  # raise with every change of a pixel: sheets are cached by it
MOST_BYTES = 40 * 1_048_576
SECONDS = 30.0

__all__ = ["VERSION", "make_package", "mouth_box", "mouth_pictures", "sheet"]

_pool = ChildPool("twins.photos.child", 1)


def make_package(content: bytes) -> bytes:
    """A photo as a package (.npz), made in a process with limits. Raises EngineFailed, whose words say what to do.

    Codes: photo_unsupported, photo_broken, photo_too_large, photo_too_small, photo_dark, photo_bright, photo_blurred,
    face_missing, faces_several, face_upside_down, face_turned, face_cut_off, face_too_small, face_covered,
    landmarks_missing; engine_busy is worth another try.
    """
    if not available():
        raise EngineFailed(MISSING, "landmarks_missing")
    if len(content) > MOST_BYTES:
        raise EngineFailed(f"The photo is larger than {MOST_BYTES >> 20} MB. Send a smaller file.", "photo_too_large")
    try:
        with _pool.child() as child:
            child.send(content)
            return bytes(child.receive(SECONDS))
    except EngineFailed as error:
        if error.code in ("engine_crashed", "engine_timeout"):  # the photo did it, not we
            raise EngineFailed("The photo cannot be opened. Save it anew and send it again.", "photo_broken") from error
        raise
